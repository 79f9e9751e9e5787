"""The lock keeps places and digests, never words, and is read with suspicion."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kizuna.errors import ProjectError
from kizuna.project import Claim, Located, Place
from kizuna.project.lock import LockedQuote, lock_of, read_lock, recall, write_lock

CLAIM = Claim(
    NamedNode("https://x.example/id/claim/c"),
    "x.ttl",
    None,
    NamedNode("https://x.example/id/document/d"),
    "secret words",
    "",
    None,
)


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "data" / "documents.lock"
    locked = lock_of([Located(CLAIM, Place(3, 15), verified=True)], {CLAIM.document.value: "ab"})  # type: ignore[union-attr]
    assert write_lock(path, locked)
    assert read_lock(path) == locked
    assert recall(read_lock(path), CLAIM, "ab") == Place(3, 15)
    assert recall(read_lock(path), CLAIM, "cd") is None
    assert "secret" not in path.read_text(encoding="utf-8")
    assert [p.name for p in path.parent.iterdir()] == ["documents.lock"]


def test_writing_the_same_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    locked = {
        "urn:b": LockedQuote("t", "q", Place(1, 2)),
        "urn:a": LockedQuote("t", "q", Place(0, 2)),
    }
    assert write_lock(path, locked)
    before = path.stat().st_mtime_ns
    assert not write_lock(path, dict(reversed(locked.items())))
    assert path.stat().st_mtime_ns == before
    assert list(json.loads(path.read_text("utf-8"))["quotes"]) == ["urn:a", "urn:b"]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "none") == {}


def row(**changes: object) -> str:
    place = {"start": 1, "end": 2}
    content = {"text": "t", "quote": "q", "place": place} | changes
    return json.dumps({"quotes": {"urn:a": content}})


# fmt: off
BROKEN = [
    # content                                          why
    "",                                                # nothing
    "{",                                               # cut off
    "[]",                                              # another thing
    "{}",                                              # no quotes
    '{"quotes": []}',
    '{"quotes": {"urn:a": 1}}',
    '{"quotes": {"urn:a": {}}}',                       # parts missing
    row(place={"start": 1}),
    row(place={"start": 1, "end": 2, "middle": 3}),
    row(place={"start": "1", "end": 2}),               # a text for a number
    row(place={"start": None, "end": None}),
    row(place={"start": -1, "end": 2}),                # before the text
    row(place={"start": 3, "end": 2}),                 # ends before it begins
    row(place=None),
    "[" * 100_000,                                     # deeper than Python's stack
    "\ufeff{}",                                        # byte order mark
    "\x00",
]
# fmt: on


@pytest.mark.parametrize("content", BROKEN, ids=lambda c: c[:40])
def test_what_is_no_lock(tmp_path: Path, content: str) -> None:
    (tmp_path / "lock").write_text(content, encoding="utf-8")
    with pytest.raises(ProjectError, match=str(tmp_path / "lock")):
        read_lock(tmp_path / "lock")


@pytest.fixture(scope="module")
def wild(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lock") / "lock"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["quotes", "text", "quote", "place", "start", "end", "urn:a"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_a_lock_or_told(wild: Path, content: object) -> None:
    wild.write_text(json.dumps(content), encoding="utf-8")
    try:
        for locked in read_lock(wild).values():
            assert 0 <= locked.place.start < locked.place.end
    except ProjectError:
        pass
