"""Answers about things from the bytes of a request alone: no framework, no event, no thread.

What small things are answered with takes less time to make than the way to it took: the reading of
the request, the layers around every answer, the task that passes them. Whatever is unusual about a
request or its answer is left to that way; what is not, gets the same bytes here (the same functions
make them).
"""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import unquote

from starlette.requests import Request
from starlette.types import Scope

from kizuna.web.hot import REPEATABLE, HotAnswer, in_bytes, is_plain
from kizuna.web.middleware import common_headers
from kizuna.web.plans import planned
from kizuna.web.problems import if_it_works
from kizuna.web.routes.things import told_at_once
from kizuna.web.site import Site

# A request that can be read in one way only (RFC 9112, sections 3 and 5), for the address of a
# thing or its description.
_REQUEST = re.compile(
    rb"(GET|HEAD) (/(?:id|doc)/[!-\"$->@-~]*)(?:\?([!-\"$-~]*))? HTTP/1\.1\r\n"
    rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [!-~]+(?: [!-~]+)*\r\n){1,50})\r\n"
)
_LONGEST = 4_000


def at_once(request: bytes, site: Site) -> tuple[HotAnswer | None, bool]:
    """Return the answer of ``site`` to a whole request, and whether it stays right.

    None where there is none, where it is an error, and where it takes longer.
    """
    answer = if_it_works(lambda: planned(request, site, _scope))
    if answer is not None:
        return answer, True
    scope = _scope(request, site)
    if scope is None:
        return None, False
    response = if_it_works(lambda: told_at_once(Request(scope), site))
    if response is None:
        return None, False
    common = common_headers(response.headers.get("content-type", ""))
    response.raw_headers += [(name.encode(), value.encode()) for name, value in common]
    status, body = HTTPStatus(response.status_code), bytes(response.body)
    answer = in_bytes(status, response.raw_headers, body, scope)
    return answer, bool(scope["state"].get(REPEATABLE))


def _scope(request: bytes, site: Site) -> Scope | None:
    """Return a request as ASGI has it, None where it is unusual or for something else."""
    match = _REQUEST.fullmatch(request) if len(request) <= _LONGEST else None
    if match is None or not site.manifest.filled:
        return None
    method, path, query, fields = match.groups()
    pairs = [line.split(b": ", 1) for line in fields.split(b"\r\n")[:-1]]
    headers = [(name.lower(), value) for name, value in pairs]
    scope = {
        "type": "http",
        "method": method.decode(),
        "path": unquote(path.decode()),
        "raw_path": path,
        "query_string": query or b"",
        "headers": headers,
        "http_version": "1.1",
        "state": {"site": site},
    }
    hosts = sum(name == b"host" for name, _ in headers)
    return scope if hosts == 1 and is_plain(scope) else None
