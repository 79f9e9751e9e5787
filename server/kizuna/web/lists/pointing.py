"""From what a reader writes or pastes into an address to the thing that is meant."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import NamedNode

from kizuna.errors import NotFound
from kizuna.formats import Format
from kizuna.iris import from_path, is_iri
from kizuna.web.site import Site


def thing_named(site: Site, text: str) -> NamedNode | None:
    """Return the described thing that ``text`` points to: an IRI, a path here, or the end of one.

    ``https://…/id/place/kobe``, ``/doc/place/kobe`` and ``place/kobe`` are the same; None where
    nothing is described there.
    """
    plain = text.strip().strip("<>")
    path = from_path(plain.removeprefix("/")).partition("?")[0]
    named = (
        plain,
        site.addresses.base + path,
        site.addresses.things + path.removeprefix("doc/"),
    )
    found = filter(None, map(as_node, named))
    return next((node for node in found if site.index.outgoing(node)), None)


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
