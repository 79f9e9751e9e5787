"""When what is said of each thing last changed, over all releases: for ``lastmod`` and its like.

``.touched.json`` stands beside the releases and not in one of them, as the tombstones do. A build,
a write and a rollback each note which descriptions are others now. A description holds what is said
of a thing both ways, its values in words, and its claims with their evidence (``resources``), so a
change in one of those is a change of the thing; a new name of a thing that it points to is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from kizuna.engine import DescriptionIndex, differing_subjects
from kizuna.errors import KizunaError
from kizuna.iris import Addresses
from kizuna.release.contents import INDEX_FILE
from kizuna.release.disk import locked
from kizuna.release.manifest import Manifest, read_manifest
from kizuna.release.times import now
from kizuna.release.tombstones import last_filled
from kizuna.resources import TO_PARTS
from kizuna.vocabulary import RDF_SUBJECT, RDF_TYPE

FILE_NAME = ".touched.json"
MOST = 100_000
"""Of a release in which more terms differ it is noted that everything does."""
_ABOUT = re.compile(rf"^\S+ {re.escape(str(RDF_SUBJECT))} (<(?!<)\S+|_:\S+)".encode(), re.MULTILINE)
_OBJECT = re.compile(rb"\S+ \S+ (<(?!<)\S+|_:\S+)")
_KINDS = re.compile(rf"^\S+ {re.escape(str(RDF_TYPE))} (<\S+)".encode(), re.MULTILINE)
_POINTING = re.compile(rb"^(\S+) (\S+) ", re.MULTILINE)
_LEADING = {str(predicate).encode() for predicate in TO_PARTS}


@dataclass(frozen=True, slots=True)
class Touched:
    """When things last changed (ISO 8601): those in ``at`` by IRI, all others at ``since``."""

    since: str
    at: Mapping[str, str] = field(default_factory=dict)

    def when(self, iri: str) -> str:
        """Return when a thing last changed."""
        return self.at.get(iri, self.since)


def read_touched(folder: Path, manifest: Manifest) -> Touched:
    """Return what the folder of releases tells; where it tells nothing, all is as old as this one.

    ``manifest`` is that of the release that is, or has been, the current one.
    """
    try:
        known = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        at = {iri: str(moment) for moment, iris in known["at"].items() for iri in iris}
        return Touched(str(known["since"]), at)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return Touched(manifest.created)


def note_touched(folder: Path, old: str, new: str, write: Callable[[Path, str], None]) -> None:
    """Note in ``folder`` what the release ``new`` says otherwise than ``old``, which it follows.

    Where either cannot be read, nothing is noted: no release waits for that.
    """
    with suppress(KizunaError, OSError), locked(folder):
        was, became = last_filled(folder, old), read_manifest(folder / new)
        if was is None or not became.filled or was.id == became.id:
            return
        known = read_touched(folder, was)
        found = _touched(folder, was, became)
        if found is None:
            known = Touched(now().isoformat())
        else:
            known = _with(known, found, folder / became.id / INDEX_FILE)
        write(folder / FILE_NAME, _text(known))


def _with(known: Touched, found: Iterable[str], index: Path) -> Touched:
    moment = now().isoformat()
    at = {**known.at, **dict.fromkeys(found, moment)}
    with closing(DescriptionIndex(index)) as after:
        return Touched(known.since, {iri: at[iri] for iri in at if after.row(f"<{iri}>")})


def _text(known: Touched) -> str:
    """Return what is known as a file's text: moments, and what changed then."""
    moments: dict[str, list[str]] = {}
    for iri, moment in sorted(known.at.items()):
        moments.setdefault(moment, []).append(iri)
    shown = {"since": known.since, "at": dict(sorted(moments.items()))}
    return json.dumps(shown, ensure_ascii=False, indent=0) + "\n"


def _touched(folder: Path, was: Manifest, became: Manifest) -> set[str] | None:
    """Return the things (IRIs) whose descriptions differ, None where too much does."""
    old, new = (folder / m.id / INDEX_FILE for m in (was, became))
    changed = _changed(old, new)
    if changed is None:
        return None
    said, mentioned = changed
    values = {f"<{kind}>".encode() for kind in (*was.value_classes, *became.value_classes)}
    start = f"<{Addresses(became.base).things}"
    with closing(DescriptionIndex(old)) as before, closing(DescriptionIndex(new)) as after:
        reached = _reached(said, (before, after), values)
    keys = reached | mentioned
    return {key[1:-1] for key in keys if key.startswith(start) and "#" not in key}


def _changed(old: Path, new: Path) -> tuple[set[str], set[str]] | None:
    """Return the terms of which, and to which, something else is said, None where they are many."""
    said: set[str] = set()
    mentioned: set[str] = set()
    for key, before, after in differing_subjects(old, new):
        said.add(key)
        lines = set(before.splitlines()) ^ set(after.splitlines())
        objects = (match[1].decode() for line in lines if (match := _OBJECT.match(line)))
        mentioned.update(objects)
        if len(said) > MOST or len(mentioned) > MOST:
            return None
    return said, mentioned


def _reached(keys: set[str], indexes: tuple[DescriptionIndex, ...], values: set[bytes]) -> set[str]:
    """Return the terms of whose descriptions any of these terms is a part."""
    waiting, seen = list(keys), set(keys)
    while waiting:
        key = waiting.pop()
        wholes = {whole for index in indexes for whole in _wholes(index, key, values)} - seen
        waiting.extend(wholes)
        seen |= wholes
    return seen


def _wholes(index: DescriptionIndex, key: str, values: set[bytes]) -> Iterator[str]:
    """Yield the terms of whose descriptions a term is a part in one index."""
    said = index.row(key)
    yield from (thing.decode() for thing in _ABOUT.findall(said))
    is_value = key.startswith("_:") or not values.isdisjoint(_KINDS.findall(said))
    for subject, predicate in _POINTING.findall(index.row(key, incoming=True)):
        if is_value or predicate in _LEADING:
            yield subject.decode()
