"""Pages as bytes: the frame around every page, and the templates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from pyoxigraph import NamedNode

from kizuna.checks.pages import Group
from kizuna.formats import HTML, Format
from kizuna.web import texts
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.respond import Representation
from kizuna.web.views.compiling import Templates
from kizuna.web.views.embedded import embedded_json
from kizuna.web.views.holding import OWN, Held
from kizuna.web.views.inline import FILTERS
from kizuna.web.views.schema_org import page_data
from kizuna.web.views.speaking import SPOKEN, Speaking

HERE = Path(__file__).parent.parent
_KINDS = {
    "front.html": "CollectionPage",
    "classes.html": "CollectionPage",
    "class.html": "CollectionPage",
    "queries.html": "CollectionPage",
    "dumps.html": "CollectionPage",
    "search.html": "SearchResultsPage",
    "thing.html": "ItemPage",
}
"""Kinds of pages in schema.org, by template; all others are plain pages."""
_PLACES = (
    ("nav.compare", "compare"),
    ("nav.pictures", "pictures"),
    ("nav.questions", "queries"),
    ("nav.sparql", "sparql"),
    ("nav.data", "dumps"),
)

Main = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class Alternate(NamedTuple):
    """The same in another format: its name, media type and link."""

    name: str
    media_type: str
    href: str


@lru_cache(len(texts.LANGUAGES))
def _templates(language: str) -> Templates:
    environment = Templates(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=[Held, Speaking],
    )
    environment.globals |= {
        "static": static,
        "is_there": is_there,
        "OWN": OWN,
        SPOKEN: language,
    }
    environment.filters.update(FILTERS)
    return environment


def template_in(language: str, name: str) -> Template:
    """Return a template with the texts of a language."""
    return _templates(texts.spoken(language)).get_template(name)


def static(name: str) -> str:
    """Return the address of a static file, which changes with it."""
    return f"/static/{name}?v={digest(name)}"


def is_there(name: str) -> bool:
    """Tell whether a static file has been built."""
    return (HERE / "static" / name).is_file()


@lru_cache(8)
def digest(name: str) -> str:
    """Return a short digest of a static file; an address that holds it may be kept forever."""
    return hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]


def alternates(path: str, formats: Iterable[Format]) -> tuple[Alternate, ...]:
    """Return the files of what stands at the ASCII ``path`` (with its leading slash)."""
    return tuple(
        Alternate(form.name, form.media_type, f"{path}.{form.suffix}")
        for form in formats
        if form is not HTML
    )


def render(
    reader: Reader,
    template: str,
    path: str,
    *,
    files: Sequence[Alternate] = (),
    main: Main = None,
    **values: object,
) -> Representation:
    """Return the page that ``template`` makes of ``values``, in its frame.

    ``path`` is the ASCII path of the page, for links to the same page in other languages; ``main``
    is what the page is about, in the words of schema.org.
    """

    def structured(title: Markup) -> Markup:
        kind = _KINDS.get(template, "WebPage")
        return embedded_json(page_data(reader, path, title.unescape(), kind, main))

    frame = reader.held(_frame)
    here, _, asked = path.partition("?")
    html = template_in(reader.language, template).render(
        values,
        **frame,
        reader=reader,
        path=path,
        own_address=f"{path}&" if asked else f"{path}?",
        place=here if here in frame["places"] else "",
        files=files,
        structured=structured,
    )
    return Representation(html.encode(), HTML.content_type, reader.language)


def _frame(reader: Reader) -> dict[str, Any]:
    """Return what templates are told of the reader and the site, the same for each page."""
    site, links = reader.site, navigation(reader)
    return {
        "t": reader.text,
        "language": reader.language,
        "languages": [(code, texts.LANGUAGE_NAMES.get(code, code)) for code in site.languages],
        "site_title": reader.best(site.about.titles).text or site.addresses.base,
        "navigation": links,
        "places": frozenset(link.href.partition("?")[0] for link in links),
        "manifest": site.manifest,
        "built": reader.day(site.manifest.created.partition("T")[0]),
        "license": reader.link(site.about.license) if site.about.license else None,
    }


def there(reader: Reader, group: Group) -> NamedNode | None:
    """Return the first class of a group that the release has members of."""
    classes = reader.site.classes
    return next((kind for kind in group.classes if classes.slug(kind) is not None), None)


def navigation(reader: Reader) -> list[Link]:
    """Return the main links; classes that the release has no members of are left out."""
    links = []
    for group in reader.site.pages.all_navigation:
        kind = there(reader, group)
        if kind is not None:
            slug = reader.site.classes.slug(kind)
            links.append(Link(Words(reader.called(group)), reader.href(f"classes/{slug}")))
    links += [Link(Words(reader.text(key)), reader.href(path)) for key, path in _PLACES]
    return links
