"""A request as a query: the three ways of SPARQL 1.1 Protocol, section 2.1."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from kizuna.engine import Query
from kizuna.errors import BadQuery, Refused
from kizuna.web.paths import node

MOST_BYTES = 2_000_000
MOST_FIELDS = 1_000
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
_CHARSETS = {"utf-8", "us-ascii"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its dataset as the request names it."""

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]

    def query(self, base: str) -> Query:
        """Return the query; either list of graphs makes the other empty (section 2.1.4)."""
        given = bool(self.default_graphs or self.named_graphs)
        return Query(
            self.text,
            base,
            default_graphs=self.default_graphs if given else None,
            named_graphs=self.named_graphs if given else None,
        )


async def read_request(request: Request) -> Asked | None:
    """Return what the request asks, None for a GET without a query.

    Raises BadQuery for no query, two, or text that is not UTF-8; Refused for an update;
    BadAddress for a graph that is no IRI; HTTPException 413 and 415.
    """
    fields = _fields(request.scope["query_string"])
    if request.method == "POST":
        fields += await _posted(request)
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    if "update" in found:
        raise _no_updates()
    texts = found.get("query", [])
    if not texts and request.method != "POST":
        return None
    if len(texts) != 1 or not texts[0].strip():
        number = "no query" if not any(texts) else f"{len(texts)} queries"
        raise BadQuery(f"the request holds {number}", hint="Send exactly one as query=…")
    graphs = (found.get("default-graph-uri", []), found.get("named-graph-uri", []))
    default, named = (tuple(node(iri).value for iri in iris) for iris in graphs)
    return Asked(texts[0], default, named)


async def _posted(request: Request) -> list[tuple[str, str]]:
    """Return the fields of a POST's body; a query that is the body is a field too."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    kind = header.get_content_type() if header["content-type"] else ""
    charset = str(header.get_param("charset", "utf-8")).lower()
    if kind == UPDATE:
        raise _no_updates()
    if kind not in {FORM, DIRECT} or charset not in _CHARSETS:
        raise HTTPException(415, f"send the query as {FORM} or {DIRECT}, in UTF-8")
    body = await _body(request)
    if kind == FORM:
        return _fields(body)
    try:
        return [("query", body.decode())]
    except UnicodeDecodeError as error:
        raise BadQuery(f"the query is not UTF-8: {error}", hint="Send it in UTF-8.") from error


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"the request is larger than {MOST_BYTES} bytes")
    return bytes(body)


def _fields(encoded: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form, each decoded exactly once."""
    try:
        return parse_qsl(
            encoded.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise BadQuery(
            f"the request's fields cannot be read: {error}",
            hint="Percent-encode them as UTF-8.",
        ) from error


def _no_updates() -> Refused:
    return Refused("updates over HTTP are not open here", hint="The data changes by new releases.")
