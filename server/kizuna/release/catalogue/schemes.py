"""To which list of values a value belongs: shapes ask, and portals must not have to look it up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple

from kizuna.release.catalogue.saying import say, text

_EU = "http://publications.europa.eu/resource/authority/"
_ADMS = "http://purl.org/adms/"

# fmt: off
SCHEMES = (
    # how values begin                  their scheme                   its title
    (f"{_EU}access-right/",             f"{_EU}access-right",          "Access right"),
    (f"{_EU}continent/",                f"{_EU}continent",             "Continent"),
    (f"{_EU}corporate-body/",           f"{_EU}corporate-body",        "Corporate body"),
    (f"{_EU}country/",                  f"{_EU}country",               "Country"),
    (f"{_EU}data-theme/",               f"{_EU}data-theme",            "Data theme"),
    (f"{_EU}dataset-type/",             f"{_EU}dataset-type",          "Dataset type"),
    (f"{_EU}distribution-status/",      f"{_EU}distribution-status",   "Distribution status"),
    (f"{_EU}file-type/",                f"{_EU}file-type",             "File type"),
    (f"{_EU}frequency/",                f"{_EU}frequency",             "Frequency"),
    (f"{_EU}language/",                 f"{_EU}language",              "Language"),
    (f"{_EU}licence/",                  f"{_EU}licence",               "Licence"),
    (f"{_EU}place/",                    f"{_EU}place",                 "Place"),
    (f"{_EU}planned-availability/",     f"{_EU}planned-availability",  "Planned availability"),
    (f"{_ADMS}licencetype/",            f"{_ADMS}licencetype/1.0",     "Licence type"),
    (f"{_ADMS}publishertype/",          f"{_ADMS}publishertype/1.0",   "Publisher type"),
    ("http://dcat-ap.de/def/licenses/", "http://dcat-ap.de/def/licenses", "DCAT-AP.de licences"),
)
# fmt: on


def scheme_triples(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield to which scheme each value in ``triples`` belongs that is of one of ``SCHEMES``."""
    values = {t.object for t in triples if isinstance(t.object, NamedNode)}
    for value in values:
        for start, iri, title in SCHEMES:
            scheme = NamedNode(iri)
            if value.value.startswith(start) and value != scheme:
                yield from say(value, "", ("skos:inScheme", scheme))
                yield from say(scheme, "skos:ConceptScheme", ("dct:title", text(title, "en")))
