"""The release that follows a write: whether it conforms, what is known of it, how it is named."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store, Triple

from kizuna.checks.shapes import violation_report
from kizuna.errors import NotConforming
from kizuna.formats import BY_SUFFIX
from kizuna.iris import DERIVED, REIFIERS, Addresses
from kizuna.project import Role
from kizuna.release.change import Task
from kizuna.release.manifest import FileRecord, Manifest, record
from kizuna.release.terms import Forms, as_written
from kizuna.representations import write
from kizuna.vocabulary import RDFS_SUBCLASS

ID_DIGITS = 12
_SIZES = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_SIZE = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def new_identifier(parent: str) -> str:
    """Return a name for a release that is written on ``parent``; no two writes get the same."""
    seed = f"{parent}\n{time.time_ns()}\n{os.urandom(8).hex()}"
    return hashlib.sha256(seed.encode()).hexdigest()[:ID_DIGITS]


def check_shapes(store: Store, parent: Manifest, forms: Forms, report: str) -> None:
    """Pass if the data of ``store`` conforms to the shapes in it.

    Graphs have the roles that their files had when the release was built; without shapes there is
    nothing to check. What builds derive is not checked, there as here.

    Raises NotConforming with the report in the format that has the suffix ``report``, if any.
    """
    shapes = [iri for iri, role in parent.roles.items() if role == Role.SHAPES.value]
    if not shapes:
        return
    addresses = Addresses(parent.base)
    apart = {*parent.roles, addresses.graph(DERIVED), addresses.graph(REIFIERS)}
    data = [str(g.value) for g in store.named_graphs() if g.value not in apart]
    ontology = [iri for iri, role in parent.roles.items() if role == Role.ONTOLOGY.value]
    classes = (t for t in _triples(store, ontology, {}) if t.predicate == RDFS_SUBCLASS)
    number, found = violation_report(
        _triples(store, shapes, {}), {*_triples(store, data, forms), *classes}
    )
    if number:
        quads = [Quad(t.subject, t.predicate, t.object) for t in found]
        raise NotConforming(
            f"the write would break the shapes in {number} place{'s' if number > 1 else ''}",
            report=write(quads, BY_SUFFIX[report]).decode() if report else "",
            hint="The report says where and why; nothing was changed.",
        )


def _triples(store: Store, graphs: list[str], forms: Forms) -> Iterator[Triple]:
    for iri in graphs:
        quads = store.quads_for_pattern(None, None, None, NamedNode(iri))
        yield from (q.triple for q in as_written(quads, forms))


def successor(store: Store, task: Task, parent: Manifest) -> Manifest:
    """Return what is known of the release that ``task`` makes, without dumps and index.

    Its files are recorded; those that it shares with its parent by hard links are not read again.
    """
    folder = Path(task.folder)
    return replace(
        parent,
        id=task.identifier,
        version=f"{task.created[:10]}-{task.identifier}",
        created=task.created,
        counts={**parent.counts, "triples": _number(store)},
        graphs=dict(sorted(_sizes(store).items())),
        files=_records(folder, Path(task.parent), parent),
        parent=parent.id,
        origin=parent.origin or parent.id,
        filled=False,
    )


def _sizes(store: Store) -> dict[str, int]:
    """Return how many triples each named graph has, the empty ones too."""
    sizes = {str(graph.value): 0 for graph in store.named_graphs()}
    for row in cast("QuerySolutions", store.query(_SIZES)):
        sizes[str(row["g"].value)] = int(row["n"].value)
    return sizes


def _number(store: Store) -> int:
    """Return how many triples the default graph has."""
    rows = cast("QuerySolutions", store.query(_SIZE, default_graph=DefaultGraph()))
    return int(next(rows)["n"].value)


def _records(folder: Path, parent: Path, known: Manifest) -> dict[str, FileRecord]:
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        shared = name in known.files and _is_same_file(path, parent / name)
        found[name] = known.files[name] if shared else record(path)
    return found


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
