"""Statements as bytes in any of the formats.

Between them all stand lines of N-Quads: to sort, merge and choose lines takes a tenth of what the
same takes with terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pyoxigraph import Quad, RdfFormat, Triple, parse, serialize

from kizuna.engine.results import check_predicate
from kizuna.errors import NotAcceptable
from kizuna.formats import JSON_LD, RDF_XML, Format, Kind
from kizuna.representations.jsonld import document
from kizuna.representations.reifying import with_reifiers
from kizuna.vocabulary import PREFIXES, RDF_SUBJECT

MOST_TIDY = 20_000
"""How many triples JSON-LD is made tidy of; what is larger is written as it comes."""
_LINES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
_SUBJECT = f"{RDF_SUBJECT} ".encode()
# Subject, predicate and object of a line, its graph left out.
_ROW = re.compile(
    rb'^(\S+ \S+ (?:<<\(.*\)>>|"[^"\\\n]*(?:\\.[^"\\\n]*)*"\S*|\S+)) .*', re.MULTILINE
)
_STEM = re.compile(rb"<([^<>\s]*[/#:])")
_ENDS = ("/", "#", ":")
_MAYBE_NEW = re.compile(rb'<<\(|"@[A-Za-z0-9-]*--')
# Without one of these no control character is written.
_MAYBE_CONTROL = re.compile(rb"\\[bfuU]")


def write(
    quads: Iterable[Quad], form: Format, prefixes: Mapping[str, str] = PREFIXES, about: str = ""
) -> bytes:
    """Return ``quads`` in ``form``, sorted, so that equal statements are equal bytes.

    Formats for quads keep the named graphs; the others, and JSON-LD, get the RDF merge of them.
    In a format of RDF 1.2 claims are reifiers too. Where the format has an order, what is said of
    the IRI ``about`` comes first.

    Raises NotAcceptable where the format cannot say it: RDF/XML has no words for some predicates
    and control characters (RDF 1.1 XML Syntax, section 2.14; XML 1.0, section 2.2), and JSON-LD
    none for triple terms.
    """
    return write_rows(serialize(quads, format=RdfFormat.N_QUADS) or b"", form, prefixes, about)


def write_rows(
    rows: bytes, form: Format, prefixes: Mapping[str, str] = PREFIXES, about: str = ""
) -> bytes:
    """Return the same as ``write`` for statements in N-Quads as the engine writes them."""
    if form.rdf is None:
        raise NotAcceptable(f"{form.name} is no RDF format")
    if form.version and _SUBJECT in rows:
        quads = with_reifiers(_read(rows, RdfFormat.N_QUADS))
        rows = serialize(quads, format=RdfFormat.N_QUADS) or b""
    keep = Kind.DATASET in form.kinds and Kind.GRAPH in form.kinds and form is not JSON_LD
    lines = sorted({*rows.splitlines()} if keep else {*_ROW.findall(rows)})
    text = (b"\n" if keep else b" .\n").join((*lines, b""))
    if form.rdf in _LINES:
        return text
    if form is JSON_LD and len(lines) <= MOST_TIDY and not _has_no_json(text):
        return document([q.triple for q in _read(text, _LINES[keep])], prefixes, about)
    if form is RDF_XML:
        _refuse_what_xml_cannot_say(text)
    found = _read(text, _LINES[keep])
    return serialize(found, format=form.rdf, prefixes=_used(text, prefixes)) or b""


def write_graphs(rows: bytes, form: Format, prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """Return statements in N-Quads, each in its named graph, in a format that has such graphs.

    Raises NotAcceptable where JSON-LD has no words for a statement.
    """
    if form is not JSON_LD:
        return write_rows(rows, form, prefixes)
    lines = b"\n".join((*sorted({*rows.splitlines()}), b""))
    try:
        return serialize(_read(lines, RdfFormat.N_QUADS), format=RdfFormat.JSON_LD) or b""
    except OSError as error:
        raise NotAcceptable(
            f"this cannot be said in JSON-LD: {error}",
            hint="Ask for another format, for example application/trig.",
        ) from error


def _read(rows: bytes, form: RdfFormat) -> Iterable[Quad]:
    """Yield what ``rows`` say; that they are well-formed is known."""
    return parse(rows, form, lenient=True)


def _used(text: bytes, prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that shorten an IRI in ``text``."""
    heads = {head for stem in set(_STEM.findall(text)) for head in _heads(stem)}
    return {
        prefix: namespace
        for prefix, namespace in prefixes.items()
        if namespace in heads or (not namespace.endswith(_ENDS) and namespace.encode() in text)
    }


@lru_cache(10_000)
def _heads(stem: bytes) -> tuple[str, ...]:
    """Return all beginnings of an IRI that end where namespaces mostly do."""
    text = stem.decode()
    return tuple(text[: n + 1] for n, sign in enumerate(text) if sign in _ENDS)


def _has_no_json(text: bytes) -> bool:
    """Tell whether tidy JSON-LD has no words for a statement: triple terms, base directions."""
    if not _MAYBE_NEW.search(text):
        return False
    values = (quad.object for quad in _read(text, RdfFormat.N_TRIPLES))
    return any(isinstance(v, Triple) or getattr(v, "direction", None) is not None for v in values)


def _refuse_what_xml_cannot_say(text: bytes) -> None:
    for predicate in {line.split(b" ", 2)[1] for line in text.splitlines()}:
        check_predicate(predicate[1:-1].decode())
    if not _MAYBE_CONTROL.search(text):
        return
    for quad in _read(text, RdfFormat.N_TRIPLES):
        words = getattr(quad.object, "value", "")
        if any((ord(c) < 0x20 and c not in "\t\n\r") or c in "\ufffe\uffff" for c in words):
            raise NotAcceptable(
                f"RDF/XML cannot hold a control character in a value of <{quad.subject}>",
                hint="Ask for another format, for example text/turtle.",
            )
