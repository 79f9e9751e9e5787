"""Licences as portals know them: each has its own list, and one distribution has one licence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kizuna.release.catalogue.saying import Value, say, text

_LIST = "http://dcat-ap.de/def/licenses"
_TYPES = "http://purl.org/adms/licencetype/"


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of DCAT-AP.de's list. ``title`` is that of CKAN's register, which goes by it."""

    iri: str
    code: str
    title: str
    name: str
    kind: str

    @property
    def node(self) -> NamedNode:
        """The licence in DCAT-AP.de's list."""
        return NamedNode(f"{_LIST}/{self.code}")


# fmt: off
LICENCES = (
    Licence("https://creativecommons.org/licenses/by/4.0/", "cc-by/4.0",
            "Creative Commons Attribution",
            "Creative Commons Namensnennung 4.0 International", "Attribution"),
    Licence("https://creativecommons.org/licenses/by-sa/4.0/", "cc-by-sa/4.0",
            "Creative Commons Attribution Share-Alike",
            "Creative Commons Namensnennung – Weitergabe unter gleichen Bedingungen 4.0",
            "ViralEffect-ShareAlike"),
    Licence("https://creativecommons.org/publicdomain/zero/1.0/", "cc-zero",
            "Creative Commons CCZero",
            "Creative Commons CC Zero License", "PublicDomain"),
)
# fmt: on
_BY_IRI = {licence.iri: licence for licence in LICENCES}


def for_portals(value: Value) -> Value:
    """Return the licence by which portals know ``value``; one that is in no list stays."""
    known = _known(value)
    return known.node if known is not None else value


def licence_triples(value: Value) -> Iterator[Triple]:
    """Yield what portals must find in the catalogue about a licence."""
    known = _known(value)
    if known is None:
        return
    kind = NamedNode(_TYPES + known.kind)
    yield from say(
        known.node,
        "dct:LicenseDocument skos:Concept",
        ("dct:title", text(known.title, "en")),
        ("skos:prefLabel", text(known.name, "de")),
        ("skos:exactMatch", NamedNode(known.iri)),
        ("dct:type", kind),
    )
    yield from say(kind, "skos:Concept", ("skos:prefLabel", text(known.kind, "en")))


def _known(value: Value) -> Licence | None:
    return _BY_IRI.get(value.value) if isinstance(value, NamedNode) else None
