"""Wikidata on this machine, and projects to link with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from links import Linked, unlinked
from live import kizuna
from wikidata import Server, wikidata


@pytest.fixture(scope="session")
def served() -> Iterator[Server]:
    with wikidata() as server:
        yield server


@pytest.fixture
def server(served: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Wikidata, well-behaved again, with the settings that lead to it."""
    served.clear()
    for name, value in served.environ.items():
        monkeypatch.setenv(name, value)
    return served


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return unlinked(tmp_path / "project")


@pytest.fixture(scope="session")
def linked(served: Server, tmp_path_factory: pytest.TempPathFactory) -> Linked:
    root = unlinked(tmp_path_factory.mktemp("linked") / "project")
    served.clear()
    done = kizuna("link", str(root), "--json", **served.environ)
    assert done.returncode == 0, done.stderr
    return Linked(root, done.stdout, done.stderr, tuple(served.seen), frozenset(served.agents))
