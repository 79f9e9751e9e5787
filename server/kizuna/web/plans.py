"""Plans: all that is the same in the answers to requests that differ in the thing alone.

What a client accepts, and who it is, stands in the same bytes in each of its requests. What they
decide (format, profile, coding, most of the head of the answer) is found out once, by the same
functions as ever, for a thing that there is not; its path, classes, tag and length are filled in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from kizuna.formats import HTML, Format
from kizuna.iris import from_path, to_path
from kizuna.web.codings import CODINGS, Coding
from kizuna.web.described import OFFERED, Described, answer, written
from kizuna.web.hot import HotAnswer, in_bytes
from kizuna.web.links import type_links
from kizuna.web.middleware import common_headers
from kizuna.web.paths import node
from kizuna.web.prepared import TYPES, Ready, name_of
from kizuna.web.profiles import DEFAULT
from kizuna.web.reader import Reader, reader_of
from kizuna.web.respond import QUICKLY_COMPRESSED, WORTH_COMPRESSING, Representation
from kizuna.web.routes.things import QUICK_BYTES, described_thing, on_its_way
from kizuna.web.site import Site

MOST_PLANS = 500
_THING = re.compile(
    rb"(GET /(?:id|doc)/)([A-Za-z0-9/_.%-]+)((?:\?lang=[A-Za-z-]{2,8})? HTTP/1\.1\r\n.*\r\n\r\n)",
    re.DOTALL,
)
_MARK = "any-thing-at-all-64f1c0a7"
_PATH, _TAG, _LENGTH, _TYPES = b"\1", b"\2", b"\3", b"\4"
"""Stand for what is filled in; no head holds such characters."""
_GAPS = (
    (_MARK.encode(), _PATH),
    (rb"^etag: .*?(?=\r)", b"etag: " + _TAG),
    (rb"^content-length: [0-9]+(?=\r)", b"content-length: " + _LENGTH),
    (rb"^link: .*?(?=\r)", rb"\g<0>" + _TYPES),
)
"""What in a head becomes what is filled in, one after the other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """In which format a thing is described, and the head of the answer with its gaps.

    Without a format the client is sent from the thing to its description. ``name`` is what the
    representation is called among those that are prepared. ``coding`` is what a page is sent in.

    What has more bytes than ``most`` is no matter of this plan: it may be compressed, or that takes
    long.
    """

    form: Format | None
    head: bytes
    most: float = math.inf
    name: str = ""
    coding: Coding | None = None


def planned(
    request: bytes, site: Site, read: Callable[[bytes, Site], Scope | None]
) -> HotAnswer | None:
    """Return the answer to a request for the data of a small thing, None for any other.

    ``read`` gives a request as ASGI has it. Raises what there is to raise about the thing.
    """
    match = _THING.fullmatch(request)
    if match is None or not site.manifest.filled:
        return None
    start, path, end = match.groups()
    frame = start + _MARK.encode() + end
    if frame not in site.plans:
        if len(site.plans) > MOST_PLANS:
            site.plans.clear()
        scope = read(frame, site)
        site.plans[frame] = _plan(scope, site) if scope is not None else None
    plan = site.plans[frame]
    return _filled(plan, path, site) if plan is not None else None


def _plan(scope: Scope, site: Site) -> Plan | None:
    """Return the plan for requests like this one, None where each is a case of its own."""
    names = {name for name, _ in scope["headers"]}
    if any(name.startswith(b"if-") for name in names):
        return None
    request = Request(scope)
    if scope["path"].startswith("/id/"):
        head = _gaps(on_its_way(request, site, f"id/{_MARK}"), scope)
        return Plan(None, head, name=TYPES)
    response = answer(request, site, _described(site), None)
    head, sent = _gaps(response, scope), response.headers
    form = next(form for form in OFFERED if form.content_type == sent["content-type"])
    if form is HTML:
        reader = reader_of(request, site)
        name = name_of(HTML, reader.language, chosen=reader.chosen)
        coding = next((c for c in CODINGS if c.name == sent.get("content-encoding")), None)
        return Plan(HTML, head, QUICKLY_COMPRESSED if coding else math.inf, name, coding)
    default = f"<{DEFAULT.iri(site.addresses.base)}>"
    if sent.get("content-profile") != default:
        return None
    most = WORTH_COMPRESSING - 1 if b"accept-encoding" in names else math.inf
    return Plan(form, head, most, name_of(form))


def _described(site: Site) -> Described:
    """Return the description of nothing, with a page as large as any."""

    def page(reader: Reader, *_: object) -> Representation:
        return Representation(b" " * WORTH_COMPRESSING, HTML.content_type, reader.language)

    return Described(
        path=f"doc/{_MARK}",
        iri=site.addresses.things + _MARK,
        quads=lambda _: (),
        page=page,
        profiled=True,
        dated=True,
    )


def _gaps(response: Response, scope: Scope) -> bytes:
    """Return the head of an answer with gaps for what is filled in."""
    common = common_headers(response.headers.get("content-type", ""))
    told = [*response.raw_headers, *((name.encode(), value.encode()) for name, value in common)]
    head = in_bytes(HTTPStatus(response.status_code), told, b"", scope).head
    for place, gap in _GAPS:
        head = re.sub(place, gap, head, flags=re.MULTILINE)
    return head


def _filled(plan: Plan, path: bytes, site: Site) -> HotAnswer | None:
    """Return the answer about the thing at ``path``, None where that takes long or is none."""
    name = path.decode()
    page = f"doc/{name}"
    if b"%" in path:
        page = from_path(page)
        if to_path(page) != f"doc/{name}":
            return None
    ready = site.prepared.find(page, plan.name) or _made(plan.form, page, site)
    if ready is None or (plan.form is HTML and page == site.dataset_page):
        return None
    types, tag, body = ready
    if plan.form is None:
        head = _head(plan, path, types)
        return HotAnswer(b"303 See Other", head, b"", _asked(f"/id/{page[4:]}", site))
    if len(body) > plan.most:
        return None
    if plan.coding is not None:
        body, tag = plan.coding.pack(body), b'%b-%b"' % (tag[:-1], plan.coding.name.encode())
    head = _head(plan, path, types, tag, len(body))
    return HotAnswer(b"200 OK", head, body, _asked(f"/{page}", site))


def _head(plan: Plan, path: bytes, types: bytes, tag: bytes = b"", length: int = 0) -> bytes:
    """Return the head of an answer, its gaps filled in."""
    told = plan.head.replace(_PATH, path).replace(_TYPES, types)
    return told.replace(_TAG, tag).replace(_LENGTH, b"%d" % length)


def _asked(path: str, site: Site) -> Scope:
    """Return what the access log needs of a request."""
    return {"method": "GET", "path": path, "state": {"site": site}}


def _made(form: Format | None, page: str, site: Site) -> Ready | None:
    """Return the data of a small thing, made anew; without a format no more than its types."""
    iri = site.addresses.thing(page)
    if form is HTML or not site.index.has(node(iri)) or site.index.weight(node(iri)) >= QUICK_BYTES:
        return None
    types = "".join(f", {link}" for link in type_links(site, iri)).encode()
    if form is None:
        return Ready(types, b"", b"")
    made = written(described_thing(site, page, iri), DEFAULT, form, site)
    return Ready(types, made.etag.encode(), made.body)
