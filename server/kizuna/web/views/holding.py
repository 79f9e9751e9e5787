"""What is the same on all pages of a reader, rendered once: the tag ``held`` of the templates."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup, escape

from kizuna.web.reader import Reader

OWN = "\0"
"""Stands in such parts for the address of the page; no template and no text has it."""


class Held(Extension):
    """``{% held "name" %}…{% endheld %}``: for one ``reader`` it is always what it was first.

    The name may come with what tells one such part from another: ``{% held "name", place %}``.
    In place of ``OWN`` comes what is ``own_address`` where the part stands.
    """

    tags = {"held"}  # noqa: RUF012 - as Jinja wants it

    def parse(self, parser: Parser) -> nodes.Node:
        """Return the tag as a call of ``_found`` with what stands in it."""
        line = next(parser.stream).lineno
        name = parser.parse_tuple()
        body = parser.parse_statements(("name:endheld",), drop_needle=True)
        told = [nodes.Name(known, "load") for known in ("reader", "own_address")]
        call = self.call_method("_found", [*told, name])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    @staticmethod
    def _found(reader: Reader, address: str, name: object, caller: Callable[[], str]) -> Markup:
        if name not in reader.parts:
            reader.parts[name] = str(caller())
        return Markup(reader.parts[name].replace(OWN, escape(address)))  # noqa: S704 - rendered
