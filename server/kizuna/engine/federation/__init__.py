"""Queries over several endpoints: ``SERVICE``, to those on a list."""

from kizuna.engine.federation.engine import Federated
from kizuna.engine.federation.services import SERVICE_SECONDS, Services

__all__ = ["SERVICE_SECONDS", "Federated", "Services"]
