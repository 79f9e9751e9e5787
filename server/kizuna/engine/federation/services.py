"""The endpoints that queries may call by ``SERVICE``, and how they are asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.error import HTTPError
from urllib.parse import urlsplit

from kizuna.engine.federation.reach import CheckedLine, is_meant, is_public, normal
from kizuna.engine.federation.terms import Names, rows_of
from kizuna.engine.lanes import LaneLimits, Lanes
from kizuna.engine.protocol import Limits
from kizuna.engine.remote import Remote
from kizuna.engine.remote.failures import explained, let_go, one_line
from kizuna.engine.remote.sending import AGENT, Sending
from kizuna.errors import (
    AnswerTooLarge,
    EngineFailed,
    KizunaError,
    QueryTooLong,
    Refused,
    ServiceFailed,
)

AT_ONCE = 8
"""How many requests go out at once, for all queries together."""
WAITING = 64
PER_CLIENT = 8
"""How many queries of one client may be calling services at once."""
ANSWER_BYTES = 2_500_000
"""How large an answer may be; in JSON it may be ``VERBOSITY`` times as large."""
SERVICE_SECONDS = 10.0
_BUSY = {429, 503}
_log = logging.getLogger("kizuna.engine.federation")


@dataclass(frozen=True, slots=True)
class Call:
    """A query for one endpoint: its text, and the columns that are wanted."""

    endpoint: str
    text: str
    columns: tuple[str, ...]


@dataclass
class Services:
    """A list of endpoints, each asked over connections that lead where they should.

    ``seconds`` are those of one clause. ``base`` is the IRI of who asks: it is told to the
    endpoints, and is that of names for blank nodes. Belongs to one event loop; shared by engines.
    """

    listed: Sequence[str]
    seconds: float = SERVICE_SECONDS
    base: str = "http://localhost/"
    lanes: Lanes = field(init=False)
    _remotes: dict[str, Remote] = field(init=False)
    _threads: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.lanes = Lanes(LaneLimits(light=AT_ONCE, waiting=WAITING, per_client=PER_CLIENT))
        self._remotes = {normal(iri): Remote(iri, proxied=False) for iri in self.listed}
        self._threads = ThreadPoolExecutor(2 * AT_ONCE, "kizuna-service")

    def check(self, endpoint: str) -> None:
        """Pass if an endpoint is on the list. Raises Refused."""
        self._remote(endpoint)

    def _remote(self, endpoint: str) -> Remote:
        remote = self._remotes.get(normal(endpoint))
        if remote is None:
            told = [f"<{iri}>" for iri in self.listed if not _is_inner(iri)]
            raise Refused(
                f"SERVICE <{endpoint[:200]}>: the endpoint is not on the list of this site",
                hint=f"On it are: {', '.join(told) or 'none to tell'} (setting services).",
            )
        return remote

    async def rows(self, call: Call, until: float) -> list[str]:
        """Return the solutions as rows of ``VALUES``; ``until`` is on the clock of the loop.

        Raises Refused, ServiceFailed, QueryTooLong, AnswerTooLarge, and Busy where too many wait.
        """
        remote = self._remote(call.endpoint)
        await self.lanes.take_light()
        line = CheckedLine(meant=is_meant(remote.url))
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(until):
                found = await loop.run_in_executor(self._threads, self._read, remote, call, line)
        except TimeoutError as error:
            raise self._too_slow(remote) from error
        finally:
            line.cut()
            self.lanes.give_light()
        if isinstance(found, KizunaError):
            raise found
        return found

    def _read(self, remote: Remote, call: Call, line: CheckedLine) -> list[str] | KizunaError:
        """Ask, on a thread; return an error without its trace, which no other thread may drop."""
        limits = Limits(seconds=self.seconds, answer_bytes=ANSWER_BYTES)
        agent = f"{AGENT} (+{self.base})"
        try:
            solutions = Sending(remote, call.text, (), limits, agent).solutions(line)
            return list(rows_of(solutions, call.columns, Names(self.base)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the asker must be told
            told = self._told(error, remote)
            let_go(error)
            if not line.is_cut:
                _log.warning("service %s: %s", remote.shown, one_line(repr(error)))
            told.__traceback__ = told.__cause__ = told.__context__ = None
            return told

    def _told(self, error: Exception, remote: Remote) -> KizunaError:
        """Return what is told of a failure: which endpoint, and what it said."""
        if isinstance(error, HTTPError):
            return _of_status(error, remote)
        if isinstance(error, TimeoutError | QueryTooLong):
            return self._too_slow(remote)
        for kind, tell in _TOLD.items():
            if isinstance(error, kind):
                return tell(error, f"<{remote.shown}>")
        return _failed(f"<{remote.shown}> sent an answer that cannot be read")

    def _too_slow(self, remote: Remote) -> QueryTooLong:
        return QueryTooLong(
            f"<{remote.shown}> did not answer within {self.seconds:g} seconds",
            hint="Say more in the pattern, or before it what it is about.",
        )

    def close(self) -> None:
        """Let go of the threads; those that wait for an answer end with their lines."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _same(error: Exception, endpoint: str) -> KizunaError:
    del endpoint
    assert isinstance(error, KizunaError)  # noqa: S101 - by the table
    return error


def _large(error: Exception, endpoint: str) -> KizunaError:
    del error
    return AnswerTooLarge(
        f"{endpoint} sent an answer that is too large",
        hint="Say more in the pattern, or before it what it is about.",
    )


def _unreadable(error: Exception, endpoint: str) -> KizunaError:
    del error
    return _failed(f"{endpoint} sent an answer that cannot be read, or broke it off")


def _away(error: Exception, endpoint: str) -> KizunaError:
    del error
    return _failed(f"{endpoint} cannot be reached now")


_TOLD: dict[type[Exception], Callable[[Exception, str], KizunaError]] = {
    Refused: _same,
    AnswerTooLarge: _large,
    EngineFailed: _unreadable,
    OSError: _away,
}


def _of_status(error: HTTPError, remote: Remote) -> ServiceFailed:
    """Return what a status means (RFC 9110, section 15); inner servers are not quoted."""
    endpoint = f"<{remote.shown}>"
    if 300 <= error.code < 400:
        error.close()
        return _failed(f"{endpoint} has moved elsewhere, and redirects are not followed")
    wait = str(error.headers.get("Retry-After", ""))
    said = "" if _is_inner(remote.url) else explained(error)
    error.close()
    if error.code in _BUSY:
        again = f", but asks to come again in {wait} seconds" if wait.isdecimal() else ""
        return _failed(f"{endpoint} takes no more queries now ({error.code}){again}")
    return _failed(f"{endpoint} failed ({error.code})" + (f": {said}" if said else ""))


def _failed(message: str) -> ServiceFailed:
    return ServiceFailed(
        message, hint="Try again later, or write SERVICE SILENT to go on without it."
    )


def _is_inner(url: str) -> bool:
    """Tell whether an address is, by its number or name, none of the open internet."""
    return is_meant(url) and not is_public(urlsplit(url).hostname or "")
