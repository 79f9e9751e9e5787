"""Pictures of answers to saved queries, for their pages and as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from kizuna.checks.questions import SavedQuery
from kizuna.engine import Answer, Query
from kizuna.errors import NotFound
from kizuna.formats import HTML
from kizuna.web.answering import Wish, beginning
from kizuna.web.asking import ask
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation, respond_soon
from kizuna.web.routes.pictures import said, written
from kizuna.web.views.answers import picture_of
from kizuna.web.views.picturing import Picture
from kizuna.web.views.results import terms_of

NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})


def answer_picture(
    reader: Reader, query: SavedQuery, answer: Answer, parameters: Mapping[str, str] = NO_PARAMETERS
) -> Picture | None:
    """Return the picture that the head of a query asks for; None where nothing can be drawn.

    ``parameters`` become part of the addresses of its files.
    """
    if not query.picture:
        return None
    found = picture_of(reader, query.picture, *terms_of(reader, answer))
    if found is None:
        return None
    return replace(found, path=f"queries/{query.name}", query=tuple(parameters.items()))


async def picture_file(
    request: Request, reader: Reader, query: SavedQuery, suffix: str, text: str
) -> Response:
    """Return the picture of an answer as a file; ``text`` is the query with its values.

    Raises NotFound where the answer holds nothing that can be drawn.
    """
    site = reader.site
    wish = Wish(
        Query(text, site.endpoint), {query.kind: HTML},
        said(reader, query.name, suffix),
    )  # fmt: skip
    key = (*wish.key, "picture", query.picture, suffix, reader.language)
    held = site.cache.find(key) if wish.is_lasting else None
    if held is None:
        answer, _ = await beginning(await ask(request, site, wish.query, wish.formats))
        held = await site.drawing.take(partial(_made, reader, query, answer, suffix))
        if wish.is_lasting:
            site.cache.keep(key, held)
    return await respond_soon(request, held, wish.said)


def _made(reader: Reader, query: SavedQuery, answer: Answer, suffix: str) -> Representation:
    found = answer_picture(reader, query, answer)
    if found is None:
        raise NotFound(
            f"the answer to {query.name!r} has nothing that can be drawn",
            hint=f"It is at /queries/{query.name}.",
        )
    return written(found, suffix, reader)
