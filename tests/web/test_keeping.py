"""A server that keeps up with its project: what readers and operators see of good and bad changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commits import commit, git
from live import Live, serving
from readers import Edited, load
from support import copy_bridge, edit

TTL = "data/ttl/shared.ttl"
TOKEN = "hook-tests-only"
HELD = pytest.mark.embedded("a server of its own, with its own engine")
pytestmark = HELD


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_bridge(tmp_path_factory.mktemp("kept") / "bridge")


@pytest.fixture(scope="module")
def watching(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    releases = tmp_path_factory.mktemp("releases")
    with serving(str(root), "--watch", "--releases", str(releases)) as live:
        yield live


def ready(live: Live) -> dict[str, Any]:
    answer = live.client.get("/readyz")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def until(live: Live, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return what /readyz says once it is so."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if holds(found := ready(live)):
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def page(live: Live, language: str = "en") -> str:
    return str(live.client.get("/", params={"lang": language}).text)


def test_a_bad_change_is_told_and_goes_away_when_mended(root: Path, watching: Live) -> None:
    good = until(watching, lambda told: not told["update"]["running"])
    assert good["update"]["trouble"] is None
    before = page(watching)
    assert page(watching) == before  # held now
    edit(root / TTL, "hasTopConcept", "hasTopConcpt")
    bad = until(watching, lambda told: told["update"]["trouble"] is not None)
    assert (bad["status"], bad["release"], bad["refused"]) == ("ready", good["release"], None)
    trouble = bad["update"]["trouble"]
    assert (trouble["reason"], trouble["findings"]) == ("findings", 2)
    assert trouble["places"][0] == {"file": TTL, "line": 36, "check": "unknown-term"}
    for language, words in {
        "en": "The newest change was not taken: it breaks 2 rules (",
        "de": "Die neueste Änderung wurde nicht übernommen: sie verletzt 2 Regeln (",
    }.items():
        for _ in range(2):
            shown = page(watching, language)
            assert words in shown
            assert 'href="/readyz"' in shown
            assert str(root.parent) not in shown
            assert "hasTopConcpt" not in shown  # what is not published stays so
    metrics = watching.client.get("/metrics").text
    assert f'kizuna_update_trouble{{reason="findings",place="{TTL}:36"}} 1\n' in metrics
    assert str(root.parent) not in metrics + str(bad)
    edit(root / TTL, "hasTopConcpt", "hasTopConcept")
    mended = until(watching, lambda told: told["update"]["trouble"] is None)
    assert mended["release"] == good["release"]
    assert page(watching) == before
    assert "kizuna_update_trouble{" not in watching.client.get("/metrics").text


def test_a_saved_query_alone_is_taken_over(root: Path, watching: Live) -> None:
    (root / "queries").mkdir()
    assert watching.client.get("/queries/all").status_code == 404
    head = "# title@en: All\n# description@en: All that there is.\n"
    (root / "queries" / "all.rq").write_text(f"{head}SELECT * {{ ?s ?p ?o }} LIMIT 1\n", "utf-8")
    end = time.monotonic() + 60
    while watching.client.get("/queries/all").status_code != 200:
        assert time.monotonic() < end, ready(watching)
        time.sleep(0.1)


def test_no_request_is_lost_and_no_answer_mixed(root: Path, watching: Live) -> None:
    edited = Edited(root)

    async def served(number: int) -> None:
        until_then = asyncio.Event()
        asyncio.get_running_loop().call_later(0.2, until_then.set)
        async with asyncio.timeout(60):
            while (await load(port, 10.0, until_then)).newest < number:
                until_then.clear()
                asyncio.get_running_loop().call_later(0.2, until_then.set)

    port = watching.client.base_url.port or 0

    async def run() -> None:
        await served(edited.next())
        done = asyncio.Event()
        readers = asyncio.create_task(load(port, 100.0, done))
        for _ in range(2):
            await served(edited.next())
        done.set()
        seen = await readers
        assert (seen.lost, seen.mixed, seen.back) == ([], [], [])
        assert set(seen.editions) >= {1, 2, 3}
        assert seen.sent > 100

    asyncio.run(run())


def test_a_commit_is_pulled_when_the_hook_is_called(tmp_path: Path) -> None:
    origin = copy_bridge(tmp_path / "origin")
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message", "Begin")
    checkout = tmp_path / "checkout"
    git(tmp_path, "clone", "--quiet", str(origin), str(checkout))
    environ = {"KIZUNA_HOOK_TOKEN": TOKEN, "KIZUNA_PULL_SECONDS": "9999"}
    with serving(
        str(checkout), "--pull", "--releases", str(tmp_path / "releases"), **environ
    ) as live:
        good = until(live, lambda told: not told["update"]["running"])["release"]
        text = (origin / TTL).read_text(encoding="utf-8")
        newest = commit(origin, TTL, text.replace('"optics"@en', '"light"@en'))
        assert live.client.post("/hooks/update").status_code == 401
        answer = live.client.post("/hooks/update", headers={"x-gitlab-token": TOKEN})
        assert answer.status_code == 202
        until(live, lambda told: told["release"] != good)
        assert git(checkout, "rev-parse", "HEAD") == newest
        (checkout / TTL).write_text("mine", encoding="utf-8")
        commit(origin, TTL, text)
        live.client.post("/hooks/update", headers={"authorization": f"Bearer {TOKEN}"})
        told = until(live, lambda told: told["update"]["trouble"] is not None)
        assert told["update"]["trouble"]["reason"] in {"pull", "findings"}
        assert (checkout / TTL).read_text(encoding="utf-8") == "mine"
