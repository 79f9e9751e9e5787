"""The head of a saved query: comments that say in words what it asks, and what it needs.

A line gives one field; a text may go on in lines that begin with ``#`` and three blanks::

    # title@en: Which letters were written before {day}?
    # theme: schema:Message
    # picture: timeline
    # table: csv
    # parameter day (date)
    # parameter day@en: Signed before
    # column notAfter@en: Not after
    SELECT …
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kizuna.errors import BadQuery

_LINE = re.compile(
    r"#\s*(?P<field>[a-z]+)(?:[ ]+(?P<name>[A-Za-z_]\w*))?(?:[ ]+\((?P<kind>[^()]*)\))?"
    r"(?:@(?P<language>[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*))?(?::[ ]*(?P<text>\S.*))?\s*"
)
_MORE = re.compile(r"#   \s*(\S.*)")
_WORD = re.compile(r"#\s*([a-z]+)[ ]+[^\s:]")


@dataclass(frozen=True, slots=True)
class Field:
    """What a head may say: ``named`` of one variable, ``spoken`` in some language.

    ``example`` is shown to whoever wrote a line that is none.
    """

    name: str
    example: str
    named: bool = False
    spoken: bool = True


FIELDS = (
    Field("title", "# title@en: Which letters are there?"),
    Field("description", "# description@en: All letters, the oldest first."),
    Field("theme", "# theme: schema:Message", spoken=False),
    Field("picture", "# picture: timeline", spoken=False),
    Field("table", "# table: csv", spoken=False),
    Field("parameter", "# parameter day (date)  and  # parameter day@en: Before", named=True),
    Field("column", "# column notAfter@en: Not after", named=True),
)
"""Other comments are notes of the author. A new field is a row here."""
_FIELDS = {field.name: field for field in FIELDS}


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a head with the line where it begins; what it does not say is empty."""

    line: int
    field: str
    text: str
    name: str = ""
    kind: str = ""
    language: str = ""


def read_head(text: str) -> tuple[Entry, ...]:
    r"""Return the fields in the comments at the top of a query.

    Raises BadQuery for a parameter or a column that is not written like one; other comments that
    are no field are notes.

    >>> [e.text for e in read_head("# title@en: Why?\n# description@en: So\n#   that.\nASK {}")]
    ['Why?', 'So that.']
    """
    found: list[Entry] = []
    going_on = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            break
        if going_on and (more := _MORE.fullmatch(line)):
            found[-1] = replace(found[-1], text=f"{found[-1].text} {more[1].strip()}")
            continue
        entry = _entry(number, line)
        found += [entry] if entry else []
        going_on = entry is not None
    return tuple(found)


def spoken(entries: Iterable[Entry], field: str, name: str = "") -> dict[str, str]:
    """Return the texts of a field by language."""
    return {
        e.language: e.text
        for e in entries
        if e.field == field and e.name == name and e.language and e.text
    }


def _entry(number: int, line: str) -> Entry | None:
    match = _LINE.fullmatch(line)
    field = _FIELDS.get(match["field"]) if match else None
    if match and field and _fits(match, field):
        words = {name: (match[name] or "").strip() for name in ("text", "name", "kind")}
        return Entry(number, field.name, language=(match["language"] or "").lower(), **words)
    word = _WORD.match(line)
    meant = _FIELDS.get(word[1]) if word else None
    if meant is not None and meant.named:
        raise BadQuery(
            f"{line.strip()!r} says nothing of a {meant.name}",
            line=number,
            hint=f"It is written: {meant.example}",
        )
    return None


def _fits(match: re.Match[str], field: Field) -> bool:
    """Tell whether a line has all that its field has, and nothing else."""
    declared = field.name == "parameter" and match["kind"] is not None
    return bool(match["name"]) == field.named and (
        (declared and not match["language"] and not match["text"])
        or (
            match["kind"] is None
            and bool(match["text"])
            and bool(match["language"]) == field.spoken
        )
    )
