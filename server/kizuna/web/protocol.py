"""A request as a query or an update: SPARQL 1.1 Protocol, sections 2.1 and 2.2."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message

from starlette.exceptions import HTTPException
from starlette.requests import Request

from kizuna.engine import Query
from kizuna.errors import BadQuery
from kizuna.release import Act, Change
from kizuna.web.bodies import fields_of, read_body
from kizuna.web.paths import node
from kizuna.web.writing import authorised, writing_of

MOST_BYTES = 2_000_000
QUICKLY_DECODED = 20_000
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
_CHARSETS = {"utf-8", "us-ascii"}
_GRAPHS = ("default-graph-uri", "named-graph-uri")
_USING = ("using-graph-uri", "using-named-graph-uri")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its dataset as the request names it."""

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]

    def fields(self) -> list[tuple[str, str]]:
        """Return the fields of a request that asks the same."""
        default, named = _GRAPHS
        graphs = [(default, iri) for iri in self.default_graphs]
        graphs += [(named, iri) for iri in self.named_graphs]
        return [("query", self.text), *graphs]

    def query(self, base: str) -> Query:
        """Return the query; either list of graphs makes the other empty (section 2.1.4)."""
        given = bool(self.default_graphs or self.named_graphs)
        return Query(
            self.text,
            base,
            default_graphs=self.default_graphs if given else None,
            named_graphs=self.named_graphs if given else None,
        )


@dataclass(frozen=True, slots=True)
class Updating:
    """An update with its dataset as the request names it; it is UTF-8 or will be refused."""

    text: bytes
    using: tuple[str, ...]
    using_named: tuple[str, ...]

    def change(self, base: str, report: str) -> Change:
        """Return the update as a change; a SHACL report is written in the format ``report``."""
        return Change(
            Act.UPDATE, base, using=self.using, using_named=self.using_named, report=report
        )


Fields = list[tuple[str, str]]


async def read_request(request: Request) -> Asked | Updating | None:
    """Return what the request asks or changes, None for a GET without a query.

    Raises BadQuery for no query, two, or text that is not UTF-8; BadAddress for a graph that is no
    IRI; Refused and Unauthorized for an update; HTTPException 405, 413 and 415.
    """
    fields = fields_of(request.scope["query_string"])
    if any(name == "update" for name, _ in fields):
        raise _only_in_body(request)
    if request.method != "POST":
        return _query(_by_name(fields), required=False)
    kind = _kind(request)
    if kind == UPDATE:
        writing = authorised(request)
        body = await read_body(request, writing.scribe.limits.body_bytes)
        return _update(body, _by_name([*fields, ("update", "")]))
    body = await read_body(request, _limit(request))
    fields += await _form(body) if kind == FORM else [("query", _decoded(body))]
    found = _by_name(fields)
    if "update" in found:
        authorised(request)
        return _update(found["update"][0].encode(), found)
    return _query(found, required=True)


async def _form(body: bytes) -> Fields:
    """Return the fields of a form; a long one is decoded on a thread, as that takes a while."""
    if len(body) < QUICKLY_DECODED:
        return fields_of(body)
    return await asyncio.to_thread(fields_of, body)


def _by_name(fields: Fields) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found


def _query(found: Mapping[str, Sequence[str]], *, required: bool) -> Asked | None:
    texts = found.get("query", [])
    if not texts and not required:
        return None
    if len(texts) != 1 or not texts[0].strip():
        number = "no query" if not any(texts) else f"{len(texts)} queries"
        raise BadQuery(f"the request holds {number}", hint="Send exactly one as query=…")
    return Asked(texts[0], *_dataset(found, _GRAPHS))


def _update(text: bytes, found: Mapping[str, Sequence[str]]) -> Updating:
    number = len(found["update"])
    if number != 1 or "query" in found or any(name in found for name in _GRAPHS):
        raise BadQuery(
            "the request holds more than one update",
            hint="Send one update=…, its graphs as using-graph-uri, and no query beside it.",
        )
    return Updating(text, *_dataset(found, _USING))


def _dataset(
    found: Mapping[str, Sequence[str]], names: tuple[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    default, named = (tuple(node(iri).value for iri in found.get(name, ())) for name in names)
    return default, named


def _kind(request: Request) -> str:
    """Return the media type of a POST's body. Raises HTTPException 415 for one not taken."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    kind = header.get_content_type() if header["content-type"] else ""
    charset = str(header.get_param("charset", "utf-8")).lower()
    if kind not in {FORM, DIRECT, UPDATE} or charset not in _CHARSETS:
        raise HTTPException(415, f"send the query as {FORM} or {DIRECT}, in UTF-8")
    return kind


def _limit(request: Request) -> int:
    """Return how large a form or a query may be: larger for those who may write."""
    writing = writing_of(request)
    trusted = writing is not None and writing.allows(request)
    return writing.scribe.limits.body_bytes if writing and trusted else MOST_BYTES


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadQuery(f"the query is not UTF-8: {error}", hint="Send it in UTF-8.") from error


def _only_in_body(request: Request) -> Exception:
    """Return the error for an update in an address (section 2.2)."""
    why = "an update is sent in the body of a POST, not in the address"
    if request.method == "POST":
        return BadQuery(why, hint=f"Send it as {UPDATE}, or as update=… in a form.")
    return HTTPException(405, why, headers={"Allow": "POST"})
