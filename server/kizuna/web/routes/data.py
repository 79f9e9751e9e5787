"""The files of releases, whole and for good."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from kizuna.errors import NotFound, ReleaseBroken
from kizuna.formats import BY_SUFFIX
from kizuna.release.manifest import FileRecord, Manifest, read_manifest
from kizuna.web.conditions import check_wanted, is_held, wanted_ranges
from kizuna.web.dependencies import READ, Asking, Here, Whole
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.respond import FOREVER, Meta, Representation, respond
from kizuna.web.routes.front import PAGE
from kizuna.web.site import Site
from kizuna.web.views.page import render

router = APIRouter()
_FOLDER = "dumps/"
_RELEASE = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Dump:
    """One file as the list shows it."""

    link: Link
    format: str
    record: FileRecord


@router.api_route("/dumps", methods=READ)
def dumps(request: Request, site: Whole, reader: Asking) -> Response:
    """Return the list of files and named graphs of the release."""

    def make() -> Representation:
        graphs = [
            (reader.address(iri)[0], iri.rpartition("/")[2], size)
            for iri, size in site.manifest.graphs.items()
        ]
        return render(reader, "dumps.html", "/dumps", dumps=_dumps(reader), graphs=graphs)

    return respond(request, site.cache.get(("dumps", reader.language, reader.chosen), make), PAGE)


@router.api_route("/dumps/{release}/{name}", methods=READ)
def dump(request: Request, site: Here, release: str, name: str) -> Response:
    """Return one file of the current release or of an earlier one that is still kept.

    Ranges are those of RFC 9110, section 14.2; what is no range of bytes is ignored.
    """
    manifest = _manifest(site, release)
    record = manifest.files.get(_FOLDER + name) if manifest is not None else None
    if manifest is None or record is None:
        raise NotFound(f"there is no file {name!r} of release {release!r}", hint="See /dumps.")
    modified = datetime.fromisoformat(manifest.created)
    headers = Meta(cache_control=FOREVER, modified=modified).headers()
    headers["etag"] = f'"{record.sha256[:24]}"'
    check_wanted(request, headers["etag"], modified)
    if is_held(request, headers["etag"], modified):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    _settle_range(request, wanted_ranges(request, record.bytes, headers["etag"], modified))
    form = BY_SUFFIX.get(name.rpartition(".")[2])
    return FileResponse(
        site.release.folder.parent / manifest.id / _FOLDER / name,
        headers=headers,
        media_type=form.content_type if form is not None else "application/octet-stream",
        filename=f"{manifest.version}-{name}",
    )


def _manifest(site: Site, release: str) -> Manifest | None:
    """Return the manifest of a release that is kept, None where there is none."""
    if release == site.release.id:
        return site.manifest
    if not _RELEASE.fullmatch(release):
        return None
    try:
        return read_manifest(site.release.folder.parent / release)
    except ReleaseBroken:
        return None


def _settle_range(request: Request, wanted: list[tuple[int, int]] | None) -> None:
    """Leave in the request's ``Range`` what there is of it; nothing where all is wanted."""
    headers = MutableHeaders(scope=request.scope)
    if wanted is None:
        del headers["range"]
    else:
        headers["range"] = f"bytes={','.join(f'{first}-{last}' for first, last in wanted)}"
    del headers["if-range"]  # it has been looked at


def _dumps(reader: Reader) -> list[Dump]:
    site = reader.site
    found = []
    for path, record in site.manifest.files.items():
        if path.startswith(_FOLDER):
            name = path.removeprefix(_FOLDER)
            form = BY_SUFFIX.get(name.rpartition(".")[2])
            link = Link(Words(name), f"/dumps/{site.release.id}/{name}")
            found.append(Dump(link, form.name if form is not None else "", record))
    return found
