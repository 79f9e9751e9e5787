"""What a shape asks for, in words: its targets, its path, its constraints (SHACL, section 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pyoxigraph import BlankNode, NamedNode

from kizuna.vocabulary import term
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.terms.stated import Row, inline, members_of, values_of

PATH, MESSAGE = term("sh:path"), term("sh:message")
# fmt: off
TARGETS: Mapping[NamedNode, str] = {
    term("sh:targetClass"):                    "shape.target_class",
    term("sh:targetSubjectsOf"):               "shape.target_subjects",
    term("sh:targetObjectsOf"):                "shape.target_objects",
    term("sh:targetNode"):                     "shape.target_node",
}
CONSTRAINTS: Mapping[NamedNode, str] = {
    term("sh:minCount"):                       "shape.min_count",
    term("sh:maxCount"):                       "shape.max_count",
    term("sh:class"):                          "shape.class",
    term("sh:datatype"):                       "shape.datatype",
    term("sh:nodeKind"):                       "shape.node_kind",
    term("sh:hasValue"):                       "shape.has_value",
    term("sh:in"):                             "shape.in",
    term("sh:minInclusive"):                   "shape.min_inclusive",
    term("sh:minExclusive"):                   "shape.min_exclusive",
    term("sh:maxInclusive"):                   "shape.max_inclusive",
    term("sh:maxExclusive"):                   "shape.max_exclusive",
    term("sh:minLength"):                      "shape.min_length",
    term("sh:maxLength"):                      "shape.max_length",
    term("sh:pattern"):                        "shape.pattern",
    term("sh:flags"):                          "shape.flags",
    term("sh:languageIn"):                     "shape.language_in",
    term("sh:uniqueLang"):                     "shape.unique_lang",
    term("sh:equals"):                         "shape.equals",
    term("sh:disjoint"):                       "shape.disjoint",
    term("sh:lessThan"):                       "shape.less_than",
    term("sh:lessThanOrEquals"):               "shape.less_than_or_equals",
    term("sh:node"):                           "shape.node",
    term("sh:not"):                            "shape.not",
    term("sh:and"):                            "shape.and",
    term("sh:or"):                             "shape.or",
    term("sh:xone"):                           "shape.xone",
    term("sh:qualifiedValueShape"):            "shape.qualified",
    term("sh:qualifiedMinCount"):              "shape.qualified_min",
    term("sh:qualifiedMaxCount"):              "shape.qualified_max",
    term("sh:qualifiedValueShapesDisjoint"):   "shape.qualified_disjoint",
    term("sh:closed"):                         "shape.closed",
    term("sh:ignoredProperties"):              "shape.ignored",
    term("sh:deactivated"):                    "shape.deactivated",
}
_PATHS: Mapping[NamedNode, str] = {
    term("sh:zeroOrMorePath"):                 "shape.zero_or_more",
    term("sh:oneOrMorePath"):                  "shape.one_or_more",
    term("sh:zeroOrOnePath"):                  "shape.zero_or_one",
}
# fmt: on
_INVERSE, _ALTERNATIVE = term("sh:inversePath"), term("sh:alternativePath")
_DEEPEST = 4
Run = tuple[Link, ...]


def constraint_rows(
    reader: Reader,
    shape: NamedNode | BlankNode,
    words: Mapping[NamedNode, str] = CONSTRAINTS,
) -> tuple[Row, ...]:
    """Return the constraints (or what else ``words`` names) of a shape, a row for each kind."""
    return _rows(reader, shape, words, _nameless)


def _rows(
    reader: Reader,
    shape: NamedNode | BlankNode,
    words: Mapping[NamedNode, str],
    nameless: Callable[[Reader, BlankNode], Run],
) -> tuple[Row, ...]:
    stated = reader.site.index.outgoing(shape)
    rows = []
    for predicate, key in words.items():
        values = [run for v in values_of(stated, predicate) for run in _runs(reader, v, nameless)]
        if values:
            rows.append(Row(Link(Words(reader.text(key))), tuple(values)))
    return tuple(rows)


def _runs(
    reader: Reader, value: Term, nameless: Callable[[Reader, BlankNode], Run]
) -> Iterator[Run]:
    """Yield the members of a list, or the value, each as links and words."""
    for member in members_of(reader.site, value) or [value]:
        said = nameless(reader, member) if isinstance(member, BlankNode) else ()
        yield said or tuple(inline(reader, member))


def _nameless(reader: Reader, shape: BlankNode) -> Run:
    """Return what a shape without a name asks for, as one run of words and links."""
    index = reader.site.index
    path = values_of(index.outgoing(shape), PATH)
    said = list(path_of(reader, path[0])) if path else []
    for row in _rows(reader, shape, _PLAIN, _unsaid):
        said.append(Link(Words(f"{row.name.words.text}:")))
        said += [link for run in row.values for link in run]
    return tuple(said)


def _unsaid(_: Reader, __: BlankNode) -> Run:
    """Return nothing: what stands in a shape without a name is written out like any other node."""
    return ()


# In a shape without a name only what cannot hold shapes again is said: those may form a circle.
_PLAIN = {p: k for p, k in CONSTRAINTS.items() if k not in {
    "shape.node", "shape.not", "shape.and", "shape.or", "shape.xone", "shape.qualified",
}}  # fmt: skip


def path_of(reader: Reader, path: Term, depth: int = 0) -> Iterator[Link]:
    """Yield a path (SHACL, section 2.3.1) as words and links, not too deep."""
    if not isinstance(path, BlankNode):
        yield reader.link(path)
        return
    if depth >= _DEEPEST:
        yield Link(Words("…"))
        return
    steps = members_of(reader.site, path)
    if steps:
        yield from _joined(reader, steps, "→", depth)
    for quad in reader.site.index.outgoing(path):
        if quad.predicate == _INVERSE:
            yield Link(Words(reader.text("shape.inverse")))
            yield from path_of(reader, quad.object, depth + 1)
        elif quad.predicate == _ALTERNATIVE:
            choices = members_of(reader.site, quad.object)
            yield from _joined(reader, choices, reader.text("shape.alternative"), depth)
        elif quad.predicate in _PATHS:
            yield from path_of(reader, quad.object, depth + 1)
            yield Link(Words(reader.text(_PATHS[quad.predicate])))


def _joined(reader: Reader, paths: list[Term], by: str, depth: int) -> Iterator[Link]:
    for number, path in enumerate(paths):
        if number:
            yield Link(Words(by))
        yield from path_of(reader, path, depth + 1)
