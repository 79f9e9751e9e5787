"""Asking services elsewhere as they want to be asked: named, slowly, and again when they say."""

from __future__ import annotations

import json
import logging
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from kizuna.engine import Limits
from kizuna.engine.remote import Remote
from kizuna.engine.remote.sending import Sending
from kizuna.errors import KizunaError, UnavailableError
from kizuna.linking.cache import Cache

MOST_BYTES = 20_000_000
MOST_REDIRECTS = 3
LONGEST_WAIT = 120.0
"""Seconds; a service that asks for more is left alone, and the command says when to come again."""
_FIRST_WAIT = 1.0
_AGAIN = {429, 500, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}
_log = logging.getLogger(__name__)
Row = Mapping[str, NamedNode | BlankNode | Literal | Triple]
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Manners:
    """How services are asked: who asks, seconds between requests and for an answer, and how often.

    ``agent`` follows the policy of Wikimedia: program, version, contact, library.
    """

    agent: str
    pause: float = 0.1
    seconds: float = 60.0
    tries: int = 5


class Busy(Exception):
    """A service asks to come again, after ``wait`` seconds if it says when."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class Gone(UnavailableError):
    """There is nothing at the address."""


class Wrong(Exception):
    """An answer is not what it should be: cut off, of another form, or a refusal."""


_FAILED = (Busy, Wrong, KizunaError, OSError, HTTPException, ValueError, SyntaxError)
"""What a try may end with; ``HTTPError`` is an ``OSError``."""


@dataclass
class Client:
    """Asks services over HTTP; what was answered well is kept in ``cache``.

    ``sent`` counts the requests. ``sleep`` and ``now`` are for tests.
    """

    manners: Manners
    cache: Cache
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    sent: int = 0
    _last: dict[str, float] = field(default_factory=dict)
    _remotes: dict[str, Remote] = field(default_factory=dict)

    def select(self, endpoint: str, query: str) -> Sequence[Row]:
        """Return the rows of a SELECT, asked by SPARQLWrapper or remembered.

        Raises UnavailableError where the endpoint gives no proper answer after all tries.
        """

        def fetch() -> str:
            limits = Limits(seconds=self.manners.seconds, answer_bytes=MOST_BYTES // 4)
            sending = Sending(self._remote(endpoint), query, (), limits, self.manners.agent)
            found = sending.solutions()
            return (found.serialize(format=QueryResultsFormat.JSON) or b"").decode()

        return self._kept(f"SPARQL {endpoint}\n{query}", endpoint, fetch, _rows)

    def json(
        self,
        url: str,
        parameters: Mapping[str, str],
        read: Callable[[object], Kept],
        *,
        form: Mapping[str, str] | None = None,
    ) -> Kept:
        """Return what ``read`` makes of the JSON at ``url``; ``form`` is sent by POST.

        ``read`` raises Wrong or Busy for what is no proper answer, which is then not kept.

        Raises UnavailableError after all tries, of which Gone says that there is nothing.
        """
        address = f"{url}?{urlencode(parameters)}" if parameters else url
        body = urlencode(form) if form else ""

        def fetch() -> str:
            return self._text(address, body.encode() if form else None)

        asked = f"{'POST' if form else 'GET'} {address}\n{body}"
        return self._kept(asked, url, fetch, lambda text: read(_decoded(text)))

    def _kept(
        self, asked: str, url: str, fetch: Callable[[], str], read: Callable[[str], Kept]
    ) -> Kept:
        remembered = self.cache.find(asked)
        if remembered is not None:
            try:
                return read(remembered)
            except (Wrong, Busy):
                _log.info("an answer that was kept cannot be read, and is asked for again")
        told: Exception = Wrong("no try was made")
        for number in range(self.manners.tries):
            self._pause(urlsplit(url).netloc)
            try:
                answer = fetch()
                found = read(answer)
            except _FAILED as error:
                told = _sorted(error)
                self._wait(told, number, url)
            else:
                self.cache.keep(asked, answer)
                return found
        raise _given_up(url, told)

    def _pause(self, host: str) -> None:
        """Wait until the host may be asked again."""
        due = self._last.get(host, -self.manners.pause) + self.manners.pause
        left = due - self.now()
        if left > 0:
            self.sleep(left)
        self._last[host] = self.now()
        self.sent += 1

    def _wait(self, error: Exception, number: int, url: str) -> None:
        """Wait before the next try. Raises UnavailableError where that would be too long."""
        said = error.wait if isinstance(error, Busy) else None
        wait = said if said is not None else _FIRST_WAIT * 2**number
        if wait > LONGEST_WAIT:
            raise _given_up(url, error, wait)
        if number + 1 < self.manners.tries:
            self.sleep(wait)

    def _text(self, address: str, body: bytes | None) -> str:
        for _ in range(MOST_REDIRECTS + 1):
            headers = {"User-Agent": self.manners.agent, "Accept": "application/json"}
            request = urllib.request.Request(address, body, headers)  # noqa: S310 - Remote looks
            try:
                with self._remote(_origin(address)).open(request, self.manners.seconds) as response:
                    return _read(response)
            except HTTPError as error:
                error.close()
                if error.code not in _MOVED:
                    raise
                address = _moved(address, error)
        raise Wrong("it is redirected in circles")

    def _remote(self, url: str) -> Remote:
        if url not in self._remotes:
            self._remotes[url] = Remote(url)
        return self._remotes[url]


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"


def _read(response: HTTPResponse) -> str:
    data = response.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Wrong(f"it has more than {MOST_BYTES} bytes")
    if response.length:
        raise Wrong("it is cut off")
    return data.decode("utf-8")


def _moved(address: str, error: HTTPError) -> str:
    """Return where a redirect leads. Raises Wrong for one that leads to another server."""
    target = urljoin(address, str(error.headers.get("Location", "")))
    if urlsplit(target)[:2] != urlsplit(address)[:2]:
        raise Wrong("it is redirected to another server")
    return target


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Wrong("it is no JSON") from error


def _rows(text: str) -> Sequence[Row]:
    try:
        found = parse_query_results(text.encode(), format=QueryResultsFormat.JSON)
        if not isinstance(found, QuerySolutions):
            raise Wrong("it is no table")
        names = [v.value for v in found.variables]
        return [
            {name: value for name in names if (value := row[name]) is not None} for row in found
        ]
    except (SyntaxError, ValueError) as error:
        raise Wrong("it is no table of SPARQL results") from error


def _sorted(error: Exception) -> Exception:
    """Return an error after which to come again. Raises Gone, and what no patience mends."""
    if isinstance(error, HTTPError):
        error.close()
        if error.code in _AGAIN:
            return Busy(f"it answers {error.code}", retry_after(dict(error.headers.items())))
        told = _given_up(error.url or "", Wrong(f"it answers {error.code}"))
        if error.code in {404, 410}:
            raise Gone(told.message, hint="See whether the address is right (docs/settings.md).")
        raise told
    return error


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds for which a server asks (RFC 9110, section 10.2.3), None without.

    >>> retry_after({"Retry-After": "7"}), retry_after({"Retry-After": "soon"})
    (7.0, None)
    """
    said = next((v for k, v in headers.items() if k.lower() == "retry-after"), "").strip()
    if said.isdecimal():
        return float(said)
    try:
        when = parsedate_to_datetime(said)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _given_up(url: str, error: Exception, wait: float = 0.0) -> UnavailableError:
    parts = urlsplit(url)
    when = f"in {wait:.0f} seconds" if wait else "later"
    why = " ".join(str(error).split()) or type(error).__name__
    return UnavailableError(
        f"{parts.scheme}://{parts.netloc}{parts.path} gives no proper answer: {why[:200]}",
        hint=f"Run the command again {when}: what has been answered is kept and not asked anew.",
    )
