"""The files of a release that anyone may take away: the same statements are the same bytes."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse, serialize

from kizuna.errors import NotAcceptable
from kizuna.formats import BY_SUFFIX, JSON_LD, N_QUADS, RDF_XML, TURTLE, Format, Kind, carrying
from kizuna.release.manifest import Manifest
from kizuna.representations import write
from kizuna.representations.writing import MOST_TIDY
from kizuna.vocabulary import DCAT_DATASET, RDF_TYPE

DUMPS = "dumps"
DATASET = "dataset"
REIFIERS = "reifiers"
PACKED = ".gz"
FACTS = "facts.nq"
"""The file with what a release says of itself."""
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Dump:
    """What the name of a file in ``dumps/`` says: ``dataset.ttl.gz`` is the dataset as Turtle.

    ``form`` is None for a file in no format that the site speaks.
    """

    name: str
    stem: str
    form: Format | None
    packed: bool

    @classmethod
    def named(cls, name: str) -> Dump:
        """Return what ``name`` says.

        >>> dump = Dump.named("dataset.ttl.gz")
        >>> dump.stem, dump.form.name, dump.packed, dump.media_type
        ('dataset', 'Turtle', True, 'application/gzip')
        """
        inner = name.removesuffix(PACKED)
        stem, _, suffix = inner.rpartition(".")
        return cls(name, stem, BY_SUFFIX.get(suffix), inner != name)

    @property
    def media_type(self) -> str:
        """The value of ``Content-Type``: a packed file is sent as what it is."""
        if self.packed:
            return "application/gzip"
        return self.form.content_type if self.form is not None else "application/octet-stream"


def write_dumps(
    folder: Path,
    published: Sequence[Quad],
    reifiers: Iterable[Quad],
    tables: Mapping[str, bytes],
    manifest: Manifest,
) -> None:
    """Write the dataset in every RDF format, its ontology and shapes, and tables as CSV.

    ``published`` is sorted; the roles of named graphs in the manifest name the files of ontology
    and shapes. Reifiers stand apart, for readers of RDF 1.2. Each file has a packed twin. Where
    RDF/XML has no words for a statement, its file is left out.
    """
    prefixes, roles = manifest.prefixes, manifest.roles
    folder.mkdir()
    for form in carrying(Kind.GRAPH):
        with suppress(NotAcceptable):
            _write(folder / f"{DATASET}.{form.suffix}", published, form, prefixes)
    for role in sorted(set(roles.values())):
        parts = [q for q in published if roles.get(getattr(q.graph_name, "value", "")) == role]
        _write(folder / f"{role}.{TURTLE.suffix}", parts, TURTLE, prefixes)
    with (folder / f"{REIFIERS}.nt").open("w", encoding="utf-8") as lines:
        lines.writelines(f"{q.triple} .\n" for q in reifiers)
    for name, data in tables.items():
        (folder / f"{name}.csv").write_bytes(data)
    with ThreadPoolExecutor() as packers:  # zlib works without the interpreter's lock
        list(packers.map(_pack, sorted(folder.iterdir())))


def names_of(roles: Iterable[str], tables: Iterable[str]) -> list[str]:
    """Return the names of the files of a release with these roles of graphs, and these tables."""
    plain = [f"{DATASET}.{form.suffix}" for form in carrying(Kind.GRAPH)]
    plain += [f"{role}.{TURTLE.suffix}" for role in sorted(set(roles))]
    plain += [f"{REIFIERS}.nt", *(f"{name}.csv" for name in tables)]
    return sorted(name for each in plain for name in (each, each + PACKED))


def _write(path: Path, quads: Sequence[Quad], form: Format, prefixes: Mapping[str, str]) -> None:
    """Write statements into a file: tidily, or where there are many, as they come.

    Raises NotAcceptable where RDF/XML has no words for one.
    """
    if len(quads) <= MOST_TIDY or form is RDF_XML or form.rdf is None:
        path.write_bytes(write(quads, form, dict(prefixes)))
        return
    keeps_graphs = Kind.DATASET in form.kinds and form is not JSON_LD
    shortened = {} if form.rdf in {RdfFormat.N_TRIPLES, RdfFormat.N_QUADS} else dict(prefixes)
    rows: Iterable[Quad] | Iterable[Triple] = quads if keeps_graphs else _merged(quads)
    serialize(rows, path, form.rdf, prefixes=shortened)


def _merged(quads: Iterable[Quad]) -> Iterator[Triple]:
    """Yield each triple once; those of several graphs follow one another."""
    return (triple for triple, _ in groupby(quads, attrgetter("triple")))


def _pack(path: Path) -> None:
    """Write a packed twin, in which no name and no time is (RFC 1952, section 2.3)."""
    with (
        path.open("rb") as plain,
        path.with_name(path.name + PACKED).open("wb") as file,
        gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, filename="", mtime=0) as out,
    ):
        shutil.copyfileobj(plain, out, 1 << 20)


def write_facts(folder: Path, published: Sequence[Quad], base: str) -> None:
    """Write beside the dumps the graphs in which a release describes itself, as N-Quads.

    Its catalogue is to be what was said then, whatever the files say later.
    """
    catalog = NamedNode(f"{base}catalog")
    named = {q.subject for q in published if (q.predicate, q.object) == (RDF_TYPE, DCAT_DATASET)}
    graphs = {q.graph_name for q in published if q.subject == catalog or q.subject in named}
    facts = (q for q in published if q.graph_name in graphs)
    serialize(facts, folder / FACTS, format=RdfFormat.N_QUADS)


def statements_of(folder: Path, graph: NamedNode) -> Iterator[Quad]:
    """Yield the statements of one named graph as they were parsed, not as the store has them.

    They are read from the dumps in ``folder`` line by line, so that memory does not grow with them.
    """
    end = f" {graph} .\n".encode()
    with (folder / f"{DATASET}.{N_QUADS.suffix}").open("rb") as lines:
        for line in lines:
            if line.endswith(end):
                yield from (q for q in parse(line, RdfFormat.N_QUADS) if q.graph_name == graph)
