"""What was current before: right over crashes, hands and repeated content."""

from __future__ import annotations

from pathlib import Path

import pytest

from kizuna.release.history import (
    FILE_NAME,
    MOST,
    Step,
    Way,
    last_moments,
    read_history,
    way_back,
    with_step,
)


def steps(text: str) -> list[Step]:
    """Return steps from a short form: a letter is made, a letter after < is gone back to."""
    found, way = [], Way.MADE
    for letter in text:
        if letter != "<":
            found.append(Step(way, letter))
        way = Way.BACK if letter == "<" else Way.MADE
    return found


# fmt: off
WAYS = [
    # steps        current  before it, the latest first
    ("",           "a",     ""),      # from before there was a history
    ("a",          "a",     ""),
    ("ab",         "b",     "a"),
    ("aba",        "a",     "ba"),    # the content of the first build again
    ("aba<b",      "b",     "a"),     # back once
    ("aba<b<a",    "a",     ""),      # and again: not round and round
    ("abc<a",      "a",     ""),      # back by two
    ("abc<bd",     "d",     "ba"),    # what was left does not come back
    ("abc<b<c",    "c",     "ba"),    # forward by name
    ("caba",       "b",     "ac"),    # noted, but killed before the switch: b is still current
    ("cab<a",      "b",     "ac"),
    ("ab",         "x",     ""),      # switched by hand to what is not known
    ("ab<ac",      "c",     "a"),
    ("<c<b",       "b",     ""),      # behind the beginning
    ("<cd<bd",     "d",     "b"),
]
# fmt: on


@pytest.mark.parametrize(("told", "current", "before"), WAYS)
def test_way_back(told: str, current: str, before: str) -> None:
    assert way_back(steps(told), current) == list(before)


# fmt: off
NOTED = [
    # steps   current  made  steps then
    ("",      None,    "a",  "a"),
    ("a",     "a",     "b",  "ab"),
    ("",      "a",     "b",  "<ab"),     # from before there was a history
    ("ab",    "a",     "c",  "ab<ac"),   # switched by hand, or killed before the switch
    ("a",     None,    "b",  "ab"),      # the link is gone
]
# fmt: on


@pytest.mark.parametrize(("told", "current", "made", "then"), NOTED)
def test_a_step_begins_where_one_is(
    tmp_path: Path, told: str, current: str | None, made: str, then: str
) -> None:
    text = with_step(steps(told), Step(Way.MADE, made), current)
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    assert read_history(tmp_path) == steps(then)


def test_it_has_an_end() -> None:
    told = with_step([Step(Way.MADE, str(n)) for n in range(2 * MOST)], Step(Way.BACK, "1"), None)
    assert told.count("\n") == MOST
    assert told.endswith(f"made {2 * MOST - 1}\nback 1\n")


@pytest.mark.parametrize("content", [b"", b"\xff", b"made\n", b"made a b\n", b"mad a\n", b"\n\n"])
def test_garbage_is_left_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    assert read_history(tmp_path) == []
    (tmp_path / FILE_NAME).write_bytes(content + b"\nmade a\n")
    assert read_history(tmp_path) == ([] if content == b"\xff" else steps("a"))


def test_moments(tmp_path: Path) -> None:
    moment = "2026-01-02T03:04:05+00:00"
    told = with_step(steps("ab"), Step(Way.BACK, "a", moment), "b")
    (tmp_path / FILE_NAME).write_text(told, encoding="utf-8")
    found = read_history(tmp_path)
    assert found == [*steps("ab"), Step(Way.BACK, "a", moment)]
    assert last_moments(found) == {"a": moment}
