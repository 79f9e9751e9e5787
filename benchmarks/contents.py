"""What a build writes beside its store, beside the time that parsing takes once.

``python benchmarks/contents.py [TRIPLES]``: seconds by the clock and of the processor, and the
most memory, of each step for generated data.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from data import write_data
from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, parse

from kizuna.release.catalogue import Source, catalogue, read_facts
from kizuna.release.contents import Statements, write_contents
from kizuna.release.figures import read_figures
from kizuna.release.manifest import record_all
from release import BASE, GRAPH, manifest_of


class Steps:
    """Tells how long each step took when the next one begins."""

    def __init__(self) -> None:
        self.name = ""
        self.parsing = 0.0
        self._clock, self._cpu = time.perf_counter(), time.process_time()

    def __call__(self, name: str) -> None:
        """Print what the step took that ends here; the next one is called ``name``."""
        clock = time.perf_counter() - self._clock
        cpu = time.process_time() - self._cpu
        if self.name:
            self.parsing = self.parsing or clock
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{self.name:24}{clock:7.2f} s{cpu:8.2f} s cpu{clock / self.parsing:7.2f} x parsing"
                f"{memory:7} MB at most",
                flush=True,
            )
        self.name = name
        self._clock, self._cpu = time.perf_counter(), time.process_time()


def main() -> None:
    """Print the table."""
    triples = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data.nt"
        write_data(data, triples)
        steps = Steps()
        steps("parsing once")
        quads = [Quad(t.subject, t.predicate, t.object, GRAPH) for t in _parsed(data)]
        steps("sorting")
        quads.sort(key=str)
        steps("store")
        store = Store(str(folder / "store"))
        for graph in (GRAPH, DefaultGraph()):
            store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES, to_graph=graph)
        store.flush()
        del store
        manifest = manifest_of(folder, len(quads))
        write_contents(folder, folder / "store", Statements(quads, (), {}), manifest, steps)
        steps("sizes and checksums")
        record_all(folder)
        steps("catalogue and VoID")
        found = catalogue(Source(read_facts((), BASE), read_figures(folder), manifest))
        steps("")
        print(f"{len(found)} triples in the catalogue")


def _parsed(data: Path) -> Iterator[Quad]:
    with data.open("rb") as lines:
        yield from parse(lines, RdfFormat.N_TRIPLES)


if __name__ == "__main__":
    main()
