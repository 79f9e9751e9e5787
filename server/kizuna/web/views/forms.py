"""The form of a question: one field for each of its parameters."""

from __future__ import annotations

from dataclasses import dataclass

from kizuna.checks.parameters import Parameter
from kizuna.checks.questions import SavedQuery
from kizuna.web.reader import Reader, Words
from kizuna.web.views.questions import Values, spoken

MOST_CHOICES = 500
"""A class with more members is asked for by address: a longer list is of no use to anybody."""
_INPUTS = {"date": "date", "integer": "number", "decimal": "text", "thing": "url"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things to choose from."""

    value: str
    words: Words
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One field. With ``choices`` one of these is chosen, else ``value`` is typed."""

    name: str
    label: Words
    input: str
    value: str
    required: bool
    choices: tuple[Choice, ...]


def fields(reader: Reader, query: SavedQuery, values: Values) -> tuple[Field, ...]:
    """Return the fields of a question, filled with the values that it was asked with."""
    return tuple(_field(reader, parameter, values) for parameter in query.parameters)


def _field(reader: Reader, parameter: Parameter, values: Values) -> Field:
    value = str(getattr(values[parameter.name], "value", ""))
    label = spoken(reader, parameter.labels)
    return Field(
        parameter.name,
        label if label.text else Words(parameter.name),
        _INPUTS.get(parameter.type, "text"),
        value,
        required=parameter.default is not None,
        choices=_choices(reader, parameter, value),
    )


def _choices(reader: Reader, parameter: Parameter, value: str) -> tuple[Choice, ...]:
    """Return the members of the parameter's class by name; a value from elsewhere is kept."""
    members = reader.site.classes.members(parameter.of) if parameter.of is not None else []
    if not 0 < len(members) <= MOST_CHOICES:
        return ()
    named = sorted(((reader.name(m), m.value) for m in members), key=lambda pair: pair[0].text)
    if value and value not in {iri for _, iri in named}:
        named.insert(0, (Words(value), value))
    return tuple(Choice(iri, words, iri == value) for words, iri in named)
