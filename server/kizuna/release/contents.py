"""The files of a release beside its store: the index of descriptions, full text, figures, dumps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kizuna.engine import (
    FRAGMENTS_FILE,
    SEARCH_FILE,
    EmbeddedEngine,
    Query,
    write_fragments,
    write_index,
    write_search,
)
from kizuna.formats import BY_SUFFIX, Kind
from kizuna.iris import Addresses
from kizuna.release.dumps import DUMPS, write_dumps, write_facts
from kizuna.release.figures import count, write_figures
from kizuna.release.manifest import Manifest
from kizuna.release.terms import Forms
from kizuna.vocabulary import RDF_TYPE

INDEX_FILE = "descriptions.sqlite"
_CSV = {Kind.ROWS: BY_SUFFIX["csv"]}

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Statements:
    """What a release says, sorted, and the reifiers of its claims, which stand apart.

    ``forms`` tells which statements the store has in another form.
    """

    published: Sequence[Quad]
    reifiers: Iterable[Quad]
    forms: Forms


def write_contents(
    folder: Path,
    store: Path,
    statements: Statements,
    manifest: Manifest,
    progress: Progress = lambda _: None,
) -> None:
    """Write what is made from the statements of a release into ``folder``, as they were written.

    ``store`` holds them too, and answers the queries of the manifest's tables.

    Raises KizunaError where one of these cannot be answered.
    """
    published = statements.published
    progress("fragments")
    asked = (q.triple for q in published if manifest.merged or q.graph_name == DefaultGraph())
    write_fragments(folder / FRAGMENTS_FILE, asked)
    progress("index of descriptions")
    write_index(folder / INDEX_FILE, published)
    progress("full-text index")
    write_search(folder / SEARCH_FILE, published)
    progress("figures")
    write_figures(folder, count(published, Addresses(manifest.base).things, statements.forms))
    progress("tables")
    tables = _tables(store, folder / SEARCH_FILE, manifest)
    progress("dumps")
    write_facts(folder, published, manifest.base)
    write_dumps(folder / DUMPS, published, statements.reifiers, tables, manifest)


def _tables(store: Path, search: Path, manifest: Manifest) -> dict[str, bytes]:
    """Return the answers that are published as CSV, by name of the query."""
    if not manifest.tables:
        return {}
    engine = EmbeddedEngine(store, index=search)
    endpoint = f"{manifest.base}sparql"
    return {
        name: engine.answer(Query(text, endpoint), _CSV).body
        for name, text in manifest.tables.items()
    }


def members(quads: Iterable[Quad]) -> Counter[str]:
    """Return how many subjects have each class."""
    pairs = {(q.subject, q.object) for q in quads if q.predicate == RDF_TYPE}
    return Counter(kind.value for _, kind in pairs if isinstance(kind, NamedNode))
