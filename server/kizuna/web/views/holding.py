"""What is the same on all pages of a reader, rendered once: the tag ``held`` of the templates."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

from kizuna.web.reader import Reader
from kizuna.web.views.inline import escaped

OWN = "\0"
"""Stands in such parts for the address of the page; no template and no text has it."""


class Held(Extension):
    """``{% held "name" %}…{% endheld %}``: for one ``reader`` it is always what it was first.

    The name may come with what tells one such part from another: ``{% held "name", place %}``.
    In place of ``OWN`` comes what is ``own_address`` where the part stands.
    """

    tags = {"held"}  # noqa: RUF012 - as Jinja wants it

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Return the tag as what keeps the part unless it is held, and what writes it."""
        line = next(parser.stream).lineno
        name = parser.parse_tuple()
        body = parser.parse_statements(("name:endheld",), drop_needle=True)
        reader, address = (nodes.Name(known, "load") for known in ("reader", "own_address"))
        is_new = nodes.Compare(
            name, [nodes.Operand("notin", nodes.Getattr(reader, "parts", "load"))]
        )
        keep = nodes.CallBlock(self.call_method("_keep", [reader, name]), [], [], body)
        write = self.call_method("_found", [reader, address, name])
        return [
            nodes.If(is_new, [keep], [], []).set_lineno(line),
            nodes.Output([write]).set_lineno(line),
        ]

    @staticmethod
    def _keep(reader: Reader, name: object, caller: Callable[[], str]) -> str:
        reader.parts[name] = str(caller())
        return ""

    @staticmethod
    def _found(reader: Reader, address: str, name: object) -> Markup:
        part = reader.parts[name]
        return Markup(part.replace(OWN, escaped(address)) if OWN in part else part)  # noqa: S704 - rendered
