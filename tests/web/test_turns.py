"""Slow work: done by few, once for all who wait, and in nobody else's way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from conftest import Client
from kizuna.errors import Busy, KizunaError
from kizuna.web import Site, create_app
from kizuna.web.cache import Cache
from kizuna.web.lists.store import ListStore
from kizuna.web.lists.table import make_table
from kizuna.web.turns import Shared, Turns
from kizuna.web.views import lists

MANY = 60
"""More than there are threads."""


def run(work: Callable[[Shared[int]], int], places: int = 2, waiting: int = MANY) -> list[object]:
    """Return what many got who asked at the same time for the same, then one more."""

    async def all_of_them() -> list[object]:
        shared = Shared[int](Turns(places, waiting))
        ask = [shared.take("key", lambda: work(shared)) for _ in range(MANY)]
        found: list[object] = await asyncio.gather(*ask, return_exceptions=True)
        return [*found, await shared.take("key", lambda: -1)]

    return asyncio.run(all_of_them())


def test_what_is_being_made_is_not_made_again() -> None:
    made: list[int] = []

    def make(_: Shared[int]) -> int:
        made.append(1)
        return len(made)

    assert run(make) == [*[1] * MANY, -1]


def test_everybody_learns_what_went_wrong_and_it_may_be_tried_again() -> None:
    def make(_: Shared[int]) -> int:
        raise KizunaError("no")

    *failed, last = run(make)
    assert {str(error) for error in failed} == {"no"}
    assert last == -1


def test_who_hangs_up_does_not_end_what_others_wait_for() -> None:
    async def asked() -> int:
        shared, go = Shared[int](Turns()), threading.Event()
        first, second = (
            asyncio.ensure_future(shared.take("key", lambda: int(go.wait(20)))) for _ in range(2)
        )
        await asyncio.sleep(0.01)
        first.cancel()
        await asyncio.sleep(0)
        go.set()
        return await second

    assert asyncio.run(asked()) == 1


def test_only_so_many_wait() -> None:
    async def asked() -> None:
        await Shared[int](Turns(most_waiting=0)).take("key", lambda: 1)

    with pytest.raises(Busy):
        asyncio.run(asked())


@pytest.mark.parametrize("query", ["classes/kz-Claim", "members?of=event/fair"])
def test_a_slow_list_is_made_once_and_keeps_no_other_page_from_readers(
    site: Site, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    go, made = threading.Event(), []

    def slow(*asked: object) -> object:
        made.append(asked)
        go.wait(20)
        return make_table(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(lists, "make_table", slow)
    client = Client(create_app(replace(site, lists=ListStore(), cache=Cache(), drawing=Turns())))

    async def get(path: str) -> httpx.Response:
        return await client.send(httpx.Request("GET", f"http://small/{path}"))

    async def everybody() -> list[int]:
        waiting = [asyncio.ensure_future(get(query)) for _ in range(MANY)]
        try:
            while not made:
                await asyncio.sleep(0.01)
            other = await asyncio.wait_for(get("classes"), 10)
        finally:
            go.set()
        return [
            other.status_code,
            *(answer.status_code for answer in await asyncio.gather(*waiting)),
        ]

    assert asyncio.run(everybody()) == [200] * (MANY + 1)
    assert len(made) == 1
