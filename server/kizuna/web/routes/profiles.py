"""The profiles in which things are described: what each holds."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.web.dependencies import READ, Here
from kizuna.web.described import OFFERED, Described, answer
from kizuna.web.paths import iri_path, resolve
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation
from kizuna.web.views.page import Alternate
from kizuna.web.views.profiles import profile_page, profiles_described

router = APIRouter()
_PATH = "profiles"


@router.api_route(f"/{_PATH}", methods=READ)
@router.api_route(f"/{_PATH}.{{suffix}}", methods=READ)
def profiles(request: Request, site: Here) -> Response:
    """Return the list of profiles; each has an anchor of its own."""
    path, form = resolve(iri_path(request), OFFERED, lambda path: path == _PATH)
    base = site.addresses.base

    def page(reader: Reader, here: str, files: Sequence[Alternate]) -> Representation:
        return profile_page(reader, here, files=files)

    described = Described(path, base + path, lambda _: profiles_described(base), page)
    return answer(request, site, described, form)
