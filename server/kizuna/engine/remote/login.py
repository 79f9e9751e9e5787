"""How a user and a password are shown to a server: when it asks, and from then on at once.

urllib's own handlers show them anew with each request, after a refusal that costs a round trip, and
an upload that a server refuses before it has read it ends in a broken connection.
"""

from __future__ import annotations

import base64
import itertools
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPMessage, HTTPResponse
from typing import IO

AUTHORIZATION = "Authorization"
_Passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm


@dataclass(slots=True)
class Login:
    """A user with a password at one address, and how the server wants to be shown them.

    ``challenge`` is the last one of the Digest scheme (RFC 7616), ``uses`` counts its nonce.
    """

    url: str
    user: str = field(repr=False)
    password: str = field(repr=False)
    asks_basic: bool = False
    challenge: dict[str, str] = field(default_factory=dict)
    uses: Iterator[int] = field(default_factory=itertools.count)

    @property
    def is_known(self) -> bool:
        """Whether the server has asked already."""
        return self.asks_basic or bool(self.challenge)

    @property
    def basic(self) -> str:
        """The header of the Basic scheme (RFC 7617)."""
        pair = f"{self.user}:{self.password}"
        return "Basic " + base64.b64encode(pair.encode()).decode("ascii")

    def handlers(self) -> list[urllib.request.BaseHandler]:
        """Return handlers for one request."""
        passwords = _Passwords()
        passwords.add_password(None, self.url, self.user, self.password)  # in any realm
        return [_Digest(passwords, self), _Basic(passwords, self)]


class _Basic(urllib.request.HTTPBasicAuthHandler):
    """Shows user and password once they were asked for, and from then on at once."""

    def __init__(
        self, passwords: urllib.request.HTTPPasswordMgrWithDefaultRealm, login: Login
    ) -> None:
        super().__init__(passwords)
        self.login = login

    def http_request(self, req: urllib.request.Request) -> urllib.request.Request:
        if self.login.asks_basic and not req.has_header(AUTHORIZATION):
            req.add_unredirected_header(AUTHORIZATION, self.login.basic)
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
        if self.login.asks_basic or "basic" not in str(headers.get("www-authenticate")).lower():
            return None
        req.add_unredirected_header(AUTHORIZATION, self.login.basic)
        self.login.asks_basic = True
        try:
            return self.parent.open(req, timeout=req.timeout)  # type: ignore[no-any-return]
        except OSError:
            self.login.asks_basic = False
            raise


class _Digest(urllib.request.HTTPDigestAuthHandler):
    def __init__(self, passwords: _Passwords, login: Login) -> None:
        super().__init__(passwords)
        self.login = login

    def http_request(self, req: urllib.request.Request) -> urllib.request.Request:
        challenge = self.login.challenge
        if challenge and not req.has_header(AUTHORIZATION):
            self.last_nonce, self.nonce_count = challenge["nonce"], next(self.login.uses) + 1
            shown = self.get_authorization(req, challenge)
            if shown:
                req.add_unredirected_header(AUTHORIZATION, f"Digest {shown}")
        return req

    https_request = http_request

    def retry_http_digest_auth(self, req: urllib.request.Request, auth: str) -> HTTPResponse | None:
        said = urllib.request.parse_http_list(auth.partition(" ")[2])
        challenge = urllib.request.parse_keqv_list(list(filter(None, said)))
        if "nonce" in challenge:
            self.login.challenge, self.login.uses = challenge, itertools.count()
        return super().retry_http_digest_auth(req, auth)
