from __future__ import annotations

import asyncio
import gc
import json
import shutil
import time
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from pyoxigraph import Store
from starlette.requests import Request

from conftest import Client
from kizuna.engine import EmbeddedEngine
from kizuna.errors import NoRelease, ReleaseBroken, UnavailableError
from kizuna.release import Release, Releases
from kizuna.release.manifest import write_manifest
from kizuna.web import FixedSite, Site, SiteHolder, create_app
from kizuna.web.routes.things import description
from kizuna.web.server import opener

FIRST, SECOND = "000000000001", "000000000002"


@pytest.fixture
def releases(small_release: Release, tmp_path: Path) -> Releases:
    """A folder with two releases, the first of which is current."""
    folder = Releases(tmp_path / "releases")
    for identifier in (FIRST, SECOND):
        place = folder.folder / identifier
        shutil.copytree(small_release.folder, place)
        manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        manifest["id"] = identifier
        (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    folder.switch(FIRST)
    return folder


class Closing(EmbeddedEngine):
    """An engine that notes when it is closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def holder(releases: Releases, tmp_path: Path) -> Iterator[SiteHolder]:
    held = SiteHolder(releases, opener(lambda r: Closing(r.store), tmp_path / "queries"))
    yield held
    held.close()


def is_closed(site: Site) -> bool:
    assert isinstance(site.engine, Closing)
    return site.engine.closed


def test_a_request_ends_on_the_release_it_began_on(holder: SiteHolder, releases: Releases) -> None:
    with holder.lease() as first:
        releases.switch(SECOND)
        asyncio.run(holder.look())
        with holder.lease() as second:
            assert (first.release.id, second.release.id) == (FIRST, SECOND)
        assert not is_closed(first)
        assert list(first.index.subjects(first.addresses.things))
    assert is_closed(first)
    assert not is_closed(second)


def test_an_unused_release_is_closed_at_once(holder: SiteHolder, releases: Releases) -> None:
    with holder.lease() as first:
        pass
    asyncio.run(holder.look())
    assert not is_closed(first)
    releases.switch(SECOND)
    asyncio.run(holder.look())
    assert is_closed(first)


def test_a_site_that_nobody_uses_leaves_no_ring(holder: SiteHolder, releases: Releases) -> None:
    with holder.lease() as first:
        scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": "/doc/event/fair",
                 "query_string": b"", "headers": [(b"accept", b"text/html")], "state": {"site": first}}  # fmt: skip
        assert description(Request(scope), first).status_code == 200
        del scope
        assert first.readers
    gone, first = weakref.ref(first), None  # type: ignore[assignment]
    gc.collect()
    gc.disable()  # as it does not look at what a server began with
    try:
        releases.switch(SECOND)
        asyncio.run(holder.look())
        assert gone() is None
    finally:
        gc.enable()


def publish(releases: Releases, release: Release, identifier: str) -> None:
    with releases.building() as folder:
        shutil.copytree(release.folder, folder, dirs_exist_ok=True)
        write_manifest(folder, replace(release.manifest, id=identifier))
        releases.publish(folder, identifier)


def test_a_release_stays_on_disk_while_it_is_served(
    holder: SiteHolder,
    releases: Releases,
    small_release: Release,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kizuna.release.folder.KEPT", 1)
    with holder.lease() as first:
        for identifier in ("3", "4", "5"):
            publish(releases, small_release, identifier)
            asyncio.run(holder.look())
        assert set(releases.ids()) == {FIRST, "4", "5"}
        assert len(Store.read_only(str(first.release.store))) > 0  # as a new worker opens it
    publish(releases, small_release, "6")
    assert set(releases.ids()) == {"5", "6"}
    holder.close()
    for identifier in ("7", "8"):
        publish(releases, small_release, identifier)
    assert set(releases.ids()) == {"7", "8"}


def test_other_facts_of_the_same_release_are_taken_over(
    holder: SiteHolder, releases: Releases
) -> None:
    with holder.lease() as first:
        asyncio.run(holder.look())
        place = first.release.folder
        write_manifest(place, replace(first.manifest, languages=("ja",)))
        asyncio.run(holder.look())
        with holder.lease() as second:
            assert (second.release.id, second.languages) == (FIRST, ("ja",))
        asyncio.run(holder.look())
        with holder.lease() as third:
            assert third is second
        (place / "manifest.json").unlink()
        asyncio.run(holder.look())
        with holder.lease() as fourth:
            assert fourth is second
    assert is_closed(first)


def test_a_release_is_opened_again_where_that_is_wanted(
    holder: SiteHolder, releases: Releases, tmp_path: Path
) -> None:
    with holder.lease() as first:
        assert first.queries == ()
    (tmp_path / "queries").mkdir()
    head = "# title@en: All\n# description@en: All that there is.\n"
    (tmp_path / "queries" / "all.rq").write_text(f"{head}SELECT * {{ ?s ?p ?o }}\n", "utf-8")
    asyncio.run(holder.look())
    with holder.lease() as second:
        assert second is first
    asyncio.run(holder.reopen())
    with holder.lease() as third:
        assert (third.release.id, [q.name for q in third.queries]) == (FIRST, ["all"])
    assert is_closed(first)
    (releases.folder / FIRST / "dumps" / "dataset.nt").write_bytes(b"")
    asyncio.run(holder.reopen())
    with holder.lease() as fourth:
        assert fourth is third
    assert holder.refused == FIRST


def test_what_cannot_be_filled_is_logged(
    holder: SiteHolder, releases: Releases, caplog: pytest.LogCaptureFixture
) -> None:
    asyncio.run(holder._fill(replace(releases.current(), folder=releases.folder / "nowhere")))
    assert f"release {FIRST} is not made whole" in caplog.text


def test_a_broken_release_is_logged_once_and_left(
    holder: SiteHolder, releases: Releases, caplog: pytest.LogCaptureFixture
) -> None:
    (releases.folder / SECOND / "dumps" / "dataset.nt").write_bytes(b"")
    releases.switch(SECOND)
    asyncio.run(holder.look())
    asyncio.run(holder.look())
    with holder.lease() as site:
        assert site.release.id == FIRST
    assert caplog.text.count("is not taken over") == 1
    assert "dataset.nt" in caplog.text
    releases.switch(FIRST)
    asyncio.run(holder.look())


def test_an_engine_is_given_back_when_its_site_does_not_open(
    releases: Releases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = releases.current()
    shutil.copytree(whole.folder, tmp_path / "damaged")
    (tmp_path / "damaged" / "descriptions.sqlite").write_bytes(b"no index")
    damaged = replace(whole, folder=tmp_path / "damaged")
    monkeypatch.setattr("kizuna.web.holder.Releases.current", lambda _: damaged)
    engines: list[Closing] = []

    def engine_for(release: Release) -> Closing:
        engines.append(Closing(release.store))
        return engines[-1]

    with pytest.raises(ReleaseBroken):
        SiteHolder(releases, opener(engine_for, tmp_path))
    assert engines[0].closed


def test_a_saved_query_that_is_none_is_left_out(
    releases: Releases, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.rq").write_text("no head", encoding="utf-8")
    (tmp_path / "b.rq").write_text("# title@en: Why?\nASK {}", encoding="utf-8")
    holder = SiteHolder(releases, opener(lambda r: Closing(r.store), tmp_path))
    with holder.lease() as site:
        assert [query.name for query in site.queries] == ["b"]
    assert "a.rq:1" in caplog.text
    holder.close()


def test_nothing_to_serve(tmp_path: Path) -> None:
    with pytest.raises(NoRelease):
        SiteHolder(Releases(tmp_path), opener(lambda r: Closing(r.store), tmp_path))


def test_a_running_app_takes_a_release_over_without_losing_a_request(
    holder: SiteHolder, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kizuna.web.holder.SECONDS_BETWEEN_LOOKS", 0.02)
    app = create_app(holder)

    async def ask_until_it_changes() -> set[str]:
        seen: set[str] = set()
        until = time.monotonic() + 10
        async with app.router.lifespan_context(app):
            while SECOND not in seen and time.monotonic() < until:
                page = await Client(app).send(httpx.Request("GET", "http://x/doc/event/fair"))
                ready = await Client(app).send(httpx.Request("GET", "http://x/readyz"))
                assert page.status_code == 200
                seen.add(ready.json()["release"])
                if seen == {FIRST}:
                    releases.switch(SECOND)
        return seen

    assert asyncio.run(ask_until_it_changes()) == {FIRST, SECOND}


def test_a_fixed_site_never_changes(site: Site) -> None:
    async def watch_a_while() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(FixedSite(site).watch(), 0.05)

    asyncio.run(watch_a_while())
    with FixedSite(site).lease() as leased:
        assert leased is site


class Waking(Closing):
    """An engine that is ready when it is told so."""

    asked: ClassVar[list[Path]] = []
    awake: ClassVar[asyncio.Event]

    async def ready(self) -> None:
        self.asked.append(self.copies.whole)  # type: ignore[arg-type]
        await self.awake.wait()


def test_a_release_is_served_once_its_engine_is_ready(releases: Releases, tmp_path: Path) -> None:
    async def body() -> None:
        Waking.awake = asyncio.Event()
        holder = SiteHolder(releases, opener(lambda r: Waking(r.store), tmp_path / "queries"))
        releases.switch(SECOND)
        looking = asyncio.create_task(holder.look())
        while not Waking.asked:
            await asyncio.sleep(0.01)
        with holder.lease() as site:
            assert site.release.id == FIRST
            Waking.awake.set()
            await looking
            assert not is_closed(site)
        with holder.lease() as site:
            assert site.release.id == SECOND
        assert [path.parent.name for path in Waking.asked] == [SECOND]
        holder.close()

    asyncio.run(body())


class Asleep(Closing):
    """An engine that never answers."""

    made: ClassVar[list[Asleep]] = []

    async def ready(self) -> None:
        self.made.append(self)
        raise UnavailableError("no query worker can be started")


def test_a_release_whose_engine_does_not_answer_is_not_served(
    releases: Releases, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    holder = SiteHolder(releases, opener(lambda r: Asleep(r.store), tmp_path / "queries"))
    releases.switch(SECOND)
    asyncio.run(holder.look())
    with holder.lease() as site:
        assert site.release.id == FIRST
        assert not is_closed(site)
    assert holder.refused == SECOND
    assert [engine.closed for engine in Asleep.made] == [True]
    assert "no query worker can be started" in caplog.text
    holder.close()
