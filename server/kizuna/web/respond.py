"""The one place that turns bytes into a response: validators, codings, caching and links.

What every answer carries, whatever it is (CORS, nosniff, the content policy), is added by
``middleware.CommonHeaders``.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from http import HTTPStatus

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kizuna.web.codings import CODINGS, Coding, packed
from kizuna.web.collecting import Collected
from kizuna.web.conditions import check_wanted, http_date, is_held, wanted_ranges
from kizuna.web.negotiation import negotiate_coding

REVALIDATE = "no-cache"
FOREVER = "public, max-age=31536000, immutable"
NOT_KEPT = "no-store"
WORTH_COMPRESSING = 1_000
QUICKLY_COMPRESSED = 20_000


@dataclass(frozen=True)
class Representation:
    """The bytes of one representation. ``language`` is empty where it has none of its own.

    ``tag`` is its entity tag where that is known already.
    """

    body: bytes
    content_type: str
    language: str = ""
    tag: str = ""

    @cached_property
    def etag(self) -> str:
        """The strong entity tag (RFC 9110, section 8.8.3); type and language are part of it."""
        if self.tag:
            return self.tag
        head = f"{self.content_type}\n{self.language}\n".encode()
        return f'"{hashlib.sha256(head + self.body).hexdigest()[:24]}"'

    @cached_property
    def _packed(self) -> dict[str, bytes]:
        return {}

    def packed(self, coding: Coding) -> bytes:
        """Return the body in a coding; equal bodies give equal bytes."""
        held = self._packed.get(coding.name)
        if held is None:
            held = self._packed[coding.name] = coding.pack(self.body)
        return held

    @property
    def weight(self) -> int:
        """About how many bytes it takes in memory, its compressed twins included."""
        return len(self.body) + len(self.body) // 2 + 1_000


@dataclass(frozen=True, slots=True)
class Meta:
    """What is said about a representation beside its bytes.

    ``vary`` names the request headers that chose it; ``content_location`` and ``links`` are
    written as they stand in the headers, in ASCII. ``profile`` is the IRI of the profile that the
    representation follows, ``modified`` when it last may have changed. ``warnings`` say what is
    not in it.
    """

    vary: tuple[str, ...] = ()
    content_location: str = ""
    links: tuple[str, ...] = ()
    cache_control: str = REVALIDATE
    disposition: str = ""
    retry_after: int = 0
    profile: str = ""
    modified: datetime | None = None
    warnings: tuple[str, ...] = ()

    def headers(self) -> dict[str, str]:
        """Return the headers that say this, for a 200 and for a 304 alike."""
        found = {
            "vary": ", ".join((*self.vary, "Accept-Encoding")),
            "content-location": self.content_location,
            "link": ", ".join(self.links),
            "cache-control": self.cache_control,
            "content-disposition": self.disposition,
            "retry-after": str(self.retry_after or ""),
            "content-profile": f"<{self.profile}>" if self.profile else "",
            "last-modified": http_date(self.modified) if self.modified else "",
            "kizuna-warning": _ascii("; ".join(self.warnings)),
        }
        return {name: value for name, value in found.items() if value}


def _ascii(text: str) -> str:
    """Return a text as a header may hold it."""
    return "".join(c if " " <= c <= "~" else "?" for c in text)


NOTHING_MORE = Meta()


def respond(
    request: Request,
    representation: Representation,
    meta: Meta = NOTHING_MORE,
    status: int = HTTPStatus.OK,
) -> Response:
    """Return the response with ``representation``, or 304 where the client has it already.

    A client may ask for one range of its bytes; of several it gets all of it (RFC 9110, section
    14.2). HEAD gets the headers of GET, Content-Length included (section 9.3.2).

    Raises HTTPException 412 where the client wants another version, 416 for a range that is none.
    """
    request.state.repeatable = status == HTTPStatus.OK and meta.cache_control != NOT_KEPT
    body, etag, coding = _coded(request, representation)
    headers = meta.headers() | {"etag": etag}
    if status == HTTPStatus.OK:
        check_wanted(request, etag, meta.modified)
        if is_held(request, etag, meta.modified):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["content-type"] = representation.content_type
    if representation.language:
        headers["content-language"] = representation.language
    if coding:
        headers["content-encoding"] = coding
    if request.state.repeatable:
        headers["accept-ranges"] = "bytes"
        ranges = wanted_ranges(request, len(body), etag, meta.modified)
        if ranges is not None and len(ranges) == 1:
            return _part(body, ranges[0], headers)
    headers["content-length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, status, headers)


def _part(body: bytes, part: tuple[int, int], headers: dict[str, str]) -> Response:
    """Return 206 with the bytes from the first of ``part`` to the last."""
    first, last = part
    headers["content-range"] = f"bytes {first}-{last}/{len(body)}"
    return Response(body[first : last + 1], HTTPStatus.PARTIAL_CONTENT, headers)


async def respond_soon(
    request: Request, representation: Representation, meta: Meta = NOTHING_MORE
) -> Response:
    """Return the same as ``respond``; what takes long to compress is compressed on a thread."""
    coding = _coding(request) if len(representation.body) > QUICKLY_COMPRESSED else None
    if coding is not None:
        await asyncio.to_thread(representation.packed, coding)
    return respond(request, representation, meta)


def stream(
    request: Request, chunks: AsyncGenerator[bytes, None], content_type: str, meta: Meta
) -> Response:
    """Return a response that is sent while its body is still being made.

    It has neither length nor entity tag. If the body breaks off, so does the connection: a part
    is never taken for the whole (RFC 9112, section 8). HTTP/1.0 has no chunks that would tell:
    there it is collected first.
    """
    coding = _coding(request)
    headers = meta.headers() | {"content-type": content_type}
    if coding is not None:
        headers["content-encoding"] = coding.name
    if request.method == "HEAD":
        head = Response(headers=headers, background=BackgroundTask(chunks.aclose))
        del head.headers["content-length"]  # GET has none (RFC 9110, section 8.6)
        return head
    if request.scope["http_version"] < "1.1":
        return Collected(
            chunks, lambda body: respond_soon(request, Representation(body, content_type), meta)
        )
    return StreamingResponse(chunks if coding is None else packed(coding, chunks), headers=headers)


def see_other(
    path: str, links: tuple[str, ...] = (), vary: tuple[str, ...] = ("Accept",)
) -> Response:
    """Return 303 See Other to an ASCII path, for a thing whose description stands there."""
    headers = Meta(vary=vary, links=links).headers() | {"location": path}
    return Response(status_code=HTTPStatus.SEE_OTHER, headers=headers)


def _coded(request: Request, representation: Representation) -> tuple[bytes, str, str]:
    """Return the bytes in the coding that suits the client, their entity tag, the coding's name.

    Each coding has a tag of its own (RFC 9110, section 8.8.3.3).
    """
    coding = _coding(request) if len(representation.body) >= WORTH_COMPRESSING else None
    if coding is None:
        return representation.body, representation.etag, ""
    return representation.packed(coding), f'{representation.etag[:-1]}-{coding.name}"', coding.name


def _coding(request: Request) -> Coding | None:
    return negotiate_coding(", ".join(request.headers.getlist("accept-encoding")), CODINGS)
