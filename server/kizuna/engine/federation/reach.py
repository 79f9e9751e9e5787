"""Which endpoint is meant by an IRI, and the connection to it: to public addresses, or as listed.

A name is resolved once, all its addresses are looked at, and the connection goes to one of these:
so a name that changes between the look and the call (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

from kizuna.engine.remote.line import Line
from kizuna.errors import Refused

_PORTS = {"http": 80, "https": 443}
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052)."""
_HERE = "localhost"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def normal(iri: str) -> str:
    """Return an address in the form in which it is compared (RFC 3986, section 6.2.3).

    >>> normal("HTTPS://Query.Example:443")
    'https://query.example/'
    """
    try:
        parts = urlsplit(iri)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return iri
    shown = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS.get(parts.scheme):
        shown = f"{shown}:{port}"
    if "@" in parts.netloc:
        return iri
    return urlunsplit((parts.scheme, shown, parts.path or "/", parts.query, parts.fragment))


def is_meant(url: str) -> bool:
    """Tell whether an address names its host by number, or as this machine: then no look is due."""
    host = urlsplit(url).hostname or ""
    return host == _HERE or _address(host) is not None


def is_public(text: str) -> bool:
    """Tell whether an address, in numbers, is one of the open internet, and of one machine there.

    >>> [is_public(a) for a in ("1.1.1.1", "10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::")]
    [True, False, False, False]
    """
    address = _address(text.partition("%")[0])
    return address is not None and all(map(_is_open, (address, *_inside(address))))


def _address(text: str) -> Address | None:
    with suppress(ValueError):
        return ipaddress.ip_address(text)
    return None


def _is_open(address: Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and not address.is_link_local


def _inside(address: Address) -> list[Address]:
    """Return the IPv4 addresses to which an IPv6 address leads by way of a gateway."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    found += address.teredo or ()
    if address in _TRANSLATED:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]


class CheckedLine(Line):
    """A line that connects to public addresses alone, unless the address was ``meant``."""

    def __init__(self, *, meant: bool) -> None:
        super().__init__()
        self.meant = meant

    def connect(
        self, address: tuple[str, int], timeout: float | None, source: tuple[str, int] | None = None
    ) -> socket.socket:
        """Return a connection to one of the addresses that were looked at.

        Raises Refused, which does not tell them, where one of them is not public.
        """
        if self.meant:
            return super().connect(address, timeout, source)
        host, port = address
        found = [str(end[0]) for *_, end in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not all(map(is_public, found)):
            raise Refused(
                f"the name {host} leads to an address that is not public",
                hint="Whoever runs the site may list it by its number (setting services).",
            )
        failure: OSError = ConnectionRefusedError("the name has no address")
        for number in dict.fromkeys(found):
            try:
                return super().connect((number, port), timeout, source)
            except OSError as error:
                failure = error
        raise failure
