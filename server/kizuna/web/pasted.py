"""What is meant by an address that somebody pastes: the thing with this IRI, or the same elsewhere.

It may be the IRI, the address of a page or a file of it on this server, its path alone, a prefixed
name, or an address elsewhere (Wikidata, ROR, GeoNames, a web page) that one thing is said to have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from pyoxigraph import NamedNode

from kizuna.formats import FORMATS
from kizuna.iris import from_path
from kizuna.vocabulary import DCT_SOURCE, FOAF_PAGE, term
from kizuna.web.site import Site

LONGEST = 2_000
_ADDRESS = re.compile(r"<?(?:\S*[:/]\S*|Q[1-9][0-9]*)>?")
_SAME = (
    term("skos:exactMatch"), term("owl:sameAs"), term("schema:sameAs"), term("skos:closeMatch"),
    FOAF_PAGE, term("foaf:homepage"), DCT_SOURCE,
)  # fmt: skip
"""By which properties a thing names the same elsewhere, or its pages, the surest first."""
_SAME_KEYS = frozenset(map(str, _SAME))
_PATHS = ("id/", "doc/", "ontology", "shapes", "graph/")
_HOST = r"(?:(?:https?:)?//)?(?:www\.|m\.|sws\.)?"
_WIKIDATA = rf"(?:{_HOST}wikidata\.org/(?:wiki|entity)/(?:Special:EntityData/)?)?"
# fmt: off
_PLACES = (
    (re.compile(rf"{_WIKIDATA}(Q[1-9][0-9]*)(?:\.[a-z]+)?", re.IGNORECASE),
     ("http://www.wikidata.org/entity/{}",)),
    (re.compile(rf"{_HOST}geonames\.org/([0-9]+)(?:/.*)?", re.IGNORECASE),
     ("https://sws.geonames.org/{}/", "http://sws.geonames.org/{}/")),
    (re.compile(rf"{_HOST}ror\.org/(0[a-z0-9]+)/?", re.IGNORECASE),
     ("https://ror.org/{}",)),
)
# fmt: on
"""Addresses of pages that are not the IRIs which data use, and those, to be filled with what is
found; a bare ``Q1`` is one of Wikidata."""
_SUFFIXES = {form.suffix for form in FORMATS}


def is_address(text: str) -> bool:
    """Tell whether ``text`` may be an address: it has no spaces, but a colon or a slash."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text.strip()) is not None


def thing_of(site: Site, text: str, host: str) -> NamedNode | None:
    """Return the thing that ``text`` is an address of, None where it is no address of any.

    ``host`` is the server as the client calls it, with its port.
    """
    if not is_address(text):
        return None
    text = text.strip().removeprefix("<").removesuffix(">")
    for own in _nodes(_own(site, text, host)):
        if site.index.has(own):
            return own
    same = (_same(site, other) for other in _nodes(_elsewhere(text)))
    return next(filter(None, same), None)


def _nodes(iris: Iterable[str]) -> Iterator[NamedNode]:
    """Yield those that are IRIs as terms."""
    for iri in iris:
        with suppress(ValueError):  # as for http://[
            yield NamedNode(iri)


def _own(site: Site, text: str, host: str) -> Iterator[str]:
    """Yield the IRIs that something described here may have."""
    prefix, colon, local = text.partition(":")
    if colon and not local.startswith("//") and prefix in site.prefixes:
        yield site.prefixes[prefix] + local
    yield text
    path = _path(site, text, host)
    if path is not None:
        yield from _at(site, path)


def _path(site: Site, text: str, host: str) -> str | None:
    """Return the path of an address of this publication, on whatever server; None for any other."""
    bare = re.sub(r"^https?://", "//", text, flags=re.IGNORECASE)
    for start in (re.sub(r"^https?://", "//", site.addresses.base), f"//{host}/"):
        if bare.startswith(start):
            return bare[len(start) :]
    path = text.removeprefix("/")
    return path if text[:1] == "/" or path.startswith(_PATHS) else None


def _at(site: Site, path: str) -> Iterator[str]:
    """Yield what may be described at a path, as it is typed or as it stands in an address."""
    base = site.addresses.base
    for whole in dict.fromkeys((path, from_path(path))):
        bare = re.split(r"[?]", whole, maxsplit=1)[0]
        for one in dict.fromkeys((whole, bare, bare.partition("#")[0])):
            stem, _, suffix = one.rpartition(".")
            for name in (one, stem) if suffix in _SUFFIXES else (one,):
                is_page = name.startswith("doc/")
                yield site.addresses.thing(name) if is_page else base + name


def _elsewhere(text: str) -> Iterator[str]:
    """Yield the forms in which the data may name an address elsewhere."""
    bare = re.split(r"[?#]", text, maxsplit=1)[0]
    for address, forms in _PLACES:
        found = address.fullmatch(bare)
        if found is not None:
            yield from (form.format(found[1]) for form in forms)
    if not text.lower().startswith(("http://", "https://")):
        return
    _, _, rest = text.partition("://")
    for form in dict.fromkeys((rest, from_path(rest), rest.rstrip("/"), f"{rest.rstrip('/')}/")):
        yield f"https://{form}"
        yield f"http://{form}"


def _same(site: Site, iri: NamedNode) -> NamedNode | None:
    """Return the thing that is said to be the same; one of several is not guessed."""
    stated = site.index.incoming(iri, _SAME_KEYS)  # a class has any number of members
    for predicate in _SAME:
        found = {
            q.subject
            for q in stated
            if q.predicate == predicate and isinstance(q.subject, NamedNode)
        }
        if len(found) == 1:
            return found.pop()
    return None
