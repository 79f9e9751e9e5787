"""SVG, written for a page or as a file of its own.

Elements are written as they are made. What differs between page and file, languages and addresses,
is marked with characters that XML forbids, so that no text can hold them; it is placed in the end.

Every text and every address in a drawing may come from the data: this is the only place that makes
markup of them. Inside a page the stylesheet of the site gives the colours, since its policy allows
no style in the page; a file brings its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from kizuna.web.pictures.style import FILE_STYLE

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SAFE = re.compile(r"(?i)https?://|/(?![/\\])|#")
_NAMESPACE = "http://www.w3.org/2000/svg"
_LANG, _ADDRESS = "\1", "\2"
"""Stand before the name of a language, and around each of the two addresses of a link."""


class Label(NamedTuple):
    """A text of a drawing: its language where it is not the reader's, and where it leads.

    ``href`` is the address for pages of this site, ``iri`` the one that is right anywhere.
    """

    text: str
    lang: str = ""
    href: str = ""
    iri: str = ""


NOTHING = Label("")


class Element(str):
    """An element as it is written, but for what is marked in it."""

    __slots__ = ()


Node = Element | str
"""An element or a text."""


def element(name: str, *children: Node, **attributes: float | str) -> Element:
    """Return an element; ``class_`` and ``text_anchor`` stand for class and text-anchor.

    >>> write(element("circle", r=2.5, class_="dot"))
    '<circle r="2.5" class="dot"/>'
    """
    told = "".join([_attribute(key, value) for key, value in attributes.items()])
    return _element(name, told, children)


def link(target: Label, *children: Node, class_: str = "") -> Element:
    """Return ``children`` as a link to ``target``, or as a group where it leads nowhere."""
    told = _attribute("class", class_)
    if not target.href:
        return _element("g", told, children)
    in_page, in_file = _address(target.href), _address(target.iri or target.href)
    told += f"{_ADDRESS}{in_page}{_ADDRESS}{in_file}{_ADDRESS}"
    return _element("a", told, children)


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
        return write(self._root(""))

    def file(self) -> str:
        """Return the picture as a document of its own, with style and links that hold anywhere."""
        style = element("style", FILE_STYLE)
        paper = element("rect", width=self.width, height=self.height, class_="paper")
        extra = (
            ("xmlns", _NAMESPACE),
            ("width", _value(self.width)),
            ("height", _value(self.height)),
            ("xml:lang", self.language),
        )
        told = "".join(f" {name}={_quoted(value)}" for name, value in extra)
        return _placed(self._root(told, style, paper), in_page=False)

    def _root(self, told: str, *first: Node) -> Element:
        identity = f"picture-{self.name}"
        attributes = {
            "class": f"picture {self.name.partition('-')[0]}",
            "viewBox": f"0 0 {_value(self.width)} {_value(self.height)}",
            "role": "group",
            "aria-labelledby": f"{identity}-title",
            "aria-describedby": f"{identity}-desc",
        }
        title = element("title", self.title, id=f"{identity}-title")
        description = element("desc", self.description, id=f"{identity}-desc")
        return _element(
            "svg",
            told + "".join([_attribute(name, value) for name, value in attributes.items()]),
            (title, description, *first, *self.body),
        )


def write(node: Element) -> str:
    """Return an element as it stands in an HTML page."""
    return _placed(node, in_page=True)


def clean(text: str) -> str:
    r"""Return ``text`` with what XML forbids replaced (XML 1.0, section 2.2).

    >>> clean("a\x00b\ud800")
    'a�b�'
    """
    return text if text.isprintable() else _FORBIDDEN.sub("\ufffd", text)


def _element(name: str, told: str, children: tuple[Node, ...]) -> Element:
    if not children:
        return Element(f"<{name}{told}/>")
    within = "".join([x if isinstance(x, Element) else escape(clean(x)) for x in children])
    return Element(f"<{name}{told}>{within}</{name}>")


def _placed(drawn: Element, *, in_page: bool) -> str:
    """Return what is drawn with the languages and addresses for a page, or for a file."""
    parts = drawn.split(_ADDRESS)
    del parts[2 if in_page else 1 :: 3]
    return "".join(parts).replace(_LANG, "" if in_page else "xml:")


@lru_cache(5_000)
def _attribute(key: str, value: float | str) -> str:
    """Return an attribute as it is written, nothing for an empty one."""
    if value == "":
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {_LANG if name == 'lang' else ''}{name}={_quoted(_value(value))}"


@lru_cache(2_000)
def _address(href: str) -> str:
    """Return where a link leads: to a path of this site or by http and https, never elsewhere."""
    return f" href={_quoted(href)}" if _SAFE.match(href) else ""


def _quoted(value: str) -> str:
    return quoteattr(clean(value))


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else _number(value)


@lru_cache(5_000)
def _number(value: float) -> str:
    """Return a number with one digit after the point, so that bytes do not depend on machines."""
    rounded = round(value, 1) or 0.0
    return f"{rounded:.1f}".removesuffix(".0")
