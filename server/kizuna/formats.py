"""Every serialisation the site speaks, written down once.

Negotiation, suffixes, ``Link`` headers, dumps and documentation are made from ``FORMATS``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from pyoxigraph import QueryResultsFormat, RdfFormat


class Kind(Enum):
    """What a format can carry."""

    GRAPH = "triples"
    DATASET = "quads"
    ROWS = "SELECT results"
    TRUTH = "ASK results"
    PAGE = "a page for people"


@dataclass(frozen=True, slots=True, eq=False)  # there is one of each
class Format:
    """One serialisation: the names by which the world knows it, and the engine's own.

    ``version`` is that of RDF, for formats that only a client gets who asks for it by name.
    """

    name: str
    suffix: str
    media_type: str
    kinds: frozenset[Kind]
    aliases: tuple[str, ...] = ()
    charset: bool = False
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None
    file_type: str = ""
    version: str = ""

    @property
    def content_type(self) -> str:
        """The value of a ``Content-Type`` header, charset included where text needs one."""
        version = f"; version={self.version}" if self.version else ""
        return f"{self.media_type}{version}" + ("; charset=utf-8" if self.charset else "")

    @property
    def iri(self) -> str:
        """The IRI of the format at W3C; empty where it has none."""
        known = self.rdf or self.results
        return _IRIS.get(self.suffix, known.iri if known is not None else "")

    @property
    def media_types(self) -> tuple[str, ...]:
        """All media types that mean this format, the registered one first."""
        return (self.media_type, *self.aliases)


# https://www.w3.org/ns/formats/: the engine knows JSON-LD by another name.
_IRIS = {"jsonld": "http://www.w3.org/ns/formats/JSON-LD"}
_FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"
_GRAPH = frozenset({Kind.GRAPH})
_BOTH = frozenset({Kind.GRAPH, Kind.DATASET})
_RESULTS = frozenset({Kind.ROWS, Kind.TRUTH})

# fmt: off
FORMATS: tuple[Format, ...] = (
    Format("HTML", "html", "text/html", frozenset({Kind.PAGE}),
           aliases=("application/xhtml+xml",), charset=True, file_type=f"{_FILE_TYPES}HTML"),
    Format("Turtle", "ttl", "text/turtle", _GRAPH,
           aliases=("application/x-turtle",), charset=True,
           rdf=RdfFormat.TURTLE, file_type=f"{_FILE_TYPES}RDF_TURTLE"),
    Format("JSON-LD", "jsonld", "application/ld+json", _BOTH, aliases=("application/json",),
           rdf=RdfFormat.JSON_LD, file_type=f"{_FILE_TYPES}JSON_LD"),
    Format("N-Triples", "nt", "application/n-triples", _GRAPH,
           aliases=("text/plain",), rdf=RdfFormat.N_TRIPLES,
           file_type=f"{_FILE_TYPES}RDF_N_TRIPLES"),
    Format("RDF/XML", "rdf", "application/rdf+xml", _GRAPH,
           aliases=("application/xml", "text/xml"), rdf=RdfFormat.RDF_XML,
           file_type=f"{_FILE_TYPES}RDF_XML"),
    Format("TriG", "trig", "application/trig", _BOTH,
           aliases=("application/x-trig",), charset=True,
           rdf=RdfFormat.TRIG, file_type=f"{_FILE_TYPES}RDF_TRIG"),
    Format("N-Quads", "nq", "application/n-quads", _BOTH,
           aliases=("text/x-nquads",), rdf=RdfFormat.N_QUADS,
           file_type=f"{_FILE_TYPES}RDF_N_QUADS"),
    Format("SPARQL JSON", "json", "application/sparql-results+json", _RESULTS,
           aliases=("application/json",), results=QueryResultsFormat.JSON,
           file_type=f"{_FILE_TYPES}SPARQLRESJSON"),
    Format("SPARQL XML", "xml", "application/sparql-results+xml", _RESULTS,
           aliases=("application/xml", "text/xml"), results=QueryResultsFormat.XML,
           file_type=f"{_FILE_TYPES}SPARQLRES"),
    Format("CSV", "csv", "text/csv", frozenset({Kind.ROWS}), charset=True,
           results=QueryResultsFormat.CSV, file_type=f"{_FILE_TYPES}CSV"),
    Format("TSV", "tsv", "text/tab-separated-values", frozenset({Kind.ROWS}), charset=True,
           results=QueryResultsFormat.TSV, file_type=f"{_FILE_TYPES}TSV"),
)
# fmt: on

_HAS_TRIPLE_TERMS = {"ttl", "nt", "trig", "nq"}
VERSIONED: tuple[Format, ...] = tuple(
    replace(
        form,
        name=f"{form.name} 1.2",
        suffix=f"{form.suffix}12",
        aliases=(),
        version="1.2",
        file_type="",
    )
    for form in FORMATS
    if form.suffix in _HAS_TRIPLE_TERMS
)
"""The formats of RDF 1.2, in which claims are reifiers of the statements that they are about."""
BY_SUFFIX: dict[str, Format] = {f.suffix: f for f in FORMATS}
HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS = (
    BY_SUFFIX[s] for s in ("html", "ttl", "jsonld", "nt", "rdf", "trig", "nq")
)


def carrying(kind: Kind) -> tuple[Format, ...]:
    """Return the formats that can carry ``kind``, in the publisher's order of preference.

    >>> [f.suffix for f in carrying(Kind.GRAPH)]
    ['ttl', 'jsonld', 'nt', 'rdf', 'trig', 'nq']
    >>> [f.suffix for f in carrying(Kind.TRUTH)]
    ['json', 'xml']
    """
    return tuple(f for f in FORMATS if kind in f.kinds)
