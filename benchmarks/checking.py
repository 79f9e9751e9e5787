"""What `kizuna check` costs beside what its parts cost alone: reading, and pySHACL by itself.

``python benchmarks/checking.py [ROUNDS]``: seconds of processor time, the least of some rounds.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyshacl
import rdflib

from kizuna.checks import check_project
from kizuna.project import load_project
from kizuna.settings import load_settings

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    settings = load_settings(ROOT, os.environ)

    def read() -> object:
        return load_project(
            settings.root, settings.addresses, settings.languages, settings.documents
        )

    def check() -> object:
        return check_project(
            load_project(settings.root, settings.addresses, settings.languages, settings.documents)
        )

    def shapes_alone() -> object:
        return pyshacl.validate(_graph("data/ttl", "ontology"), shacl_graph=_graph("shapes"))

    tasks = {"read": read, "kizuna check": check, "pySHACL alone": shapes_alone}
    found = {name: min(_seconds(task) for _ in range(rounds)) for name, task in tasks.items()}
    for name, seconds in found.items():
        print(f"{name:<16}{seconds:6.2f} s{seconds / found['pySHACL alone']:8.2f} x pySHACL")


def _graph(*folders: str) -> rdflib.Graph:
    graph = rdflib.Graph()
    for folder in folders:
        for path in sorted((ROOT / folder).glob("*.ttl")):
            graph.parse(path)
    return graph


def _seconds(task: Callable[[], object]) -> float:
    begin = time.process_time()
    task()
    return time.process_time() - begin


if __name__ == "__main__":
    main()
