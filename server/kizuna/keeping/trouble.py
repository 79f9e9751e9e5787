"""Why the newest change is not served: what all may know of it, and what the log alone tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class Reason(StrEnum):
    """What stands between a change and its being served."""

    FINDINGS = "findings"
    PROJECT = "project"
    SURROUNDINGS = "surroundings"
    TIME = "time"
    CRASH = "crash"
    PULL = "pull"


_LASTING = {Reason.FINDINGS, Reason.PROJECT}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is: a file of the project, its line (0: the file as a whole), the check."""

    file: str
    line: int
    check: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Trouble:
    """One reason. ``places`` are the first of ``number`` findings.

    ``words`` are for the log alone, since they tell paths and what has not been published.
    """

    reason: Reason
    words: str = field(repr=False)
    places: tuple[Place, ...] = ()
    number: int = 0

    @property
    def lasts(self) -> bool:
        """Whether the same files would end in the same trouble."""
        return self.reason in _LASTING

    def encode(self) -> bytes:
        """Return it as a line of JSON, as one process tells another."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Trouble:
        """Return what ``encode`` was given. Raises ValueError, KeyError, TypeError for other."""
        told = json.loads(line)
        places = tuple(Place(**place) for place in told["places"])
        return cls(Reason(told["reason"]), told["words"], places, told["number"])


@dataclass(frozen=True, slots=True)
class _Since:
    trouble: Trouble
    when: datetime


@dataclass(eq=False)
class Troubles:
    """The troubles that there are, at most one for each step on the way; the first counts most."""

    _found: dict[str, _Since] = field(default_factory=dict)

    def note(self, step: str, trouble: Trouble | None) -> bool:
        """Note how a step has ended; return whether that is news. The same trouble keeps its time.

        >>> troubles = Troubles()
        >>> [troubles.note("pull", t) for t in (None, Trouble(Reason.PULL, "away"), None, None)]
        [False, True, True, False]
        """
        before = self._found.get(step)
        if (before and before.trouble) == trouble:
            return False
        if trouble is None:
            del self._found[step]
        else:
            self._found[step] = _Since(trouble, datetime.now(UTC).replace(microsecond=0))
        return True

    def __iter__(self) -> Iterator[tuple[Trouble, datetime]]:
        """Yield each trouble and since when there is it."""
        return ((since.trouble, since.when) for since in self._found.values())

    def document(self) -> dict[str, object] | None:
        """Return what all may know of the first trouble, None where there is none."""
        for trouble, when in self:
            return {
                "reason": trouble.reason.value,
                "since": when.isoformat(),
                "findings": trouble.number,
                "places": [asdict(place) for place in trouble.places],
            }
        return None
