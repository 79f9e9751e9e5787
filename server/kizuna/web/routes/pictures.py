"""Pictures: of the dataset as a page, and each as a file, SVG or PNG."""

from __future__ import annotations

import re
from collections.abc import Callable

from fastapi import APIRouter
from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotFound
from kizuna.resources import describe
from kizuna.web.dependencies import READ, Asking, Whole
from kizuna.web.lists.pointing import as_node
from kizuna.web.pictures.png import png_of
from kizuna.web.reader import Reader
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.routes.front import PAGE
from kizuna.web.views.maps import dataset_map, place_picture
from kizuna.web.views.networks import dataset_network, neighbours_picture
from kizuna.web.views.page import render
from kizuna.web.views.picturing import Picture
from kizuna.web.views.timelines import dataset_timeline

router = APIRouter()
SVG, PNG = "image/svg+xml", "image/png"
TYPES = {"svg": SVG, "png": PNG}

Draw = Callable[[Reader, NamedNode], Picture | None]


def _neighbours(reader: Reader, iri: NamedNode) -> Picture | None:
    site = reader.site
    return neighbours_picture(reader, describe(site.index, iri))


OF_ALL: dict[str, Callable[[Reader], Picture | None]] = {
    "map": dataset_map,
    "timeline": dataset_timeline,
    "network": dataset_network,
}
OF_ONE: dict[str, Draw] = {"neighbours": _neighbours, "place": place_picture}


@router.api_route("/pictures", methods=READ)
async def pictures(request: Request, site: Whole, reader: Asking) -> Response:
    """Return the page with all pictures of the dataset."""

    def make() -> Representation:
        shown = [picture for draw in OF_ALL.values() if (picture := draw(reader))]
        return render(reader, "gallery.html", "/pictures", shown=shown)

    key = ("pictures", reader.language, reader.chosen)
    return await site.drawing.take(lambda: respond(request, site.cache.get(key, make), PAGE))


@router.api_route("/pictures/{file}", methods=READ)
async def picture(
    request: Request, site: Whole, reader: Asking, file: str, iri: str = ""
) -> Response:
    """Return one picture as a file: of the dataset, or of the thing ``iri``."""
    name, _, suffix = file.rpartition(".")
    if suffix not in TYPES or name not in {*OF_ALL, *OF_ONE}:
        known = ", ".join(f"{known}.svg" for known in (*OF_ALL, *OF_ONE))
        raise NotFound(
            f"there is no picture {file!r}", hint=f"Pictures are {known}, each also as .png."
        )
    key = ("picture", file, iri if name in OF_ONE else "", reader.language)

    def answer() -> Response:
        made = site.cache.get(key, lambda: written(_drawn(reader, name, iri), suffix, reader))
        return respond(request, made, said(reader, name, suffix))

    return await site.drawing.take(answer)


def _drawn(reader: Reader, name: str, iri: str) -> Picture:
    """Return a picture. Raises NotFound where nothing is known that it could show."""
    if name in OF_ALL:
        found = OF_ALL[name](reader)
    else:
        thing = as_node(iri)
        if thing is None or not reader.site.index.has(thing):
            raise NotFound(
                f"<{iri}> is not described here",
                hint=f"Ask for a thing of this site: /pictures/{name}.svg?iri=https://….",
            )
        found = OF_ONE[name](reader, thing)
    if found is None:
        raise NotFound(
            f"there is nothing to draw for the picture {name!r}",
            hint="A map needs coordinates, a timeline dates, a network relations.",
        )
    return found


def written(found: Picture, suffix: str, reader: Reader) -> Representation:
    """Return a picture as a file."""
    if suffix == "png":
        return Representation(png_of(found.drawing), PNG, reader.language)
    return Representation(found.drawing.file().encode(), SVG, reader.language)


def said(reader: Reader, name: str, suffix: str) -> Meta:
    """Return what is said beside a picture: under which name it is saved."""
    own = reader.site.addresses.base.rstrip("/").rpartition("/")[2]
    words = re.sub(r"[^a-z0-9]+", "-", f"{own}-{name}-{reader.language}".lower()).strip("-")
    return Meta(vary=("Accept-Language",), disposition=f'inline; filename="{words}.{suffix}"')
