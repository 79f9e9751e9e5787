"""Templates as plainer Python than Jinja makes of them: most of the time of a page went there.

Our templates are told values with attributes and functions without a context of their own. So an
attribute is read as one, a function is called as one, and what is escaped becomes a bare text.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame

from kizuna.web.views.inline import FILTERS, escaped


class _Plain(CodeGenerator):
    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("escape = environment.escape")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ANN401
        if isinstance(node, nodes.Filter) and node.name in FILTERS:
            self.write("(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    def visit_Call(  # noqa: N802 - Jinja's
        self,
        node: nodes.Call,
        frame: Frame,
        forward_caller: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")


class Templates(Environment):
    """Templates that know their globals when they are read, and the names in them alone."""

    code_generator_class = _Plain
    escape = staticmethod(escaped)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: a dictionary, which is quicker than a chain of them."""
        return {**self.globals, **(d or {})}
