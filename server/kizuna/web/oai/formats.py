"""The formats in which a record is harvested, in one table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pyoxigraph import NamedNode, RdfFormat, serialize

from kizuna.engine.results import is_nameable
from kizuna.vocabulary import PREFIXES
from kizuna.web.markup import cleaned
from kizuna.web.oai.asked import Wrong
from kizuna.web.oai.dublin_core import dublin_core
from kizuna.web.site import Site

_HEAD = re.compile(r"^<\?xml[^>]*\?>\s*")
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_OAI_DC_XSD = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"


@dataclass(frozen=True, slots=True)
class MetadataFormat:
    """A format: its prefix, where its schema stands, and the namespace of its element.

    ``write`` returns a thing of a site in it.
    """

    prefix: str
    schema: str
    namespace: str
    write: Callable[[Site, NamedNode], str]


def _as_dublin_core(site: Site, node: NamedNode) -> str:
    head = (
        f'<oai_dc:dc xmlns:oai_dc="{_OAI_DC}" xmlns:dc="http://purl.org/dc/elements/1.1/" {_XSI} '
        f'xsi:schemaLocation="{_OAI_DC} {_OAI_DC_XSD}">'
    )
    return f"{head}\n{dublin_core(site.repository.said, node)}\n</oai_dc:dc>"


def _as_dcat_ap(site: Site, node: NamedNode) -> str:
    """Return the part of the catalogue as RDF/XML, without properties that this cannot name."""
    found = (t for t in site.parts.of(node) if is_nameable(t.predicate.value))
    body = serialize(found, format=RdfFormat.RDF_XML, prefixes=PREFIXES) or b""
    return _HEAD.sub("", cleaned(body.decode())).rstrip()


FORMATS = {
    form.prefix: form
    for form in (
        MetadataFormat("oai_dc", _OAI_DC_XSD, _OAI_DC, _as_dublin_core),
        MetadataFormat(
            "dcat_ap",
            "http://www.openarchives.org/OAI/2.0/rdf.xsd",
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            _as_dcat_ap,
        ),
    )
}


def format_of(prefix: str) -> MetadataFormat:
    """Return the format with this prefix. Raises Wrong with cannotDisseminateFormat."""
    if prefix not in FORMATS:
        raise Wrong(
            "cannotDisseminateFormat",
            f"there is no format {prefix!r}: ask for one of {', '.join(FORMATS)}",
        )
    return FORMATS[prefix]
