"""The part of a catalogue that one resource is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import BlankNode, NamedNode, Triple

from kizuna.release.catalogue.datasets import file_triples, release_node, without_files
from kizuna.release.catalogue.schemes import scheme_triples
from kizuna.release.catalogue.whole import Source
from kizuna.vocabulary import RDF_TYPE, term

_APART = {term(f"dcat:{kind}") for kind in ("Catalog", "CatalogRecord", "Dataset", "DatasetSeries")}


class Parts:
    """What a catalogue says of each resource, looked up by its subjects."""

    def __init__(self, source: Source, triples: Iterable[Triple]) -> None:
        self._source = source
        self._said: defaultdict[object, list[Triple]] = defaultdict(list)
        for triple in triples:
            self._said[triple.subject].append(triple)
        self._short = {release_node(source.facts, m.id): m for m in without_files(source.manifests)}

    def of(self, resource: NamedNode) -> list[Triple]:
        """Return what is said of one resource, and of what belongs to it, sorted.

        Other datasets, the catalogue and its records are named, but not described. A release has
        its files here also where the whole catalogue leaves them out.
        """
        added: defaultdict[object, list[Triple]] = defaultdict(list)
        for triple in self._files(resource):
            added[triple.subject].append(triple)
        found: set[Triple] = set()
        waiting: list[object] = [resource]
        seen: set[object] = set(waiting)
        while waiting:
            node = waiting.pop()
            stated = [*self._said.get(node, ()), *added.get(node, ())]
            found.update(stated)
            for triple in stated:
                value = triple.object
                if isinstance(value, NamedNode | BlankNode) and value not in seen:
                    seen.add(value)
                    kinds = {t.object for t in self._said.get(value, ()) if t.predicate == RDF_TYPE}
                    if not kinds & _APART:
                        waiting.append(value)
        return sorted(found, key=str)

    def _files(self, resource: NamedNode) -> set[Triple]:
        manifest = self._short.get(resource)
        if manifest is None:
            return set()
        facts = self._source.facts
        said = self._source.own.get(manifest.id, facts)
        found = set(file_triples(facts, said, manifest))
        return found | set(scheme_triples(found))
