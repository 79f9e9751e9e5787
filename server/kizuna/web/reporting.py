"""That there is nothing, or nothing so, told in the RDF that was asked for (HTTP in RDF)."""

from __future__ import annotations

from http import HTTPStatus

from pyoxigraph import BlankNode, Literal, NamedNode, Quad
from starlette.requests import Request

from kizuna.errors import NotAcceptable
from kizuna.formats import BY_SUFFIX, Format, Kind, carrying
from kizuna.representations import write
from kizuna.vocabulary import PREFIXES, RDF_TYPE, term
from kizuna.web.dependencies import accept_of
from kizuna.web.negotiation import negotiate

RDF = carrying(Kind.GRAPH)
TOLD_IN_RDF = {HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE}
"""What is told in the RDF that was asked for; 410 is in ``gone``."""
_HTTP = "http://www.w3.org/2011/http#"
_PREFIXES = {"http": _HTTP, "dct": PREFIXES["dct"], "rdfs": PREFIXES["rdfs"]}
_INTEGER = term("xsd:integer")
_DESCRIPTION, _COMMENT = term("dct:description"), term("rdfs:comment")


def graph_format(request: Request, otherwise: Format) -> Format | None:
    """Return which RDF the suffix of the address asks for, or else ``Accept``.

    None for no RDF: where a client likes the format ``otherwise`` as well, it gets that.
    """
    by_suffix = BY_SUFFIX.get(request.scope["path"].rpartition(".")[2])
    if by_suffix in RDF:
        return by_suffix
    try:
        form = negotiate(accept_of(request), (otherwise, *RDF))
    except NotAcceptable:
        return None
    return None if form is otherwise else form


def report(form: Format, status: HTTPStatus, detail: str, hint: str) -> bytes:
    """Return an answer of HTTP as RDF (https://www.w3.org/TR/HTTP-in-RDF10/)."""
    answer = BlankNode("answer")
    told = ((_DESCRIPTION, detail), (_COMMENT, hint))
    number = Literal(str(status.value), datatype=_INTEGER)
    quads = [
        Quad(answer, RDF_TYPE, NamedNode(_HTTP + "Response")),
        Quad(answer, NamedNode(_HTTP + "statusCodeNumber"), number),
        Quad(answer, NamedNode(_HTTP + "reasonPhrase"), Literal(status.phrase)),
        *(Quad(answer, name, Literal(text, language="en")) for name, text in told if text),
    ]
    return write(quads, form, _PREFIXES)
