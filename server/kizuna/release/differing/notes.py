"""Release notes in Markdown, written from the difference to the release before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import Literal, RdfFormat, parse

from kizuna.release.differing import difference as d
from kizuna.release.differing.telling import summary
from kizuna.release.manifest import Manifest

MOST = 30
"""Things of a kind that are named; the others are counted."""
_HEADINGS = ((d.CAME, "New"), (d.CHANGED, "Changed"), (d.WENT, "Gone"))
# What Markdown would take for markup (CommonMark 0.31, section 2.4), and for HTML.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#+!|~&-]")


def notes(found: d.Difference, old: Manifest, new: Manifest, language: str = "en") -> str:
    """Return the notes of the release ``new``, things named in ``language`` where they can be."""
    counts = found.counts
    head = f"## {new.version}\n\n"
    if counts.nothing:
        return f"{head}It says what {old.version} says.\n"
    if counts.too_many:
        return f"{head}So much is new since {old.version} that it is not told here.\n"
    if counts.mostly_new:
        return (
            f"{head}Nearly all of it is new since {old.version}: "
            f"{counts.added} of {counts.facts} facts. {summary(counts).capitalize()}.\n"
        )
    told = f"{head}Since {old.version}: {summary(counts)}.\n"
    return told + "".join(_section(found, how, title, language) for how, title in _HEADINGS)


def name_of(thing: d.Thing, language: str) -> str:
    """Return the best name of a thing: in ``language``, in any, else its IRI."""
    literals = list(_literals(thing))
    wanted = (x.value for x in literals if x.language == language)
    return next(wanted, literals[0].value if literals else thing.key.strip("<>"))


def _literals(thing: d.Thing) -> Iterator[Literal]:
    rows = "".join(f"<a:> <a:> {name} .\n" for name in thing.names)
    for quad in parse(rows, RdfFormat.N_TRIPLES):
        if isinstance(quad.object, Literal):
            yield quad.object


def _section(found: d.Difference, how: str, title: str, language: str) -> str:
    number = getattr(found.counts, how)
    if not number:
        return ""
    lines = [_item(thing, language) for thing in found.things(how, MOST)]
    if number > MOST:
        lines.append(f"- and {number - MOST} more\n")
    return f"\n### {title}\n\n{''.join(lines)}"


def _item(thing: d.Thing, language: str) -> str:
    words = " ".join(name_of(thing, language).split())
    return f"- [{_MARKUP.sub(_escaped, words)}]({thing.key})\n"


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"
