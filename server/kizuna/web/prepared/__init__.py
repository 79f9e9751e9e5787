"""Representations of things that are made before anybody asks for them, in a file per release."""

from kizuna.web.prepared.naming import TYPES, name_of, place
from kizuna.web.prepared.reading import Prepared, Ready

__all__ = ["TYPES", "Prepared", "Ready", "name_of", "place"]
