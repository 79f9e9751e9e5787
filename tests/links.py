"""Projects for the tests of links: the one of this repository, with most of them taken out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from support import ROOT

COUNTRIES = ("place:germany ", "place:japan ", "place:china ")
LEFT_OUT = (
    "clusterplattform-symposium",
    "dwih-symposium",
    "kobe-life-science-nord",
    "programmes",
    "thueringen-japan",
)
"""Files whose things have no items, so that fewer names are looked up."""
FRIENDS = """
@prefix kz: <https://w3id.org/kizuna/ontology#> .
@prefix organisation: <https://w3id.org/kizuna/id/organisation/> .
@prefix place: <https://w3id.org/kizuna/id/place/> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

organisation:shizuoka a kz:HigherEducationInstitution ;
    skos:prefLabel "Shizuoka University"@en , "静岡大学"@ja ;
    skos:altLabel "University of Shizuoka"@en ;
    schema:location place:hamamatsu .

organisation:bmbf schema:location place:germany .
"""


def unlinked(to: Path) -> Path:
    """Return a copy of the project that is linked with the countries and other registers alone."""
    for folder in ("data", "ontology", "shapes"):
        shutil.copytree(ROOT / folder, to / folder)
    shutil.copy(ROOT / "kizuna.toml", to)
    for name in LEFT_OUT:
        (to / f"data/ttl/{name}.ttl").unlink()
    links = to / "data/ttl/links.ttl"
    head, *blocks = links.read_text(encoding="utf-8").split("\n\n")
    kept = [b for b in blocks if b.startswith(("@prefix", *COUNTRIES)) or "wd:" not in b]
    links.write_text("\n\n".join([head, *kept]).rstrip() + "\n", encoding="utf-8")
    (to / "data/ttl/friends.ttl").write_text(FRIENDS, encoding="utf-8")
    return to


@dataclass(frozen=True)
class Linked:
    """A project for which ``kizuna link`` has run, and what it said and asked."""

    root: Path
    out: str
    err: str
    asked: tuple[str, ...]
    agents: frozenset[str]

    def copy(self, to: Path) -> Path:
        shutil.copytree(self.root, to)
        return to
