"""Statements as bytes in any of the formats."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import DefaultGraph, Literal, Quad, Triple, serialize

from kizuna.engine.results import check_predicate
from kizuna.errors import NotAcceptable
from kizuna.formats import JSON_LD, RDF_XML, Format, Kind
from kizuna.representations.jsonld import document
from kizuna.representations.reifying import with_reifiers
from kizuna.vocabulary import PREFIXES

MOST_TIDY = 20_000
"""How many triples JSON-LD is made tidy of; what is larger is written as it comes."""


def write(
    quads: Iterable[Quad], form: Format, prefixes: dict[str, str] = PREFIXES, about: str = ""
) -> bytes:
    """Return ``quads`` in ``form``, sorted, so that equal statements are equal bytes.

    Formats for quads keep the named graphs; the others, and JSON-LD, get the RDF merge of them.
    In a format of RDF 1.2 claims are reifiers too. Where the format has an order, what is said of
    the IRI ``about`` comes first.

    Raises NotAcceptable where the format cannot say it: RDF/XML has no words for some predicates
    and control characters (RDF 1.1 XML Syntax, section 2.14; XML 1.0, section 2.2), and JSON-LD
    none for triple terms.
    """
    if form.rdf is None:
        raise NotAcceptable(f"{form.name} is no RDF format")
    keep = Kind.DATASET in form.kinds and Kind.GRAPH in form.kinds and form.suffix != "jsonld"
    told = with_reifiers(quads) if form.version else quads
    chosen = sorted(set(told if keep else map(_merged, told)), key=str)
    if form is RDF_XML:
        _refuse_what_xml_cannot_say(chosen)
    if form is JSON_LD and len(chosen) <= MOST_TIDY and not any(map(_has_no_json, chosen)):
        return document([q.triple for q in chosen], prefixes, about)
    everything = "\n".join(map(str, chosen))
    used = {p: ns for p, ns in prefixes.items() if ns in everything}
    if keep:
        return serialize(chosen, format=form.rdf, prefixes=used) or b""
    return serialize((q.triple for q in chosen), format=form.rdf, prefixes=used) or b""


def _merged(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())


def _has_no_json(quad: Quad) -> bool:
    """Tell whether tidy JSON-LD has no words for a statement: triple terms, base directions."""
    value = quad.object
    return isinstance(value, Triple) or (isinstance(value, Literal) and value.direction is not None)


def _refuse_what_xml_cannot_say(quads: Iterable[Quad]) -> None:
    for quad in quads:
        check_predicate(quad.predicate.value)
        text = getattr(quad.object, "value", "")
        if any((ord(c) < 0x20 and c not in "\t\n\r") or c in "\ufffe\uffff" for c in text):
            raise NotAcceptable(
                f"RDF/XML cannot hold a control character in a value of <{quad.subject}>",
                hint="Ask for another format, for example text/turtle.",
            )
