"""Pictures of answers, for their pages and as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from kizuna.checks.questions import SavedQuery
from kizuna.engine import Answer
from kizuna.errors import NotFound
from kizuna.web.answering import Wish, beginning
from kizuna.web.asking import ask
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation, respond_soon
from kizuna.web.routes.pictures import written
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
    request: Request, reader: Reader, wish: Wish, kind: str, suffix: str
) -> Response:
    """Return the picture of an answer as a file.

    Raises NotFound where the answer holds nothing that can be drawn.
    """
    site, page = reader.site, request.scope["path"].rpartition(".")[0]
    key = (*wish.key, "picture", kind, suffix, reader.language)
    held = site.cache.find(key) if wish.is_lasting else None
    if held is None:
        answer, _ = await beginning(await ask(request, site, wish.query, wish.formats))
        held = await site.drawing.take(partial(_made, reader, answer, kind, suffix, page))
        if wish.is_lasting:
            site.cache.keep(key, held)
    return await respond_soon(request, held, wish.said)


def _made(reader: Reader, answer: Answer, kind: str, suffix: str, page: str) -> Representation:
    found = picture_of(reader, kind, *terms_of(reader, answer))
    if found is None:
        raise NotFound(
            "the answer has nothing that can be drawn",
            hint=f"It is at {page}. A map needs places, a timeline dates, a network two columns of "
            "things, bars a column of numbers.",
        )
    return written(found, suffix, reader)
