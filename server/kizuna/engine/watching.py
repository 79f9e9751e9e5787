"""What can be seen of an engine from outside, for those who look after it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from kizuna.engine.crew import Numbers
from kizuna.engine.lanes import Lanes


@runtime_checkable
class Watched(Protocol):
    """An engine with lanes and numbers."""

    lanes: Lanes

    @property
    def numbers(self) -> Numbers:
        """What has happened since the engine began."""
        ...

    @property
    def workers(self) -> int:
        """How many processes or connections answer queries now."""
        ...
