"""The files of releases, whole and for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import APIRouter
from pyoxigraph import DefaultGraph, Quad
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from kizuna.errors import NotFound, ReleaseBroken
from kizuna.release.archive import folder_of
from kizuna.release.catalogue import dumps_of
from kizuna.release.dumps import Dump
from kizuna.release.manifest import FileRecord, Manifest, read_manifest
from kizuna.web.conditions import check_wanted, is_held, wanted_ranges
from kizuna.web.dependencies import READ, Asking, Here, Whole
from kizuna.web.described import OFFERED, Described, answer
from kizuna.web.links import item_targets
from kizuna.web.paths import iri_path, node, resolve
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.respond import FOREVER, Meta, Representation, respond
from kizuna.web.routes.front import PAGE
from kizuna.web.views.page import Alternate, render

router = APIRouter()
_FOLDER = "dumps/"
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One file as the list shows it."""

    link: Link
    format: str
    record: FileRecord


@router.api_route("/dumps", methods=READ)
def dumps(request: Request, site: Whole, reader: Asking) -> Response:
    """Return the list of files and named graphs of the current release, and of all releases."""

    def make() -> Representation:
        return files_page(reader, site.manifest, "/dumps")

    return respond(request, site.cache.get(("dumps", reader.language, reader.chosen), make), PAGE)


@router.api_route("/dumps/current", methods=READ)
@router.api_route("/dumps/current/{name}", methods=READ)
def current(site: Whole, name: str = "") -> Response:
    """Send the client to the current release, or to one of its files.

    Raises NotFound where the release has no such file.
    """
    if name and _FOLDER + name not in site.manifest.files:
        raise NotFound(f"the current release has no file {name!r}", hint="See /dumps.")
    place = f"/dumps/{site.release.id}/{name}".rstrip("/")
    headers = Meta().headers() | {"location": place}
    return Response(status_code=HTTPStatus.TEMPORARY_REDIRECT, headers=headers)


@router.api_route("/dumps/{release}", methods=READ)
@router.api_route("/dumps/{release}.{suffix}", methods=READ)
def release(request: Request, site: Whole) -> Response:
    """Return what the catalogue says of one release, or the list of its files as a page.

    Raises NotFound where no files of it are kept.
    """
    known = {manifest.id: manifest for manifest in site.source.manifests}
    path, form = resolve(iri_path(request), OFFERED, lambda path: _named(path) in known)
    manifest, iri = known[_named(path)], site.addresses.base + path

    def quads(_: object) -> list[Quad]:
        triples = site.parts.of(node(f"{iri}#dataset"))
        return [Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples]

    def page(reader: Reader, here: str, files: Sequence[Alternate]) -> Representation:
        return files_page(reader, manifest, here, files)

    return answer(request, site, Described(path, iri, quads, page), form)


def _named(path: str) -> str:
    return path.removeprefix(_FOLDER)


@router.api_route("/dumps/{release}/{name}", methods=READ)
def dump(request: Request, site: Here, release: str, name: str) -> Response:
    """Return one file of the current release or of an earlier one that is still kept.

    It is sent as it is: what is packed has no Content-Encoding, or clients would unpack it and
    find another checksum. Ranges are those of RFC 9110, section 14.2; what is no range of bytes is
    ignored.
    """
    folder = folder_of(site.release.folder.parent, release)
    manifest = site.manifest if release == site.release.id else _read(folder)
    record = manifest.files.get(_FOLDER + name) if manifest is not None else None
    if folder is None or manifest is None or record is None:
        raise NotFound(f"there is no file {name!r} of release {release!r}", hint="See /dumps.")
    modified = datetime.fromisoformat(manifest.created)
    is_current = manifest.id == site.release.id  # others may have had another licence
    links = tuple(t.header for t in item_targets(site)) if is_current else ()
    headers = Meta(cache_control=FOREVER, modified=modified, links=links).headers()
    headers["etag"] = f'"{record.sha256}"'
    check_wanted(request, headers["etag"], modified)
    if is_held(request, headers["etag"], modified):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    _settle_range(request, wanted_ranges(request, record.bytes, headers["etag"], modified))
    return _Kept(
        lambda: folder_of(site.release.folder.parent, release),
        _FOLDER + name,
        headers=headers,
        media_type=Dump.named(name).media_type,
        filename=f"{manifest.version}-{name}",
    )


class _Kept(FileResponse):
    """A file of a release, whose folder moves into the archive when its store goes.

    It is open before it is sent, so that the move does not matter any more.
    """

    def __init__(self, folder: Callable[[], Path | None], name: str, **more: Any) -> None:  # noqa: ANN401
        self.folder = folder
        self.name = name
        super().__init__(name, **more)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open the file, send it as ``FileResponse`` does, and close it.

        What is open is sent by the name that Linux and BSD have for it.
        """
        with self._opened() as file:
            self.path = f"/dev/fd/{file.fileno()}"
            await super().__call__(scope, receive, send)

    def _opened(self) -> BinaryIO:
        for _ in range(_TRIES):
            folder = self.folder()
            with suppress(FileNotFoundError):
                if folder is not None:
                    return (folder / self.name).open("rb")
        raise NotFound(f"the file {self.name!r} has just been removed", hint="See /dumps.")


def _read(folder: Path | None) -> Manifest | None:
    with suppress(ReleaseBroken):
        return read_manifest(folder) if folder is not None else None
    return None


def _settle_range(request: Request, wanted: list[tuple[int, int]] | None) -> None:
    """Leave in the request's ``Range`` what there is of it; nothing where all is wanted."""
    headers = MutableHeaders(scope=request.scope)
    if wanted is None:
        del headers["range"]
    else:
        headers["range"] = f"bytes={','.join(f'{first}-{last}' for first, last in wanted)}"
    del headers["if-range"]  # it has been looked at


def files_page(
    reader: Reader, manifest: Manifest, here: str, files: Sequence[Alternate] = ()
) -> Representation:
    """Return the page with the files of a release; of the current one with its named graphs too."""
    site = reader.site
    is_current = manifest.id == site.release.id
    graphs = [
        (reader.address(iri)[0], iri.rpartition("/")[2], size)
        for iri, size in site.manifest.graphs.items()
    ]
    return render(
        reader,
        "dumps.html",
        here,
        files=files,
        dumps=[_row(manifest, dump, record) for dump, record in dumps_of(manifest)],
        graphs=graphs if is_current else [],
        shown=manifest,
        releases=[_release_link(m) for m in site.source.manifests],
    )


def _row(manifest: Manifest, dump: Dump, record: FileRecord) -> Row:
    link = Link(Words(dump.name), f"/{_FOLDER}{manifest.id}/{dump.name}")
    kind = dump.form.name if dump.form is not None else ""
    return Row(link, f"{kind}, gzip" if dump.packed else kind, record)


def _release_link(manifest: Manifest) -> Link:
    return Link(Words(manifest.version), f"/{_FOLDER}{manifest.id}")
