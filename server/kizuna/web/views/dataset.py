"""The release as a dataset in the words of schema.org, as searches for datasets ask for it.

https://developers.google.com/search/docs/appearance/structured-data/dataset
"""

from __future__ import annotations

from typing import Any

from pyoxigraph import Literal, NamedNode

from kizuna.release.catalogue import Facts, dumps_of
from kizuna.release.dumps import Dump
from kizuna.release.manifest import FileRecord
from kizuna.web.names import Term
from kizuna.web.reader import Reader
from kizuna.web.views.schema_org import site_name


def dataset_data(reader: Reader) -> dict[str, Any]:
    """Return the release as a dataset with its files, as dataset searches ask for it."""
    site = reader.site
    base, about = site.addresses.base, site.about
    found = {
        "@type": "Dataset",
        "@id": about.dataset.value if about.dataset is not None else "",
        "url": base,
        "name": site_name(reader),
        "alternateName": [t.value for t in about.titles if t.value != site_name(reader)],
        "description": reader.best(about.descriptions).text,
        "license": about.license.value if about.license is not None else "",
        "version": site.manifest.version,
        "dateModified": site.manifest.created,
        "isAccessibleForFree": True,
        "inLanguage": list(site.languages),
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": f"{base}catalog"},
        "distribution": [_download(base, site.release.id, row) for row in dumps_of(site.manifest)],
        **(_from_facts(reader, site.source.facts) if site.manifest.filled else {}),
    }
    return {word: value for word, value in found.items() if value}


def _from_facts(reader: Reader, facts: Facts) -> dict[str, Any]:
    """Return what the catalogue's own file says of the dataset."""
    dataset = facts.dataset
    keywords = [k.value for k in facts.values(dataset, "dcat:keyword") if isinstance(k, Literal)]
    who = [_agent(reader, facts, agent) for agent in (facts.publisher,) if agent is not None]
    return {
        "identifier": _words(facts.one(dataset, "dct:identifier")),
        "datePublished": _words(facts.one(dataset, "dct:issued")),
        "keywords": list(dict.fromkeys(keywords)),
        "creator": who,
        "publisher": who,
        "spatialCoverage": [_words(place) for place in facts.values(dataset, "dct:spatial")],
        "temporalCoverage": _period(facts, facts.one(dataset, "dct:temporal")),
    }


def _agent(reader: Reader, facts: Facts, agent: Term) -> dict[str, str]:
    names = [n for n in _values(facts, agent, "foaf:name") if isinstance(n, Literal)]
    name = reader.best(names).text if names else _words(agent)
    found = {"@type": "Organization", "@id": _words(agent), "name": name}
    return {word: value for word, value in found.items() if value}


def _period(facts: Facts, period: Term | None) -> str:
    """Return a period as ISO 8601 writes it, "" where it has no beginning or no end."""
    ends = [_values(facts, period, name) for name in ("dcat:startDate", "dcat:endDate")]
    return "/".join(_words(end[0]) for end in ends) if all(ends) else ""


def _values(facts: Facts, node: Term | None, name: str) -> list[Term]:
    if not isinstance(node, NamedNode):
        return []
    return [value for value in facts.values(node, name) if value is not None]


def _words(value: Term | None) -> str:
    return value.value if isinstance(value, Literal | NamedNode) else ""


def _download(base: str, release: str, row: tuple[Dump, FileRecord]) -> dict[str, str]:
    dump, record = row
    return {
        "@type": "DataDownload",
        "contentUrl": f"{base}dumps/{release}/{dump.name}",
        "encodingFormat": dump.media_type.partition(";")[0],
        "contentSize": f"{record.bytes} B",
        "sha256": record.sha256,
    }
