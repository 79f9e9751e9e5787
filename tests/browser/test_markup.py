"""Markup in any text of the data stays text, on every page of a site."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import httpx
import pytest

from browsing import Visitor
from oddities import HOSTILE
from outline import read

INJECTED = """
    img[src=x], [onerror], [onmouseover], script:not([src]):not([type="application/ld+json"]),
    a[href^="javascript" i]
"""
ALSO = ["/search?q=alert", "/id/field/gone", "/compare?a=place/%E6%9D%B1%E4%BA%AC&b=event/fair"]


@pytest.fixture(scope="module")
def paths(odd_address: str) -> list[str]:
    """Return the addresses of the pages to which links of the site lead, each way of asking once."""
    found: dict[tuple[str, ...], str] = {}
    waiting = ["/", *ALSO]
    with httpx.Client(base_url=odd_address, headers={"accept": "text/html"}) as client:
        while waiting:
            path = waiting.pop()
            if _kind(path) in found:
                continue
            answer = client.get(path, follow_redirects=True)
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            found[_kind(path)] = path if is_page else ""
            links = read(answer.text).links if is_page else []
            inside = {urljoin(str(answer.url), link) for link in links}
            waiting += [
                url.removeprefix(odd_address) for url in inside if _is_ours(url, odd_address)
            ]
    return sorted(path for path in found.values() if path)


def _is_ours(url: str, address: str) -> bool:
    return url.startswith(f"{address}/") and "lang=" not in url


def _kind(path: str) -> tuple[str, ...]:
    """Return what pages have in common of which one is enough: lists with the same parameters."""
    parts = urlsplit(path)
    if not parts.query:
        return (unquote(parts.path),)
    return (parts.path.split("/")[1], *sorted(parse_qs(parts.query)))


def test_markup_in_data_stays_text_on_every_page(odd_visitor: Visitor, paths: list[str]) -> None:
    visit = odd_visitor.visit()
    shown = 0
    for path in paths:
        visit.open(path)
        assert visit.page.locator(INJECTED).count() == 0, path
        shown += HOSTILE in visit.page.locator("main").inner_text()
        assert visit.wrong == [], path
    assert len(paths) > 100
    assert shown > len(paths) / 2
