"""Where a client has reached this server, for the few answers that must name that address."""

from __future__ import annotations

import re

from starlette.requests import Request

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9a-fA-F:.]+\](:[0-9]+)?")


def origin(request: Request) -> str:
    """Return scheme and host without a slash, nothing where the request names no proper host.

    An answer that holds it varies with ``Host``.
    """
    host = request.headers.get("host", "")
    return f"{request.url.scheme}://{host}" if _HOST.fullmatch(host) else ""
