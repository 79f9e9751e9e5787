"""What pages weigh: each with its style sheet, scripts and icon, not compressed, against a budget.

``python benchmarks/weights.py [RELEASES [LANGUAGE]]``: reads every page that links without a query
lead to from the front page, all things included, from a server of its own; prints the heaviest of
each kind, and ends with status 1 where one is over the budget. Files of the query form's editor
are told apart: it is only there for who writes queries.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from threading import local

import systems

ROOT = Path(__file__).parents[1]
BUDGET = 150_000
"""Bytes that a page may weigh, without the editor."""
EDITOR = re.compile(r"^/static/editor\.")
READERS = 4
_LINK = re.compile(r'<a [^>]*href="(/[^"?#]*)')
_PART = re.compile(r'(?:src|href)="(/static/[^"]+)"')


class Reading:
    """Reads from a server on loopback, each address once."""

    def __init__(self, port: int, language: str) -> None:
        self.port, self.language = port, language
        self.parts: dict[str, int] = {}
        self._local = local()

    def get(self, path: str) -> tuple[str, bytes]:
        """Return the media type and the bytes of what stands at ``path``."""
        connection: HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Accept": "text/html, */*;q=0.1", "Accept-Language": self.language}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        return answer.headers.get_content_type(), body if answer.status == 200 else b""

    def page(self, path: str) -> tuple[int, set[str]] | None:
        """Return the weight of a page and where it leads, None for what is no page."""
        kind, body = self.get(path)
        if kind != "text/html" or not body:
            return None
        text = body.decode()
        files = {html.unescape(name) for name in _PART.findall(text)}
        weight = len(body) + sum(map(self.part, (f for f in files if not EDITOR.match(f))))
        return weight, {html.unescape(link) for link in _LINK.findall(text)}

    def part(self, name: str) -> int:
        """Return the bytes of a file that pages have in common."""
        if name not in self.parts:
            self.parts[name] = len(self.get(name)[1])
        return self.parts[name]


def crawled(reading: Reading) -> Iterator[tuple[str, int]]:
    """Yield each page with its weight."""
    known, waiting = {"/"}, ["/"]
    with ThreadPoolExecutor(READERS) as readers:
        while waiting:
            found = list(zip(waiting, readers.map(reading.page, waiting), strict=True))
            waiting = []
            for path, page in found:
                if page is None:
                    continue
                yield path, page[0]
                more = {link for link in page[1] if _is_for_pages(link)} - known
                known |= more
                waiting += sorted(more)


def _is_for_pages(path: str) -> bool:
    return not path.startswith(("/static/", "/releases/", "/dumps/", "/id/", "//"))


def main() -> None:
    """Print the heaviest pages of each kind."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "releases"
    server = systems.kizuna(folder)
    try:
        language = sys.argv[2] if len(sys.argv) > 2 else "en"
        weights = dict(crawled(Reading(server.port, language)))
    finally:
        server.stop()
    heaviest: dict[str, tuple[int, str]] = {}
    for path, weight in weights.items():
        kind = "/".join(path.split("/")[:3]) if path.startswith("/doc/") else path.split("/")[1]
        heaviest[kind] = max(heaviest.get(kind, (0, "")), (weight, path))
    for weight, path in sorted(heaviest.values(), reverse=True):
        print(f"{weight / 1000:7.1f} kB  {path}")
    over = [path for path, weight in weights.items() if weight > BUDGET]
    print(f"{len(weights)} pages, {len(over)} over {BUDGET / 1000:.0f} kB {' '.join(over[:5])}")
    sys.exit(bool(over))


if __name__ == "__main__":
    main()
