"""A manifest is read with suspicion: whatever stands there, the release is whole or broken."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.errors import ReleaseBroken
from kizuna.release.manifest import (
    FILE_NAME,
    FileRecord,
    Manifest,
    read_manifest,
    record_all,
    verify,
    write_manifest,
)

GOOD = Manifest(
    id="0123456789ab", version="2020-01-01-0123456789ab", created="2020-01-01T00:00:00+00:00",
    commit=None, base="https://x.example/", languages=("en", "de"), counts={"triples": 1},
    classes={"urn:c": 1}, graphs={"urn:g": 1}, prefixes={"x": "urn:x:"}, value_classes=("urn:v",),
    files={"a/b": FileRecord("0" * 64, 3)},
)  # fmt: skip


def test_round_trip(tmp_path: Path) -> None:
    write_manifest(tmp_path, GOOD)
    assert read_manifest(tmp_path) == GOOD


def test_records(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"abc")
    (tmp_path / FILE_NAME).write_text("x", encoding="utf-8")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert record_all(tmp_path) == {"a/b": FileRecord(digest, 3)}
    with pytest.raises(ReleaseBroken, match="does not name store/CURRENT"):
        verify(tmp_path, replace(GOOD, files=record_all(tmp_path)))
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "CURRENT").write_bytes(b"")
    verify(tmp_path, replace(GOOD, files=record_all(tmp_path)))


def without(name: str) -> str:
    return json.dumps({k: v for k, v in asdict(GOOD).items() if k != name})


# fmt: off
GARBAGE = [
    b"", b"{", b"null", b"[]", b'"x"', b"{}", b"\xff\xfe", b"\x00", b"[" * 100_000,
    without("files").encode(), without("id").encode(),
    json.dumps(asdict(GOOD) | {"more": 1}).encode(),
    json.dumps(asdict(GOOD) | {"files": 1}).encode(),
    json.dumps(asdict(GOOD) | {"files": {"a": {"sha256": "x"}}}).encode(),
    json.dumps(asdict(GOOD) | {"files": {"a": 1}}).encode(),
    json.dumps(asdict(GOOD) | {"languages": 1}).encode(),
]
# fmt: on


@pytest.mark.parametrize("content", GARBAGE, ids=lambda c: repr(c[:30]))
def test_garbage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(ReleaseBroken, match="cannot be read") as caught:
        read_manifest(tmp_path)
    assert "kizuna build" in caught.value.hint


# fmt: off
NAMES = ["missing", "\x00", "x" * 5_000, "../outside", "/etc/hostname", "", "a\n"]
# fmt: on


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name[:12]))
def test_files_that_are_not_as_recorded(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside").write_text("x", encoding="utf-8")
    (tmp_path / "release" / "store").mkdir(parents=True)
    (tmp_path / "release" / "store" / "CURRENT").write_bytes(b"")
    files = record_all(tmp_path / "release")
    manifest = replace(GOOD, files={**files, name: FileRecord("0" * 64, 1)})
    with pytest.raises(ReleaseBroken, match=r"cannot be read|SHA-256"):
        verify(tmp_path / "release", manifest)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("manifest")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(asdict(GOOD))), JSON))
def test_any_change_is_read_or_told(folder: Path, changes: dict[str, object]) -> None:
    content = json.dumps(asdict(GOOD) | changes)
    (folder / FILE_NAME).write_text(content, encoding="utf-8")
    try:
        verify(folder, read_manifest(folder))
    except ReleaseBroken:
        pass
