"""What portals are told: where to harvest, with which settings, and how good the metadata is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kizuna.release.catalogue import MOST, Score, score
from kizuna.web.reader import Reader
from kizuna.web.site import Site


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal, or the software of one: what it is to fetch, and the settings with which.

    ``key`` is that of its text; ``address`` and ``settings`` may hold ``{base}``.
    """

    key: str
    name: str
    address: str
    settings: str


# fmt: off
PORTALS = (
    Portal("harvest.ckan", "CKAN (ckanext-dcat)", "{base}catalog.ttl",
           '{{"rdf_format": "text/turtle"}}\nckanext.dcat.rdf.profiles = euro_dcat_ap_3'),
    Portal("harvest.udata", "udata (data.gouv.fr, data.public.lu)", "{base}catalog.ttl",
           "backend: dcat"),
    Portal("harvest.europe", "data.europa.eu", "{base}oai",
           "OAI-PMH 2.0, metadataPrefix=dcat_ap (DCAT-AP 3.0.1)\n"
           "RDF: {base}catalog.rdf\nSPARQL: {base}sparql"),
    Portal("harvest.oai", "OAI-PMH (BASE, OpenAIRE …)", "{base}oai",
           "metadataPrefix=oai_dc"),
    Portal("harvest.govdata", "GovData", "{base}catalog.rdf",
           "ckanext.dcat.rdf.profiles = euro_dcat_ap_3 dcatap_de"),
    Portal("harvest.google", "Google Dataset Search", "{base}",
           "schema.org/Dataset (JSON-LD)"),
)
WORDS = {
    # a dimension or metric               its text
    "findability":                        "mqa.findability",
    "accessibility":                      "mqa.accessibility",
    "interoperability":                   "mqa.interoperability",
    "reusability":                        "mqa.reusability",
    "contextuality":                      "mqa.contextuality",
    "keywords":                           "mqa.keywords",
    "categories":                         "mqa.categories",
    "spatial coverage":                   "mqa.spatial_coverage",
    "temporal coverage":                  "mqa.temporal_coverage",
    "access URL that answers":            "mqa.access_url_that_answers",
    "download URL":                       "mqa.download_url",
    "download URL that answers":          "mqa.download_url_that_answers",
    "format":                             "mqa.format",
    "media type":                         "mqa.media_type",
    "format from the vocabulary":         "mqa.format_from_the_vocabulary",
    "media type from IANA":               "mqa.media_type_from_iana",
    "non-proprietary format":             "mqa.non_proprietary_format",
    "machine-readable format":            "mqa.machine_readable_format",
    "DCAT-AP conformance":                "mqa.dcat_ap_conformance",
    "licence":                            "mqa.licence",
    "licence from the vocabulary":        "mqa.licence_from_the_vocabulary",
    "access rights":                      "mqa.access_rights",
    "access rights from the vocabulary":  "mqa.access_rights_from_the_vocabulary",
    "contact point":                      "mqa.contact_point",
    "publisher":                          "mqa.publisher",
    "rights":                             "mqa.rights",
    "file size":                          "mqa.file_size",
    "date of issue":                      "mqa.date_of_issue",
    "date of modification":               "mqa.date_of_modification",
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Row:
    """A portal as the page shows it."""

    name: str
    about: str
    address: str
    settings: str


@dataclass(frozen=True, slots=True)
class Points:
    """What one metric gives, in words, with the property that it looks at."""

    dimension: str
    metric: str
    predicate: str
    points: int
    most: int


@dataclass(frozen=True, slots=True)
class HarvestPage:
    """What the page for portals shows. ``points`` are those of data.europa.eu, of ``most``."""

    portals: tuple[Row, ...]
    rows: tuple[Points, ...]
    points: int
    most: int = MOST


def harvest_page(reader: Reader) -> HarvestPage:
    """Return what the page shows."""
    base = reader.site.addresses.base
    portals = tuple(
        Row(p.name, reader.text(p.key), p.address.format(base=base), p.settings.format(base=base))
        for p in PORTALS
    )
    scores = scores_of(reader.site)
    rows = tuple(
        Points(
            dimension=reader.text(WORDS[each.metric.dimension]),
            metric=reader.text(WORDS[each.metric.name]),
            predicate=each.metric.predicate,
            points=each.points,
            most=each.metric.points,
        )
        for each in scores
    )
    return HarvestPage(portals, rows, sum(each.points for each in scores))


def scores_of(site: Site) -> Sequence[Score]:
    """Return the points of the dataset; a release is built of data without violations alone."""
    return score(site.catalogue, site.source.facts.dataset, conforms=True)
