"""Tidy JSON-LD 1.1: a context of its own, short names, nested nodes; the same graph as ever.

The context holds what is used and nothing else, and is part of the document: nobody has to fetch
one. Values are strings that the context gives a type or language, so that their lexical forms stay.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kizuna.representations.context import Context, context_of
from kizuna.representations.lists import Lists, lists_of
from kizuna.vocabulary import RDF_TYPE

DEEPEST = 6
"""How deep nodes are nested; deeper ones stand beside the others, under their name."""

_text = json.JSONEncoder(ensure_ascii=False).encode
Node = NamedNode | BlankNode
Statements = Mapping[Node, Mapping[NamedNode, list[Any]]]


def document(triples: Sequence[Triple], prefixes: Mapping[str, str], about: str = "") -> bytes:
    """Return the sorted ``triples``, none with a triple term, as one JSON-LD document.

    The node ``about``, if there is one, comes first, and is not nested. A node that only one
    other mentions, once, is nested there.
    """
    stated: dict[Node, dict[NamedNode, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        if isinstance(triple.subject, NamedNode | BlankNode):  # as RDF 1.1 has it
            stated[triple.subject][triple.predicate].append(triple.object)
    lists = lists_of(stated)
    context = context_of(triples, prefixes, lists.cells)
    writer = _Writer(stated, context, lists, _nested(stated, lists, about))
    tops = [node for node in stated if node not in writer.nested and node not in lists.cells]
    tops.sort(key=lambda node: (getattr(node, "value", "") != about, str(node)))
    nodes = [writer.node(node) for node in tops]
    body = nodes[0] if len(nodes) == 1 else {"@graph": nodes}
    return _in_lines({"@context": context.document(), **body}).encode()


def _in_lines(found: Mapping[str, Any]) -> str:
    """Return JSON with a line for each member, for each node of a graph, and term of a context.

    More lines would take ten times as long: Python writes lines, C only texts.
    """
    lines = [f"{_text(key)}: {_lines(value)}" for key, value in found.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, dict) and value:
        return "{\n " + ",\n ".join(f"{_text(k)}: {_text(v)}" for k, v in value.items()) + "\n}"
    if isinstance(value, list) and value:
        return "[\n " + ",\n ".join(map(_text, value)) + "\n]"
    return _text(value)


def _nested(stated: Statements, lists: Lists, about: str) -> frozenset[Node]:
    """Return the nodes that stand inside the one that mentions them."""
    mentioned: dict[Node, list[Node]] = defaultdict(list)
    for subject, values in stated.items():
        if subject in lists.cells:
            continue
        for predicate, objects in values.items():
            for value in (item for one in objects for item in lists.items.get(one, (one,))):
                if isinstance(value, NamedNode | BlankNode) and value in stated:
                    by = [subject, subject] if predicate == RDF_TYPE else [subject]
                    mentioned[value].extend(by)  # a class is named, never spelt out
    above = {
        node: by[0]
        for node, by in mentioned.items()
        if len(by) == 1 and getattr(node, "value", "") != about and node not in lists.cells
    }
    depths = _depths(above)
    return frozenset(node for node in above if depths[node] % (DEEPEST + 1))


def _depths(above: Mapping[Node, Node]) -> dict[Node, int]:
    """Return how many nodes stand around each node; 0 for one where a circle is cut open."""
    found: dict[Node, int] = {}
    for node in sorted(above, key=str):
        way, current = [], node
        while current in above and current not in found:
            found[current] = 0  # a circle comes back to it, and ends here
            way.append(current)
            current = above[current]
        closed = current in way
        depth = 0 if closed or current not in found else found[current]
        cut = way.index(current) if closed else len(way)
        for place, passed in reversed(list(enumerate(way))):
            depth = 0 if place == cut else depth + 1
            found[passed] = depth
    return found


class _Writer:
    """Spells nodes out."""

    def __init__(
        self, stated: Statements, context: Context, lists: Lists, nested: frozenset[Node]
    ) -> None:
        self.stated = stated
        self.context = context
        self.lists = lists
        self.nested = nested
        self._labelled = self._mentioned_by_name()

    def node(self, node: Node) -> dict[str, Any]:
        """Return a node with all that is said of it."""
        found: dict[str, Any] = {}
        if isinstance(node, NamedNode):
            found["@id"] = self.context.iri(node.value)
        elif node in self._labelled:
            found["@id"] = str(node)
        values = self.stated[node]
        types = [o for o in values.get(RDF_TYPE, ()) if isinstance(o, NamedNode | BlankNode)]
        if types:
            found["@type"] = _one_or_all([self._type(kind) for kind in types])
        for predicate, objects in values.items():
            told = [o for o in objects if predicate != RDF_TYPE or o not in types]
            if told:
                found[self.context.key(predicate)] = self._values(predicate, told)
        return found

    def _values(self, predicate: NamedNode, objects: Sequence[Any]) -> Any:  # noqa: ANN401 - JSON
        if predicate in self.context.by_language:
            spoken: dict[str, list[str]] = defaultdict(list)
            for literal in objects:
                spoken[literal.language].append(literal.value)
            return {code: _one_or_all(texts) for code, texts in sorted(spoken.items())}
        return _one_or_all([self._value(predicate, value) for value in objects])

    def _value(self, predicate: NamedNode, value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, Literal):
            return self.context.literal(predicate, value)
        if value in self.lists.items:
            return {"@list": [self._value(predicate, item) for item in self.lists.items[value]]}
        if value in self.nested:
            return self.node(value)
        name = self.context.iri(value.value) if isinstance(value, NamedNode) else str(value)
        return name if predicate in self.context.by_name else {"@id": name}

    def _type(self, kind: Node) -> str:
        return self.context.iri(kind.value) if isinstance(kind, NamedNode) else str(kind)

    def _mentioned_by_name(self) -> frozenset[Node]:
        """Return the nodes that something mentions without spelling them out."""
        return frozenset(
            item
            for values in self.stated.values()
            for objects in values.values()
            for value in objects
            for item in self.lists.items.get(value, (value,))
            if isinstance(item, BlankNode) and item not in self.nested
        )


def _one_or_all(values: list[Any]) -> Any:  # noqa: ANN401 - JSON
    return values[0] if len(values) == 1 else values
