"""Documents that strangers send, as triples: strictly, with nothing fetched and bounded depth.

Only the writer process calls this: a document may still hang or crash the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import HTTP

from pyoxigraph import DefaultGraph, RdfFormat, Triple, parse

from kizuna.errors import BadData
from kizuna.formats import FORMATS, JSON_LD, RDF_XML, Format

MULTIPART = "multipart/form-data"
MAX_DEPTH = 100
MAX_PARTS = 100
_BOM = b"\xef\xbb\xbf"
_CHARSETS = {"utf-8", "utf8", "us-ascii"}
_DOCTYPE = re.compile(rb"<!doctype", re.IGNORECASE)
_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)
READABLE: dict[str, Format] = {
    media_type: form for form in FORMATS if form.rdf for media_type in form.media_types
}
"""The formats in which a graph may be sent, by media type."""


def media_type(content_type: str) -> tuple[str, str]:
    """Return the media type and the charset of a ``Content-Type``, in lower case.

    >>> media_type('Text/Turtle; charset="UTF-8"'), media_type("")
    (('text/turtle', 'utf-8'), ('', 'utf-8'))
    """
    header = Message()
    header["content-type"] = content_type
    charset = str(header.get_param("charset", "utf-8")).lower()
    return content_type.partition(";")[0].strip().lower(), charset


def is_readable(content_type: str) -> bool:
    """Tell whether documents of this type are taken."""
    kind, charset = media_type(content_type)
    return charset in _CHARSETS and (kind in READABLE or kind == MULTIPART)


def read_payload(content_type: str, body: bytes, base: str) -> list[Triple]:
    """Return the triples of a document, or of all documents of a multipart form.

    Blank nodes get new labels, so that those of two documents never meet.

    Raises BadData, with a line where the parser tells one.
    """
    if media_type(content_type)[0] == MULTIPART:
        return [t for kind, part in _parts(content_type, body) for t in _read(kind, part, base)]
    return _read(content_type, body, base)


def _parts(content_type: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield type and content of the parts of a form (RFC 7578), in their order."""
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    form = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + body)
    parts = list(form.iter_parts()) if form.is_multipart() else []
    if not parts or len(parts) > MAX_PARTS:
        raise BadData(
            f"the form has {len(parts)} parts, but must have 1 to {MAX_PARTS}",
            hint="Send each document as one part, with its Content-Type (RFC 7578).",
        )
    for part in parts:
        kind = str(part["content-type"] or "") or _kind_of_name(part.get_filename() or "")
        if media_type(kind)[0] not in READABLE:
            raise BadData(
                f"a part of the form is {kind or 'of no type'}, which is no RDF",
                hint="Give each part its Content-Type, for example text/turtle.",
            )
        content = part.get_payload(decode=True)
        yield kind, content if isinstance(content, bytes) else b""


def _kind_of_name(name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    return next((f.media_type for f in READABLE.values() if f.suffix == suffix), "")


def _read(content_type: str, body: bytes, base: str) -> list[Triple]:
    form = READABLE[media_type(content_type)[0]]
    body = body.removeprefix(_BOM)
    _check(form, body)
    kind = form.rdf or RdfFormat.TURTLE
    try:
        quads = list(parse(body, kind, base_iri=base, rename_blank_nodes=True))
    except SyntaxError as error:
        raise BadData(
            f"the document is no {form.name}: {error.msg}",
            line=error.lineno or 0,
            column=error.offset or 0,
            hint="Nothing was changed.",
        ) from error
    except (ValueError, OSError) as error:
        raise BadData(f"the document is no {form.name}: {error}") from error
    if any(q.graph_name != DefaultGraph() for q in quads):
        raise BadData(
            "the document has named graphs, but one graph is written here",
            hint="Send each graph to its own address.",
        )
    return [q.triple for q in quads]


def _check(form: Format, body: bytes) -> None:
    """Pass if the document holds nothing that parsers expand or recurse into without end."""
    if form is RDF_XML and _DOCTYPE.search(body):
        raise BadData(
            "the document has a DOCTYPE, which is not read",
            hint="Write entities out, and remove the declaration.",
        )
    if form is JSON_LD:
        depth = 0
        for mark in _BRACKET.finditer(body):
            depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(mark[0], 0)
            if depth > MAX_DEPTH:
                raise BadData(f"the document nests deeper than {MAX_DEPTH}", hint="Flatten it.")
