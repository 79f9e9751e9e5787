"""What a release holds, counted: the figures of VoID, each equal to what SPARQL counts.

The counts are those of the default graph, in which each triple stands once.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from kizuna.errors import ReleaseBroken
from kizuna.release.terms import Forms
from kizuna.vocabulary import KZ_CLAIM, RDF_TYPE, term

FILE_NAME = "figures.json"
MOST_EXAMPLES = 5
LINKS = frozenset(
    term(name)
    for name in (
        "owl:sameAs",
        "rdfs:seeAlso",
        "schema:sameAs",
        "skos:broadMatch",
        "skos:closeMatch",
        "skos:exactMatch",
        "skos:narrowMatch",
        "skos:relatedMatch",
    )
)
"""The predicates that link things with those of other datasets."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of a release; all go by IRI.

    ``entities`` are the IRIs of things that are described, ``properties`` gives triples, distinct
    subjects and distinct objects of each, ``classes`` the members, ``links`` the triples by the
    beginning of what they lead to, and by predicate. ``examples`` are some things.
    """

    triples: int
    entities: int
    subjects: int
    objects: int
    properties: Mapping[str, tuple[int, int, int]]
    classes: Mapping[str, int]
    vocabularies: tuple[str, ...]
    links: Mapping[str, Mapping[str, int]]
    examples: tuple[str, ...]


def count(published: Iterable[Quad], things: str, forms: Forms) -> Figures:
    """Return the figures of sorted statements; IRIs of things begin with ``things``.

    Values count as the store has them, of which ``forms`` tells: so does SPARQL.
    """
    kept = {written: stored for stored, all_forms in forms.items() for written in all_forms}
    triples, subjects, entities = 0, 0, 0
    uses: Counter[str] = Counter()
    users: Counter[str] = Counter()
    values: defaultdict[str, set[object]] = defaultdict(set)
    classes: Counter[str] = Counter()
    links: defaultdict[str, Counter[str]] = defaultdict(Counter)
    first: dict[str, str] = {}
    for subject, quads in groupby(published, attrgetter("subject")):
        subjects += 1
        iri = subject.value if isinstance(subject, NamedNode) else ""
        is_thing = iri.startswith(things)
        entities += is_thing
        said = {kept.get(quad, quad).triple for quad in quads}
        triples += len(said)
        users.update({triple.predicate.value for triple in said})
        for triple in said:
            predicate, value = triple.predicate.value, triple.object
            uses[predicate] += 1
            values[predicate].add(value)
            if not isinstance(value, NamedNode):
                continue
            if triple.predicate == RDF_TYPE:
                classes[value.value] += 1
                if is_thing and "#" not in iri and triple.object != KZ_CLAIM:
                    first.setdefault(value.value, iri)
            elif triple.predicate in LINKS and is_thing and not value.value.startswith(things):
                links[stem_of(value.value)][predicate] += 1
    largest = sorted(first, key=lambda kind: (-classes[kind], kind))
    return Figures(
        triples=triples,
        entities=entities,
        subjects=subjects,
        objects=len(set().union(*values.values())),
        properties={p: (uses[p], users[p], len(values[p])) for p in sorted(uses)},
        classes=dict(sorted(classes.items())),
        vocabularies=tuple(sorted({stem_of(name) for name in (*uses, *classes)})),
        links={space: dict(sorted(links[space].items())) for space in sorted(links)},
        examples=tuple(dict.fromkeys(first[kind] for kind in largest))[:MOST_EXAMPLES],
    )


def stem_of(iri: str) -> str:
    """Return what an IRI has in common with its neighbours.

    >>> stem_of("http://www.wikidata.org/entity/Q1"), stem_of("https://sws.geonames.org/1/")
    ('http://www.wikidata.org/entity/', 'https://sws.geonames.org/')
    """
    name = iri.rstrip("/#")
    stem = name[: max(name.rfind("/"), name.rfind("#")) + 1]
    return iri if stem.endswith("//") or not stem else stem


def write_figures(folder: Path, figures: Figures) -> None:
    """Write the figures beside the other files of a release."""
    text = json.dumps(asdict(figures), ensure_ascii=False, indent=0) + "\n"
    (folder / FILE_NAME).write_text(text, encoding="utf-8")


def read_figures(folder: Path) -> Figures:
    """Return the figures of the release in ``folder``.

    Raises ReleaseBroken when there are none that can be read.
    """
    path = folder / FILE_NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        found["properties"] = {p: tuple(row) for p, row in found["properties"].items()}
        for name in ("vocabularies", "examples"):
            found[name] = tuple(found[name])
        return Figures(**found)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ReleaseBroken(
            f"{path}: cannot be read: {error}", hint="Build the release again: kizuna build."
        ) from error
