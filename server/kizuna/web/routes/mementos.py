"""Things as they were: the way to them by ``Accept-Datetime``, each by its release, and lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotFound
from kizuna.iris import to_path
from kizuna.release import Releases
from kizuna.release.mementos import Memento, current_at, mementos
from kizuna.release.succession import CURRENT
from kizuna.resources import describe
from kizuna.web.conditions import http_date
from kizuna.web.dependencies import READ, Whole
from kizuna.web.described import OFFERED, PLAIN, Described, answer
from kizuna.web.links import LINK_FORMAT, facts_of, type_links
from kizuna.web.lists.files import JSON
from kizuna.web.mementos import (
    memento_links,
    memento_path,
    moment_of,
    timemap_json,
    timemap_links,
)
from kizuna.web.past import past
from kizuna.web.paths import iri_path, node, resolve
from kizuna.web.reader import Reader
from kizuna.web.respond import Meta, Representation, respond, see_other
from kizuna.web.routes.things import described_thing, passed_on
from kizuna.web.site import Site
from kizuna.web.views.page import Alternate, alternates, render
from kizuna.web.views.thing import thing_page

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Past:
    """What a page of the past says of itself; ``now`` leads to the present, if there is any."""

    day: str
    release: str
    now: str


def timegate(request: Request, site: Site) -> Response:
    """Return the answer that leads to what was current at the moment of ``Accept-Datetime``.

    RFC 7089, section 4.1.2: the description of a thing, or the thing, is its own timegate.

    Raises BadParameter, BadAddress, and NotFound where no release that is kept has the thing.
    """
    moment = moment_of(", ".join(request.headers.getlist("accept-datetime")))
    releases, asked = _releases(site), iri_path(request)
    page = f"doc/{asked.removeprefix('id/')}" if asked.startswith("id/") else asked
    offered = () if page is not asked else OFFERED
    path, form = resolve(page, offered, lambda path: bool(_known(site, path)))
    known = _known(site, path)
    chosen = current_at(releases, known, moment)
    suffix = f".{form.suffix}" if form is not None else ""
    links = memento_links(path, known, chosen, inside=False)
    headers = Meta(vary=("Accept-Datetime",), links=links).headers()
    headers["location"] = memento_path(chosen, path) + suffix + passed_on(request)
    return Response(status_code=HTTPStatus.FOUND, headers=headers)


@router.api_route("/releases/{release}/doc/{rest:path}", methods=READ)
async def memento(request: Request, site: Whole, release: str) -> Response:
    """Return the description of a thing as a release has it; ``current`` leads to its own."""
    if release == CURRENT:
        path = to_path(iri_path(request).removeprefix(f"releases/{CURRENT}/"))
        return see_other(f"/releases/{site.release.id}/{path}{passed_on(request)}")
    return await site.drawing.take(partial(_memento, request, site, release))


@router.api_route("/timemap/link/{rest:path}", methods=READ)
async def timemap(request: Request, site: Whole) -> Response:
    """Return the list of the mementos of a description, as links."""
    return await site.drawing.take(partial(_listed, request, site, "link"))


@router.api_route("/timemap/json/{rest:path}", methods=READ)
async def timemap_in_json(request: Request, site: Whole) -> Response:
    """Return the same list as JSON."""
    return await site.drawing.take(partial(_listed, request, site, "json"))


def _releases(site: Site) -> Releases:
    return Releases(site.release.folder.parent)


def _known(site: Site, path: str) -> list[Memento]:
    return mementos(_releases(site), node(site.addresses.thing(path)))


def _memento(request: Request, site: Site, identifier: str) -> Response:
    asked = iri_path(request).removeprefix(f"releases/{identifier}/")
    with past(site, identifier) as then:
        path, form = resolve(
            asked, OFFERED, lambda path: then.index.has(node(then.addresses.thing(path)))
        )
        known = _known(site, path)
        own = next((each for each in known if each.manifest.id == identifier), None)
        if own is None:
            raise NotFound(
                f"release {identifier!r} has just gone", hint="/changes lists the others."
            )
        described = _described(site, then, path, known, own)
        response = answer(request, then, described, form)
    response.headers["memento-datetime"] = http_date(own.moment)
    request.state.repeatable = False  # which others there are depends on what is kept
    return response


def _described(
    site: Site, then: Site, path: str, known: Sequence[Memento], own: Memento
) -> Described:
    """Return the description of a thing as it was, with links to what came before and after."""
    iri = then.addresses.thing(path)
    address = memento_path(own, path)
    files = alternates(address, PLAIN)
    links = (
        *memento_links(path, known, own, inside=True),
        *(f'<{f.href}>; rel="alternate"; type="{f.media_type}"' for f in files),
        *(target.header for target in facts_of(then)),
        *type_links(then, iri),
    )

    def page(reader: Reader, here: str, files: Sequence[Alternate]) -> Representation:
        shown = thing_page(reader, describe(then.index, node(iri)))
        now = reader.href(path) if site.index.has(node(iri)) else ""
        told = Past(reader.day(f"{own.moment:%Y-%m-%d}"), own.manifest.id, now)
        return render(reader, "memento.html", here, files=files, page=shown, past=told)

    found = described_thing(then, path, iri)
    there = f"releases/{own.manifest.id}/{path}"
    return replace(found, path=there, page=page, dated=False, links=links)


def _listed(request: Request, site: Site, kind: str) -> Response:
    path = iri_path(request).removeprefix(f"timemap/{kind}/")
    known = _known(site, path) if path.startswith("doc/") else []
    if not known:
        raise NotFound(
            f"no release that is kept has anything at /{to_path(path)}",
            hint="Ask for the list of a description: /timemap/link/doc/….",
        )
    base = site.addresses.base
    if kind == "json":
        made = Representation(timemap_json(base, path, known), JSON.content_type)
    else:
        text = ",\n".join(timemap_links(base, path, known)) + "\n"
        made = Representation(text.encode("ascii"), LINK_FORMAT)
    response = respond(request, made)
    request.state.repeatable = False
    return response
