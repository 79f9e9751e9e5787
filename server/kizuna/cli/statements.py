"""``quickstatements`` and ``missing-items``: back to Wikidata."""

from __future__ import annotations


def quickstatements() -> None:
    """Later."""


def missing_items() -> None:
    """Later."""
