"""A release of generated data, as ``kizuna build`` would leave it, and the server over it."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from kizuna.engine import LaneLimits, Limits, Pool, write_index
from kizuna.release import Releases
from kizuna.release.manifest import Manifest, record_all, write_manifest
from kizuna.web import serve_releases

BASE = "https://example.org/bench/"
GRAPH = NamedNode(f"{BASE}graph/data")
DESCRIBED = 100_000
"""How many statements go into the index of descriptions, unless more are wanted."""


def build(data: Path, folder: Path, described: int = DESCRIBED) -> None:
    """Build a release of the N-Triples in ``data`` into the folder of releases ``folder``.

    Like every release it holds each triple twice: in its named graph and in the default graph. The
    index describes what the first ``described`` statements are about.
    """
    releases = Releases(folder)
    with releases.building() as building:
        store = Store(str(building / "store"))
        for graph in (GRAPH, DefaultGraph()):
            store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES, to_graph=graph)
        store.optimize()
        store.flush()
        triples = len(store) // 2
        del store
        with data.open("rb") as lines:
            quads = [
                Quad(t.subject, t.predicate, t.object, GRAPH)
                for t in islice(parse(lines, RdfFormat.N_TRIPLES), described)
            ]
        write_index(building / "descriptions.sqlite", quads)
        write_manifest(building, manifest_of(building, triples))
        releases.publish(building, "0123456789ab")


def manifest_of(building: Path, triples: int) -> Manifest:
    """Return the manifest of a release of generated data, whose files are in ``building``."""
    return Manifest(
        id="0123456789ab",
        version="benchmark",
        created="2026-01-01T00:00:00+00:00",
        commit=None,
        base=BASE,
        languages=("en",),
        counts={"triples": triples, "things": 0, "documents": 0, "claims": 0},
        classes={},
        graphs={GRAPH.value: triples},
        prefixes={"": f"{BASE}ontology#"},
        value_classes=(),
        files=record_all(building),
    )


def main() -> None:
    """Serve the release in the folder that the first argument names, on the port of the second."""
    folder, port, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    limits = Limits(seconds=seconds)
    lanes = LaneLimits()
    serve_releases(
        Releases(folder),
        lambda release: Pool(release.store, limits, lanes),
        folder / "queries",
        ("127.0.0.1", port),
    )


if __name__ == "__main__":
    main()
