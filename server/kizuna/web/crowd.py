"""How many may be connected, in all and from one address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network

from kizuna.web.problems import Problem

MOST = 4_000
MOST_EACH = 256
_LOOPBACK = ("127.0.0.0/8", "::1/128")
_PREFIX_OF_ONE = 64
"""Bits of an IPv6 address that are given to one customer (RFC 6177); the rest it may change."""
_FULL = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "TooManyConnections",
    "too many clients are connected",
    "Try again in a few seconds.",
)
_FULL_OF_ONE = Problem(
    HTTPStatus.TOO_MANY_REQUESTS,
    "TooManyConnections",
    f"more than {MOST_EACH} connections come from this address",
    "Send more than one request on each connection, and close those that you do not need.",
)


class Crowd:
    """Those who are connected to one server.

    ``known`` are addresses and networks that may have as many connections as there are in all:
    proxies, behind which many clients are. So may this machine.
    """

    def __init__(self, most: int = MOST, known: Sequence[str] = ()) -> None:
        self.most = most
        self._known = [ip_network(address) for address in (*_LOOPBACK, *known)]
        self._inside: dict[Hashable, str] = {}
        self._numbers: Counter[str] = Counter()

    def enter(self, who: Hashable, host: str) -> Problem | None:
        """Let one more connection in from ``host``, or return why not."""
        if len(self._inside) >= self.most:
            return _FULL
        origin = self._origin(host)
        if origin and self._numbers[origin] >= MOST_EACH:
            return _FULL_OF_ONE
        self._inside[who] = origin
        self._numbers[origin] += 1
        return None

    def leave(self, who: Hashable) -> None:
        """Let a connection go; nothing happens if it was not let in."""
        origin = self._inside.pop(who, None)
        if origin is None:
            return
        self._numbers[origin] -= 1
        if not self._numbers[origin]:
            del self._numbers[origin]

    def _origin(self, host: str) -> str:
        """Return who is counted as one; empty for whom there is no limit."""
        try:
            address = ip_address(host)
        except ValueError:  # a socket of this machine has no address
            return ""
        if any(address in network for network in self._known):
            return ""
        if isinstance(address, IPv6Address):
            return str(ip_network((address, _PREFIX_OF_ONE), strict=False))
        return host
