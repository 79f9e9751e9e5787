"""The page of a thing: what is said of it, by whom, in which words, and what mentions it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from kizuna.resources import Evidence, Resource, read_evidence
from kizuna.vocabulary import (
    KZ_CLAIM,
    KZ_EVIDENCE,
    KZ_OPEN_QUESTION,
    PROV_ATTRIBUTED_TO,
    PROV_QUOTED_FROM,
    RDF_TYPE,
    RDFS_LABEL,
    SKOS_ALT_LABEL,
    SKOS_DEFINITION,
    SKOS_PREF_LABEL,
    term,
)
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.views.compared import compare_href
from kizuna.web.views.correcting import correct_href
from kizuna.web.views.documents import Others, Piece, others_of, pieces_of
from kizuna.web.views.evidence import (
    Passage,
    Quote,
    Sentence,
    passages_of,
    quote_of,
    sentence_of,
)
from kizuna.web.views.facts import Group, groups_of
from kizuna.web.views.lists import members_link
from kizuna.web.views.maps import place_picture
from kizuna.web.views.mentions import ELSEWHERE, Mentions, elsewhere, mentions_of
from kizuna.web.views.networks import neighbours_picture
from kizuna.web.views.picturing import Picture
from kizuna.web.views.questions import related_questions

_NAMES = (SKOS_PREF_LABEL, RDFS_LABEL, SKOS_ALT_LABEL, term("skos:hiddenLabel"))
_APART = frozenset({RDF_TYPE, KZ_EVIDENCE, KZ_OPEN_QUESTION, SKOS_DEFINITION, *_NAMES, *ELSEWHERE})


@dataclass(frozen=True, slots=True)
class ThingPage:
    """All that the page of a thing shows.

    ``passages`` are quoted from it if it is a document, ``others`` and ``text`` are what others
    say and its whole text; ``said`` are the words of it if it is a person; ``claim`` is what it
    claims if it is a claim. ``members`` leads to all that mention it, ``compare`` to a comparison
    with another, empty where its kind is not compared. ``correct`` is an address for corrections:
    the publisher's, or a page here.
    """

    iri: str
    title: Words
    kinds: tuple[Link, ...]
    names: tuple[Words, ...]
    definition: Words
    groups: tuple[Group, ...]
    questions: tuple[Words, ...]
    elsewhere: tuple[tuple[str, str], ...]
    mentions: tuple[Mentions, ...]
    members: Link | None
    compare: str
    passages: tuple[Passage, ...]
    others: Others
    text: tuple[Piece, ...]
    said: tuple[Passage, ...]
    claim: tuple[Sentence, Quote] | None
    correct: str
    neighbours: Picture | None
    place: Picture | None
    related: tuple[Link, ...]


def thing_page(reader: Reader, resource: Resource) -> ThingPage:
    """Return the page of ``resource`` for ``reader``."""
    title = reader.name(resource.iri)
    questions = reader.own_language(resource.values(KZ_OPEN_QUESTION))
    quoted = _claims(reader, resource, PROV_QUOTED_FROM)
    text = reader.site.full_text(resource.iri)
    return ThingPage(
        iri=resource.iri.value,
        title=title,
        kinds=tuple(reader.class_link(kind) for kind in resource.types),
        names=_names(resource, title),
        definition=reader.best(_literals(resource, SKOS_DEFINITION)),
        groups=groups_of(reader, resource, _APART),
        questions=tuple(reader.name(question) for question in questions),
        elsewhere=tuple(elsewhere(resource)),
        mentions=mentions_of(reader, resource),
        members=members_link(reader, resource.iri),
        compare=compare_href(reader, resource.types, resource.iri),
        passages=tuple(passages_of(reader, quoted)),
        others=others_of(reader, resource.iri, quoted),
        text=pieces_of(reader, text, quoted) if text is not None else (),
        said=tuple(passages_of(reader, _claims(reader, resource, PROV_ATTRIBUTED_TO))),
        claim=_claim(reader, resource.iri),
        neighbours=neighbours_picture(reader, resource),
        place=place_picture(reader, resource.iri),
        related=related_questions(reader, resource),
        correct=correction(reader.site.manifest.corrections, title.text, resource.iri.value)
        or correct_href(reader, resource.iri),
    )


def _literals(resource: Resource, predicate: NamedNode) -> list[Literal]:
    return [v for v in resource.values(predicate) if isinstance(v, Literal)]


def _names(resource: Resource, title: Words) -> tuple[Words, ...]:
    """Return all other names, each with its language; what reads like the title is left out."""
    found = [
        Words(value.value, value.language or "")
        for predicate in _NAMES
        for value in _literals(resource, predicate)
    ]
    return tuple(dict.fromkeys(name for name in found if name.text != title.text))


def _claim(reader: Reader, iri: NamedNode) -> tuple[Sentence, Quote] | None:
    if KZ_CLAIM not in reader.site.names.types(iri):
        return None
    evidence = read_evidence(reader.site.index, iri)
    return sentence_of(reader, evidence), quote_of(reader, evidence)


def correction(template: str, title: str, iri: str) -> str:
    """Return where a reader suggests a correction to a page, "" where nobody takes one.

    >>> correction("mailto:a@example.org?subject={title}", "R & D", "https://example.org/x")
    'mailto:a@example.org?subject=R%20%26%20D'
    """
    if not template:
        return ""
    return template.replace("{title}", quote(title, safe="")).replace("{iri}", quote(iri, safe=""))


def _claims(reader: Reader, resource: Resource, predicate: NamedNode) -> tuple[Evidence, ...]:
    """Return the claims that point to the thing by ``predicate``, in reading order."""
    index, types = reader.site.index, reader.site.names.types
    found = {subject for subject, by in resource.pointing if by == predicate}
    claims = (c for c in found if isinstance(c, NamedNode) and KZ_CLAIM in types(c))
    evidence = (read_evidence(index, claim) for claim in claims)
    return tuple(sorted(evidence, key=lambda e: (str(e.document), e.start, str(e.claim))))
