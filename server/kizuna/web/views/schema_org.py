"""What pages tell search engines: things and pages in the words of schema.org.

The tables say which of its words mean those of general vocabularies, ``pages.toml`` says it of the
project's own; what is in none of them is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from kizuna.resources import Resource
from kizuna.vocabulary import KZ_EDTF, SKOS_ALT_LABEL, term
from kizuna.web.names import Term
from kizuna.web.reader import Reader
from kizuna.web.site import Site
from kizuna.web.views.mentions import ELSEWHERE

CONTEXT = "https://schema.org"
MOST = 25
"""How many values of one property are told."""

# fmt: off
CLASSES: tuple[tuple[str, str], ...] = (
    # ours or another's                  schema.org's; the first that fits
    ("org:Organization",                 "Organization"),
    ("org:OrganizationalCollaboration",  "Organization"),
    ("org:OrganizationalUnit",           "Organization"),
    ("org:FormalOrganization",           "Organization"),
    ("foaf:Organization",                "Organization"),
    ("foaf:Person",                      "Person"),
    ("foaf:Agent",                       "Organization"),
    ("org:Role",                         "Role"),
    ("org:Membership",                   "OrganizationRole"),
    ("org:ChangeEvent",                  "Event"),
    ("schema:Event",                     "Event"),
    ("kz:SourceDocument",                "Article"),
    ("kz:Claim",                         "Claim"),
    ("schema:Country",                   "Country"),
    ("schema:City",                      "City"),
    ("schema:AdministrativeArea",        "AdministrativeArea"),
    ("schema:Place",                     "Place"),
    ("dcat:Catalog",                     "DataCatalog"),
    ("dcat:Dataset",                     "Dataset"),
    ("dcat:DataService",                 "WebAPI"),
    ("dcat:Distribution",                "DataDownload"),
    ("skos:ConceptScheme",               "DefinedTermSet"),
    ("skos:Concept",                     "DefinedTerm"),
    ("owl:Class",                        "DefinedTerm"),
    ("foaf:Document",                    "CreativeWork"),
    ("prov:Entity",                      "CreativeWork"),
)
LINKS: tuple[tuple[str, str], ...] = (
    # a property whose values are things   schema.org's
    ("schema:location",                    "location"),
    ("schema:superEvent",                  "superEvent"),
    ("org:unitOf",                         "parentOrganization"),
    ("schema:containedInPlace",            "containedInPlace"),
    ("schema:about",                       "about"),
    ("schema:editor",                      "editor"),
    ("dct:publisher",                      "publisher"),
    ("dct:license",                        "license"),
    ("skos:inScheme",                      "inDefinedTermSet"),
)
TEXTS: tuple[tuple[str, str], ...] = (
    # a property whose values are texts    schema.org's
    ("skos:definition",                    "description"),
    ("dct:description",                    "description"),
    ("dct:identifier",                     "identifier"),
    ("dct:issued",                         "datePublished"),
    ("dct:modified",                       "dateModified"),
    ("schema:duration",                    "duration"),
)
# fmt: on
_CLASSES, _LINKS, _TEXTS = (
    tuple((term(name), word) for name, word in table) for table in (CLASSES, LINKS, TEXTS)
)
_SAME = tuple(
    known
    for known in ELSEWHERE
    if known.value.endswith(("core#exactMatch", "owl#sameAs", "/page", "/homepage", "/sameAs"))
)
WHEN = term("kz:when")
_MEMBER, _ORGANISATION = term("org:member"), term("org:organization")
_COORDINATES = (term("schema:latitude"), term("schema:longitude"))
_DAY = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_OF_NO_CLASS = "Thing"


def thing_data(reader: Reader, resource: Resource) -> dict[str, Any]:
    """Return a thing as schema.org has it; what has no word there is left out."""
    kind = kind_of(reader.site, resource.types)
    found: dict[str, Any] = {
        "@type": kind,
        "@id": resource.iri.value,
        "url": _page(reader, resource.iri.value),
        "name": reader.name(resource.iri).text,
        "alternateName": _alternate_names(resource),
        "sameAs": _same_as(reader, resource),
    }
    properties = resource.properties
    for predicate, word in _TEXTS:
        texts = [v for v in properties.get(predicate, ()) if isinstance(v, Literal)]
        if texts and word not in found:
            found[word] = _spoken(reader, texts)
    for predicate, word in (*reader.site.pages.schema_properties.items(), *_LINKS):
        known = found.setdefault(word, [])
        if values := properties.get(predicate):
            linked = [_linked(reader, value) for value in values[:MOST]]
            before = known if isinstance(known, list) else [known]
            found[word] = [*before, *linked][:MOST]
    found["memberOf"] = [_linked(reader, group) for group in _groups(reader, resource)][:MOST]
    found["startDate"] = _certain_day(reader, resource) if kind == "Event" else None
    found["geo"] = _geo(resource)
    return {word: _one_or_all(value) for word, value in found.items() if value}


def kind_of(site: Site, types: Sequence[NamedNode]) -> str:
    """Return the class of schema.org, without its namespace, of a thing of these classes."""
    return site.held(_kind_of, tuple(types))


def _kind_of(site: Site, types: tuple[NamedNode, ...]) -> str:
    above = {c for kind in types for c in (kind, *site.classes.ancestors(kind))}
    known = (*site.pages.schema_classes.items(), *_CLASSES)
    return next((word for kind, word in known if kind in above), _OF_NO_CLASS)


def _page(reader: Reader, iri: str) -> str:
    page = reader.site.addresses.page(iri)
    return f"{reader.site.addresses.base}{page}" if page is not None else iri


def _linked(reader: Reader, value: Term) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Literal):
        return value.value
    name = reader.name(value).text
    if not isinstance(value, NamedNode):
        return name
    types = sorted(reader.site.names.types(value), key=str)
    return {"@type": kind_of(reader.site, types), "@id": value.value, "name": name}


def _spoken(reader: Reader, texts: Sequence[Literal]) -> str:
    """Return the text in the reader's language, as it was written."""
    best = reader.best(texts)
    return next(
        (t.value for t in texts if t.value == best.text), texts[0].value
    )  # dates are told in words to people only


def _alternate_names(resource: Resource) -> list[str]:
    found = (v.value for v in resource.values(SKOS_ALT_LABEL) if isinstance(v, Literal))
    return list(dict.fromkeys(found))[:MOST]


def _same_as(reader: Reader, resource: Resource) -> list[str]:
    """Return the addresses elsewhere that stand for the thing itself, or are its own pages."""
    base = reader.site.addresses.base
    return [
        value.value
        for predicate in _SAME
        for value in resource.values(predicate)
        if isinstance(value, NamedNode)
        and value.value.lower().startswith(("http://", "https://"))
        and not value.value.startswith(base)
    ]


def _groups(reader: Reader, resource: Resource) -> Iterator[NamedNode]:
    """Yield the organisations of which the thing is a member."""
    index = reader.site.index
    for subject, predicate in resource.pointing:
        if predicate == _MEMBER and isinstance(subject, NamedNode | BlankNode):
            for stated in index.outgoing(subject):
                if stated.predicate == _ORGANISATION and isinstance(stated.object, NamedNode):
                    yield stated.object


def _certain_day(reader: Reader, resource: Resource) -> str | None:
    """Return the one day on which an event was, None where several or none is known for certain."""
    index = reader.site.index
    days = {
        stated.object.value
        for when in resource.values(WHEN)
        if isinstance(when, NamedNode | BlankNode)
        for stated in index.outgoing(when)
        if stated.predicate == KZ_EDTF and isinstance(stated.object, Literal)
    }
    day = days.pop() if len(days) == 1 else ""
    return day if _DAY.fullmatch(day) else None


def _geo(resource: Resource) -> dict[str, str] | None:
    found = [resource.values(predicate) for predicate in _COORDINATES]
    if any(len(values) != 1 or not isinstance(values[0], Literal) for values in found):
        return None
    latitude, longitude = (str(getattr(values[0], "value", "")) for values in found)
    return {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}


def site_data(reader: Reader) -> dict[str, Any]:
    """Return the site as schema.org has it, with how it is searched."""
    base = reader.site.addresses.base
    return {
        "@type": "WebSite",
        "@id": f"{base}#site",
        "url": base,
        "name": site_name(reader),
        "inLanguage": list(reader.site.languages),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{base}search?q={{q}}"},
            "query-input": "required name=q",
        },
    }


def site_name(reader: Reader) -> str:
    """Return what the dataset is called, or where it is."""
    return reader.best(reader.site.about.titles).text or reader.site.addresses.base


def page_data(reader: Reader, path: str, title: str, kind: str, main: object) -> dict[str, Any]:
    """Return a page as schema.org has it; ``main`` is what it is about, or several such."""
    base = reader.site.addresses.base
    found = {
        "@context": CONTEXT,
        "@type": kind,
        "url": f"{base}{path.partition('?')[0].removeprefix('/')}",
        "name": title,
        "inLanguage": reader.language,
        "isPartOf": {"@type": "WebSite", "url": base, "name": reader.held(site_name)},
        "dateModified": reader.site.manifest.created,
    }
    return found | ({"mainEntity": main} if main else {})


def _one_or_all(value: Any) -> Any:  # noqa: ANN401 - JSON
    return value[0] if isinstance(value, list) and len(value) == 1 else value
