"""What all pictures of a page have in common: names, files, and the same content as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from pyoxigraph import BlankNode, NamedNode

from kizuna.checks.pages import MOST_MARKS, Group
from kizuna.vocabulary import RDF_TYPE, term
from kizuna.web.names import Term
from kizuna.web.pictures.network import MARKS
from kizuna.web.pictures.svg import Drawing, Label
from kizuna.web.reader import Link, Reader, reader_for

MOST_READ = 600
"""Members of a class that are looked at: so a picture is quick, however large the release."""
_PLACES = tuple(map(term, ("schema:Place", "dct:Location")))
_PEOPLE = tuple(map(term, ("foaf:Person", "schema:Person", "org:Membership")))
_REST = (
    Group("places", _PLACES),
    Group("people", _PEOPLE),
    Group("others"),
)
if MOST_MARKS + len(_REST) > len(MARKS):
    raise AssertionError("every kind needs a mark")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its table; ``path`` and ``query`` make the addresses of its files.

    ``more`` says what the picture leaves out, ``beside`` are things that cannot be drawn.
    """

    drawing: Drawing
    columns: tuple[str, ...]
    rows: tuple[tuple[Link, ...], ...]
    path: str = ""
    query: tuple[tuple[str, str], ...] = ()
    more: str = ""
    beside: tuple[Link, ...] = ()
    beside_title: str = ""

    @property
    def svg(self) -> Markup:
        """The drawing as it stands in a page; ``pictures.svg`` has escaped all that is in it."""
        return Markup(self.drawing.inline())  # noqa: S704

    def href(self, reader: Reader, suffix: str) -> str:
        """Return the address of the picture as a file; its language is part of the address."""
        chosen = reader_for(reader.site, reader.language, chosen=True)
        return chosen.href(f"{self.path}.{suffix}", **dict(self.query))


def marks(reader: Reader) -> tuple[Group, ...]:
    """Return the kinds of things that pictures tell apart; what is of none is of the last."""
    return (*reader.site.pages.marks, *_REST)


def label(reader: Reader, item: Term, class_: Callable[[NamedNode], Link] | None = None) -> Label:
    """Return what a term is called in a drawing, and where it leads."""
    known = class_(item) if class_ and isinstance(item, NamedNode) else reader.link(item)
    iri = item.value if isinstance(item, NamedNode) else ""
    safe = iri if iri.lower().startswith(("http://", "https://")) else ""
    return Label(known.words.text, known.words.lang, known.href, safe)


def some_members(reader: Reader, classes: Iterable[NamedNode]) -> list[NamedNode]:
    """Return members of these classes and of narrower ones, at most ``MOST_READ`` of each."""
    site = reader.site
    kinds = {kind for wider in classes for kind in site.classes.descendants(wider)}
    return sorted(
        {
            quad.subject
            for kind in kinds
            for quad in site.index.some_incoming(kind, MOST_READ)
            if quad.predicate == RDF_TYPE and isinstance(quad.subject, NamedNode)
        },
        key=str,
    )


def more(reader: Reader, left_out: int, classes: Iterable[NamedNode]) -> str:
    """Return what a picture of these classes leaves out in words, "" for nothing.

    Of a class with more members than are looked at nobody has counted what is left out.
    """
    known = reader.site.classes
    kinds = {kind for wider in classes for kind in known.descendants(wider)}
    if any(known.counts.get(kind, 0) > MOST_READ for kind in kinds):
        return reader.text("pictures.part")
    return reader.text("pictures.more", n=left_out) if left_out else ""


def kind_of(reader: Reader, item: Term, kinds: Sequence[Group]) -> int:
    """Return the number of the first kind that a thing is of, that of the last if of none."""
    site = reader.site
    classes = {a for own in site.names.types(item) for a in site.classes.ancestors(own)}
    for number, group in enumerate(kinds):
        if not classes.isdisjoint(group.classes):
            return number
    return len(kinds) - 1


def kind_names(reader: Reader, kinds: Sequence[Group]) -> tuple[str, ...]:
    """Return what kinds are called."""
    return tuple(map(reader.called, kinds))


def is_node(item: Term) -> bool:
    """Tell whether a term is a thing rather than a value."""
    return isinstance(item, NamedNode | BlankNode)
