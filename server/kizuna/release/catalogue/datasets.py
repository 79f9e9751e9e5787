"""The dataset as it is now, each of its releases, and the series that these make (DCAT 3, 11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.release.catalogue.distributions import distribution_triples, distributions
from kizuna.release.catalogue.facts import Facts
from kizuna.release.catalogue.saying import say, text, texts, typed
from kizuna.release.dumps import DUMPS
from kizuna.release.manifest import Manifest

MOST_WITH_FILES = 20
"""How many releases, the newest ones, the catalogue lists with their files.

Each takes 50 kB: portals read all of it at each visit. Those of older ones stand at their address.
"""
_SERIES = {"en": "all releases", "de": "alle Ausgaben", "ja": "全リリース"}
_NOTES = {
    "en": "Release {0} of {1} triples: {3} claims from {2} documents.",
    "de": "Ausgabe {0} mit {1} Tripeln: {3} Belege aus {2} Dokumenten.",
    "ja": "リリース {0}：トリプル {1} 件、{2} 点の文書からの主張 {3} 件。",
}


def series_node(facts: Facts) -> NamedNode:
    """Return the IRI of the series of all releases."""
    return NamedNode(f"{facts.base}catalog#releases")


def release_node(facts: Facts, identifier: str) -> NamedNode:
    """Return the IRI of a release as a dataset."""
    return NamedNode(f"{_place(facts, identifier)}#dataset")


def without_files(manifests: Sequence[Manifest]) -> Sequence[Manifest]:
    """Return those of all releases, the newest first, whose files the catalogue does not list."""
    return manifests[MOST_WITH_FILES:]


def current_triples(
    facts: Facts, current: Manifest, manifests: Sequence[Manifest]
) -> Iterator[Triple]:
    """Yield the dataset as it is now; ``manifests`` are all its releases.

    Its files keep their IRIs from release to release, and lead to those of the current one.
    """
    place = f"{facts.base}catalog"
    oldest = min(manifest.created for manifest in manifests)
    landing = facts.one(facts.dataset, "dcat:landingPage") or NamedNode(facts.base)
    yield from say(
        facts.dataset,
        "dcat:Dataset dcat:Resource",
        ("dct:identifier", facts.one(facts.dataset, "dct:identifier") or text(facts.dataset.value)),
        ("dct:publisher", facts.publisher),
        ("dct:creator", facts.one(facts.dataset, "dct:creator") or facts.publisher),
        ("dcat:landingPage", landing),
        ("dct:issued", facts.one(facts.dataset, "dct:issued") or _date(oldest)),
        ("dct:modified", _date(current.created)),
        ("dcat:version", text(current.version)),
        ("adms:versionNotes", texts(_notes(current))),
        ("dcat:hasCurrentVersion", release_node(facts, current.id)),
        ("dcat:hasVersion", [release_node(facts, manifest.id) for manifest in manifests]),
        ("dcat:distribution", distributions(place, current)),
        ("dct:conformsTo", NamedNode(f"{facts.base}ontology")),
        ("prov:wasGeneratedBy", NamedNode(f"{_place(facts, current.id)}#build")),
    )
    yield from say(NamedNode(f"{facts.base}ontology"), "dct:Standard")
    if isinstance(landing, NamedNode):
        yield from say(landing, "foaf:Document")
    yield from distribution_triples(facts, place, current)


def release_triples(
    facts: Facts, manifests: Sequence[Manifest], own: Mapping[str, Facts]
) -> Iterator[Triple]:
    """Yield each release as a dataset of the series, the newest first; and the series.

    A release is described by its ``own`` facts where they are known: a licence that is changed
    later is not that of what was published before. Old ones stand ``without_files``.
    """
    nodes = [release_node(facts, manifest.id) for manifest in manifests]
    short = {manifest.id for manifest in without_files(manifests)}
    for number, manifest in enumerate(manifests):
        before = nodes[number + 1] if number + 1 < len(nodes) else None
        said = own.get(manifest.id, facts)
        yield from _release(facts, said, manifest, before)
        if manifest.id not in short:
            yield from file_triples(facts, said, manifest)
    created = sorted(manifest.created for manifest in manifests)
    yield from say(
        series_node(facts),
        "dcat:DatasetSeries dcat:Resource",
        ("dct:title", [_of_all(title) for title in facts.titles()]),
        ("dct:description", facts.values(facts.dataset, "dct:description")),
        ("dct:identifier", text(series_node(facts).value)),
        ("dct:publisher", facts.publisher),
        ("dcat:contactPoint", facts.values(facts.dataset, "dcat:contactPoint")),
        ("dct:accrualPeriodicity", facts.values(facts.dataset, "dct:accrualPeriodicity")),
        ("dct:spatial", facts.values(facts.dataset, "dct:spatial")),
        ("dct:temporal", facts.values(facts.dataset, "dct:temporal")),
        ("dct:issued", _date(created[0])),
        ("dct:modified", _date(created[-1])),
        ("dcat:last", nodes[0]),
        ("dcat:first", nodes[-1]),
    )


def _release(
    facts: Facts, said: Facts, manifest: Manifest, before: NamedNode | None
) -> Iterator[Triple]:
    place, node = _place(facts, manifest.id), release_node(facts, manifest.id)
    build = NamedNode(f"{place}#build")
    for predicate, value in said.shared():
        if value is not None:
            yield Triple(node, predicate, value)
    yield from say(
        node,
        "dcat:Dataset dcat:Resource",
        ("dct:title", said.titles(f" ({manifest.version})")),
        ("dct:identifier", text(node.value)),
        ("dct:publisher", said.publisher),
        ("dcat:landingPage", NamedNode(place)),
        ("dct:issued", _date(manifest.created)),
        ("dct:modified", _date(manifest.created)),
        ("dcat:version", text(manifest.version)),
        ("adms:versionNotes", texts(_notes(manifest))),
        ("dcat:isVersionOf", facts.dataset),
        ("dcat:inSeries", series_node(facts)),
        ("dcat:prev", before),
        ("dcat:previousVersion", before),
        ("prov:wasGeneratedBy", build),
    )
    yield from say(NamedNode(place), "foaf:Document")
    yield from say(build, "prov:Activity", ("prov:endedAtTime", _date(manifest.created)))


def file_triples(facts: Facts, said: Facts, manifest: Manifest) -> Iterator[Triple]:
    """Yield the files of a release, which it described as ``said`` does."""
    place = _place(facts, manifest.id)
    node = release_node(facts, manifest.id)
    yield from say(node, "", ("dcat:distribution", distributions(place, manifest)))
    yield from distribution_triples(said, place, manifest)


def _of_all(title: Literal) -> Literal:
    tag = title.language or ""
    return text(f"{title.value}: {_SERIES.get(tag, _SERIES['en'])}", tag)


def _notes(manifest: Manifest) -> dict[str, str]:
    counts = manifest.counts
    numbers = (counts["triples"], counts["documents"], counts["claims"])
    return {tag: words.format(manifest.id, *numbers) for tag, words in _NOTES.items()}


def _date(moment: str) -> Literal:
    return typed(moment, "xsd:dateTime")


def _place(facts: Facts, identifier: str) -> str:
    return f"{facts.base}{DUMPS}/{identifier}"
