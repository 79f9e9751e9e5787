"""SVG as a tree of elements, written for a page or as a file of its own.

Every text and every address in a drawing may come from the data: this is the only place that makes
markup of them. Inside a page the stylesheet of the site gives the colours, since its policy allows
no style in the page; a file brings its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from kizuna.web.pictures.style import FILE_STYLE

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SAFE = re.compile(r"(?i)https?://|/(?![/\\])|#")
_NAMESPACE = "http://www.w3.org/2000/svg"


@dataclass(frozen=True, slots=True)
class Label:
    """A text of a drawing: its language where it is not the reader's, and where it leads.

    ``href`` is the address for pages of this site, ``iri`` the one that is right anywhere.
    """

    text: str
    lang: str = ""
    href: str = ""
    iri: str = ""


NOTHING = Label("")


class Element(NamedTuple):
    """An element with its attributes and children; a ``Label`` among them is its text."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Element | str, ...] = ()
    target: Label | None = None


Node = Element | str


def element(name: str, *children: Node, **attributes: float | str) -> Element:
    """Return an element; ``class_`` and ``text_anchor`` stand for class and text-anchor.

    >>> write(element("circle", r=2.5, class_="dot"))
    '<circle r="2.5" class="dot"/>'
    """
    named = [(_name(key), _value(value)) for key, value in attributes.items() if value != ""]
    return Element(name, tuple(named), children)


def link(target: Label, *children: Node, class_: str = "") -> Element:
    """Return ``children`` as a link to ``target``, or as a group where it leads nowhere."""
    attributes = (("class", class_),) if class_ else ()
    return Element("a" if target.href else "g", attributes, children, target)


def words(label: Label, x: float, y: float, **attributes: float | str) -> Element:
    """Return a line of text at a place."""
    return element("text", label.text, x=x, y=y, lang=label.lang, **attributes)


def hint(*lines: str) -> Element:
    """Return the text that is shown when one points to what it stands in."""
    return element("title", "\n".join(line for line in lines if line))


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished picture; ``name`` tells it from others on the same page."""

    name: str
    width: float
    height: float
    title: str
    description: str
    body: tuple[Node, ...]
    language: str = ""

    def inline(self) -> str:
        """Return the picture as a part of an HTML page: without style, links within the site."""
        return write(self._root())

    def file(self) -> str:
        """Return the picture as a document of its own, with style and links that hold anywhere."""
        style = element("style", FILE_STYLE)
        paper = element("rect", width=self.width, height=self.height, class_="paper")
        root = self._root(style, paper)
        extra = (
            ("xmlns", _NAMESPACE),
            ("width", _value(self.width)),
            ("height", _value(self.height)),
            ("xml:lang", self.language),
        )
        return _written(Element("svg", extra + root.attributes, root.children), "iri")

    def _root(self, *first: Node) -> Element:
        identity = f"picture-{self.name}"
        return element(
            "svg",
            element("title", self.title, id=f"{identity}-title"),
            element("desc", self.description, id=f"{identity}-desc"),
            *first,
            *self.body,
            class_=f"picture {self.name.partition('-')[0]}",
            viewBox=f"0 0 {_value(self.width)} {_value(self.height)}",
            role="group",
            aria_labelledby=f"{identity}-title",
            aria_describedby=f"{identity}-desc",
        )


def write(node: Node) -> str:
    """Return an element as it stands in an HTML page."""
    return _written(node, "href")


def clean(text: str) -> str:
    r"""Return ``text`` with what XML forbids replaced (XML 1.0, section 2.2).

    >>> clean("a\x00b\ud800")
    'a�b�'
    """
    return _FORBIDDEN.sub("\ufffd", text)


def _written(node: Node, address: str) -> str:
    if isinstance(node, str):
        return escape(clean(node))
    told = "".join(
        [
            f" {'xml:lang' if name == 'lang' and address == 'iri' else name}={_quoted(value)}"
            for name, value in (*node.attributes, *_address(node, address))
        ]
    )
    if not node.children:
        return f"<{node.name}{told}/>"
    within = "".join([_written(child, address) for child in node.children])
    return f"<{node.name}{told}>{within}</{node.name}>"


@lru_cache(5_000)
def _quoted(value: str) -> str:
    return quoteattr(clean(value))


def _address(node: Element, address: str) -> Sequence[tuple[str, str]]:
    """Return where a link leads: to a path of this site or by http and https, never elsewhere."""
    if node.name != "a" or node.target is None:
        return ()
    href = node.target.iri or node.target.href if address == "iri" else node.target.href
    return (("href", href),) if _SAFE.match(href) else ()


@lru_cache(200)
def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else _number(value)


@lru_cache(5_000)
def _number(value: float) -> str:
    """Return a number with one digit after the point, so that bytes do not depend on machines."""
    rounded = round(value, 1) or 0.0
    return f"{rounded:.1f}".removesuffix(".0")
