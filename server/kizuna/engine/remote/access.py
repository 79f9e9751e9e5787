"""The way to a remote store: its address, what to show at its door, and the connections there.

Redirects are never followed: a query or a password goes to the address that was named, or nowhere.
"""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPMessage, HTTPResponse, HTTPSConnection
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from kizuna.errors import UsageError

AUTHORIZATION = "Authorization"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user with a password, or a token; nothing of it shows in logs, errors or ``repr``."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Credentials:
        """Return what KIZUNA_ENGINE_TOKEN, or KIZUNA_ENGINE_USER and …_PASSWORD, say.

        Raises UsageError, which does not quote them, where no header can hold the token.
        """
        user, password, token = (
            environ.get(f"KIZUNA_ENGINE_{name}", "") for name in ("USER", "PASSWORD", "TOKEN")
        )
        if not (token.isascii() and token.isprintable()):
            raise UsageError(
                "KIZUNA_ENGINE_TOKEN holds characters that no header can",
                hint="Copy the token again, without line breaks.",
            )
        return cls(user, password, token)


class Line:
    """The connections of one request, which another thread may cut at any moment."""

    def __init__(self) -> None:
        self.is_cut = False
        self._sockets: list[socket.socket] = []

    def opened(self, connection: socket.socket) -> None:
        """Take note of a connection. Raises ConnectionAbortedError when the line is cut already."""
        self._sockets.append(connection)
        if self.is_cut:
            self.cut()
            raise ConnectionAbortedError("the request was given up")

    def cut(self) -> None:
        """End all connections; whoever reads from one wakes up with an error."""
        self.is_cut = True
        for connection in self._sockets:
            with suppress(OSError):  # TLS has no part in it: the other thread may be inside
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class Remote:
    """A server of HTTP and how to be let in. Safe to use from threads."""

    def __init__(self, url: str, credentials: Credentials | None = None) -> None:
        self.url = checked_url(url)
        self.credentials = credentials or Credentials()
        self.asks_basic = False
        self._tls = ssl.create_default_context()

    @property
    def shown(self) -> str:
        """The address without its query, which may hold a key."""
        return urlunsplit(urlsplit(self.url)._replace(query="", fragment=""))

    @property
    def basic(self) -> str:
        """The header of the Basic scheme (RFC 7617)."""
        pair = f"{self.credentials.user}:{self.credentials.password}"
        return "Basic " + base64.b64encode(pair.encode()).decode("ascii")

    def open(
        self, request: urllib.request.Request, seconds: float, line: Line | None = None
    ) -> HTTPResponse:
        """Return the answer's head, the body still to be read.

        ``seconds`` are those without a sign of life. User and password are shown only when the
        server asks for them, by Basic or Digest (RFC 7616); a token is shown at once.

        Raises what ``urllib.request`` raises, HTTPError for redirects too, and HTTPException.
        """
        if self.credentials.token:
            request.add_unredirected_header(AUTHORIZATION, f"Bearer {self.credentials.token}")
        response: HTTPResponse = self._opener(line or Line()).open(request, timeout=seconds)
        return response

    def _opener(self, line: Line) -> urllib.request.OpenerDirector:
        handlers: list[urllib.request.BaseHandler] = [
            _Http(line),
            _Https(line, self._tls),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
        ]
        if self.credentials.user and not self.credentials.token:
            passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            pair = self.credentials.user, self.credentials.password
            passwords.add_password(None, self.url, *pair)  # in any realm
            handlers += [urllib.request.HTTPDigestAuthHandler(passwords), _Basic(passwords, self)]
        if not _is_here(urlsplit(self.url).hostname or ""):
            handlers.append(urllib.request.ProxyHandler())
        opener = urllib.request.OpenerDirector()
        for handler in handlers:
            opener.add_handler(handler)
        return opener


class _Http(urllib.request.HTTPHandler):
    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line

    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(partial(_Plain, line=self.line), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, line: Line, tls: ssl.SSLContext) -> None:
        super().__init__(context=tls)
        self.line = line
        self.tls = tls

    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(partial(_Secure, line=self.line, context=self.tls), req)


class _Plain(HTTPConnection):
    def __init__(self, host: str, *, line: Line, timeout: float | None = None) -> None:
        super().__init__(host, timeout=timeout)
        self.line = line

    def connect(self) -> None:
        super().connect()
        self.line.opened(self.sock)


class _Secure(HTTPSConnection):
    def __init__(
        self, host: str, *, line: Line, context: ssl.SSLContext, timeout: float | None = None
    ) -> None:
        super().__init__(host, timeout=timeout, context=context)
        self.line = line

    def connect(self) -> None:
        super().connect()
        self.line.opened(self.sock)


class _Basic(urllib.request.HTTPBasicAuthHandler):
    """Shows user and password once they were asked for, and from then on at once."""

    def __init__(
        self, passwords: urllib.request.HTTPPasswordMgrWithDefaultRealm, remote: Remote
    ) -> None:
        super().__init__(passwords)
        self.remote = remote

    def http_request(self, req: urllib.request.Request) -> urllib.request.Request:
        if self.remote.asks_basic and not req.has_header(AUTHORIZATION):
            req.add_unredirected_header(AUTHORIZATION, self.remote.basic)
        return req

    https_request = http_request

    def http_error_401(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],  # noqa: ARG002 - the signature is theirs
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: HTTPMessage,
    ) -> HTTPResponse | None:
        if self.remote.asks_basic or "basic" not in str(headers.get("www-authenticate")).lower():
            return None
        req.add_unredirected_header(AUTHORIZATION, self.remote.basic)
        self.remote.asks_basic = True
        try:
            return self.parent.open(req, timeout=req.timeout)  # type: ignore[no-any-return]
        except OSError:
            self.remote.asks_basic = False
            raise


def checked_url(url: str) -> str:
    """Return ``url`` if it is an address of a server.

    Raises UsageError where it is not http or https, or holds a password.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise UsageError(
            f"{url!r} is no address of a SPARQL service",
            hint="It looks like http://localhost:7878/query.",
        )
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            f"the address at {parts.hostname} holds a user or password",
            hint="Give them as KIZUNA_ENGINE_USER and KIZUNA_ENGINE_PASSWORD.",
        )
    return url


def _is_here(host: str) -> bool:
    """Tell whether ``host`` is this machine, to which no proxy leads."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
