"""From what a reader writes or pastes into an address to the thing that is meant."""

from __future__ import annotations

from collections.abc import Container, Sequence

from pyoxigraph import NamedNode

from kizuna.errors import NotFound
from kizuna.formats import Format
from kizuna.iris import from_path, is_iri
from kizuna.web.site import Site


def thing_named(site: Site, text: str, known: Container[NamedNode | str] = ()) -> NamedNode | None:
    """Return the thing that ``text`` points to, None where nothing is described there.

    It is an IRI, a path here, the end of one, or a prefixed name: ``https://…/id/place/kobe``,
    ``/doc/place/kobe`` and ``place/kobe`` are the same. What is ``known`` needs no description.
    """
    plain = text.strip().strip("<>")
    if not plain:
        return None
    path = from_path(plain.removeprefix("/")).partition("?")[0]
    prefix, _, local = plain.partition(":")
    named = (
        plain,
        site.prefixes[prefix] + local if prefix in site.prefixes else "",
        site.addresses.base + path,
        site.addresses.things + path.removeprefix("doc/"),
    )
    found = filter(None, map(as_node, named))
    return next((node for node in found if node in known or site.index.has(node)), None)


def as_node(iri: str) -> NamedNode | None:
    """Return ``iri`` as a term, None where it is no IRI (``http://[`` only looks like one)."""
    try:
        return NamedNode(iri) if is_iri(iri) else None
    except ValueError:
        return None


def form_of(suffix: str, offered: Sequence[Format]) -> Format:
    """Return the format with this suffix.

    Raises NotFound where there is none.
    """
    form = next((form for form in offered if form.suffix == suffix), None)
    if form is None:
        known = ", ".join(f".{form.suffix}" for form in offered)
        raise NotFound(
            f"there is no file with the suffix .{suffix} here", hint=f"There are {known}."
        )
    return form
