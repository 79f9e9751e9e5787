"""The endpoints that queries may call, as the settings name them."""

from __future__ import annotations

from kizuna.engine.federation import Services
from kizuna.settings.reading import Settings


def services_of(settings: Settings) -> Services | None:
    """Return the endpoints that queries may call, None where there are none."""
    base = settings.addresses.base
    return (
        Services(settings.services, settings.service_seconds, base) if settings.services else None
    )
