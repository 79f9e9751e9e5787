"""A record in Dublin Core (``oai_dc``), the format that every repository has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.release.catalogue.saying import IANA
from kizuna.vocabulary import term
from kizuna.web.markup import element

Said = Mapping[object, Sequence[Triple]]
Words = tuple[str, str]
"""A text and its language, which may be empty."""
_NAMES = tuple(map(term, ("foaf:name", "dct:title", "skos:prefLabel", "rdfs:label")))
_TYPES = {
    term("dcat:Dataset").value: "Dataset",
    term("dcat:DatasetSeries").value: "Collection",
    term("dcat:DataService").value: "Service",
}
"""The types that the DCMI Type Vocabulary has for them."""


def dublin_core(said: Said, node: NamedNode) -> str:
    """Return the elements for ``node``, each once, in their languages."""
    found = [element("dc:identifier", node.value)]
    for name, path, render in _ROWS:
        for value in _values(said, node, path.split(" / ")):
            found += [
                element(f"dc:{name}", text, xml_lang=language)
                for text, language in render(said, value)
                if text
            ]
    return "\n".join(dict.fromkeys(found))


def _values(said: Said, node: object, path: Sequence[str]) -> Iterator[object]:
    """Yield what stands at the end of a path of predicates."""
    predicate, rest = term(path[0]), path[1:]
    for triple in said.get(node, ()):
        if triple.predicate == predicate:
            yield from _values(said, triple.object, rest) if rest else (triple.object,)


def _plain(said: Said, value: object) -> Iterator[Words]:
    """Yield a text, or an IRI as it is."""
    del said
    if isinstance(value, Literal):
        yield value.value, value.language or ""
    if isinstance(value, NamedNode):
        yield value.value, ""


def _named(said: Said, value: object) -> Iterator[Words]:
    """Yield the names that the catalogue has for a thing, or else its IRI."""
    stated = said.get(value, ())
    names = [t.object for name in _NAMES for t in stated if t.predicate == name]
    texts: list[object] = [name for name in names if isinstance(name, Literal)]
    for text in texts or [value]:
        yield from _plain(said, text)


def _named_too(said: Said, value: object) -> Iterator[Words]:
    """Yield the IRI of a thing, and its names."""
    yield from _plain(said, value)
    yield from _named(said, value)


def _typed(said: Said, value: object) -> Iterator[Words]:
    del said
    yield _TYPES.get(getattr(value, "value", ""), ""), ""


def _media_type(said: Said, value: object) -> Iterator[Words]:
    for text, language in _plain(said, value):
        yield text.removeprefix(IANA), language


def _language(said: Said, value: object) -> Iterator[Words]:
    """Yield the code of a language of the EU's list (ISO 639-3), which is the end of its IRI."""
    for text, _ in _plain(said, value):
        yield text.rpartition("/")[2].lower(), ""


def _period(said: Said, value: object) -> Iterator[Words]:
    """Yield a period as its two ends (ISO 8601)."""
    ends = [
        next((text for v in _values(said, value, [name]) for text, _ in _plain(said, v)), "")
        for name in ("dcat:startDate", "dcat:endDate")
    ]
    yield "/".join(ends) if any(ends) else "", ""


# fmt: off
_ROWS: tuple[tuple[str, str, Callable[[Said, object], Iterator[Words]]], ...] = (
    # element        path in the catalogue                    how its value is written
    ("identifier",   "dct:identifier",                        _plain),
    ("identifier",   "dcat:landingPage",                      _plain),
    ("identifier",   "dcat:endpointURL",                      _plain),
    ("title",        "dct:title",                             _plain),
    ("creator",      "dct:creator",                           _named),
    ("publisher",    "dct:publisher",                         _named),
    ("contributor",  "dct:contributor",                       _named),
    ("subject",      "dcat:keyword",                          _plain),
    ("subject",      "dcat:theme",                            _named_too),
    ("description",  "dct:description",                       _plain),
    ("date",         "dct:issued",                            _plain),
    ("date",         "dct:modified",                          _plain),
    ("type",         "rdf:type",                              _typed),
    ("format",       "dcat:distribution / dcat:mediaType",    _media_type),
    ("source",       "dct:source",                            _plain),
    ("language",     "dct:language",                          _language),
    ("relation",     "dcat:isVersionOf",                      _plain),
    ("relation",     "dcat:hasVersion",                       _plain),
    ("relation",     "dcat:inSeries",                         _plain),
    ("relation",     "dcat:servesDataset",                    _plain),
    ("relation",     "dct:conformsTo",                        _plain),
    ("coverage",     "dct:spatial",                           _named_too),
    ("coverage",     "dct:temporal",                          _period),
    ("rights",       "dct:license",                           _named_too),
    ("rights",       "dct:license / skos:exactMatch",         _plain),
    ("rights",       "dct:accessRights",                      _named_too),
    ("rights",       "dct:rights",                            _named_too),
)
# fmt: on
