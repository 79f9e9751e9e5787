"""What EXISTS sees of a query's variables, as far as its form can change that.

Where a group is simple enough, the engine evaluates it anew for each solution of what it is joined
with, and then EXISTS in it sees all variables of that solution, against the standard (SPARQL 1.1
Query, section 18.6). A block of several patterns keeps the engine from doing so; nested blocks of
one pattern do not. Their forms mean the same only where there is nothing of the kind to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kizuna.engine.tokens import Token

_HEADS = ("VALUES", "GRAPH", "SERVICE")
"""What is behind these words need not be bound in the group where they stand."""
_OF_A_FILTER = {"NOT", "EXISTS"}


@dataclass(slots=True, eq=False)
class _Group:
    """A group in braces, in the group ``around`` it.

    ``bound`` are the variables of its own triples, so far: each of its solutions has them.
    ``graph`` is the variable of the GRAPH that it stands in, ``block`` the EXISTS, the outermost
    one; ``word`` the last word outside of all brackets.
    """

    around: _Group | None = None
    graph: str = ""
    block: _Block | None = None
    bound: set[str] = field(default_factory=set)
    word: str = ""
    brackets: int = 0
    is_subquery: bool = False

    def read(self, token: Token) -> None:
        """Take note of a token that stands in no inner group."""
        self.brackets += (token[0] == "(") - (token[0] == ")")
        if self.brackets:
            return
        word = token[0].upper()
        if token.lastgroup == "name" and word not in _OF_A_FILTER:
            self.word = word
            self.is_subquery = self.is_subquery or word.startswith("SELECT")
        elif is_variable(token) and not (self.is_subquery or self.word.endswith(_HEADS)):
            self.bound |= {token[0][1:], self.graph}


@dataclass(slots=True, eq=False)
class _Block:
    """An EXISTS in the group ``home``: the variables that it names, those bound before it."""

    home: _Group
    is_filter: bool
    before: set[str]
    names: set[str]


def is_variable(token: Token) -> bool:
    """Tell whether a token is a variable."""
    return token.lastgroup == "sigil" and token[0][0] in "?$"


def exists_is_closed(found: Sequence[Token]) -> bool:
    """Tell whether each EXISTS can only see variables that are bound for sure in its own group.

    Filters of the outermost WHERE may see all, unless VALUES follow: they are joined with nothing.
    """
    reader = _Reader()
    before: Token | None = None
    for token in found:
        reader.read(token, before)
        before = token
    return all(map(reader.is_closed, reader.blocks))


class _Reader:
    """A place in the tokens; ``names`` are the variables that stand outside of all EXISTS."""

    def __init__(self) -> None:
        self.group: _Group | None = None
        self.blocks: list[_Block] = []
        self.names: set[str] = set()
        self.has_values = False

    def read(self, token: Token, before: Token | None) -> None:
        group = self.group
        if token[0] == "{":
            self.group = self._opened(before)
        elif token[0] == "}" and group is not None:
            self.group = group.around
            if self.group is not None:
                self.group.word = ""
        elif group is None:
            self.has_values = self.has_values or token[0].upper().endswith("VALUES")
        else:
            group.read(token)
        if is_variable(token):
            block = group.block if group is not None else None
            (self.names if block is None else block.names).add(token[0][1:])

    def _opened(self, before: Token | None) -> _Group:
        """Return the group that a brace opens behind the token ``before``."""
        group = self.group
        if group is None or before is None:
            return _Group()
        if before[0].upper().endswith("EXISTS") and before.lastgroup == "name":
            return _Group(group, group.graph, group.block or self._block(group))
        named = group.word.endswith("GRAPH") and is_variable(before)
        return _Group(group, before[0][1:] if named else group.graph, group.block)

    def _block(self, home: _Group) -> _Block:
        names = {home.graph} if home.graph else set()
        block = _Block(home, home.word == "FILTER", set(home.bound), names)
        self.blocks.append(block)
        return block

    def is_closed(self, block: _Block) -> bool:
        home = block.home
        if block.is_filter and home.around is None and not self.has_values:
            return True
        return block.names & self.names <= (home.bound if block.is_filter else block.before)
