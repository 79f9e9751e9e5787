"""Helpers of the tests: a small whole project to break, and what the program says about it.

``projects/bridge`` has invented documents, so its quotes can always be compared; the ontology and
the shapes are the real ones, copied beside it.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from kizuna import cli
from kizuna.checks import Report, check_project
from kizuna.checks.questions import read_queries
from kizuna.iris import Addresses
from kizuna.project import Project, load_project
from kizuna.project.lock import lock_of, write_lock
from kizuna.release import Publication, Release, Releases, build_release

ROOT = Path(__file__).parents[1]
BRIDGE = ROOT / "tests" / "projects" / "bridge"
BASE = "https://w3id.org/kizuna/"
LANGUAGES = ("en", "de", "ja")
ID = BASE + "id/"
# Where the real texts are, a test says by itself: the invented projects have theirs beside them.
_DOCUMENTS = os.environ.pop("KIZUNA_DOCUMENTS", "")


def real_texts() -> Path | None:
    """Return the folder of the real documents' texts, None where they are not on this machine."""
    places = (_DOCUMENTS, str(ROOT.parent / "shared" / "documents"))
    return next((Path(p) for p in places if p and any(Path(p).glob("*.txt"))), None)


def copy_bridge(to: Path) -> Path:
    """Return a fresh copy of the project in the new folder ``to``, with ontology and shapes."""
    shutil.copytree(BRIDGE, to)
    for folder in ("ontology", "shapes"):
        (to / folder).mkdir()
        for path in (ROOT / folder).glob("*.ttl"):
            shutil.copy(path, to / folder)
    shutil.copy(ROOT / "pages.toml", to)
    return to


def load(root: Path, documents: Path | None = None) -> Project:
    """Return the project in ``root``, its texts from ``documents`` or from its own folder."""
    texts = documents or root / "data" / "documents"
    return load_project(root, Addresses.at(BASE), LANGUAGES, texts)


def check(root: Path, documents: Path | None = None) -> Report:
    """Return what the checks find in the project in ``root``."""
    return check_project(load(root, documents))


def lock(root: Path) -> None:
    """Write the lock of the project in ``root``, as ``kizuna check`` does."""
    project = load(root)
    texts = {d.iri.value: d.sha256 for d in project.documents}
    write_lock(root / "data/documents.lock", lock_of(check_project(project).located, texts))


def build(root: Path, releases: Path | None = None, documents: Path | None = None) -> Release:
    """Return the release of the project in ``root``, built into ``releases``."""
    project = load(root, documents)
    queries = read_queries(root / "queries", BASE)
    tables = {query.name: query.text for query in queries if query.is_table}
    return build_release(
        project,
        check_project(project),
        Releases(releases or root / "releases"),
        publication=Publication(tables=tables),
    )


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str | Path
) -> tuple[int, str, str]:
    """Return the exit status of ``kizuna`` in this process, and what it wrote to both outputs."""
    monkeypatch.setattr(sys, "argv", ["kizuna", *map(str, arguments)])
    status = 0
    try:
        cli.main()
    except SystemExit as end:
        status = int(end.code or 0)
    out, err = capsys.readouterr()
    return status, out, err


def edit(path: Path, old: str, new: str) -> None:
    """Replace ``old`` by ``new`` in a file; ``old`` must be there exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(path: Path, words: str) -> int:
    """Return the line in which ``words`` first stand in a file."""
    data = path.read_bytes()
    return data.count(b"\n", 0, data.index(words.encode())) + 1
