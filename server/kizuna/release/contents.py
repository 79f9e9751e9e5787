"""The files of a release beside its store: the index of descriptions, full text, dumps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from kizuna.engine import SEARCH_FILE, write_index, write_search
from kizuna.formats import Kind, carrying
from kizuna.representations import write
from kizuna.vocabulary import RDF_TYPE

INDEX_FILE = "descriptions.sqlite"
DUMPS = "dumps"

Progress = Callable[[str], None]


def write_contents(
    folder: Path,
    published: Sequence[Quad],
    reifiers: Iterable[Quad],
    prefixes: Mapping[str, str],
    progress: Progress = lambda _: None,
) -> None:
    """Write what is made from the statements of a release into ``folder``, as they were written."""
    progress("index of descriptions")
    write_index(folder / INDEX_FILE, published)
    progress("full-text index")
    write_search(folder / SEARCH_FILE, published)
    progress("dumps")
    _write_dumps(folder / DUMPS, published, reifiers, prefixes)


def _write_dumps(
    folder: Path, published: Sequence[Quad], reifiers: Iterable[Quad], prefixes: Mapping[str, str]
) -> None:
    """Write the whole dataset in every RDF format; reifiers apart, for readers of RDF 1.2."""
    folder.mkdir()
    for form in carrying(Kind.GRAPH):
        data = write(published, form, dict(prefixes))
        (folder / f"dataset.{form.suffix}").write_bytes(data)
    lines = (f"{q.triple} .\n" for q in reifiers)
    (folder / "reifiers.nt").write_text("".join(lines), encoding="utf-8")


def members(quads: Iterable[Quad]) -> Counter[str]:
    """Return how many subjects have each class."""
    pairs = {(q.subject, q.object) for q in quads if q.predicate == RDF_TYPE}
    return Counter(kind.value for _, kind in pairs if isinstance(kind, NamedNode))
