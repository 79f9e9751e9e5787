"""Fetching a page for its text: http and https alone, public addresses, a size and a time."""

from __future__ import annotations

import http.client
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from kizuna.engine.federation.reach import CheckedLine
from kizuna.engine.remote.line import PlainHandler, SecureHandler
from kizuna.errors import Refused, UnavailableError, UsageError

_HOPS = 5
_AGENT = "kizuna (https://w3id.org/kizuna/; extract)"
_KEPT = "/%:@!$&'()*+,;=~?"
"""What stays as it is in paths and queries (RFC 3986, section 3.3)."""
_OWN = "If it is your own, name the beginning of its address in the setting extract_from."
_MOVED = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one page may take; ``own`` are beginnings of addresses in the own network."""

    megabytes: int = 20
    seconds: float = 20.0
    own: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What came: the address in the end, its media type and charset, its bytes."""

    url: str
    media_type: str
    charset: str
    data: bytes


class _Still(urllib.request.HTTPRedirectHandler):
    """Follows nothing: each hop is looked at first."""

    def redirect_request(self, *_: object) -> None:
        return None


def fetch(url: str, bounds: Bounds) -> Page:
    """Return the page at ``url``, redirects followed.

    Each address on the way must be of http or https and lead to the open internet (see
    ``engine.federation.reach``), or begin with one of ``bounds.own``.

    Raises UsageError for another scheme, Refused for a private address, and UnavailableError for
    a page that does not come, in time or size.
    """
    line = CheckedLine(meant=False)
    alarm = threading.Timer(bounds.seconds, line.cut)
    alarm.daemon = True
    alarm.start()
    try:
        for _ in range(_HOPS):
            line.meant = any(_below(url, beginning) for beginning in bounds.own)
            found = _once(_ascii(url), line, bounds)
            if isinstance(found, Page):
                return found
            url = urljoin(url, found)
    finally:
        alarm.cancel()
        line.cut()
    raise UnavailableError(
        f"{url}: redirects more than {_HOPS} times", hint="Give its last address."
    )


def _ascii(url: str) -> str:
    """Return an address as it is sent: its host by IDNA, the rest percent-encoded.

    Raises UsageError for what is no address.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise UsageError(f"{url!r}: is no address: {error}", hint="Copy it whole.") from error
    place = (f"[{host}]" if ":" in host else host) + port
    path, query = (quote(part, safe=_KEPT) for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, place, path, query, ""))


def _below(url: str, beginning: str) -> bool:
    return url == beginning or url.startswith(beginning.rstrip("/") + "/")


def _once(url: str, line: CheckedLine, bounds: Bounds) -> Page | str:
    """Return the page, or the address to which it has moved."""
    if not url.startswith(("http://", "https://")):
        raise UsageError(
            f"{url}: is no address of http or https", hint="Save the text and give the file."
        )
    handlers = (PlainHandler(line), SecureHandler(line, ssl.create_default_context()), _Still())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)
    headers = {"User-Agent": _AGENT, "Accept": "text/html,*/*;q=0.5"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme is checked
    try:
        with opener.open(request, timeout=bounds.seconds) as answer:
            return _page(answer, url, bounds, line)
    except urllib.error.HTTPError as error:
        with error:
            if error.code in _MOVED and error.headers.get("Location"):
                return str(error.headers["Location"])
        raise UnavailableError(
            f"{url}: answers {error.code} {error.reason}", hint="Open it in a browser first."
        ) from error
    except Refused as error:
        raise Refused(error.message, hint=_OWN) from error
    except UnavailableError:
        raise
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None)
        if isinstance(reason, Refused):
            raise Refused(reason.message, hint=_OWN) from error
        late = " in time" if line.is_cut else ""
        raise UnavailableError(
            f"{url}: cannot be fetched{late}: {error}", hint="Save the text and give the file."
        ) from error


def _page(answer: http.client.HTTPResponse, url: str, bounds: Bounds, line: CheckedLine) -> Page:
    most = bounds.megabytes * 1_000_000
    data = answer.read(most + 1)
    if len(data) > most:
        raise UnavailableError(
            f"{url}: is larger than {bounds.megabytes} megabytes",
            hint="Save the text alone and give the file, or raise the setting extract_mb.",
        )
    if line.is_cut or answer.length:
        raise UnavailableError(
            f"{url}: broke off before its end", hint="Try again, or save the text."
        )
    kind = answer.headers.get_content_type()
    return Page(url, kind, answer.headers.get_content_charset() or "", data)
