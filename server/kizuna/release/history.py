"""Which releases were current, one after the other: the way along which ``kizuna rollback`` goes.

``.history`` has a line for each time that another release became current, the oldest first:
``made ID MOMENT`` by a build or a write, ``back ID MOMENT`` by going back to it. The moment is
ISO 8601; older lines have none. A line is written before the switch, so that after a crash the last
one may tell of what did not happen: what counts is the last line with the release that is current.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

FILE_NAME = ".history"
MOST = 200
"""How many lines are kept."""


class Way(StrEnum):
    """How a release became current."""

    MADE = "made"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Step:
    """That a release became current, and when (ISO 8601), where that is known."""

    way: Way
    identifier: str
    moment: str = ""


def read_history(folder: Path) -> list[Step]:
    """Return the steps in the folder of releases, none where nothing is known of them."""
    try:
        lines = (folder / FILE_NAME).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    found = []
    for line in lines:
        with suppress(ValueError, TypeError):
            found.append(_read(*line.split()))
    return found


def _read(way: str, identifier: str, moment: str = "") -> Step:
    if moment:
        datetime.fromisoformat(moment)
    return Step(Way(way), identifier, moment)


def with_step(steps: Sequence[Step], step: Step, current: str | None) -> str:
    """Return the history with one more step from the release that is current, as a file's text.

    Where the steps lead to another one than that, it has been switched by hand, or a switch that
    was noted did not come about: then they are led to it first.
    """
    told = list(steps)
    if current is not None and (not told or told[-1].identifier != current):
        told.append(Step(Way.BACK, current))
    told.append(step)
    lines = (f"{each.way} {each.identifier} {each.moment}".rstrip() for each in told[-MOST:])
    return "".join(f"{line}\n" for line in lines)


def way_back(steps: Sequence[Step], current: str) -> list[str]:
    """Return what was current before ``current``, the latest first.

    What one has gone back from is no more on the way. Who goes back to a release of which nothing
    was told before has gone behind the beginning of the way.

    >>> way_back([Step(Way.MADE, name) for name in "aba"], "a")
    ['b', 'a']
    """
    last = max((n for n, step in enumerate(steps) if step.identifier == current), default=-1)
    told: set[str] = set()
    way: list[str] = []
    for step in steps[: last + 1]:
        if step.way is Way.BACK:
            way = _back_to(step.identifier, way) if step.identifier in told else []
        way.append(step.identifier)
        told.add(step.identifier)
    return way[-2::-1]


def _back_to(identifier: str, way: list[str]) -> list[str]:
    """Return what lies before a release on the way, or all of the way where it is not on it."""
    places = [n for n, known in enumerate(way) if known == identifier]
    return way[: places[-1]] if places else way


def last_made(steps: Iterable[Step]) -> dict[str, int]:
    """Return for each release that was made a number: the later it was, the higher."""
    return {step.identifier: n for n, step in enumerate(steps) if step.way is Way.MADE}


def first_moments(steps: Iterable[Step]) -> dict[str, str]:
    """Return for each release when it first became current, where that is known."""
    moments: dict[str, str] = {}
    for step in steps:
        if step.moment:
            moments.setdefault(step.identifier, step.moment)
    return moments


def ends(steps: Sequence[Step]) -> dict[str, str]:
    """Return for each release but the current one when it last ceased to be that, where known."""
    moments = {
        before.identifier: after.moment
        for before, after in pairwise(steps)
        if after.moment and after.identifier != before.identifier
    }
    return {name: at for name, at in moments.items() if name != steps[-1].identifier}


def last_moments(steps: Iterable[Step]) -> dict[str, str]:
    """Return for each release when it last became current, where that is known."""
    return {step.identifier: step.moment for step in steps if step.moment}
