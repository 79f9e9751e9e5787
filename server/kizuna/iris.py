"""The addresses of a publication: what stands at which path under its base.

IRIs never depend on where the server runs; the same path under any host serves the same thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

from kizuna.errors import BadAddress

# RFC 3987: a scheme, a colon, and none of the characters that no IRI holds.
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
# What stays as it is in a path: RFC 3986 pchar and the slash.
_PATH_SAFE = "/:@!$&'()*+,;=~-._"
_PLAIN = re.compile(rf"[A-Za-z0-9{re.escape(_PATH_SAFE)}%]*")
"""What is ASCII and safe already: most is."""

DERIVED = "derived"
REIFIERS = "reifiers"
UPDATES = "updates"
RESERVED_STEMS = frozenset({DERIVED, REIFIERS, UPDATES})
"""Names of the graphs that builds and writes make; no source file may have them."""


def is_iri(text: str) -> bool:
    """Tell whether ``text`` is an absolute IRI (RFC 3987, section 2.2).

    >>> is_iri("https://example.org/京"), is_iri("example.org/x"), is_iri("http://a b")
    (True, False, False)
    """
    return _IRI.fullmatch(text) is not None


def _split(iri: str) -> SplitResult | None:
    """Return the parts of an IRI, None where its host is none (``http://[``)."""
    try:
        return urlsplit(iri)
    except ValueError:
        return None


def to_path(iri_path: str) -> str:
    """Return the ASCII form of an IRI's path, as it stands in a header or a link.

    >>> to_path("id/place/神戸")
    'id/place/%E7%A5%9E%E6%88%B8'
    """
    return iri_path if _PLAIN.fullmatch(iri_path) else quote(iri_path, safe=_PATH_SAFE + "%")


def to_uri(iri: str) -> str:
    """Return the ASCII form of a whole IRI (RFC 3987, section 3.1); what delimits its parts stays.

    >>> to_uri("http://example.org/神?x=1&y#z")
    'http://example.org/%E7%A5%9E?x=1&y#z'
    """
    return iri if _PLAIN.fullmatch(iri) else quote(iri, safe=_PATH_SAFE + "%?#[]")


def from_path(raw_path: str) -> str:
    """Return the IRI form of a request's raw path, decoded exactly once.

    Only what an IRI may hold unencoded is decoded: a ``%2F`` stays what it is, so that
    no two different IRIs become one (RFC 3987, section 3.2). Escapes that are no UTF-8 stay.

    >>> from_path("id/place/%e7%a5%9e%E6%88%B8"), from_path("id/a%2fb%2531")
    ('id/place/神戸', 'id/a%2Fb%2531')
    """
    return re.sub(r"(?:%[0-9A-Fa-f]{2})+", lambda run: _decoded(run[0]), raw_path)


def _decoded(run: str) -> str:
    """Return a run of percent escapes with its unreserved characters decoded."""
    try:
        text = unquote(run, errors="strict")
    except UnicodeDecodeError:
        return run.upper()
    return "".join(
        c if (c.isascii() and (c.isalnum() or c in "-._~")) or _is_ucschar(c) else quote(c, safe="")
        for c in text
    )


def _is_ucschar(character: str) -> bool:
    """Tell whether an IRI may hold this non-ASCII character as it is (RFC 3987 ``ucschar``)."""
    return ord(character) >= 0xA0 and character.isprintable()


@dataclass(frozen=True, slots=True)
class Addresses:
    """The map between IRIs and paths of the publication with this base."""

    base: str

    @classmethod
    def at(cls, base: str) -> Addresses:
        """Return the addresses under ``base``.

        Raises BadAddress when ``base`` is no absolute http(s) IRI that ends with a slash.
        """
        parts = _split(base) if is_iri(base) else None
        if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BadAddress(
                f"base {base!r} is no absolute http or https IRI",
                hint='Write it whole, for example base = "https://w3id.org/kizuna/".',
            )
        if not base.endswith("/") or parts.query or parts.fragment:
            raise BadAddress(
                f"base {base!r} does not end with a slash",
                hint=f"Paths are appended to it. Write {base.partition('?')[0].rstrip('/#')}/",
            )
        return cls(base)

    @property
    def ontology(self) -> str:
        """The IRI of the publication's own ontology, without the hash."""
        return f"{self.base}ontology"

    @property
    def shapes(self) -> str:
        """The IRI of the shapes, without the hash."""
        return f"{self.base}shapes"

    @property
    def things(self) -> str:
        """The common beginning of the IRIs of all things."""
        return f"{self.base}id/"

    def graph(self, stem: str) -> str:
        """Return the IRI of the named graph of the source file with this stem."""
        return f"{self.base}graph/{stem}"

    def is_thing(self, iri: str) -> bool:
        """Tell whether ``iri`` names a thing of this publication."""
        return iri.startswith(self.things)

    def kind(self, iri: str) -> str:
        """Return the kind in a thing's IRI (``event`` …), or an empty text."""
        return iri[len(self.things) :].partition("/")[0] if self.is_thing(iri) else ""

    def page(self, iri: str) -> str | None:
        """Return the path (no leading slash, not encoded) where ``iri`` is described.

        None where the publication does not describe it. A fragment stays behind its document.

        >>> a = Addresses("https://example.org/")
        >>> a.page("https://example.org/id/place/kobe"), a.page("https://example.org/ontology#Claim")
        ('doc/place/kobe', 'ontology#Claim')
        """
        if self.is_thing(iri):
            return "doc/" + iri[len(self.things) :]
        return iri[len(self.base) :] if iri.startswith(self.base) else None

    def thing(self, page: str) -> str:
        """Return the IRI of the thing whose description stands at ``doc/…``."""
        return self.things + page.removeprefix("doc/")
