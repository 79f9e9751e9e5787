"""Pages as they stand in a copy: the same, but for where their links lead.

Templates escape whatever they show, so a tag begins with a bare ``<`` and ends with a bare ``>``,
and no value of an attribute holds a bare quote. All else stays as it was, byte for byte.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from kizuna.exporting.naming import relative

_TAG = re.compile(r"<[a-zA-Z][^>]*>")
_ATTRIBUTE = re.compile(r'(\s)(href|xlink:href|src|action|data-suggest|data-complete)="(/[^"]*)"')
_ASKING = {"data-suggest", "data-complete"}
"""Attributes that hold what a script asks while somebody types."""

Target = Callable[[str], str | None]
"""Gives the file of a link, None where there is none."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """One page at ``file``. ``target`` gives the file of a link, ``note`` stands in for none."""

    file: str
    target: Target
    note: str

    def page(self, text: str) -> str:
        """Return the page with links from file to file."""
        return _TAG.sub(self._tag, text)

    def _tag(self, match: re.Match[str]) -> str:
        tag = match[0]
        name = tag[1:].split(None, 1)[0].rstrip("/>").lower()
        lost = [a for a in _ATTRIBUTE.finditer(tag) if self.target(html.unescape(a[3])) is None]
        if name == "link" and lost:
            return ""
        return _ATTRIBUTE.sub(lambda found: self._attribute(name, found), tag)

    def _attribute(self, tag: str, found: re.Match[str]) -> str:
        before, attribute, value = found.groups()
        if attribute in _ASKING:
            return ""
        link = html.unescape(value)
        file = self.note if tag == "form" else self.target(link) or self.note
        _, mark, fragment = link.partition("#")
        return f'{before}{attribute}="{html.escape(relative(self.file, file) + mark + fragment)}"'


def redirect(source: str, target: str, language: str) -> bytes:
    """Return a page at the file ``source`` that leads to ``target`` without a server's help."""
    link = html.escape(relative(source, target))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{link}</title>\n"
        f'<meta http-equiv="refresh" content="0; url={link}">\n'
        f'<link rel="canonical" href="{link}">\n'
        f'</head>\n<body><p><a href="{link}">{link}</a></p></body>\n</html>\n'
    ).encode()
