"""Documents for LOAD, fetched by the front: only from addresses that the publisher allows.

The process that does updates has no network. No redirects are followed, and no proxy is asked.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import replace
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from kizuna.errors import EngineFailed
from kizuna.formats import Kind, carrying
from kizuna.release import Change
from kizuna.release.change import Fetched
from kizuna.web.writing import Writing

SECONDS = 4.0
_ACCEPT = ", ".join(form.media_type for form in carrying(Kind.GRAPH))


class _NoRedirects(HTTPRedirectHandler):
    """Refuses to be sent elsewhere: the address that is allowed is the one that is asked."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the signature is given
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Return None: the answer stays an error."""
        del req, fp, code, msg, headers, newurl
        return None


async def with_documents(change: Change, text: bytes, writing: Writing) -> Change:
    """Return the change with the documents that its LOADs name, as far as they are allowed.

    Raises EngineFailed where one that is not SILENT cannot be fetched, and what ``Scribe.loads``
    raises.
    """
    if b"LOAD" not in text.upper():
        return change
    named = await writing.scribe.loads(text, writing.load_from)
    found = []
    for address, is_silent in named.items():
        try:
            async with asyncio.timeout(writing.scribe.limits.seconds):
                limit = writing.scribe.limits.body_bytes
                found.append(await asyncio.to_thread(_fetched, address, limit))
        except (OSError, ValueError, HTTPException) as error:
            if is_silent:
                continue
            raise EngineFailed(
                f"<{address}> could not be loaded: {error}", hint="Nothing was changed."
            ) from error
    return replace(change, fetched=tuple(found))


def _fetched(address: str, limit: int) -> Fetched:
    """Return the document at an address; blocks. Raises OSError, ValueError and HTTPException."""
    if not address.startswith(("http://", "https://")):
        raise ValueError("only http and https are fetched")
    request = Request(address, headers={"accept": _ACCEPT})  # noqa: S310 - checked above
    opener = build_opener(_NoRedirects, ProxyHandler({}))
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            body = answer.read(limit + 1)
            content_type = answer.headers.get("content-type", "")
    except HTTPError as error:
        error.close()
        raise ValueError(f"status {error.code}") from error
    if len(body) > limit:
        raise ValueError(f"it is larger than {limit} bytes")
    return Fetched(address, content_type, b64encode(body).decode())
