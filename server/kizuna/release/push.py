"""A release loaded into a store elsewhere, graph by graph, and counted there afterwards."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse

from kizuna.engine.remote import GraphStore, Remote, count, graph_names
from kizuna.errors import StoreRefused, UnavailableError
from kizuna.formats import N_QUADS, N_TRIPLES
from kizuna.iris import REIFIERS, Addresses
from kizuna.release.release import Release

LINES_HELD = 200_000
_DEFAULT = ""
"""How the default graph is called among the graphs."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a release goes: a graph store, and the SPARQL endpoint over it, if it is known.

    ``default`` is the graph that stands for the default graph in stores that have none.
    """

    store: Remote
    endpoint: Remote | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of one graph. ``found`` is the count there, None where nobody counted.

    ``note`` says why a graph was not sent: it is there already, or the store does not take it.
    """

    graph: str
    triples: int
    sent: bool
    found: int | None = None
    note: str = ""

    @property
    def right(self) -> bool:
        """Whether nothing is known to be wrong."""
        return self.found in {None, self.triples} or (not self.sent and self.found == 0)


@dataclass(frozen=True, slots=True)
class _Part:
    """One graph as a file of N-Triples."""

    graph: str
    path: Path
    triples: int
    digest: str
    optional: bool = False


def push(release: Release, target: Target, progress: Progress = lambda _: None) -> Iterator[Pushed]:
    """Load the graphs of ``release`` into ``target``, yielding each when it is there.

    Named graphs go first, the default graph last, so that a plain query sees the old release or
    the new one, and graphs of earlier releases are removed at the end. What was sent is noted
    beside the releases: a second push sends only what is not there yet.

    Raises UnavailableError where the store cannot be reached or refuses a graph.
    """
    notes = _Notes(release.folder.parent, target)
    with tempfile.TemporaryDirectory(prefix="kizuna-push-") as folder:
        progress("reading the release")
        parts = list(_parts(release, Path(folder), target.default or _DEFAULT))
        for part in parts:
            progress(f"{part.graph or 'default graph'} ({part.triples} triples)")
            yield _pushed(part, target, notes)
    kept = {part.graph for part in parts}
    for graph in sorted(_elsewhere(release, target, notes) - kept):
        progress(f"removing {graph}")
        GraphStore(target.store).delete(graph)
        notes.forget(graph)


def _pushed(part: _Part, target: Target, notes: _Notes) -> Pushed:
    name = part.graph or None
    found: int | None
    if target.endpoint and notes.digest(part.graph) == part.digest:
        found = count(target.endpoint, name)
        if found == part.triples:
            return Pushed(part.graph, part.triples, sent=False, found=found, note="is there")
    notes.forget(part.graph)
    try:
        GraphStore(target.store).put(name, part.path)
    except StoreRefused:
        if not part.optional:
            raise
        note = "the store does not read RDF 1.2"
        return Pushed(part.graph, part.triples, sent=False, note=note)
    found = count(target.endpoint, name) if target.endpoint else None
    if found in {None, part.triples}:
        notes.keep(part.graph, part.digest)
    return Pushed(part.graph, part.triples, sent=True, found=found)


def _elsewhere(release: Release, target: Target, notes: _Notes) -> set[str]:
    """Return the graphs of releases that the store has, as far as can be known."""
    found = notes.graphs()
    if target.endpoint:
        found |= set(graph_names(target.endpoint, Addresses(release.manifest.base).graph("")))
    return found - {_DEFAULT}


def _parts(release: Release, folder: Path, default: str) -> Iterator[_Part]:
    """Yield the graphs in the order in which they go out, each written to a file."""
    dumps = release.dumps
    reifiers = dumps / f"{REIFIERS}.{N_TRIPLES.suffix}"
    graph = Addresses(release.manifest.base).graph(REIFIERS)
    try:
        for name, path in sorted(_split(dumps / f"dataset.{N_QUADS.suffix}", folder).items()):
            yield _part(name, path)
        if reifiers.is_file() and reifiers.stat().st_size:
            yield _part(graph, reifiers, optional=True)
        yield _part(default, dumps / f"dataset.{N_TRIPLES.suffix}")
    except OSError as error:
        raise UnavailableError(
            f"{dumps}: the dumps of the release cannot be read: {error.strerror or error}",
            hint="Build the release again: kizuna build.",
        ) from error


def _split(dump: Path, folder: Path) -> dict[str, Path]:
    """Write each named graph of a dump in N-Quads to a file of N-Triples; return the files."""
    files: dict[str, Path] = {}
    held: dict[str, list[str]] = {}
    lines = 0
    for quad in parse(path=str(dump), format=RdfFormat.N_QUADS):
        if isinstance(quad.graph_name, NamedNode):
            held.setdefault(quad.graph_name.value, []).append(f"{quad.triple} .\n")
            lines += 1
        if lines >= LINES_HELD:
            _flush(held, files, folder)
            lines = 0
    _flush(held, files, folder)
    return files


def _flush(held: dict[str, list[str]], files: dict[str, Path], folder: Path) -> None:
    for name, lines in held.items():
        path = files.setdefault(name, folder / f"{len(files)}.{N_TRIPLES.suffix}")
        with path.open("a", encoding="utf-8") as stream:
            stream.writelines(lines)
    held.clear()


def _part(graph: str, path: Path, *, optional: bool = False) -> _Part:
    digest = hashlib.sha256()
    triples = 0
    with path.open("rb") as lines:
        for line in lines:
            digest.update(line)
            triples += 1
    return _Part(graph, path, triples, digest.hexdigest(), optional)


def report_text(release: Release, done: Sequence[Pushed]) -> str:
    """Return what became of each graph, a line for each."""
    lines = [f"{release.id}: {len(done)} graphs, {sum(g.triples for g in done)} triples\n"]
    for one in done:
        said = "sent" if one.sent else one.note
        if one.found is None:
            said += "" if one.note else ", not counted"
        elif one.right:
            said += f", {one.found} triples counted"
        else:
            said += f", WRONG: {one.found} triples counted"
        lines.append(f"  {one.graph or 'default graph'}: {one.triples} triples {said}\n")
    return "".join(lines)


def report_json(release: Release, done: Sequence[Pushed]) -> str:
    """Return the same for machines; ``graph`` is null for the default graph."""
    graphs = [asdict(one) | {"graph": one.graph or None, "right": one.right} for one in done]
    return json.dumps({"id": release.id, "graphs": graphs}, ensure_ascii=False, indent=1) + "\n"


class _Notes:
    """What was sent to a store, by graph: a small file beside the releases.

    It only saves work: where it is lost or cannot be written, everything is sent again.
    """

    def __init__(self, folder: Path, target: Target) -> None:
        place = f"{target.store.url} {target.default}"
        self.path = folder / f".pushed-{hashlib.sha256(place.encode()).hexdigest()[:12]}.json"
        self._digests: dict[str, str] = {}
        with suppress(OSError, ValueError, TypeError):
            self._digests = dict(json.loads(self.path.read_text(encoding="utf-8")))

    def digest(self, graph: str) -> str:
        """Return the digest of what was sent as ``graph``, empty where nothing was."""
        return self._digests.get(graph, "")

    def graphs(self) -> set[str]:
        """Return the graphs that were sent."""
        return set(self._digests)

    def keep(self, graph: str, digest: str) -> None:
        """Note that ``graph`` is there."""
        self._digests[graph] = digest
        self._write()

    def forget(self, graph: str) -> None:
        """Note that nothing is known of ``graph``."""
        if self._digests.pop(graph, None) is not None:
            self._write()

    def _write(self) -> None:
        try:
            self.path.write_text(json.dumps(self._digests, indent=1), encoding="utf-8")
        except OSError:
            self.path.unlink(missing_ok=True)
