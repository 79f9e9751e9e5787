"""A reader of pages: their language, and how terms are shown and linked for them.

Everything that comes from the data is hostile until a template has escaped it: this module returns
plain text and addresses, never markup, and links to nothing but http and https.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import NamedTuple
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple
from starlette.requests import Request

from kizuna.checks.pages import Facet, Group
from kizuna.iris import to_path
from kizuna.vocabulary import PREFIXES
from kizuna.web import texts
from kizuna.web.holding import Holding
from kizuna.web.names import Term
from kizuna.web.negotiation import negotiate_language
from kizuna.web.site import Site

LONGEST_HELD = 200
"""Signs of a term up to which its link is held."""
_DATES = {f"{PREFIXES['xsd']}{name}" for name in ("date", "dateTime")}
_CALLED = {
    "claims": "front.claims",
    "country": "lists.country",
    "document": "lists.document",
    "documents": "nav.documents",
    "events": "nav.events",
    "organisations": "nav.organisations",
    "others": "pictures.others",
    "people": "pictures.people",
    "places": "pictures.places",
    "type": "lists.type",
}
"""What groups and facets of the program itself are called, by their names."""
_BOOLEAN = f"{PREFIXES['xsd']}boolean"
_FRACTIONS = {f"{PREFIXES['xsd']}{name}" for name in ("decimal", "double", "float")}


class Words(NamedTuple):
    """A text with its language, which is empty for the reader's own and for none."""

    text: str
    lang: str = ""


class Link(NamedTuple):
    """Words that lead to an address; ``href`` is empty where there is nothing to lead to."""

    words: Words
    href: str = ""
    outside: bool = False


@dataclass(frozen=True)
class Reader(Holding):
    """Who reads a page of ``site``. ``chosen``: the language was asked for by ``?lang=``.

    All who read in one language are one reader (``reader_for``), with whom is held what many pages
    show.
    """

    site: Site
    language: str
    chosen: bool = False

    @cached_property
    def parts(self) -> dict[object, str]:
        """The parts of pages that are the same on all of them (``views.holding``)."""
        return {}

    def text(self, key: str, **values: object) -> str:
        """Return a text of the pages in the reader's language."""
        return texts.text(key, self.language, **values)

    def called(self, group: Group | Facet) -> str:
        """Return what the project calls a group of classes, or what lists are filtered by."""
        if not group.labels:
            return self.text(_CALLED[group.name])
        found = [Literal(text, language=tag) for tag, text in group.labels.items()]
        return self.best(found).text

    def number(self, value: int) -> str:
        """Return a number as the reader's language writes it."""
        return texts.number(value, self.language)

    def size(self, octets: int) -> str:
        """Return a number of bytes in words."""
        return texts.size(octets, self.language)

    def day(self, iso: str) -> str:
        """Return a day in words."""
        return texts.day(iso, self.language)

    def href(self, iri_path: str, **query: str) -> str:
        """Return the link to a path of this site; a language that was chosen stays chosen."""
        path, _, fragment = iri_path.partition("#")
        if self.chosen:
            query.setdefault("lang", self.language)
        parameters = "&".join(f"{name}={quoted(value)}" for name, value in query.items())
        return (
            f"/{to_path(path)}"
            + (f"?{parameters}" if parameters else "")
            + (f"#{quote(fragment)}" if fragment else "")
        )

    def words(self, literal: Literal) -> Words:
        """Return a literal as words: dates, fractions and truth in the reader's language."""
        kind = literal.datatype.value
        if kind in _DATES:
            return Words(self.day(literal.value.partition("T")[0]))
        if kind in _FRACTIONS:
            return Words(texts.decimal(literal.value, self.language))
        if kind == _BOOLEAN:
            return Words(self.text("yes" if literal.value in {"true", "1"} else "no"))
        return Words(literal.value, self.foreign(literal.language or ""))

    def foreign(self, language: str) -> str:
        """Return ``language`` if it is not the reader's, else nothing."""
        return "" if language == self.language else language

    def best(self, literals: Iterable[Literal]) -> Words:
        """Return the literal in the reader's language, or in the first that there is."""
        order = (self.language, *self.site.languages, "")
        ranked = sorted(
            literals,
            key=lambda x: (
                order.index(x.language or "") if (x.language or "") in order else 99,
                x.language or "",
                x.value,
            ),
        )
        return self.words(ranked[0]) if ranked else Words("")

    def own_language(self, terms: Sequence[Term]) -> tuple[Term, ...]:
        """Return ``terms`` without translations of what is there in a better language.

        Texts in several languages are taken for translations of one another.
        """
        texts = [t for t in terms if isinstance(t, Literal) and t.language]
        best = self.best(texts).lang
        return tuple(t for t in terms if t not in texts or self.name(t).lang == best)

    def name(self, term: Term) -> Words:
        """Return what a term is called; a literal is its own name."""
        if isinstance(term, Literal):
            return self.words(term)
        if isinstance(term, Triple):
            return Words(str(term))
        return self.words(self.site.names.label(term, self.language))

    def link(self, term: Term) -> Link:
        """Return a term by its name, linked to where it is described.

        Terms of vocabularies, others' too, lead to the page that tells how they are used here.
        """
        if not isinstance(term, NamedNode):
            return Link(self.name(term))
        is_short = len(term.value) <= LONGEST_HELD
        return self.held(Reader._link, term) if is_short else self._link(term)

    def _link(self, term: NamedNode) -> Link:
        page = self.site.terms.path(term)
        if page is not None:
            return Link(self.name(term), self.href(page))
        href, outside = self.address(term.value)
        return Link(self.name(term), href, outside)

    def address(self, iri: str) -> tuple[str, bool]:
        """Return the address behind an IRI, and whether it leads out of this site.

        Nothing but http and https is linked: an IRI's scheme comes from the data.
        """
        page = self.site.addresses.page(iri)
        if page is not None and not page.startswith("/"):  # "//x" would be another host
            return self.href(page), False
        return (iri, True) if iri.lower().startswith(("http://", "https://")) else ("", True)

    def class_link(self, kind: NamedNode) -> Link:
        """Return a class by its name, linked to its page or else to its definition."""
        return self.held(Reader._class_link, kind)

    def _class_link(self, kind: NamedNode) -> Link:
        slug = self.site.classes.slug(kind)
        if slug is None:
            return self.link(kind)
        return Link(self.name(kind), self.href(f"classes/{slug}"))


def reader_of(request: Request, site: Site) -> Reader:
    """Return who asks: the language of ``?lang=`` if the site has it, else the negotiated one."""
    asked = request.query_params.get("lang", "")
    if asked in site.languages:
        return reader_for(site, asked, chosen=True)
    header = ", ".join(request.headers.getlist("accept-language"))
    return reader_for(site, _language(header, site.languages))


def reader_for(site: Site, language: str, *, chosen: bool = False) -> Reader:
    """Return the one reader of a site in one of its languages."""
    key = language, chosen
    if key not in site.readers:
        site.readers[key] = Reader(site, language, chosen)
    found: Reader = site.readers[key]
    return found


_language = lru_cache(500)(negotiate_language)
quoted = lru_cache(500)(partial(quote, safe=""))
