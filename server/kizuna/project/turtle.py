"""Turtle files as values, with faults instead of exceptions, so that all are told at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    QuadParser,
    RdfFormat,
    Triple,
    parse,
)

from kizuna.project.files import Unreadable, read_text
from kizuna.project.positions import Positions, index_positions

MAX_BLANK_NODES = 2_000
MAX_SYNTAX_ERRORS = 20


class Role(Enum):
    """What a Turtle file is for; the value is the folder it stands in."""

    ONTOLOGY = "ontology"
    SHAPES = "shapes"
    DATA = "data/ttl"


@dataclass(frozen=True, slots=True)
class Fault:
    """What kept a file from being read: the check it belongs to, where, what, what to do."""

    check: str
    path: str
    line: int
    column: int
    message: str
    hint: str


@dataclass(frozen=True)
class SourceFile:
    """One Turtle file: its triples in the order of the file, blank nodes labelled canonically."""

    path: str
    role: Role
    graph: NamedNode
    text: str
    prefixes: dict[str, str]
    triples: tuple[Triple, ...]

    @property
    def stem(self) -> str:
        """The file's name without ``.ttl``; it names the graph."""
        return self.path.rpartition("/")[2].removesuffix(".ttl")

    @cached_property
    def positions(self) -> Positions:
        """Where in the file each subject, predicate and object stands."""
        return index_positions(self.text, self.graph.value)

    @property
    def quads(self) -> Iterator[Quad]:
        """The triples in the file's own graph."""
        return (Quad(t.subject, t.predicate, t.object, self.graph) for t in self.triples)


def read_turtle(root: Path, path: Path, role: Role, graph: str) -> SourceFile | tuple[Fault, ...]:
    """Return the Turtle file at ``path`` as triples of ``graph``, or all that is wrong with it.

    Relative IRIs are resolved against the graph's IRI. Turtle 1.1 as W3C tests it, strictly.
    """
    name = path.relative_to(root).as_posix()
    try:
        text = read_text(path)
    except Unreadable as error:
        return (Fault("file", name, error.line, 0, error.message, error.hint),)
    reader = parse(text.encode(), RdfFormat.TURTLE, base_iri=graph)
    parsed, faults = _parse(name, reader)
    nodes = {term for triple in parsed for term in triple if isinstance(term, BlankNode)}
    if len(nodes) > MAX_BLANK_NODES:
        message = f"has {len(nodes)} blank nodes, more than {MAX_BLANK_NODES}"
        return (Fault("file", name, 0, 0, message, "Give the things IRIs, or split the file."),)
    newer = next(filter(_needs_rdf_1_2, parsed), None)
    if newer:
        faults.append(_newer_fault(name, newer, index_positions(text, graph)))
    if faults:
        return tuple(faults)
    stem = path.name.removesuffix(".ttl")
    triples = _canonical(parsed, stem) if nodes else tuple(parsed)
    return SourceFile(name, role, NamedNode(graph), text, reader.prefixes, triples)


def _parse(name: str, reader: QuadParser) -> tuple[list[Triple], list[Fault]]:
    """Return the triples of a file and its syntax errors; the parser goes on after each."""
    triples: list[Triple] = []
    faults: list[Fault] = []
    while len(faults) < MAX_SYNTAX_ERRORS:
        try:
            quad = next(reader)
        except StopIteration:
            break
        except SyntaxError as error:
            faults.append(_syntax_fault(name, error))
        else:
            triples.append(Triple(quad.subject, quad.predicate, quad.object))
    return triples, faults


def _needs_rdf_1_2(triple: Triple) -> bool:
    """Tell whether the statement says what RDF 1.1 cannot: the parser reads Turtle 1.2 too."""
    value = triple.object
    return isinstance(value, Triple) or bool(getattr(value, "direction", None))


def _newer_fault(name: str, triple: Triple, at: Positions) -> Fault:
    """Return the fault for a statement of RDF 1.2, placed where its parts stand."""
    inner = triple.object if isinstance(triple.object, Triple) else triple
    names = [(getattr(t.subject, "value", ""), t.predicate.value) for t in (triple, inner)]
    line, column = next(filter(None, (at.find(*spot) for spot in names)), (0, 0))
    message = "is RDF 1.2: triple terms, reifiers and text directions"
    hint = "Write a kz:Claim with rdf:subject, rdf:predicate and rdf:object instead."
    return Fault("syntax", name, line, column, message, hint)


def _syntax_fault(name: str, error: SyntaxError) -> Fault:
    """Return the parser's complaint; its text begins with the position, which is told apart."""
    message = str(error.msg or error).partition(": ")[2] or str(error)
    hint = (
        "Mend the Turtle: prefixes are declared, strings closed, statements end with a full stop."
    )
    return Fault("syntax", name, error.lineno or 1, error.offset or 1, message, hint)


def _canonical(triples: list[Triple], stem: str) -> tuple[Triple, ...]:
    """Return ``triples`` with RDFC-1.0 labels, made unique among files by the stem."""
    canonical = Dataset(Quad(*triple) for triple in triples)
    canonical.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    prefix = "".join(c if c.isalnum() and c.isascii() else f"_{ord(c):x}_" for c in stem)

    def renamed(term: object) -> object:
        return BlankNode(f"{prefix}-{term.value}") if isinstance(term, BlankNode) else term

    labelled = (Triple(*(renamed(t) for t in quad.triple)) for quad in canonical)  # type: ignore[arg-type]
    return tuple(sorted(labelled, key=str))
