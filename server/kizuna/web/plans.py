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
from kizuna.web.described import OFFERED, Described, answer, written
from kizuna.web.hot import HotAnswer, in_bytes
from kizuna.web.links import type_links
from kizuna.web.middleware import common_headers
from kizuna.web.paths import node
from kizuna.web.profiles import DEFAULT
from kizuna.web.respond import WORTH_COMPRESSING, Representation
from kizuna.web.routes.things import QUICK_BYTES, described_thing, on_its_way
from kizuna.web.site import Site

MOST_PLANS = 500
_THING = re.compile(rb"(GET /(?:id|doc)/)([A-Za-z0-9/_-]+)( HTTP/1\.1\r\n.*\r\n\r\n)", re.DOTALL)
_MARK = "any-thing-at-all-64f1c0a7"
_GAPS = (
    (rb"%", b"%%"),
    (_MARK.encode(), b"%(path)b"),
    (rb"^etag: .*?(?=\r)", b"etag: %(tag)b"),
    (rb"^content-length: [0-9]+(?=\r)", b"content-length: %(length)b"),
    (rb"^link: .*?(?=\r)", rb"\g<0>%(types)b"),
)
"""What in a head becomes what is filled in, one after the other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """In which format a thing is described, and the head of the answer with its gaps.

    Without a format the client is sent from the thing to its description.

    What has more bytes than ``most`` may be compressed, and is no matter of this plan.
    """

    form: Format | None
    head: bytes
    most: float


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
        return Plan(None, _gaps(on_its_way(request, site, f"id/{_MARK}"), scope), math.inf)
    response = answer(request, site, _described(site), None)
    default = f"<{DEFAULT.iri(site.addresses.base)}>"
    sent = response.headers
    if sent.get("content-profile") != default:
        return None
    kind = response.headers["content-type"]
    form = next(form for form in OFFERED if form.content_type == kind)
    most = WORTH_COMPRESSING - 1 if b"accept-encoding" in names else math.inf
    return Plan(form, _gaps(response, scope), most)


def _described(site: Site) -> Described:
    """Return the description of nothing."""
    nothing = Representation(b"", HTML.content_type)
    return Described(
        path=f"doc/{_MARK}",
        iri=site.addresses.things + _MARK,
        quads=lambda _: (),
        page=lambda *_: nothing,
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
    page = f"doc/{path.decode()}"
    iri = site.addresses.thing(page)
    if not site.index.has(node(iri)) or site.index.weight(node(iri)) >= QUICK_BYTES:
        return None
    types = "".join(f", {link}" for link in type_links(site, iri)).encode()
    gaps = {b"path": path, b"types": types, b"length": b"0"}
    asked = {"method": "GET", "state": {"site": site}}
    if plan.form is None:
        asked |= {"path": f"/id/{path.decode()}"}
        return HotAnswer(b"303 See Other", plan.head % gaps, b"", asked)
    made = written(described_thing(site, page, iri), DEFAULT, plan.form, site)
    if len(made.body) > plan.most:
        return None
    gaps |= {b"tag": made.etag.encode(), b"length": b"%d" % len(made.body)}
    return HotAnswer(b"200 OK", plan.head % gaps, made.body, asked | {"path": f"/{page}"})
