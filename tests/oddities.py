"""The small project with markup in every text, a thing that is gone and a text that is published."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from browsing import on_a_port
from kizuna.checks import check_project
from kizuna.engine import EmbeddedEngine
from kizuna.iris import Addresses
from kizuna.project import load_project
from kizuna.release import Publication, Release, Releases, build_release
from kizuna.web import create_app, open_site

SMALL = Path(__file__).parent / "projects" / "small"
BASE = "https://example.org/small/"
HOSTILE = "<script>alert(7)</script><img src=x onerror=alert(8)>"
_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"@(en|de|ja)')
_TITLE = re.compile(r"^(# (?:title|description|column [a-z]+)@[a-z]+: .*)$", re.MULTILINE)
_GONE = f"""
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{BASE}id/field/gone> a <https://w3id.org/kizuna/ontology#TechnologyField> ; skos:prefLabel "Gone"@en .
"""
_PUBLISHED = Publication((f"{BASE}id/document/fair-report",), "https://example.org/?{title}={iri}")


@contextmanager
def odd_site(folder: Path) -> Iterator[str]:
    """Give the address of a server of the odd project, which is made in ``folder``."""
    root = folder / "project"
    shutil.copytree(SMALL, root)
    _injected(root)
    gone = root / "data" / "ttl" / "gone.ttl"
    gone.write_text(_GONE, encoding="utf-8")
    _built(root, folder)
    gone.unlink()
    release = _built(root, folder)
    site = open_site(release, EmbeddedEngine(release.store), root / "queries")
    with on_a_port(create_app(site)) as address:
        yield address
    site.close()


def _injected(root: Path) -> None:
    """Put markup into every text with a language, every question, and into a document."""
    for path in root.rglob("*.ttl"):
        text = path.read_text(encoding="utf-8")
        path.write_text(_TEXT.sub(rf'"\1 {HOSTILE}"@\2', text), encoding="utf-8")
    for path in (root / "queries").glob("*.rq"):
        text = path.read_text(encoding="utf-8")
        path.write_text(_TITLE.sub(rf"\1 {HOSTILE}", text), encoding="utf-8")
    _in_the_text(root, "About 140 people", f"About 140 {HOSTILE} people")


def _in_the_text(root: Path, old: str, new: str) -> None:
    """Change a document, and all that the data say of it."""
    document = root / "data" / "documents" / "fair-report.txt"
    known = hashlib.sha256(document.read_bytes()).hexdigest()
    document.write_text(document.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    changed = hashlib.sha256(document.read_bytes()).hexdigest()
    for path in (root / "data" / "ttl").glob("*.ttl"):
        text = path.read_text(encoding="utf-8").replace(known, changed).replace(old, new)
        path.write_text(text, encoding="utf-8")


def _built(root: Path, folder: Path) -> Release:
    texts = root / "data" / "documents"
    project = load_project(root, Addresses.at(BASE), ("en", "de", "ja"), texts)
    report = replace(check_project(project), findings=())  # markup in a name is found, and refused
    return build_release(project, report, Releases(folder / "releases"), publication=_PUBLISHED)
