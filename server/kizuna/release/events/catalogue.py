"""The members of the catalogue, as DCAT-AP Feeds has them: each of its datasets, and itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import NamedNode, Triple

from kizuna.release.catalogue import Parts, Source, catalogue
from kizuna.release.differing.blank import canonical
from kizuna.vocabulary import DCAT_DATASET, RDF_TYPE, term

_WITH_IT = {term("dcat:CatalogRecord"), term("dcat:DatasetSeries")}


def catalogue_members(source: Source) -> Iterator[tuple[str, list[str]]]:
    """Yield each member, as IRIs stand in N-Triples, with all that is said of it.

    A dataset goes with its distributions and all else that it names but other datasets; the
    catalogue goes with its services, its records and the series of its releases.
    """
    triples = catalogue(source)
    parts = Parts(source, triples)
    kinds = [(t.subject, t.object) for t in triples if t.predicate == RDF_TYPE]
    with_it = {node for node, kind in kinds if kind in _WITH_IT}
    datasets = {node for node, kind in kinds if kind == DCAT_DATASET} - with_it
    for node in sorted(datasets, key=str):
        if isinstance(node, NamedNode):
            yield str(node), _lines(parts.of(node))
    own = [node for node in (source.facts.catalog, *with_it) if isinstance(node, NamedNode)]
    yield str(source.facts.catalog), _lines([t for node in own for t in parts.of(node)])


def _lines(triples: Sequence[Triple]) -> list[str]:
    return canonical({str(triple) for triple in triples})
