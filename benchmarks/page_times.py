"""What a page costs beside the same thing as Turtle: all things of a release, made anew each time.

``python benchmarks/page_times.py [RELEASES [ROUNDS]]``: milliseconds of processor time in one
process, without HTTP; the least of the rounds for each thing. The pages are in the first language
of the release; those in its others follow.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request

from kizuna.engine import EmbeddedEngine
from kizuna.release import Releases
from kizuna.web import Site, open_site
from kizuna.web.cache import Cache
from kizuna.web.routes.things import description

ROOT = Path(__file__).parents[1]
FORMATS = ("text/html", "text/turtle")


def main() -> None:
    """Print medians and their ratio."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "releases"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    release = Releases(folder).current()
    opened = open_site(release, EmbeddedEngine(release.store), ROOT / "queries")
    site = replace(opened, cache=Cache(limit=0))
    things = [
        iri.value for iri in site.index.subjects(site.addresses.things) if "#" not in iri.value
    ]
    pages = [f"/doc/{iri.removeprefix(site.addresses.things)}" for iri in things]
    times = {form: [_least(site, page, form, rounds) for page in pages] for form in FORMATS}
    html, turtle = (statistics.median(times[form]) for form in FORMATS)
    worst = max(a / b for a, b in zip(*times.values(), strict=True))
    print(f"{len(pages)} things: page {html:.2f} ms, Turtle {turtle:.2f} ms")
    print(f"median page / median Turtle {html / turtle:.1f}, worst thing {worst:.1f}")
    print(f"sum of pages / sum of Turtle {sum(times[FORMATS[0]]) / sum(times[FORMATS[1]]):.1f}")
    for language in site.languages[1:]:
        told = statistics.median(_least(site, p, FORMATS[0], rounds, language) for p in pages)
        print(f"page in {language} {told:.2f} ms")


def _least(site: Site, path: str, form: str, rounds: int, language: str = "") -> float:
    return min(_milliseconds(site, path, form, language) for _ in range(rounds))


def _milliseconds(site: Site, path: str, form: str, language: str = "") -> float:
    spoken = [(b"accept-language", language.encode())] if language else []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": b"",
        "headers": [(b"accept", form.encode()), *spoken],
        "state": {"site": site},
    }
    begin = time.process_time()
    description(Request(scope), site)
    return (time.process_time() - begin) * 1000


if __name__ == "__main__":
    main()
