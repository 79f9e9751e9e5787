"""Statements as bytes in any of the formats."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import DefaultGraph, Quad, serialize

from kizuna.engine.results import check_predicate
from kizuna.errors import NotAcceptable
from kizuna.formats import RDF_XML, Format, Kind
from kizuna.vocabulary import PREFIXES


def write(quads: Iterable[Quad], form: Format, prefixes: dict[str, str] = PREFIXES) -> bytes:
    """Return ``quads`` in ``form``, sorted, so that equal statements are equal bytes.

    Formats for quads keep the named graphs; the others, and JSON-LD, get the RDF merge of them.

    Raises NotAcceptable where the format cannot say it: RDF/XML has no words for some predicates
    and control characters (RDF 1.1 XML Syntax, section 2.14; XML 1.0, section 2.2).
    """
    if form.rdf is None:
        raise NotAcceptable(f"{form.name} is no RDF format")
    keep = Kind.DATASET in form.kinds and Kind.GRAPH in form.kinds and form.suffix != "jsonld"
    chosen = sorted(set(quads) if keep else {_merged(q) for q in quads}, key=str)
    if form is RDF_XML:
        _refuse_what_xml_cannot_say(chosen)
    used = {p: ns for p, ns in prefixes.items() if any(ns in str(q) for q in chosen)}
    if keep:
        return serialize(chosen, format=form.rdf, prefixes=used) or b""
    return serialize((q.triple for q in chosen), format=form.rdf, prefixes=used) or b""


def _merged(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())


def _refuse_what_xml_cannot_say(quads: Iterable[Quad]) -> None:
    for quad in quads:
        check_predicate(quad.predicate.value)
        text = getattr(quad.object, "value", "")
        if any((ord(c) < 0x20 and c not in "\t\n\r") or c in "\ufffe\uffff" for c in text):
            raise NotAcceptable(
                f"RDF/XML cannot hold a control character in a value of <{quad.subject}>",
                hint="Ask for another format, for example text/turtle.",
            )
