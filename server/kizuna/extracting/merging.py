"""Things that are one: of two sentences, of the text and the data; and dates that say less."""

from __future__ import annotations

import re
from dataclasses import replace

from kizuna.extracting.dates import Date
from kizuna.extracting.patterns import Patterns
from kizuna.extracting.said import Said
from kizuna.extracting.things import Known, Thing

Facts = dict[str, set[object]]


def merged(said: list[Said]) -> list[Said]:
    """Return what was said with things of single sentences as one, unless they disagree.

    Two sentences that tell of the signing of one agreement tell of one signing, unless each has
    a place, a date or a signatory of its own. A thing with nothing of its own is the other one:
    "minister X" beside "minister X of Y".
    """
    facts: dict[int, Facts] = {}
    for one in said:
        values = facts.setdefault(id(one.subject), {}).setdefault(one.predicate, set())
        values.add(_plain(one.value))
    same: dict[int, Thing] = {}
    groups: dict[str, list[Thing]] = {}
    ends = (thing for one in said for thing in (one.subject, one.value))
    for thing in dict.fromkeys(t for t in ends if isinstance(t, Thing) and t.parts):
        group = groups.setdefault(min(thing.classes), [])
        other = next((o for o in group if _is_one(thing, o, facts)), None)
        if other is None:
            group.append(thing)
            continue
        same[id(thing)] = other
        for predicate, values in facts.get(id(thing), {}).items():
            facts[id(other)].setdefault(predicate, set()).update(values)
    return [_with(one, same) for one in said]


def _is_one(thing: Thing, other: Thing, facts: dict[int, Facts]) -> bool:
    mine, theirs = facts.setdefault(id(thing), {}), facts.setdefault(id(other), {})
    less = bool(mine) and all(values <= theirs.get(p, set()) for p, values in mine.items())
    alike = set(map(id, thing.parts)) == set(map(id, other.parts))
    return less or (alike and all(mine[p] & theirs[p] for p in mine.keys() & theirs.keys()))


def _with(one: Said, same: dict[int, Thing]) -> Said:
    """Return a fact with the things that stand for others in their place."""
    subject = same.get(id(one.subject), one.subject)
    value = same.get(id(one.value), one.value) if isinstance(one.value, Thing) else one.value
    return replace(one, subject=subject, value=value)


def _plain(value: object) -> object:
    """Return what makes two values the same: the date, the number, or the thing itself."""
    inner = value.value if isinstance(value, Thing) else value
    return (inner.edtf if isinstance(inner, Date) else inner) or id(value)


def meet(said: list[Said], known: Known, patterns: Patterns) -> None:
    """Let new things be known ones where class and day agree: match before minting."""
    form = patterns.values.get("date")
    for one in said:
        date = one.value.value if isinstance(one.value, Thing) else None
        if form and one.subject.new and isinstance(date, Date) and date.day:
            one.subject.iri = _known_on(one, date.edtf, form.properties["edtf"], known)


def _known_on(one: Said, day: str, edtf: str, known: Known) -> str:
    """Return the known thing of the class that the data dates to that day, or nothing."""
    for iri, classes in sorted(known.classes.items()):
        if any(known.is_a(classes, c) for c in one.subject.classes):
            nodes = known.values(iri, one.predicate)
            if any(day in known.values(node, edtf) for node in nodes):
                return iri
    return ""


def precise(said: list[Said]) -> list[Said]:
    """Return what was said without dates that only say less of what another says: "im März"."""
    dates: dict[tuple[int, str], list[str]] = {}
    for one in said:
        if isinstance(one.value, Thing) and isinstance(one.value.value, Date):
            dates.setdefault((id(one.subject), one.predicate), []).append(one.value.value.edtf)

    def vague(one: Said) -> bool:
        if not (isinstance(one.value, Thing) and isinstance(one.value.value, Date)):
            return False
        mine = one.value.value.edtf
        others = (d for d in dates[id(one.subject), one.predicate] if d != mine)
        form = re.compile(re.escape(mine).replace("X", "[0-9]"))
        return any(form.match(other) for other in others)

    return [one for one in said if not vague(one)]
