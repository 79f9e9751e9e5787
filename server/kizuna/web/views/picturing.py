"""What all pictures of a page have in common: names, files, and the same content as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup
from pyoxigraph import BlankNode, NamedNode

from kizuna.vocabulary import RDF_TYPE, term
from kizuna.web.names import Term
from kizuna.web.pictures.network import MARKS
from kizuna.web.pictures.svg import Drawing, Label
from kizuna.web.reader import Link, Reader

MOST_READ = 600
"""Members of a class that are looked at: so a picture is quick, however large the release."""
KINDS = (
    ("nav.organisations", ("org:Organization", "foaf:Organization", "schema:Organization")),
    ("nav.agreements", ("kz:Agreement",)),
    ("nav.programmes", ("kz:SupportProgramme",)),
    ("nav.events", ("kz:Event", "schema:Event")),
    ("pictures.places", ("schema:Place", "dct:Location")),
    ("pictures.people", ("foaf:Person", "schema:Person", "org:Membership")),
    ("pictures.cooperations", ("kz:Cooperation", "org:ChangeEvent")),
    ("pictures.others", ()),
)
"""The kinds of things, and the classes that make one; what is of none is of the last."""
OTHER = len(KINDS) - 1
if len(KINDS) > len(MARKS):
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
        return replace(reader, chosen=True).href(f"{self.path}.{suffix}", **dict(self.query))


def label(reader: Reader, item: Term, class_: Callable[[NamedNode], Link] | None = None) -> Label:
    """Return what a term is called in a drawing, and where it leads."""
    known = class_(item) if class_ and isinstance(item, NamedNode) else reader.link(item)
    iri = item.value if isinstance(item, NamedNode) else ""
    safe = iri if iri.lower().startswith(("http://", "https://")) else ""
    return Label(known.words.text, known.words.lang, known.href, safe)


def some_members(reader: Reader, classes: Iterable[str]) -> list[NamedNode]:
    """Return members of these classes and of narrower ones, at most ``MOST_READ`` of each."""
    site = reader.site
    kinds = {kind for name in classes for kind in site.classes.descendants(term(name))}
    return sorted(
        {
            quad.subject
            for kind in kinds
            for quad in site.index.some_incoming(kind, MOST_READ)
            if quad.predicate == RDF_TYPE and isinstance(quad.subject, NamedNode)
        },
        key=str,
    )


def more(reader: Reader, left_out: int, classes: Iterable[str]) -> str:
    """Return what a picture of these classes leaves out in words, "" for nothing.

    Of a class with more members than are looked at nobody has counted what is left out.
    """
    known = reader.site.classes
    kinds = {kind for name in classes for kind in known.descendants(term(name))}
    if any(known.counts.get(kind, 0) > MOST_READ for kind in kinds):
        return reader.text("pictures.part")
    return reader.text("pictures.more", n=left_out) if left_out else ""


def kind_of(reader: Reader, item: Term, kinds: Sequence[tuple[str, tuple[str, ...]]]) -> int:
    """Return the number of the first kind that a thing is of, that of the last if of none."""
    site = reader.site
    classes = {a for own in site.names.types(item) for a in site.classes.ancestors(own)}
    for number, (_, names) in enumerate(kinds):
        if any(term(name) in classes for name in names):
            return number
    return len(kinds) - 1


def kind_names(reader: Reader, kinds: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """Return what kinds are called."""
    return tuple(reader.text(key) for key, _ in kinds)


def is_node(item: Term) -> bool:
    """Tell whether a term is a thing rather than a value."""
    return isinstance(item, NamedNode | BlankNode)
