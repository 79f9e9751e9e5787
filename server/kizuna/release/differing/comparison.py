"""Two releases side by side: found by SQLite in their indexes, told apart fact by fact."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pyoxigraph import NamedNode

from kizuna.engine import DescriptionIndex, differing_subjects
from kizuna.iris import Addresses
from kizuna.release.contents import INDEX_FILE
from kizuna.release.differing import difference as d
from kizuna.release.differing.blank import Side, paired
from kizuna.release.differing.lines import labels, lines_of, relabelled, split, triple_of, values
from kizuna.release.differing.owners import Owners
from kizuna.release.manifest import Manifest
from kizuna.vocabulary import LABELS, RDF_TYPE

MOST_NAMES = 20


@dataclass(frozen=True)
class _Side:
    """One of the releases: its index, and whose its terms are."""

    manifest: Manifest
    path: Path
    index: DescriptionIndex
    owners: Owners

    @classmethod
    def of(cls, releases: Path, manifest: Manifest) -> _Side:
        path = releases / manifest.id / INDEX_FILE
        index = DescriptionIndex(path)
        return cls(manifest, path, index, Owners(index))

    def says(self, fact: str) -> bool:
        """Tell whether a triple is stated, in whichever graph."""
        stated = lines_of(self.index, fact.partition(" ")[0])
        return any(line.startswith(f"{fact} ") and triple_of(line) == fact for line in stated)


def compare(
    releases: Path, old: Manifest, new: Manifest, to: str, most: int | None = None
) -> d.Difference:
    """Return what ``new`` says and ``old`` does not, and the other way round, kept in ``to``.

    ``to`` is a file, or nothing for one that is gone with the difference. Memory grows with the
    blank nodes that differ, not with the releases. Both must be filled. Where more than ``most``
    subjects differ, that is all that is told.

    Raises ReleaseBroken and OSError for files that are no releases', and sqlite3.Error where there
    is no room.
    """
    was, now = (_Side.of(releases, manifest) for manifest in (old, new))
    with closing(was.index), closing(now.index):
        connection = sqlite3.connect(to, check_same_thread=False)
        connection.executescript(d.SCHEMA)
        with connection:
            if most is not None and _is_more(most, was, now):
                d.keep_counts(connection, d.Counts(facts=new.counts["triples"], too_many=True))
            else:
                _Comparison(connection, was, now).write()
    return d.Difference(connection)


def _is_more(most: int, was: _Side, now: _Side) -> bool:
    """Tell whether more than so many subjects differ."""
    with closing(differing_subjects(was.path, now.path)) as found:
        return next(islice(found, most, None), None) is not None


@dataclass
class _Comparison:
    connection: sqlite3.Connection
    was: _Side
    now: _Side
    moved: int = 0

    def write(self) -> None:
        """Write all that differs."""
        nodes: tuple[set[str], set[str]] = (set(), set())
        for _, before, after in differing_subjects(self.was.path, self.now.path):
            old, new = set(split(before)), set(split(after))
            for found, lines in zip(nodes, (old - new, new - old), strict=True):
                found.update(*map(labels, lines))
            self._note(_plain(old), _plain(new))
        self._blank(*nodes)
        self._evidence()
        self._close()

    def _note(self, old: set[str], new: set[str], labelled: dict[str, str] | None = None) -> None:
        """Write what differs between the lines of the same subjects.

        ``labelled`` gives the labels that blank nodes have in the newer release.
        """
        facts = {triple_of(line) for line in old}, {triple_of(line) for line in new}
        for sign, side, lines, there in (
            ("-", self.was, old - new, facts[1]),
            ("+", self.now, new - old, facts[0]),
        ):
            for line in lines:
                self.connection.execute("INSERT INTO quad VALUES (?, ?)", (sign, line))
                own = relabelled(line, labelled) if labelled and side is self.now else line
                self._belongs(side, own, triple_of(line), triple_of(line) not in there)

    def _belongs(self, side: _Side, line: str, fact: str, differs: bool) -> None:  # noqa: FBT001
        thing, claim = side.owners.owner_of(line)
        if claim:
            self.connection.execute("INSERT OR IGNORE INTO claim VALUES (?)", (claim,))
        elif differs:
            what = d.REMOVED if side is self.was else d.ADDED
            self._row(what, thing, fact)
        elif side is self.now:
            self.moved += 1

    def _row(self, what: str, thing: str, fact: str, claim: str = "") -> None:
        self.connection.execute(
            "INSERT INTO changed VALUES (?, ?, ?, ?)", (what, thing, fact, claim)
        )

    def _blank(self, old: set[str], new: set[str]) -> None:
        """Write the statements with blank nodes that differ, once it is known which are which.

        A node all of whose statements are the same under the same label is the same.
        """
        nodes = old | new
        before, after = (_around(side.index, nodes) for side in (self.was, self.now))
        there, here = ({n for line in lines for n in labels(line)} for lines in (before, after))
        names = paired(Side.of(nodes & there, before), Side.of(nodes & here, after))
        taken = there | here
        for node in sorted((nodes & here) - names.keys()):
            names[node] = _free(node, taken, self.was.index) if node in there else node
        own = {label: node for node, label in names.items()}
        self._note(before, {relabelled(line, names) for line in after}, own)

    def _evidence(self) -> None:
        """Write what happened to the evidence of facts that stayed, or that neither states."""
        for (claim,) in self.connection.execute("SELECT key FROM claim ORDER BY key"):
            facts = self.was.owners.fact(claim), self.now.owners.fact(claim)
            if facts[0] == facts[1]:
                found = [("evidence changed", self.now, facts[1])]
            else:
                found = [
                    ("evidence went", self.was, facts[0]),
                    ("evidence came", self.now, facts[1]),
                ]
            for what, side, fact in found:
                if fact and self.was.says(fact) == self.now.says(fact):
                    self._row(what, side.owners.owner(claim), fact, claim)

    def _close(self) -> None:
        """Put the rows in order, tell what each thing is, and count."""
        run = self.connection.execute
        run(
            "INSERT INTO row (thing, what, fact, claim) SELECT DISTINCT thing, what, fact, claim"
            " FROM changed ORDER BY thing, what, fact, claim"
        )
        run("DROP TABLE changed")
        run("DROP TABLE claim")
        for (key,) in run("SELECT DISTINCT thing FROM row"):
            run("INSERT INTO thing VALUES (?, ?, ?, ?)", self._thing(key))
        by_what = dict(run("SELECT what, count(*) FROM row GROUP BY what").fetchall())
        by_how = dict(
            run(
                "SELECT how, count(*) FROM thing WHERE kind = ? GROUP BY how", (d.THING,)
            ).fetchall()
        )
        counts = d.Counts(
            **by_how,
            added=by_what.get(d.ADDED, 0),
            removed=by_what.get(d.REMOVED, 0),
            evidence=sum(by_what.get(what, 0) for what in d.EVIDENCE),
            moved=self.moved,
            rows=sum(by_what.values()),
            quads=run("SELECT count(*) FROM quad").fetchone()[0],
            facts=self.now.manifest.counts["triples"],
        )
        d.keep_counts(self.connection, counts)

    def _thing(self, key: str) -> tuple[str, str, str, str]:
        stated = [lines_of(side.index, key) for side in (self.was, self.now)]
        how = d.CHANGED if all(stated) else d.CAME if stated[1] else d.WENT
        how = how if any(stated) else d.CHANGED  # a graph that is not described
        told = stated[1] or stated[0]
        names = [name for predicate in LABELS for name in values(told, predicate)]
        return key, how, self._kind(key, told), json.dumps(names[:MOST_NAMES], ensure_ascii=False)

    def _kind(self, key: str, stated: Iterable[str]) -> str:
        spelt = {str(NamedNode(iri)) for iri in self.now.manifest.value_classes}
        if not spelt.isdisjoint(values(stated, RDF_TYPE)):
            return d.VALUE
        own = Addresses(self.now.manifest.base).is_thing(key[1:-1]) and "#" not in key
        return d.THING if own else d.OTHER


def _plain(lines: Iterable[str]) -> set[str]:
    """Return the lines without blank nodes."""
    return {line for line in lines if not labels(line)}


def _around(index: DescriptionIndex, nodes: Iterable[str]) -> set[str]:
    """Return the statements that mention one of these blank nodes."""

    def found() -> Iterator[str]:
        for node in nodes:
            yield from lines_of(index, node)
            yield from lines_of(index, node, incoming=True)

    return set(found())


def _free(node: str, taken: set[str], index: DescriptionIndex) -> str:
    """Return a label that is like that of ``node`` and that nothing has; it is taken then."""
    number = 1
    while f"{node}-{number}" in taken or index.row(f"{node}-{number}"):
        number += 1
    taken.add(f"{node}-{number}")
    return f"{node}-{number}"
