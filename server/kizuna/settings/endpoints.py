"""The endpoints that queries may call, as the settings name them."""

from __future__ import annotations

from kizuna.engine.federation import Services
from kizuna.settings.reading import Settings


def services_of(settings: Settings) -> Services:
    """Return the endpoints that queries may call; there may be none."""
    return Services(settings.services, settings.service_seconds, settings.addresses.base)
