"""From the raw bytes of a request's path to the IRI that they mean, decoded exactly once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pyoxigraph import NamedNode
from starlette.requests import Request

from kizuna.errors import BadAddress, NotFound
from kizuna.formats import Format
from kizuna.iris import from_path, is_iri, to_path

_PRINTABLE = range(0x21, 0x7F)
_PLAIN = re.compile(rb"/[A-Za-z0-9/:@!$&'()*+,;=~._-]*")
"""A path that means itself: no escapes, nothing that no IRI holds."""


def iri_path(request: Request) -> str:
    """Return the path of the request as it stands in IRIs, without its leading slash.

    Frameworks hand out the path decoded, where ``%2F`` is a slash already; this reads raw bytes.

    Raises BadAddress when the path holds what no IRI holds.
    """
    raw: bytes = request.scope.get("raw_path") or to_path(request.scope["path"]).encode()
    if _PLAIN.fullmatch(raw):
        return raw[1:].decode()
    text = "".join(chr(b) if b in _PRINTABLE else f"%{b:02X}" for b in raw.partition(b"?")[0])
    path = from_path(text.removeprefix("/"))
    if not is_iri(f"x:{path}"):
        raise BadAddress(
            "the path holds a character that no IRI holds",
            hint='Percent-encode it; these may never stand bare: < > " { } | \\ ^ `',
        )
    return path


def node(iri: str) -> NamedNode:
    """Return ``iri`` as a term.

    Raises BadAddress when it is no IRI.
    """
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise BadAddress(f"this address is no IRI: {error}") from error


def resolve(
    path: str, offered: Sequence[Format], exists: Callable[[str], bool]
) -> tuple[str, Format | None]:
    """Return what ``path`` names: a page, or (with the format) a file of it, told by its suffix.

    A page whose own name has a dot counts before a file of a shorter one.

    Raises NotFound when there is neither.
    """
    if exists(path):
        return path, None
    stem, _, suffix = path.rpartition(".")
    form = next((f for f in offered if f.suffix == suffix), None)
    if form is not None and exists(stem):
        return stem, form
    raise NotFound(
        f"nothing stands at /{to_path(path)}",
        hint="Search from the front page; addresses of things never change.",
    )
