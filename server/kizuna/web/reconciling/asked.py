"""Batches of queries, read from JSON that may be anything: in the forms of 0.2 and of the draft."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from starlette.exceptions import HTTPException

from kizuna.errors import BadParameter

MOST_QUERIES = 100
"""How many queries a batch may have, and how many things one extension (``batchSize``)."""
MOST_BYTES = 1_000_000
USUAL, MOST_CANDIDATES = 5, 40
MOST_CONDITIONS, MOST_VALUES, MOST_KINDS = 20, 20, 20
MOST_PROPERTIES = 50
LONGEST = 1_000
"""Signs of a text that are read."""
NAME, ID, PROPERTY = "name", "id", "property"
"""What a condition may be on (``matchType``)."""
_STRICT = ("should", "any", "all")
ANY, ALL, NONE = "any", "all", "none"
"""Which of the values of a condition a thing must have (``matchQuantifier``)."""
_OLD_FIELDS = {"query", "type", "limit", "properties", "type_strict"}
_NEW_FIELDS = {"conditions", "type", "limit", "lang", "dir"}
_T = TypeVar("_T")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it was sent: a text, or the ``id`` of a thing that was matched before."""

    text: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """What is known of a name, an id, or a ``property``, with at least one value."""

    values: tuple[Value, ...]
    property: str = ""
    required: bool = False
    quantifier: str = ANY


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. ``strict`` says how types count: should, any (of them) or all."""

    names: tuple[Condition, ...] = ()
    ids: tuple[Condition, ...] = ()
    kinds: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    strict: str = "should"
    limit: int = USUAL


@dataclass(frozen=True, slots=True)
class Column:
    """A property whose values are wanted, with its settings."""

    property: str
    settings: Json


@dataclass(frozen=True, slots=True)
class Extension:
    """Of which things which properties are wanted."""

    ids: tuple[str, ...]
    columns: tuple[Column, ...]


def read_json(text: str | bytes, what: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a JSON text says (RFC 8259). Raises BadParameter where it is none."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadParameter(f"{what} is no JSON: {error}", hint="Send one JSON object.") from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def old_batch(document: object) -> dict[str, Query]:
    """Return the queries of a batch of 0.2, by their keys (section 4.1).

    Raises BadParameter, and HTTPException 413 for too many.
    """
    queries = _object(document, "queries")
    _check_number(len(queries))
    return {_clean(key): _old(_object(each, f"query {key!r}")) for key, each in queries.items()}


def new_batch(document: object) -> list[Query]:
    """Return the queries of a batch of the draft. Raises as ``old_batch`` does."""
    queries = _list(_object(document, "the batch").get("queries"), "queries", MOST_QUERIES + 1)
    _check_number(len(queries))
    return [_new(_object(each, f"query {number}")) for number, each in enumerate(queries)]


def extension(document: object) -> Extension:
    """Return a data extension query, whose form is the same in both versions.

    Raises BadParameter, and HTTPException 413 for too many things.
    """
    query = _object(document, "extend")
    ids = _list(query.get("ids"), "ids", MOST_QUERIES + 1)
    _check_number(len(ids))
    columns = _list(query.get("properties"), "properties", MOST_PROPERTIES)
    return Extension(
        tuple(_text(each, "an id") for each in ids),
        tuple(_column(_object(each, "a property")) for each in columns),
    )


def _column(column: Json) -> Column:
    settings = column.get("settings")
    found = _object(settings, "settings") if settings is not None else {}
    return Column(_text(column.get("id"), "the id of a property"), found)


def _old(query: Json) -> Query:
    _check_fields(query, _OLD_FIELDS)
    conditions = _each(query.get("properties", []), "properties", _old_condition)
    if "query" not in query and not conditions:
        raise BadParameter(
            "a query has neither query nor properties", hint='Write {"query": "a name"}.'
        )
    return Query(
        names=_stating(_name(query)),
        kinds=tuple(_text(kind, "type") for kind in _several(query.get("type"), MOST_KINDS)),
        conditions=_stating(conditions),
        strict=_one_of(query.get("type_strict", "should"), "type_strict", _STRICT),
        limit=_limit(query),
    )


def _name(query: Json) -> Iterator[Condition]:
    if "query" in query:
        yield Condition((Value(_text(query["query"], "query")),))


def _old_condition(condition: Json) -> Condition:
    return Condition(_values(condition, "v"), _text(condition.get("pid"), "pid"))


def _new(query: Json) -> Query:
    _check_fields(query, _NEW_FIELDS)
    conditions = _list(query.get("conditions"), "conditions", MOST_CONDITIONS)
    if not conditions:
        raise BadParameter("a query has no conditions", hint="Give one of matchType name.")
    sorts: dict[str, list[Condition]] = {NAME: [], ID: [], PROPERTY: []}
    for each in conditions:
        condition = _object(each, "a condition")
        sort = _one_of(condition.get("matchType"), "matchType", tuple(sorts))
        sorts[sort].append(_new_condition(condition, sort))
    for sort in (NAME, ID):
        _list([v for each in sorts[sort] for v in each.values], f"matchType {sort}", MOST_VALUES)
    kind = query.get("type")
    return Query(
        names=_stating(sorts[NAME]),
        ids=_stating(sorts[ID]),
        kinds=() if kind is None else (_text(kind, "type"),),
        conditions=_stating(sorts[PROPERTY]),
        limit=_limit(query),
    )


def _new_condition(condition: Json, sort: str) -> Condition:
    required = condition.get("required", False)
    if not isinstance(required, bool):
        raise _unfit("required", "true or false")
    return Condition(
        _values(condition, "propertyValue"),
        _text(condition.get("propertyId"), "propertyId") if sort == PROPERTY else "",
        required,
        _one_of(condition.get("matchQuantifier", ANY), "matchQuantifier", (ANY, ALL, NONE)),
    )


def _stating(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return the conditions without those that say nothing: a table has empty cells."""
    filled = (replace(c, values=tuple(filter(_is_filled, c.values))) for c in conditions)
    return tuple(condition for condition in filled if condition.values)


def _is_filled(value: Value) -> bool:
    return bool(value.text.strip() or value.id.strip())


def _values(condition: Json, name: str) -> tuple[Value, ...]:
    if name not in condition:
        raise BadParameter(f"a condition has no {name}", hint=f"Give {name}, a value or several.")
    return tuple(_value(each, name) for each in _several(condition[name], MOST_VALUES))


def _value(value: object, name: str) -> Value:
    """Return a property value: text, number, truth, a thing (section 2.4), or null for none."""
    if value is None:
        return Value()
    if isinstance(value, dict):
        return Value(_text(value.get("name", ""), "name"), _text(value.get("id"), "id"))
    if isinstance(value, bool):
        return Value(str(value).lower())
    if isinstance(value, int | float):
        return Value(f"{value:.15g}" if isinstance(value, float) else str(value)[:LONGEST])
    return Value(_text(value, name))


def _limit(query: Json) -> int:
    limit = query.get("limit", USUAL)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 1:
        raise _unfit("limit", "a number from 1 on")
    return min(int(min(limit, MOST_CANDIDATES)), MOST_CANDIDATES)


def _each(value: object, name: str, make: Callable[[Json], _T]) -> tuple[_T, ...]:
    found = _list(value, name, MOST_CONDITIONS)
    return tuple(make(_object(each, f"one of {name}")) for each in found)


def _several(value: object, most: int) -> Sequence[Any]:
    """Return the members of a list, or what is no list as the only one; nothing is none."""
    if value is None:
        return ()
    return _list(value, "values", most) if isinstance(value, list) else (value,)


def _object(value: object, name: str) -> Json:
    if not isinstance(value, dict):
        raise _unfit(name, "a JSON object")
    return value


def _list(value: object, name: str, most: int) -> Sequence[Any]:
    if not isinstance(value, list):
        raise _unfit(name, "a list")
    if len(value) > most:
        raise BadParameter(f"{name} has {len(value)} members", hint=f"Send at most {most}.")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise _unfit(name, "a text")
    return _clean(value)


def _clean(text: str) -> str:
    """Return the beginning of a text, without what stands in no text: half a character."""
    return text[:LONGEST].encode("utf-8", "replace").decode()


def _one_of(value: object, name: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise _unfit(name, f"one of {', '.join(known)}")
    return str(value)


def _check_fields(query: Json, known: set[str]) -> None:
    others: Iterator[str] = (name for name in query if name not in known)
    if (other := next(others, None)) is not None:
        raise BadParameter(
            f"a query has a field {other[:50]!r}", hint=f"Known are {', '.join(sorted(known))}."
        )


def _check_number(number: int) -> None:
    if number > MOST_QUERIES:
        raise HTTPException(413, f"a batch has at most {MOST_QUERIES} members")


def _unfit(name: str, wanted: str) -> BadParameter:
    return BadParameter(f"{name} is not {wanted}", hint="docs/reconciliation.md shows queries.")
