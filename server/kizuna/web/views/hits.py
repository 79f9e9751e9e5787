"""Hits for programs: as JSON, and as suggestions while somebody types."""

from __future__ import annotations

import json

from pyoxigraph import NamedNode

from kizuna.engine import Hit
from kizuna.formats import Format
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation
from kizuna.web.searching import Found
from kizuna.web.views.search import kind_of, link_of, title_of

SUGGESTIONS = Format("Suggestions", "json", "application/x-suggestions+json", frozenset())
MOST_SUGGESTED = 8
_NOT_SUGGESTED = "shapes"


def hits_document(reader: Reader, found: Found, thing: NamedNode | None) -> Representation:
    """Return what was found as JSON; ``thing``: what the words are an address of."""
    document: dict[str, object] = {"words": found.words, "match": found.match.value}
    if found.shown != found.words:
        document["shown"] = found.shown
    if thing is not None:
        document["thing"] = {"iri": thing.value, "address": reader.address(thing.value)[0]}
    document["hits"] = [_hit(reader, hit) for hit in found.hits]
    body = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return Representation(body.encode(), "application/json")


def _hit(reader: Reader, hit: Hit) -> dict[str, object]:
    members = {
        "thing": hit.thing.value,
        "name": reader.name(hit.thing).text,
        "text": hit.text.value,
        "language": hit.text.language,
        "score": round(hit.score, 6),
        "property": hit.predicate.value,
        "types": sorted(kind.value for kind in reader.site.names.types(hit.thing)),
        "address": reader.address(hit.thing.value)[0],
    }
    return {name: value for name, value in members.items() if value is not None}


def suggestions(reader: Reader, words: str, hits: list[Hit]) -> Representation:
    """Return names with their kinds and addresses (OpenSearch Suggestions 1.1, draft 1).

    A name that is not the one in the reader's language has that in its description.
    """
    told = [hit for hit in hits if kind_of(reader, hit.thing)[0] != _NOT_SUGGESTED]
    rows = dict.fromkeys(_suggestion(reader, hit) for hit in told)
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    body = json.dumps([words, *(c[:MOST_SUGGESTED] for c in columns)], ensure_ascii=False)
    return Representation(body.encode(), SUGGESTIONS.media_type)


def _suggestion(reader: Reader, hit: Hit) -> tuple[str, str, str]:
    link, text = link_of(reader, hit.thing), hit.text.value
    kind = title_of(reader, hit.thing).text
    told = kind if link.words.text == text else f"{link.words.text} · {kind}"
    return text, told, link.href
