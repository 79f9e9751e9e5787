"""The parameters of a request for fragments: a triple pattern, a page, and bindings for it.

Terms are written as clients of Triple Pattern Fragments do: an IRI as it is, a literal as
``"text"``, ``"text"@en`` or ``"text"^^http://…``, its text without escapes, and nothing or
``?name`` for any term. Blank nodes are asked for by their labels in this release (``_:b``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pyoxigraph import BlankNode, Literal, NamedNode
from starlette.datastructures import QueryParams

from kizuna.engine.fragments import Pattern, Term
from kizuna.errors import BadParameter
from kizuna.iris import is_iri
from kizuna.web.fragments.bindings import bindings

PLACES = ("subject", "predicate", "object")
PAGE, VALUES = "page", "values"
_LITERAL = re.compile(r'"(.*)"(?:@([A-Za-z0-9-]+)|\^\^<?([^<>"]+)>?)?', re.DOTALL)
_VARIABLE = re.compile(r"[?$](\w+)")
_PAGE = re.compile(r"[1-9][0-9]{0,8}")
_TERMS = 'Write an IRI, "a literal"@en, "5"^^http://…, or nothing for any term.'


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: the terms as they were written, the patterns they make, and the page.

    There are several patterns where values are given for variables, none where none can fit.
    """

    written: tuple[str, str, str]
    patterns: tuple[Pattern, ...]
    page: int = 1

    def query(self, language: str = "") -> str:
        """Return the parameters of the same page for readers, with the question mark."""
        named = [*zip(PLACES, self.written, strict=True), ("lang", language)]
        kept = [(name, text) for name, text in named if text]
        kept += [(PAGE, str(self.page))] if self.page > 1 else []
        return f"?{urlencode(kept)}" if kept else ""


def read_asked(parameters: QueryParams) -> Asked:
    """Return what the parameters ask for.

    Raises BadParameter for what is no term, no page, or given twice.
    """
    known = {name: _only(parameters, name) for name in (*PLACES, PAGE, VALUES)}
    page = known[PAGE] or "1"
    if not _PAGE.fullmatch(page):
        raise BadParameter(f"page={page!r} is no page", hint="Pages count from 1.")
    subject, predicate, value = (known[place] for place in PLACES)
    written = (subject, predicate, value)
    rows = bindings(known[VALUES]) if known[VALUES] else [{}]
    return Asked(written, _patterns(written, rows), int(page))


def _only(parameters: QueryParams, name: str) -> str:
    """Return the one value of a parameter, empty where it is not given."""
    values = parameters.getlist(name)
    if len(values) > 1:
        raise BadParameter(f"{name} is given {len(values)} times", hint="Give it once.")
    return values[0] if values else ""


def _patterns(
    written: Sequence[str], rows: Sequence[Mapping[str, Term | None]]
) -> tuple[Pattern, ...]:
    """Return the different patterns that come of values for variables, the general ones alone."""
    names = [match[1] for text in written if (match := _VARIABLE.fullmatch(text))]
    if len(set(names)) < len(names):
        raise BadParameter(
            "a variable stands in two places",
            hint="Ask with two variables, and keep those triples that fit.",
        )
    found: dict[Pattern, None] = {}
    for row in rows:
        terms = [_term(place, text, row) for place, text in zip(PLACES, written, strict=True)]
        subject, predicate, value = terms
        if isinstance(subject, Literal) or isinstance(predicate, Literal | BlankNode):
            continue  # no triple has such a term there
        found[Pattern(subject, predicate, value)] = None
    return tuple(p for p in found if not any(_holds(other, p) for other in found))


def _holds(more: Pattern, less: Pattern) -> bool:
    """Tell whether all that fits a pattern fits another one."""
    pairs = [(getattr(more, place), getattr(less, place)) for place in PLACES]
    return more != less and all(general in {None, special} for general, special in pairs)


def _term(place: str, text: str, row: Mapping[str, Term | None]) -> Term | None:
    """Return what stands in a place of a pattern, None for any term."""
    variable = _VARIABLE.fullmatch(text)
    if variable is not None:
        return row.get(variable[1])
    try:
        return _parsed(text) if text else None
    except ValueError as error:
        raise BadParameter(f"{place}={text!r} is no term: {error}", hint=_TERMS) from error


def _parsed(text: str) -> Term:
    """Return a constant term. Raises ValueError."""
    if text.startswith("_:"):
        return BlankNode(text[2:])
    literal = _LITERAL.fullmatch(text)
    if literal is not None:
        value, language, datatype = literal.groups()
        kind = NamedNode(datatype) if datatype else None
        return Literal(value, datatype=kind) if kind else Literal(value, language=language)
    iri = text[1:-1] if text.startswith("<") and text.endswith(">") else text
    if not is_iri(iri):
        raise ValueError("it is neither an absolute IRI nor a literal in quotes")
    return NamedNode(iri)
