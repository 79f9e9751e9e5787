"""Compare kizuna with its engine in-process and with other SPARQL servers, in one run.

python benchmarks/run.py [--large] [--rounds 7] [--only queries rate hostile] [--peers .bench]
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import hostile
import rate
import report
import systems
from data import write_data
from pyoxigraph import Store
from timing import measure

from release import build

PARTS = ("queries", "rate", "hostile")


def main() -> None:
    """Run the parts that were asked for and write the figures."""
    options = _options()
    figures: dict[str, Any] = {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "command": "python benchmarks/run.py " + " ".join(sys.argv[1:]),
    }
    with tempfile.TemporaryDirectory(prefix="kizuna-bench-", dir=options.work) as name:
        folder = Path(name)
        size = 1_000_000 if options.large else 100_000
        data, releases = folder / "data.nt", folder / "releases"
        figures["triples"] = write_data(data, size)
        print(f"{figures['triples']} triples; building the release", flush=True)
        build(data, releases)
        (releases / "queries").mkdir()
        if "queries" in options.only:
            with _systems(options, folder, data, releases) as all_systems:
                figures["queries"] = report.queries(
                    measure(all_systems, options.rounds, options.skip)
                )
        if "rate" in options.only:
            figures["rate"] = rate.measure(releases)
        if "hostile" in options.only:
            figures["hostile"] = hostile.measure(releases, options.seconds)
    report.write(figures, options.out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="1 M triples instead of 100 k")
    parser.add_argument("--rounds", type=int, default=7, help="how often each query is asked")
    parser.add_argument("--seconds", type=float, default=30, help="of the hostile load")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--peers", type=Path, default=Path(".bench"), help="their environment")
    parser.add_argument("--without", nargs="*", default=(), help="systems to leave out")
    parser.add_argument("--skip", nargs="*", default=(), help="queries to leave out")
    parser.add_argument("--work", type=Path, default=None, help="where data and stores are made")
    parser.add_argument("--out", type=Path, default=Path(".bench"), help="folder of the figures")
    return parser.parse_args()


@contextmanager
def _systems(
    options: argparse.Namespace, folder: Path, data: Path, releases: Path
) -> Iterator[list[Any]]:
    """Give all systems that can be had here; those that cannot are told."""
    disk = Store.read_only(str(releases / "current" / "store"))
    memory = Store()
    memory.extend(disk)
    found: list[Any] = [
        systems.InProcess("in-process, memory", memory),
        systems.InProcess("in-process, disk", disk),
    ]
    binaries = options.peers / "bin"
    makers: dict[str, Callable[[], systems.Server]] = {
        "kizuna": lambda: systems.kizuna(releases, name="kizuna"),
        "oxigraph": lambda: systems.oxigraph(binaries / "oxigraph", data),
        "oxigraph-disk": lambda: systems.oxigraph(binaries / "oxigraph", data, folder / "oxigraph"),
        "rdflib": lambda: systems.rdflib_endpoint(binaries / "rdflib-endpoint", data),
        "virtuoso": lambda: systems.virtuoso(folder / "virtuoso", data),
    }
    with ExitStack() as stack:
        for name, make in makers.items():
            if name in options.without:
                continue
            try:
                server = make()
            except OSError as error:
                print(f"without {name}: {error}", flush=True)
                continue
            stack.callback(server.stop)
            found.append(server)
            print(f"{server.name} is up", flush=True)
            if name == "kizuna":
                found.append(systems.cached(server))
        yield found
    with suppress(OSError):
        shutil.rmtree(folder / "virtuoso")


if __name__ == "__main__":
    main()
