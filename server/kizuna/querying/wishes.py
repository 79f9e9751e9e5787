"""In which format an answer is wanted."""

from __future__ import annotations

from kizuna.errors import UsageError
from kizuna.formats import BY_SUFFIX, FORMATS, TURTLE, Format, Kind, carrying

TABLE = "table"
KINDS = (Kind.ROWS, Kind.TRUTH, Kind.GRAPH)
_FOR_READING = {Kind.ROWS: BY_SUFFIX["json"], Kind.TRUTH: BY_SUFFIX["json"], Kind.GRAPH: TURTLE}
_FOR_MACHINES = {**_FOR_READING, Kind.ROWS: BY_SUFFIX["csv"]}


def wanted_formats(name: str, *, terminal: bool) -> dict[Kind, Format]:
    """Return the format for each kind of answer, kinds that the format cannot carry left out.

    Without a name, people get a table and machines CSV; both get Turtle for graphs. ``json`` and
    ``xml`` mean the JSON and XML of whatever the answer is.

    >>> [f.suffix for f in wanted_formats("json", terminal=True).values()]
    ['json', 'json', 'jsonld']

    Raises UsageError for a name that no format has.
    """
    if name == TABLE or (not name and terminal):
        return dict(_FOR_READING)
    if not name:
        return dict(_FOR_MACHINES)
    form = next((f for f in FORMATS if name.lower() in _names(f) and f.suffix != "html"), None)
    if form is None:
        known = sorted(f.suffix for f in FORMATS if f.suffix != "html")
        raise UsageError(
            f"there is no format {name!r}", hint=f"Formats are: {TABLE}, {', '.join(known)}."
        )
    alike = set(form.aliases)
    found = {
        kind: next((f for f in carrying(kind) if f is form or alike & set(f.aliases)), None)
        for kind in KINDS
    }
    return {kind: f for kind, f in found.items() if f is not None}


def _names(form: Format) -> set[str]:
    return {form.suffix, form.name.lower(), *form.media_types}
