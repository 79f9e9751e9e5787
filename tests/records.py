"""Proposed links for the invented project of the tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pyoxigraph import NamedNode

from kizuna.proposals.links import ABOUT
from kizuna.proposals.sssom import CHAINED, COMPARED, Record
from support import ID
from wikidata import ENTITY

SKOS = "http://www.w3.org/2004/02/skos/core#"


def record(thing: str, item: str, score: float, **more: object) -> Record:
    made = Record(
        NamedNode(ID + thing),
        NamedNode(f"{SKOS}exactMatch"),
        NamedNode(item if "://" in item else ENTITY + item),
        thing.rpartition("/")[2],
        f"label of {item}",
        COMPARED,
        score,
        date(2026, 1, 2),
        "kizuna link 0",
        comment=f"{ABOUT}a “test”\nname +0.55: en “Alpha”\ntype +0.15: belongs to Q515",
    )
    return replace(made, **more)  # type: ignore[arg-type]


RECORDS = (
    record("organisation/beta-bay", "Q30", 0.7),
    record("organisation/city-of-alpha", "Q20", 0.9),
    record("organisation/city-of-alpha", "Q21", 0.85),
    record("person/anna-example", "Q40", 0.6),
    record("place/alpha", "Q10", 0.95),
    record("place/alpha", "Q11", 0.6),
    record("place/alpha", "https://sws.geonames.org/12/", 0.9, justification=CHAINED),
)
