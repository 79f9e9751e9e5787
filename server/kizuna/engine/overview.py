"""Counts and overviews of everything, answered from the statistics of the store.

Recognised are, with any names of variables, ``*`` or a variable in ``COUNT``, and at the end
``ORDER BY`` over what is selected, ``LIMIT`` and ``OFFSET``::

    SELECT (COUNT(*) AS ?n) { ?s ?p ?o }                 also of DISTINCT ?s, ?p or ?o
    SELECT (COUNT(*) AS ?n) { ?s a <class> }             or { ?s <predicate> ?o }
    SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p  or { ?s a ?class }, { GRAPH ?g {…} }
    SELECT DISTINCT ?p { ?s ?p ?o }                      or { ?s a ?class }, { GRAPH ?g {…} }
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kizuna.engine.statistics import Statistics
from kizuna.engine.tokens import Token, prefixes
from kizuna.vocabulary import RDF_TYPE

_V = r"[?$][^ ]+"
_HEAD = rf"""(?i:SELECT)\ (?:
      (?i:DISTINCT)\ (?P<distinct>{_V})
    | (?:(?P<key>{_V})\ )?
      \(\ (?i:COUNT)\ \(\ (?P<each>(?i:DISTINCT)\ )?(?P<counted>\*|{_V})\ \)
      \ (?i:AS)\ (?P<number>{_V})\ \)
    )\ (?:(?i:WHERE)\ )?"""
_BODY = rf"""\{{\ (?:(?i:GRAPH)\ (?P<graph>{_V})\ \{{\ )?
    (?P<s>{_V})\ (?P<p>[^ ]+)\ (?P<o>[^ ]+)\ (?:\.\ )?\}}(?(graph)\ \}})"""
_TAIL = rf"""(?:\ (?i:GROUP\ BY)\ (?P<group>{_V}))?
    (?P<tail>
      (?:\ (?i:ORDER\ BY)(?P<order>(?:\ (?:(?i:ASC|DESC)\ \(\ {_V}\ \)|{_V}))+))?
      (?:\ (?i:LIMIT)\ [0-9]+)?(?:\ (?i:OFFSET)\ [0-9]+)?
    )"""
_SHAPE = re.compile(_HEAD + _BODY + _TAIL, re.VERBOSE)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
_TYPE = RDF_TYPE.value
Groups = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query of one of the shapes above; a constant of its pattern stands as an IRI.

    ``key`` is what is grouped or listed, ``number`` the variable of the count, ``counted`` what it
    counts, each value once if ``each``.
    """

    key: str
    number: str
    counted: str
    each: bool
    graph: str
    pattern: tuple[str, str, str]
    tail: str

    @property
    def columns(self) -> str:
        """The selected variables."""
        return " ".join(filter(None, (self.key, self.number)))


def from_statistics(text: str, found: Sequence[Token], known: Statistics) -> str | None:
    """Return the query with ``VALUES`` in place of its pattern, None where it has no such shape."""
    start = _start(found)
    match = _SHAPE.fullmatch(" ".join(token[0] for token in found[start:]))
    asked = _asked(match, prefixes(list(found[:start]))) if match else None
    if asked is None:
        return None
    if asked.key:
        groups = _groups(asked, known)
        rows = None if groups is None else _rows(asked, groups)
    else:
        total = _total(asked, known)
        rows = None if total is None else f"({total})"
    if rows is None:
        return None
    prologue = text[: found[start].start()]
    return (
        f"{prologue}SELECT {asked.columns} {{ VALUES ({asked.columns}) {{ {rows} }} }}{asked.tail}"
    )


def _start(found: Sequence[Token]) -> int:
    """Return where the prologue, if it only declares prefixes, ends."""
    at = 0
    while at + 3 < len(found) and found[at][0].upper() == "PREFIX":
        at += 3
    return at


def _asked(match: re.Match[str], namespaces: Mapping[str, str]) -> _Asked | None:
    """Return what a text of the right shape asks, None where its parts do not fit together."""
    key = match["distinct"] or match["key"] or ""
    number, counted, graph = match["number"] or "", match["counted"] or "", match["graph"] or ""
    pattern = tuple(_term(match[place], namespaces) for place in "spo")
    variables = [term for term in (*pattern, graph) if _is_variable(term)]
    selected = [term for term in (key, number) if term]
    ordered = re.findall(_V, match["order"] or "")
    fits = (
        all(pattern)
        and _are_different([*variables, *([number] if number else [])])
        and all(term in variables for term in (key, counted) if term not in {"", "*"})
        and all(term in selected for term in ordered)
        and match["group"] == match["key"]
    )
    if not fits:
        return None
    subject, predicate, target = pattern
    each = match["each"] is not None
    return _Asked(key, number, counted, each, graph, (subject, predicate, target), match["tail"])


def _term(written: str, namespaces: Mapping[str, str]) -> str:
    """Return a variable as it is, a constant as its absolute IRI, and nothing for all else."""
    if _is_variable(written):
        return written
    if written == "a":
        return _TYPE
    if written.startswith("<"):
        named = written[1:-1]
    else:
        prefix, colon, local = written.partition(":")
        named = namespaces.get(prefix, "") + local if colon and prefix in namespaces else ""
    return named if _ABSOLUTE.fullmatch(named) else ""


def _is_variable(term: str) -> bool:
    return term[:1] in {"?", "$"}


def _are_different(variables: Sequence[str]) -> bool:
    return len({v[1:] for v in variables}) == len(variables)


def _total(asked: _Asked, known: Statistics) -> int | None:
    """Return the one number that is asked for, None where it is not known."""
    subject, predicate, target = asked.pattern
    each = asked.each and asked.counted != "*"
    if asked.graph or (_is_variable(predicate) and not _is_variable(target)):
        return None
    if not _is_variable(predicate):
        return _of_predicate(asked, known)
    if not each:
        return known.triples
    if asked.counted == predicate:
        return None if known.predicates is None else len(known.predicates)
    return {subject: known.subjects, target: known.objects}[asked.counted]


def _of_predicate(asked: _Asked, known: Statistics) -> int | None:
    """Return how many triples with one predicate there are, or members of one class."""
    _, predicate, target = asked.pattern
    each = asked.each and asked.counted != "*"
    if not _is_variable(target):
        if predicate != _TYPE or known.classes is None:
            return None
        return known.classes.get(target, 0)
    if each:
        is_class = predicate == _TYPE and asked.counted == target
        return len(known.classes) if is_class and known.classes is not None else None
    return None if known.predicates is None else known.predicates.get(predicate, 0)


def _groups(asked: _Asked, known: Statistics) -> Groups | None:
    """Return the groups that are asked for with their sizes, None where they are not known."""
    subject, predicate, target = asked.pattern
    once = asked.each and asked.counted != "*"
    everything = _is_variable(predicate) and _is_variable(target)
    if asked.graph:
        return known.graphs if everything and asked.key == asked.graph and not once else None
    if everything:
        return known.predicates if asked.key == predicate and not once else None
    if predicate == _TYPE and asked.key == target:
        return known.classes if not once or asked.counted == subject else None
    return None


def _rows(asked: _Asked, groups: Groups) -> str | None:
    """Return the rows of the ``VALUES``, None where a key cannot be written as an IRI."""
    if not all(map(_ABSOLUTE.fullmatch, groups)):
        return None
    if asked.number:
        return " ".join(f"(<{key}> {number})" for key, number in groups.items())
    return " ".join(f"(<{key}>)" for key in groups)
