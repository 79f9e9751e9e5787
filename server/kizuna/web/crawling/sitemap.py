"""The map of the site (sitemaps.org, version 0.9): all pages that are no answer to a question.

Things come with when what is said of them last changed (``release.touched``); all other pages
change with the things that they show, so that nothing true and useful can be said of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from pyoxigraph import NamedNode

from kizuna.iris import to_uri
from kizuna.web.crawling.parts import PER_PART
from kizuna.web.site import Site
from kizuna.web.terms.known import FOLDER as TERMS

THINGS, PAGES = "things", "pages"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_FIXED = (
    *("", "changes", "classes", "compare", "pictures", "queries", TERMS),
    *("catalog", "dumps", "harvest", "sparql", "profiles"),
)
_DESCRIBED = ("ontology", "shapes")
"""Pages that there are where something is described under their IRIs."""


def index(site: Site) -> str:
    """Return the file that names all parts of the map."""
    base, parts = site.addresses.base, site.things.parts
    pages = range(1, -(-len(_pages(site)) // PER_PART) + 1)
    rows = [(f"{base}sitemap/{PAGES}-{n}.xml", "") for n in pages]
    rows += [(f"{base}sitemap/{THINGS}-{n}.xml", p.latest) for n, p in enumerate(parts, 1)]
    return _written("sitemapindex", "sitemap", rows)


def part(site: Site, kind: str, number: int) -> str | None:
    """Return a part of the map, None where there is none; numbers count from 1."""
    base, start = site.addresses.base, (number - 1) * PER_PART
    if kind == PAGES:
        rows = [(base + path, "") for path in _pages(site)[start : start + PER_PART]]
    else:
        found = site.things.things(number - 1)
        rows = [(base + (site.addresses.page(thing) or ""), changed) for thing, changed in found]
    return _written("urlset", "url", rows) if rows else None


def _pages(site: Site) -> list[str]:
    """Return the paths of all pages that are none of a thing, as they stand in IRIs."""
    base = site.addresses.base
    graphs = (
        iri.removeprefix(base) for iri in sorted(site.manifest.graphs) if iri.startswith(base)
    )
    return [
        *_FIXED,
        *(path for path in _DESCRIBED if _is_described(site, base + path)),
        *(f"classes/{slug}" for slug in sorted(site.classes.slugs)),
        *(f"queries/{query.name}" for query in site.queries),
        *(f"{TERMS}/{slug}" for slug in sorted(site.terms.paths)),
        *graphs,
        *(f"dumps/{manifest.id}" for manifest in site.source.manifests),
    ]


def _is_described(site: Site, iri: str) -> bool:
    return site.index.has(NamedNode(iri))


def _written(root: str, row: str, rows: Iterable[tuple[str, str]]) -> str:
    """Return a file with an element for each address, and when it changed where that is known."""
    lines = [
        f"<{row}><loc>{escape(to_uri(address))}</loc>"
        + (f"<lastmod>{changed}</lastmod>" if changed else "")
        + f"</{row}>\n"
        for address, changed in rows
    ]
    return f'{_HEAD}<{root} xmlns="{_NAMESPACE}">\n{"".join(lines)}</{root}>\n'
