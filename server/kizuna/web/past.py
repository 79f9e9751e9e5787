"""The site as it was with an earlier release, as far as descriptions of things need it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from kizuna.engine import DescriptionIndex
from kizuna.errors import NotFound, ReleaseBroken
from kizuna.release import Release
from kizuna.release.manifest import read_manifest
from kizuna.web.cache import Cache
from kizuna.web.lending import Lending
from kizuna.web.lists.store import ListStore
from kizuna.web.prepared import Prepared
from kizuna.web.site import Site, facts_of

CACHE_BYTES = 4_000_000
"""Of the representations that are held of one earlier release."""
_RELEASE = re.compile(r"[0-9a-f]{12}")


@contextmanager
def past(site: Site, identifier: str) -> Iterator[Site]:
    """Give the site as it was with a release that is kept, open as long as the context.

    Its queries, engine and turns are those of today.

    Raises NotFound where there is no such release, or none that can be read.
    """
    if identifier == site.release.id:
        yield site
        return
    try:
        with site.past.lend(identifier, lambda: _opened(site, identifier)) as then:
            yield then
    except ReleaseBroken as error:
        raise NotFound(
            f"no release {identifier!r} is kept here",
            hint="/changes lists those that are; old ones are removed when newer ones come.",
        ) from error


@contextmanager
def _opened(site: Site, identifier: str) -> Iterator[Site]:
    if not _RELEASE.fullmatch(identifier):
        raise ReleaseBroken(f"{identifier!r} is no name of a release")
    folder = site.release.folder.parent / identifier
    release = Release(folder, read_manifest(folder))
    if not release.manifest.filled:
        raise ReleaseBroken(f"{folder}: has no index")
    with release.kept(), closing(DescriptionIndex(release.index)) as index:
        yield replace(
            site,
            release=release,
            index=index,
            cache=Cache(CACHE_BYTES),
            prepared=Prepared(),
            lists=ListStore(),
            tombstones={},
            plans={},
            past=Lending(0),
            **facts_of(index, release.manifest),
        )
