"""What the data says of its own catalogue and dataset, and what is said where it says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kizuna.release.catalogue.saying import Value, say, text
from kizuna.vocabulary import DCAT_DATASET, DCT_DESCRIPTION, DCT_TITLE, RDF_TYPE, term

# Of another kind's own: a release has its own title, identifier and dates.
_OWN = {
    term(name)
    for name in (
        "dct:title",
        "dct:identifier",
        "dct:issued",
        "dct:modified",
        "dcat:landingPage",
        "dcat:version",
    )
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The statements of the file that describes ``catalog`` (the IRI at which it is served).

    ``dataset`` is the dataset that is published, ``publisher`` who publishes it.
    """

    base: str
    catalog: NamedNode
    dataset: NamedNode
    triples: tuple[Triple, ...]

    def values(self, subject: NamedNode, name: str) -> list[Value]:
        """Return what is said of ``subject`` by the predicate with this prefixed name, sorted."""
        predicate = term(name)
        found = (t.object for t in self.triples if (t.subject, t.predicate) == (subject, predicate))
        return sorted((v for v in found if not isinstance(v, Triple)), key=str)

    def one(self, subject: NamedNode, name: str) -> Value:
        """Return the first of what is said, None where nothing is."""
        return next(iter(self.values(subject, name)), None)

    def titles(self, words: str = "") -> list[Literal]:
        """Return the titles of the dataset, followed by ``words``."""
        found = [v for v in self.values(self.dataset, "dct:title") if isinstance(v, Literal)]
        return [text(f"{title.value}{words}", title.language or "") for title in found]

    @property
    def publisher(self) -> Value:
        """Who publishes the dataset, or else the catalogue."""
        named = (self.one(node, "dct:publisher") for node in (self.dataset, self.catalog))
        return next((who for who in named if who is not None), None)

    @property
    def license(self) -> Value:
        """The licence of the dataset, or else of the catalogue."""
        named = (self.one(node, "dct:license") for node in (self.dataset, self.catalog))
        return next((licence for licence in named if licence is not None), None)

    def shared(self) -> Iterator[tuple[NamedNode, Value]]:
        """Yield what is said of the dataset and holds for each of its releases."""
        for triple in self.triples:
            value = triple.object
            is_shared = triple.predicate not in _OWN and triple.predicate != RDF_TYPE
            if triple.subject == self.dataset and is_shared and not isinstance(value, Triple):
                yield triple.predicate, value


def read_facts(quads: Iterable[Quad], base: str) -> Facts:
    """Return what ``quads``, the data of a release, say of the catalogue under ``base``.

    All of each named graph counts in which the catalogue or a dataset is described. Where there is
    no dataset, or it has no title or description, the least that a catalogue needs is added.
    """
    catalog = NamedNode(f"{base}catalog")
    quads = list(quads)
    datasets = sorted(
        (
            q.subject
            for q in quads
            if q.predicate == RDF_TYPE and q.object == DCAT_DATASET
            if isinstance(q.subject, NamedNode)
        ),
        key=str,
    )
    dataset = datasets[0] if datasets else NamedNode(f"{base}catalog#dataset")
    graphs = {q.graph_name for q in quads if q.subject in {catalog, dataset}}
    triples = {q.triple for q in quads if q.graph_name in graphs}
    found = {(t.subject, t.predicate) for t in triples}
    for node in (catalog, dataset):
        for predicate, words in ((DCT_TITLE, base), (DCT_DESCRIPTION, f"Linked data under {base}")):
            if (node, predicate) not in found:
                triples.add(Triple(node, predicate, Literal(words)))
    triples |= set(say(catalog, "dcat:Catalog"))
    return Facts(base, catalog, dataset, tuple(sorted(triples, key=str)))
