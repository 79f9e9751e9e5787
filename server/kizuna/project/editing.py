"""Statements added to the text of a Turtle file, which keeps its comments, order and style."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from kizuna.errors import ProjectError
from kizuna.project.positions import TOKEN, Position, Reader
from kizuna.vocabulary import RDF_LANG_STRING, XSD_STRING, shortened

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?|")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)")
_NOWHERE = Position(0, 0)
Values = Sequence[NamedNode | Literal]


@dataclass
class _Block:
    """What a file says of a subject in one place.

    ``lists`` has where the objects of each predicate end, ``end`` where the last statement does.
    """

    subject: str
    start: int
    end: int = 0
    closed: int = 0
    lists: dict[str, int] = field(default_factory=dict)


def added(text: str, base: str, subject: NamedNode, said: Mapping[NamedNode, Values]) -> str:
    """Return ``text``, valid Turtle, with statements about ``subject`` added.

    Where the file speaks of the subject already, they go there: to the objects of their predicate,
    or as new lines. Else they come as a block of their own, after the last one of the same kind.
    What is there already is not repeated.

    Raises ProjectError where the file would not say what it said before and this: nothing is lost.
    """
    before = parsed(text, base)
    wanted = {Quad(subject, p, value) for p, values in said.items() for value in values}
    missing = {
        p: [v for v in values if Quad(subject, p, v) not in before] for p, values in said.items()
    }
    missing = {p: values for p, values in missing.items() if values}
    if not missing:
        return text
    blocks, prefixes = _blocks(text, base)
    own = [block for block in blocks if block.subject == subject.value]
    edited = (
        _extended(text, own[-1], prefixes, missing)
        if own
        else _with_block(text, blocks, prefixes, (subject, missing))
    )
    if parsed(edited, base) != before | wanted:
        raise ProjectError(
            f"<{subject.value}>: the statements cannot be put into the file safely",
            hint="Write them by hand; nothing was changed.",
        )
    return edited


def parsed(text: str, base: str) -> set[Quad]:
    """Return the statements of a file, blank nodes labelled canonically. Raises ProjectError."""
    try:
        found = Dataset(parse(text.encode(), RdfFormat.TURTLE, base_iri=base))
    except SyntaxError as error:
        raise ProjectError(f"the file is no Turtle: {error}", hint="Run kizuna check.") from error
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(found)


def _blocks(text: str, base: str) -> tuple[list[_Block], dict[str, str]]:
    """Return the blocks of a file in its order, and its prefixes."""
    reader, blocks = Reader(text, base), list[_Block]()
    last = 0
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "space":
            continue
        slot, depth, directive = reader.slot, reader.depth, bool(reader.directive)
        reader.take(kind, match[0], _NOWHERE)
        inside = not directive and not reader.directive and depth == 0
        if inside and slot == "subject" and reader.slot == "predicate":
            blocks.append(_Block(reader.subject, match.start()))
        elif inside and blocks and kind == "mark" and match[0] in ";.":
            block = blocks[-1]
            if slot == "object":  # else a semicolon stands alone
                block.lists[reader.predicate] = block.end = last
            if match[0] == ".":
                block.closed = match.end()
        last = match.end()
    return blocks, reader.prefixes


def _extended(
    text: str, block: _Block, prefixes: dict[str, str], said: Mapping[NamedNode, Values]
) -> str:
    spots = []
    for predicate, values in said.items():
        words = " , ".join(written(v, prefixes) for v in values)
        at = block.lists.get(predicate.value)
        if at is None:
            spots.append((block.end, 1, f" ;\n    {written(predicate, prefixes)} {words}"))
        else:
            spots.append((at, 0, f" , {words}"))
    spots.sort(key=lambda spot: spot[:2])  # stable: lines of one place stay in order
    parts, done = [], 0
    for at, _, words in spots:
        parts += [text[done:at], words]
        done = at
    return "".join((*parts, text[done:]))


def _with_block(
    text: str,
    blocks: Sequence[_Block],
    prefixes: dict[str, str],
    new: tuple[NamedNode, Mapping[NamedNode, Values]],
) -> str:
    subject, said = new
    kind = subject.value.rpartition("/")[0]
    alike = [b.closed for b in blocks if b.subject.rpartition("/")[0] == kind]
    at = _line_end(text, alike[-1]) if alike else len(text.rstrip())
    lines = [
        f"{written(predicate, prefixes)} {' , '.join(written(v, prefixes) for v in values)}"
        for predicate, values in said.items()
    ]
    block = f"{written(subject, prefixes)} " + " ;\n    ".join(lines) + " ."
    rest = text[at:]
    return f"{text[:at]}\n\n{block}{rest if rest.startswith(chr(10)) else chr(10) + rest}"


def _line_end(text: str, at: int) -> int:
    """Return where a block that is closed at ``at`` ends: a comment behind it stays with it."""
    line = _REST_OF_LINE.match(text, at)
    return line.end() if line else at


def written(value: NamedNode | Literal, prefixes: Mapping[str, str]) -> str:
    """Return a term as Turtle, by a prefix of the file where its local name needs no escape."""
    if isinstance(value, NamedNode):
        short = shortened(value.value, dict(prefixes))
        return short if _LOCAL.fullmatch(short.partition(":")[2]) else f"<{value.value}>"
    if value.datatype in {RDF_LANG_STRING, XSD_STRING}:
        return str(value)
    return f"{Literal(value.value)}^^{written(value.datatype, prefixes)}"
