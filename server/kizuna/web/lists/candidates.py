"""What is offered for comparison, and what a reader means by a name."""

from __future__ import annotations

from itertools import islice

from pyoxigraph import Literal, NamedNode

from kizuna.errors import BadParameter
from kizuna.vocabulary import LABELS, SKOS_ALT_LABEL
from kizuna.web.lists.asked import token
from kizuna.web.lists.collation import sort_key
from kizuna.web.lists.pointing import thing_named
from kizuna.web.reader import Reader
from kizuna.web.site import Site

MOST = 5_000
"""Things among which a name is looked up."""
MOST_OFFERED = 300
_NAMES = frozenset(map(str, (*LABELS, SKOS_ALT_LABEL)))


def candidates(site: Site) -> tuple[NamedNode, ...]:
    """Return the things that are compared, at most ``MOST``, by IRI."""
    slugs = set(site.classes.slugs.values())
    found = {m for kind in site.pages.compared if kind in slugs for m in site.classes.members(kind)}
    return tuple(islice(sorted(found, key=str), MOST))


def offered(reader: Reader) -> list[str]:
    """Return what a reader may choose from: names, or the end of the IRI where two share one."""
    named: dict[str, list[NamedNode]] = {}
    for thing in candidates(reader.site)[:MOST_OFFERED]:
        named.setdefault(reader.name(thing).text, []).append(thing)
    texts = (
        name if len(things) == 1 else token(reader.site, thing)
        for name, things in named.items()
        for thing in things
    )
    return sorted(texts, key=sort_key)


def meant(site: Site, parameter: str, text: str) -> NamedNode:
    """Return the thing that a reader means by an address, the end of one, or a name.

    Raises BadParameter where nothing has that name, or several things have it.
    """
    found = thing_named(site, text)
    if found is not None:
        return found
    wanted = text.strip().casefold()
    having = [thing for thing in candidates(site) if wanted in _names(site, thing)]
    if len(having) == 1:
        return having[0]
    if not having:
        raise BadParameter(
            f"{parameter}={text!r} is nothing that is described here",
            hint="Write the name of one that is offered there, or the IRI of any thing.",
        )
    told = ", ".join(token(site, thing) for thing in having)
    raise BadParameter(f"{parameter}={text!r} has several meanings", hint=f"Write one of: {told}.")


def _names(site: Site, thing: NamedNode) -> set[str]:
    stated = site.index.outgoing(thing, _NAMES)
    return {q.object.value.casefold() for q in stated if isinstance(q.object, Literal)}
