"""The page of a search: hits by kind, with the words marked where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from kizuna.engine import Hit, Piece, pieces
from kizuna.vocabulary import (
    DCT_ISSUED,
    KZ_CLAIM,
    KZ_QUOTE,
    LABELS,
    OWL_CLASS,
    OWL_PROPERTIES,
    PROV_QUOTED_FROM,
    RDF_PROPERTY,
    RDF_SUBJECT,
    RDFS_CLASS,
    RDFS_DATATYPE,
    term,
)
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.searching import Found
from kizuna.web.views.evidence import language_of

MOST_SHOWN = 300
"""Things that a page knows of; more than that nobody reads."""
PER_KIND, PER_PAGE = 5, 20
"""Hits of a kind beside others, and on a page of their own."""
AROUND = 110
"""Signs of a long text that are shown before the first word that was found; twice that after."""
_APART = (
    (
        "terms",
        "search.terms",
        {OWL_CLASS, RDFS_CLASS, RDFS_DATATYPE, RDF_PROPERTY, *OWL_PROPERTIES},
    ),
    ("shapes", "search.shapes", {term("sh:NodeShape"), term("sh:PropertyShape")}),
)
"""Kinds that are not of the domain: each a key, its title, and its classes; they come last."""
_OTHER = "other"
_NO_WORDS = Words("")


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with the words marked; ``lang`` is empty for the reader's own language."""

    pieces: tuple[Piece, ...] = ()
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One hit. ``property`` tells what ``text`` is of it; a quote has ``subjects``, a document."""

    href: str
    outside: bool
    name: Marked
    text: Marked = Marked()
    property: Words = _NO_WORDS
    subjects: tuple[Link, ...] = ()
    document: Link | None = None
    dated: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page of a search was asked for: words, one ``kind`` ("" for all), a ``page`` of it."""

    words: str
    kind: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Kind:
    """The hits of one kind; ``items`` are those to show, ``count`` tells how many there are."""

    key: str
    title: Words
    count: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """All that the page of a search shows. ``thing``: what the words are an address of."""

    asked: Asked
    found: Found
    kinds: tuple[Kind, ...]
    thing: Link | None = None

    @property
    def is_cut(self) -> bool:
        """Whether there may be more than what is known here."""
        return len(self.found.hits) >= MOST_SHOWN

    @property
    def count(self) -> int:
        """How many hits there are of the kinds that are shown."""
        return sum(kind.count for kind in self.kinds)

    @property
    def pages(self) -> int:
        """How many pages there are of the one kind that was asked for."""
        return max(1, -(-self.count // PER_PAGE))


def search_page(
    reader: Reader, asked: Asked, found: Found, thing: NamedNode | None = None
) -> SearchPage:
    """Return the page of a search: some hits of each kind, or all of one kind, page by page."""
    named = _by_kind(reader, found)
    chosen = named if not asked.kind else {k: v for k, v in named.items() if k[0] == asked.kind}
    kinds = tuple(
        _kind(reader, key, list(_merged(reader, hits)), asked, found.shown)
        for key, hits in chosen.items()
    )
    return SearchPage(asked, found, kinds, reader.link(thing) if thing is not None else None)


_Key = tuple[str, NamedNode | None]


def _by_kind(reader: Reader, found: Found) -> dict[_Key, list[Hit]]:
    """Return hits by kind: that of the best hit first, those that are not of the domain last."""
    grouped: dict[_Key, list[Hit]] = {}
    for hit in found.hits:
        grouped.setdefault(kind_of(reader, hit.thing), []).append(hit)
    last = [row[0] for row in _APART]
    order = sorted(grouped, key=lambda key: last.index(key[0]) if key[0] in last else -1)
    return {key: grouped[key] for key in order}


def _kind(reader: Reader, key: _Key, hits: list[list[Hit]], asked: Asked, words: str) -> Kind:
    start, most = (PER_PAGE * (asked.page - 1), PER_PAGE) if asked.kind else (0, PER_KIND)
    items = tuple(_item(reader, group, words) for group in hits[start : start + most])
    return Kind(key[0], _title(reader, *key), len(hits), items)


def kind_of(reader: Reader, thing: NamedNode) -> _Key:
    """Return the key of a thing's kind, and its narrowest class where it has one with a page."""
    types, classes = reader.site.names.types(thing), reader.site.classes
    for key, _, apart in _APART:
        if not apart.isdisjoint(types):
            return key, None
    broader = {wide for kind in types for wide in classes.ancestors(kind)[1:]}
    known = sorted((slug, str(kind), kind) for kind in types if (slug := classes.slug(kind)))
    narrow = [(slug, kind) for slug, _, kind in known if kind not in broader]
    return narrow[0] if narrow else (_OTHER, None)


def title_of(reader: Reader, thing: NamedNode) -> Words:
    """Return what a thing's kind is called."""
    return _title(reader, *kind_of(reader, thing))


def link_of(reader: Reader, thing: NamedNode) -> Link:
    """Return a thing by its name, linked to its page; a class to the page of its members."""
    if reader.site.classes.slug(thing) is not None:
        return reader.class_link(thing)
    return reader.link(thing)


def _title(reader: Reader, key: str, kind: NamedNode | None) -> Words:
    if kind is not None:
        return reader.name(kind)
    return Words(
        next((reader.text(t) for k, t, _ in _APART if k == key), reader.text("search.other"))
    )


def _merged(reader: Reader, hits: Iterable[Hit]) -> Iterable[list[Hit]]:
    """Return hits one by one, but the claims of one quote together: it is shown once."""
    merged: dict[object, list[Hit]] = {}
    for hit in hits:
        key: object = hit.thing
        if hit.predicate == KZ_QUOTE:
            key = (hit.text.value, _stated(reader, hit.thing).get(PROV_QUOTED_FROM))
        merged.setdefault(key, []).append(hit)
    return merged.values()


def _item(reader: Reader, hits: list[Hit], words: str) -> Item:
    hit = hits[0]
    if hit.predicate == KZ_QUOTE and KZ_CLAIM in reader.site.names.types(hit.thing):
        return _quote(reader, hits, words)
    link = link_of(reader, hit.thing)
    item = Item(link.href, link.outside, _marked(link.words, words))
    is_name = hit.predicate in LABELS
    if is_name and any(piece.marked for piece in item.name.pieces):
        return item  # in another language it says no more
    text = Words(hit.text.value, reader.foreign(hit.text.language or ""))
    told = _NO_WORDS if is_name else reader.name(hit.predicate)
    return replace(item, text=_marked(text, words), property=told)


def _quote(reader: Reader, hits: list[Hit], words: str) -> Item:
    """Return a quote with its document and the things that it speaks of."""
    stated = _stated(reader, hits[0].thing)
    document = stated.get(PROV_QUOTED_FROM)
    about = _stated(reader, document) if isinstance(document, NamedNode) else {}
    issued = about.get(DCT_ISSUED)
    subjects = (_stated(reader, hit.thing).get(RDF_SUBJECT) for hit in hits)
    link = reader.link(hits[0].thing)
    text = Words(hits[0].text.value, reader.foreign(language_of(reader, document)))
    return Item(
        href=link.href,
        outside=link.outside,
        name=_marked(text, words),
        subjects=tuple(dict.fromkeys(reader.link(s) for s in subjects if s is not None)),
        document=reader.link(document) if document is not None else None,
        dated=reader.words(issued).text if isinstance(issued, Literal) else "",
    )


def _stated(reader: Reader, thing: NamedNode) -> dict[NamedNode, Term]:
    return {q.predicate: q.object for q in reader.site.index.outgoing(thing)}


def _marked(words: Words, wanted: str) -> Marked:
    return Marked(pieces(words.text, wanted, AROUND), words.lang)
