"""How services are asked: what they answer badly is asked for again, as they say, and never kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from kizuna.errors import UnavailableError
from kizuna.linking.cache import Cache
from kizuna.linking.client import Client, Manners, retry_after
from kizuna.linking.mapping import Mapping
from kizuna.linking.wikidata import Addresses, Wikidata
from wikidata import Behaviour, Handler, Server, cut_off, running, saying, slow

LAG = json.dumps({"error": {"code": "maxlag", "info": "Waiting for a server: 6 seconds lagged."}})
FOUND = ("Q164234", "Q1132104", "Q99000021", "Q99000022", "Q99000023")


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as found:
        yield found


class Asked:
    """Wikidata, with the seconds that it was waited for."""

    def __init__(self, server: Server, folder: Path, seconds: float = 86_400.0) -> None:
        self.waits: list[float] = []
        manners = Manners("tests/1 (tests@example.org)", pause=1e-9, seconds=0.5, tries=3)
        self.client = Client(manners, Cache(folder, seconds), sleep=self.waits.append)
        addresses = Addresses(
            f"{server.url}/sparql", f"{server.url}/w/api.php", f"{server.url}/wiki/Special:EntityData/", f"{server.url}/{{lang}}/api"
        )  # fmt: skip
        mapping = Mapping({}, {}, {}, {}, {})
        self.wikidata = Wikidata(self.client, addresses, mapping, ("en",))

    def search(self) -> tuple[str, ...]:
        return self.wikidata.search("Kawasaki", "en")


@pytest.fixture
def asked(server: Server, tmp_path: Path) -> Asked:
    return Asked(server, tmp_path / "cache")


def later(handler: Handler) -> bool:
    """Ask for a pause until a time of day, counted from when it is asked."""
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    return saying(429, Retry_After=until)(handler)


# fmt: off
BAD = [
    # the first answer                                             seconds that are waited
    (saying(429, Retry_After="7"),                                 lambda wait: wait == 7),
    (later,                                                        lambda wait: 30 < wait <= 90),
    (saying(429),                                                  lambda wait: wait == 1),
    (saying(503, Retry_After="3"),                                 lambda wait: wait == 3),
    (saying(500, b"oops"),                                         lambda wait: wait == 1),
    (saying(200, LAG.encode(), Retry_After="5"),                   lambda wait: wait == 5),
    (slow(2),                                                      lambda wait: wait == 1),
    (cut_off,                                                      lambda wait: wait == 1),
    (saying(200, b"<html>captive portal</html>"),                  lambda wait: wait == 1),
    (saying(200, b"[]"),                                           lambda wait: wait == 1),
    (saying(200, b'{"search": {"a": 1}}'),                         lambda wait: wait == 1),
    (saying(200, b'{"search": "\xff"}'),                           lambda wait: wait == 1),
    (saying(200, b"[" * 100_000),                                  lambda wait: wait == 1),
    (saying(200, b'{"error": {"code": "internal_api_error"}}'),    lambda wait: wait == 1),
    (saying(302, Location="http://other.example/w/api.php"),       lambda wait: wait == 1),
]
# fmt: on


@pytest.mark.parametrize(("bad", "waits"), BAD)
def test_a_bad_answer_is_asked_for_again(
    server: Server, asked: Asked, bad: Behaviour, waits: Callable[[float], bool]
) -> None:
    server.faults = [bad]
    assert asked.search() == FOUND
    (wait,) = asked.waits
    assert waits(wait), wait
    assert len(server.seen) == 2


def test_patience_ends(server: Server, asked: Asked) -> None:
    server.faults = [saying(503)] * 3
    with pytest.raises(UnavailableError, match="gives no proper answer: it answers 503"):
        asked.search()
    assert asked.waits == [1, 2], "longer from time to time, and not after the last"
    assert asked.search() == FOUND, "no failure is kept"


def test_who_asks_for_a_long_pause_is_left_alone(server: Server, asked: Asked) -> None:
    server.faults = [saying(429, Retry_After="3600")]
    with pytest.raises(UnavailableError, match="Run the command again in 3600 seconds"):
        asked.search()
    assert asked.waits == []
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_refusal_is_not_repeated(server: Server, asked: Asked, status: int) -> None:
    server.faults = [saying(status, b"user agent")]
    with pytest.raises(UnavailableError, match=f"it answers {status}"):
        asked.search()
    assert len(server.seen) == 1


def test_what_is_no_item_is_left_out(server: Server, asked: Asked) -> None:
    lies = {
        "search": [{"id": "Q1; DROP"}, {"id": 7}, "Q2", {"id": "P31"}, {"id": "Q0"}, {"id": "Q7"}]
    }
    server.faults = [saying(200, json.dumps(lies).encode())]
    assert asked.search() == ("Q7",)


def test_rows_about_others_are_left_out(server: Server, asked: Asked) -> None:
    def row(item: str, value: str) -> dict[str, object]:
        return {
            "item": {"type": "uri", "value": f"http://www.wikidata.org/entity/{item}"},
            "property": {"type": "uri", "value": "http://www.w3.org/2000/01/rdf-schema#label"},
            "value": {"type": "literal", "xml:lang": "en", "value": value},
        }

    head = {"vars": ["item", "property", "value"]}
    told = {"head": head, "results": {"bindings": [row("Q1", "one"), row("Q999", "another")]}}
    body = json.dumps(told).encode()

    def lie(handler: object) -> bool:
        handler.send(200, body, "application/sparql-results+json")  # type: ignore[attr-defined]
        return True

    server.faults = [lie]
    assert list(asked.wikidata.items(["Q1", "Q2"])) == ["Q1"]


@pytest.mark.parametrize("body", [b"{", b"<sparql/>", b'{"head":{},"boolean":true}'])
def test_rows_that_are_none_are_asked_for_again(server: Server, asked: Asked, body: bytes) -> None:
    def lie(handler: object) -> bool:
        handler.send(200, body, "application/sparql-results+json")  # type: ignore[attr-defined]
        return True

    server.faults = [lie] * 3
    with pytest.raises(UnavailableError):
        asked.wikidata.items(["Q1"])
    assert len(server.seen) == 3


def test_answers_are_kept(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    assert Asked(server, folder).search() == FOUND
    assert Asked(server, folder).search() == FOUND
    assert len(server.seen) == 1
    (kept,) = folder.rglob("*.json")
    kept.write_text(kept.read_text()[:20])
    assert Asked(server, folder).search() == FOUND, "a broken file counts as none"
    assert len(server.seen) == 2
    assert Asked(server, folder, seconds=-1).search() == FOUND, "and an old one"
    assert len(server.seen) == 3
    assert not [p for p in folder.rglob("*") if p.name.startswith(".")]


def test_items_as_they_are_now(server: Server, asked: Asked) -> None:
    server.merged["Q1"], server.merged["Q2"] = "Q157808", "Q2"
    server.deleted.add("Q3150")
    merged = asked.wikidata.entity("Q1")
    assert merged is not None
    assert merged.id == "Q157808"
    assert merged.types == {"Q3918"}
    assert asked.wikidata.entity("Q3150") is None
    with pytest.raises(UnavailableError, match="in circles"):
        asked.wikidata.entity("Q2")


def test_requests_keep_their_distance(server: Server, tmp_path: Path) -> None:
    waits: list[float] = []
    clock = iter(range(100))
    client = Client(
        Manners("tests/1", pause=5.0),
        Cache(tmp_path, 1.0),
        waits.append,
        lambda: float(next(clock)),
    )
    for number in range(3):
        client.json(f"{server.url}/w/api.php", {"action": "wbgetentities", "ids": f"Q{number}",
                    "format": "json", "maxlag": "5"}, lambda answer: answer)  # fmt: skip
    assert waits == [4.0, 4.0]


@pytest.mark.parametrize("said", ["", "soon", "-1", "1e3", "Mon, 99 Foo 2020 00:00:00 GMT"])
def test_no_time_is_no_time(said: str) -> None:
    assert retry_after({"Retry-After": said}) is None


def test_a_time_that_has_passed_is_now() -> None:
    assert retry_after({"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}) == 0.0
