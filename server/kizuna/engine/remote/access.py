"""The way to a remote store: its address, what to show at its door, and the connections there.

Redirects are never followed: a query or a password goes to the address that was named, or nowhere.
"""

from __future__ import annotations

import ipaddress
import ssl
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPResponse
from urllib.parse import urlsplit, urlunsplit

from kizuna.engine.remote.line import Line, PlainHandler, SecureHandler
from kizuna.engine.remote.login import AUTHORIZATION, Login
from kizuna.errors import UsageError


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


class Remote:
    """A server of HTTP and how to be let in. Safe to use from threads.

    ``proxied`` allows the way over a proxy that the environment names.
    """

    def __init__(
        self, url: str, credentials: Credentials | None = None, *, proxied: bool = True
    ) -> None:
        self.url = checked_url(url)
        self.proxied = proxied
        self.credentials = credentials or Credentials()
        user, password = self.credentials.user, self.credentials.password
        wanted = bool(user) and not self.credentials.token
        self.login = Login(self.url, user, password) if wanted else None

    @property
    def shown(self) -> str:
        """The address without its query, which may hold a key."""
        return urlunsplit(urlsplit(self.url)._replace(query="", fragment=""))

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
            PlainHandler(line),
            SecureHandler(line, _trust()),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
        ]
        if self.login is not None:
            handlers += self.login.handlers()
        if self.proxied and not _is_here(urlsplit(self.url).hostname or ""):
            handlers.append(urllib.request.ProxyHandler())
        opener = urllib.request.OpenerDirector()
        for handler in handlers:
            opener.add_handler(handler)
        return opener


@cache
def _trust() -> ssl.SSLContext:
    """Return what says whom to trust: reading all certificates of the system takes long."""
    return ssl.create_default_context()


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
            hint="Remove them; an engine gets KIZUNA_ENGINE_USER and KIZUNA_ENGINE_PASSWORD.",
        )
    return url


def _is_here(host: str) -> bool:
    """Tell whether ``host`` is this machine, to which no proxy leads."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
