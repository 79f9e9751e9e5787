"""How data.europa.eu scores metadata: its 405 points, given by what a catalogue says.

The metrics and weights are those of the Metadata Quality Assessment methodology of the European
Data Portal. Of distributions each must have what is asked: the portal gives a part of the points
where some have it, so the score here is never higher than there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kizuna.vocabulary import term

_EU = "http://publications.europa.eu/resource/authority/"
_IANA = "https://www.iana.org/assignments/media-types/"
_CODES = ("CSV", "JSON_LD", "RDF_N_QUADS", "RDF_N_TRIPLES", "RDF_TRIG", "RDF_TURTLE", "RDF_XML")
_OPEN = frozenset(f"{_EU}file-type/{code}" for code in _CODES)
"""Of the portal's lists of machine-readable and of non-proprietary formats, those made here."""
_LICENCES = (
    f"{_EU}licence/",
    "http://creativecommons.org/",
    "https://creativecommons.org/",
)

Values = Sequence[str]
FILES = "dcat:distribution"


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that gives points: values of the dataset, or of all to which ``path`` leads."""

    dimension: str
    name: str
    points: int
    predicate: str
    path: str = ""
    holds: Callable[[Values], bool] = bool


@dataclass(frozen=True, slots=True)
class Score:
    """What one metric gives a dataset."""

    metric: Metric
    is_met: bool

    @property
    def points(self) -> int:
        """The points that it has."""
        return self.metric.points if self.is_met else 0


def _all_in(known: Iterable[str]) -> Callable[[Values], bool]:
    members = frozenset(known)
    return lambda values: bool(values) and all(value in members for value in values)


def _all_begin(*starts: str) -> Callable[[Values], bool]:
    return lambda values: bool(values) and all(value.startswith(starts) for value in values)


# fmt: off
METRICS = (
    Metric("findability",      "keywords",                     30, "dcat:keyword"),
    Metric("findability",      "categories",                   30, "dcat:theme"),
    Metric("findability",      "spatial coverage",             20, "dct:spatial"),
    Metric("findability",      "temporal coverage",            20, "dct:temporal"),
    Metric("accessibility",    "access URL that answers",      50, "dcat:accessURL", FILES),
    Metric("accessibility",    "download URL",                 20, "dcat:downloadURL", FILES),
    Metric("accessibility",    "download URL that answers",    30, "dcat:downloadURL", FILES),
    Metric("interoperability", "format",                       20, "dct:format", FILES),
    Metric("interoperability", "media type",                   10, "dcat:mediaType", FILES),
    Metric("interoperability", "format from the vocabulary",    5, "dct:format", FILES,
           _all_begin(f"{_EU}file-type/")),
    Metric("interoperability", "media type from IANA",          5, "dcat:mediaType", FILES,
           _all_begin(_IANA)),
    Metric("interoperability", "non-proprietary format",       20, "dct:format", FILES,
           _all_in(_OPEN)),
    Metric("interoperability", "machine-readable format",      20, "dct:format", FILES,
           _all_in(_OPEN)),
    Metric("interoperability", "DCAT-AP conformance",          30, "dct:title"),
    Metric("reusability",      "licence",                      20, "dct:license", FILES),
    Metric("reusability",      "licence from the vocabulary",  10, "dct:license", FILES,
           _all_begin(*_LICENCES)),
    Metric("reusability",      "access rights",                10, "dct:accessRights"),
    Metric("reusability",      "access rights from the vocabulary", 5, "dct:accessRights", "",
           _all_begin(f"{_EU}access-right/")),
    Metric("reusability",      "contact point",                20, "dcat:contactPoint"),
    Metric("reusability",      "publisher",                    10, "dct:publisher"),
    Metric("contextuality",    "rights",                        5, "dct:rights", FILES),
    Metric("contextuality",    "file size",                     5, "dcat:byteSize", FILES),
    Metric("contextuality",    "date of issue",                 5, "dct:issued"),
    Metric("contextuality",    "date of modification",          5, "dct:modified"),
)
# fmt: on
MOST = sum(metric.points for metric in METRICS)


def score(catalogue: Iterable[Triple], dataset: NamedNode, *, conforms: bool) -> list[Score]:
    """Return what each metric gives ``dataset``; ``conforms``: the shapes find nothing wrong.

    That the addresses answer is taken for granted here: who serves the catalogue serves them.
    """
    said: defaultdict[object, defaultdict[NamedNode, list[str]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for triple in catalogue:
        said[triple.subject][triple.predicate].append(str(getattr(triple.object, "value", "")))
    files = [said[NamedNode(iri)] for iri in said[dataset][term(FILES)]]
    return [
        Score(metric, conforms and _holds(metric, said[dataset], files))
        if metric.name == "DCAT-AP conformance"
        else Score(metric, _holds(metric, said[dataset], files))
        for metric in METRICS
    ]


def _holds(
    metric: Metric,
    dataset: Mapping[NamedNode, list[str]],
    files: Sequence[Mapping[NamedNode, list[str]]],
) -> bool:
    predicate = term(metric.predicate)
    nodes = files if metric.path else [dataset]
    return bool(nodes) and all(metric.holds(node.get(predicate, ())) for node in nodes)
