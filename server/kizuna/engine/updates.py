"""A SPARQL Update before the engine sees it: its operations, what is refused, its dataset.

The engine takes no dataset beside the text, so that of the protocol (SPARQL 1.1 Protocol, section
2.2.3) is written into it, as ``USING`` clauses between tokens. ``LOAD`` would fetch from anywhere:
it becomes an ``INSERT DATA`` of what has been fetched for it, or else its source becomes one that
is nowhere, so that it fails, and with ``SILENT`` does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from kizuna.engine.guard import guard
from kizuna.engine.protocol import Limits
from kizuna.engine.tokens import TOKEN, iri
from kizuna.errors import BadQuery, Refused

_CALM = re.compile(
    r"""(?: [^{}"'<\#]++
        | \"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*+'''
        | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+'
        | <(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>
        | \#[^\n\r]*+ | ["'<] )*+""",
    re.VERBOSE | re.DOTALL,
)
"""All up to the next brace that is one."""
_KEYWORD = re.compile(
    r"(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)(DATA|WHERE|SILENT)?",
    re.IGNORECASE,
)
_NOWHERE = "<urn:x:nowhere>"
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an update: where it stands, its keywords, and its groups in braces.

    ``where`` is the place of its WHERE, and ``dataset`` that of its first WITH or USING, outside
    of all groups; -1 where there is none. ``second`` is the keyword after the first, and
    ``source`` where the address of LOAD stands, ``target`` the graph it loads into, as written.
    """

    start: int
    first: str
    second: str = ""
    groups: tuple[tuple[int, int], ...] = ()
    where: int = -1
    dataset: int = -1
    source: tuple[int, int] | None = None
    target: str = ""
    end: int = -1

    @property
    def is_data(self) -> bool:
        """Whether it is INSERT DATA or DELETE DATA, which hold no patterns."""
        return self.second == "DATA"


def prepared(
    text: str,
    limits: Limits,
    using: Sequence[str] = (),
    named: Sequence[str] = (),
    fetched: Mapping[str, str] = _NOTHING,
) -> str:
    """Return ``text`` as the engine may have it, with the graphs of the protocol as its dataset.

    ``fetched`` has the triples behind the addresses of LOAD, as N-Triples.

    Raises Refused for SERVICE, and BadQuery for what nests too deep or is too long, and
    for a text with a dataset of its own where the protocol gives one.
    """
    found = list(operations(text))
    guard(_without_data(text, found), limits)
    clauses = [f"USING <{iri}>" for iri in using] + [f"USING NAMED <{iri}>" for iri in named]
    for operation in reversed(found):
        if operation.source is not None:
            text = _loaded(text, operation, fetched)
        elif clauses and not operation.is_data and operation.where >= 0:
            text = _with_dataset(text, operation, f" {' '.join(clauses)} ")
    return text


def operations(text: str) -> Iterator[Operation]:
    """Yield the operations of an update, as far as tokens outside of braces tell them."""
    now: Operation | None = None
    groups: list[tuple[int, int]] = []
    at = 0
    while token := TOKEN.match(text, at):
        at = token.end()
        if token[0] == "{":
            at = _end_of_group(text, token.start())
            groups.append((token.start(), at))
        elif token[0] == ";":
            if now:
                yield _ended(now, groups, token.start())
            now, groups = None, []
        elif now and now.first == "LOAD" and (token.lastgroup == "iri" or ":" in token[0]):
            now = _with_address(now, token)
        elif token.lastgroup == "name":
            now = _with_word(now, token)
    if now:
        yield _ended(now, groups, len(text))


def _ended(now: Operation, groups: Sequence[tuple[int, int]], end: int) -> Operation:
    """Return the operation with its end, and with the groups that stand behind its beginning."""
    return replace(now, groups=tuple(g for g in groups if g[0] > now.start), end=end)


def sources(text: str) -> dict[str, bool]:
    """Return the addresses that an update loads from, and whether all that load are SILENT.

    Addresses that are written with a prefix are left out.
    """
    found: dict[str, bool] = {}
    for operation in operations(text):
        address = _address(text, operation)
        if address:
            found[address] = found.get(address, True) and operation.second == "SILENT"
    return found


def _address(text: str, operation: Operation) -> str:
    """Return the absolute address that a LOAD names in full, empty for other operations."""
    token = TOKEN.match(text, operation.source[0]) if operation.source else None
    return iri(token) if token is not None and token.lastgroup == "iri" else ""


def _with_address(now: Operation, token: re.Match[str]) -> Operation:
    if now.source is None:
        return replace(now, source=token.span())
    return replace(now, target=token[0])


def _with_word(now: Operation | None, token: re.Match[str]) -> Operation | None:
    """Return the operation with one more word of it, or the one that the word begins."""
    word = token[0].upper()
    if now is None:
        begun = _KEYWORD.fullmatch(word)
        if begun is None:
            return None
        dataset = token.start() if begun[1] == "WITH" else -1
        now = Operation(token.start(), begun[1], begun[2] or "", dataset=dataset)
        return replace(now, where=token.start() + 6) if begun[2] == "WHERE" else now
    if word == "WHERE" and now.where < 0:
        now = replace(now, where=token.start())
    if word == "USING" and now.dataset < 0:
        now = replace(now, dataset=token.start())
    return replace(now, second=now.second or word)


def _end_of_group(text: str, start: int) -> int:
    """Return the place behind the brace that closes the one at ``start``."""
    depth, at = 0, start
    while at < len(text):
        depth += {"{": 1, "}": -1}[text[at]]
        if depth == 0:
            return at + 1
        rest = _CALM.match(text, at + 1)
        at = rest.end() if rest else len(text)
    return len(text)


def _without_data(text: str, found: Sequence[Operation]) -> str:
    """Return ``text`` without the groups of DATA operations, its lines kept apart."""
    parts, at = [], 0
    for operation in found:
        for start, end in operation.groups if operation.is_data else ():
            parts += [text[at : start + 1], "\n" * text.count("\n", start, end)]
            at = max(start + 1, end - 1)
    return "".join([*parts, text[at:]])


def _loaded(text: str, operation: Operation, fetched: Mapping[str, str]) -> str:
    """Return the text with a LOAD replaced: by what it brings, or by one from nowhere."""
    triples = fetched.get(_address(text, operation))
    if triples is None:
        start, end = operation.source or (0, 0)
        return f"{text[:start]}{_NOWHERE}{text[end:]}"
    data = f"GRAPH {operation.target} {{\n{triples}}}" if operation.target else f"\n{triples}"
    insertion = f"INSERT DATA {{ {data} }}"
    return f"{text[: operation.start]}{insertion}{text[operation.end :]}"


def refused_load(text: str) -> Refused | None:
    """Return why an update with a LOAD that is not SILENT has failed, None for one without."""
    for operation in operations(text):
        if operation.first == "LOAD" and operation.second != "SILENT":
            line = text.count("\n", 0, operation.start) + 1
            return Refused(
                f"LOAD in line {line}: documents from elsewhere are not fetched",
                hint="Fetch it yourself, and send it by PUT or POST to /graphs?graph=…",
            )
    return None


def _with_dataset(text: str, operation: Operation, clauses: str) -> str:
    if operation.dataset >= 0:
        raise BadQuery(
            "the update has WITH or USING, and the request names graphs besides",
            line=text.count("\n", 0, operation.dataset) + 1,
            hint="Name the graphs in one of the two places (SPARQL 1.1 Protocol, section 2.2.3).",
        )
    before, rest = text[: operation.where], text[operation.where :]
    start, end = operation.groups[0] if operation.groups else (-1, -1)
    if operation.where < start:  # DELETE WHERE { P } is short for DELETE { P } WHERE { P }
        return f"{before} {text[start:end]}{clauses}{rest}"
    return f"{before}{clauses}{rest}"
