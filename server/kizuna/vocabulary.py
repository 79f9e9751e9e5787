"""The namespaces and terms that the program itself reads or writes.

Terms that only the data uses stand in ``ontology/``; nothing here repeats them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pyoxigraph import NamedNode

PREFIXES: Final[dict[str, str]] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "kz": "https://w3id.org/kizuna/ontology#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes of outside vocabularies and of kizuna's own, for output that people read."""


@lru_cache(1_000)
def term(name: str) -> NamedNode:
    """Return the term with this prefixed name.

    >>> term("skos:prefLabel").value
    'http://www.w3.org/2004/02/skos/core#prefLabel'

    Raises KeyError when the prefix is none of ``PREFIXES``.
    """
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def shortened(iri: str, prefixes: dict[str, str] = PREFIXES) -> str:
    """Return ``iri`` as a prefixed name if a namespace fits, else in angle brackets.

    The longest fitting namespace wins, so that a prefix per kind of thing is used.

    >>> shortened("https://schema.org/location"), shortened("urn:x")
    ('schema:location', '<urn:x>')
    """
    fitting = [(ns, p) for p, ns in prefixes.items() if iri.startswith(ns)]
    if not fitting:
        return f"<{iri}>"
    namespace, prefix = max(fitting, key=lambda pair: len(pair[0]))
    local = iri[len(namespace) :]
    return f"{prefix}:{local}" if "/" not in local and "#" not in local else f"<{iri}>"


RDF_TYPE = term("rdf:type")
RDF_SUBJECT = term("rdf:subject")
RDF_PREDICATE = term("rdf:predicate")
RDF_OBJECT = term("rdf:object")
RDF_LANG_STRING = term("rdf:langString")
RDF_REIFIES = term("rdf:reifies")
RDF_PROPERTY = term("rdf:Property")
RDFS_CLASS = term("rdfs:Class")
RDFS_DATATYPE = term("rdfs:Datatype")
RDFS_LABEL = term("rdfs:label")
RDFS_COMMENT = term("rdfs:comment")
RDFS_SUBCLASS = term("rdfs:subClassOf")
RDFS_DEFINED_BY = term("rdfs:isDefinedBy")
OWL_CLASS = term("owl:Class")
OWL_PROPERTIES = tuple(
    term(f"owl:{kind}Property") for kind in ("Object", "Datatype", "Annotation", "Ontology")
)

SKOS_PREF_LABEL = term("skos:prefLabel")
SKOS_ALT_LABEL = term("skos:altLabel")
SKOS_DEFINITION = term("skos:definition")
DCT_TITLE = term("dct:title")
DCT_DESCRIPTION = term("dct:description")
DCT_IDENTIFIER = term("dct:identifier")
DCT_LANGUAGE = term("dct:language")
DCT_SOURCE = term("dct:source")
DCT_ISSUED = term("dct:issued")
DCT_IS_PART_OF = term("dct:isPartOf")
DCT_REPLACES = term("dct:replaces")
DCT_REPLACED_BY = term("dct:isReplacedBy")
FOAF_PAGE = term("foaf:page")
DCAT_DATASET = term("dcat:Dataset")

PROV_QUOTED_FROM = term("prov:wasQuotedFrom")
PROV_ATTRIBUTED_TO = term("prov:wasAttributedTo")

KZ_CLAIM = term("kz:Claim")
KZ_SOURCE_DOCUMENT = term("kz:SourceDocument")
KZ_QUOTE = term("kz:quote")
KZ_QUOTE_PREFIX = term("kz:quotePrefix")
KZ_MODALITY = term("kz:modality")
KZ_INFERRED = term("kz:inferred")
KZ_INFERENCE_RULE = term("kz:inferenceRule")
KZ_EVIDENCE = term("kz:evidence")
KZ_TEXT_FRAGMENT = term("kz:textFragment")
KZ_SHA256 = term("kz:sha256")
KZ_CONTENT_END = term("kz:contentEnd")
KZ_FURNITURE = term("kz:furniture")
KZ_EDITORIAL = term("kz:editorial")
KZ_VALUE_CLASS = term("kz:valueClass")
KZ_EDTF = term("kz:edtf")
KZ_DATE_TEXT = term("kz:dateText")
KZ_AS_STATED = term("kz:asStated")
KZ_OPEN_QUESTION = term("kz:openQuestion")
KZ_SEARCH = term("kz:search")
EDTF = term("edtf:EDTF")

OA_SPECIFIC_RESOURCE = term("oa:SpecificResource")
OA_QUOTE_SELECTOR = term("oa:TextQuoteSelector")
OA_POSITION_SELECTOR = term("oa:TextPositionSelector")
OA_HAS_SOURCE = term("oa:hasSource")
OA_HAS_SELECTOR = term("oa:hasSelector")
OA_EXACT = term("oa:exact")
OA_PREFIX = term("oa:prefix")
OA_START = term("oa:start")
OA_END = term("oa:end")

TIME_IN_DATE = term("time:inXSDDate")
SEM_EARLIEST_BEGIN = term("sem:hasEarliestBeginTimeStamp")
SEM_LATEST_END = term("sem:hasLatestEndTimeStamp")
XSD_BOOLEAN = term("xsd:boolean")
XSD_DATE = term("xsd:date")
XSD_INTEGER = term("xsd:nonNegativeInteger")
XSD_STRING = term("xsd:string")

LABELS: Final[tuple[NamedNode, ...]] = (
    SKOS_PREF_LABEL,
    RDFS_LABEL,
    DCT_TITLE,
    term("foaf:name"),
    term("vcard:fn"),
    KZ_DATE_TEXT,
    KZ_AS_STATED,
    KZ_QUOTE,
)
"""Predicates whose value names a thing, the best first."""

AUTHORITY_LANGUAGES: Final[dict[str, str]] = {"DEU": "de", "ENG": "en", "JPN": "ja", "FRA": "fr"}
"""Language tags of the EU's authority table of languages, by the last part of its IRIs."""
