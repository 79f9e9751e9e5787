"""Answers that are made ahead: the same bytes as made anew, and never those of anything else."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from conftest import Client
from kizuna.engine import EmbeddedEngine
from kizuna.errors import UnavailableError
from kizuna.release import Release, Releases
from kizuna.web import Site, SiteHolder, create_app, open_site
from kizuna.web.cache import Cache
from kizuna.web.plans import planned
from kizuna.web.prepared import Prepared, Ready, place
from kizuna.web.prepared.making import kinds, prepare
from kizuna.web.quick import _scope, at_once
from kizuna.web.server import opener
from live import kizuna, serving
from routed import by_the_routes, request, things

ROOM = 50_000_000
FAIR = "/doc/event/fair"
# fmt: off
FIELDS = [
    # all of which a plan is made for
    "accept: text/turtle",
    "accept: application/ld+json",
    "accept: application/rdf+xml\r\nuser-agent: some client/1.0",
    "accept: text/turtle; version=1.2",
    "accept: text/html",
    "accept: text/html\r\naccept-language: ja, de;q=0.5",
    "accept: text/html\r\naccept-encoding: gzip",
    "accept: text/html,application/xhtml+xml,*/*;q=0.8\r\naccept-encoding: br, gzip\r\naccept-language: de",
]
LEFT = [
    # what the routes answer, from what is prepared or not
    (FAIR, "accept: text/html\r\nrange: bytes=0-99"),
    (FAIR, "accept: text/html\r\nif-none-match: *"),
    (FAIR, "accept: text/html\r\nif-none-match: \"nothing\""),
    (FAIR, "accept: text/turtle\r\naccept-profile: <https://small.example/profiles#labels>"),
    (f"{FAIR}.html?lang=ja", ""), (f"{FAIR}.ttl", ""), (f"{FAIR}?_profile=labels", "accept: text/turtle"),
    (f"{FAIR}?lang=fr", "accept: text/html"),
]
# fmt: on


def opened(release: Release, folder: Path) -> Site:
    return open_site(release, EmbeddedEngine(release.store), folder / "queries")


@pytest.fixture(scope="module")
def folder(small_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of releases with the small one, beside which a project of no files may stand."""
    releases = tmp_path_factory.mktemp("prepared") / "releases"
    shutil.copytree(small_release.folder, releases / small_release.id)
    return releases


@pytest.fixture(scope="module")
def release(folder: Path, small_release: Release) -> Release:
    return replace(small_release, folder=folder / small_release.id)


@pytest.fixture(scope="module")
def bare(release: Release, folder: Path) -> Iterator[Site]:
    """The site with nothing prepared."""
    site = replace(opened(release, folder), prepared=Prepared())
    yield site
    site.close()


@pytest.fixture(scope="module")
def ready(release: Release, folder: Path) -> Iterator[Site]:
    """The site with all prepared."""
    made = opened(release, folder)
    number = prepare(made, ROOM)
    assert number >= len(things(made)) * (len(kinds(made)) - 1)
    made.close()
    site = opened(release, folder)
    assert site.prepared.number == number
    yield site
    site.close()


@pytest.mark.parametrize("fields", FIELDS)
@pytest.mark.parametrize("query", ["", "?lang=de"])
def test_they_are_what_would_be_made(ready: Site, bare: Site, fields: str, query: str) -> None:
    compared = 0
    for thing in things(ready):
        for address in (f"/{thing}{query}", f"/doc/{thing.removeprefix('id/')}{query}"):
            asked = request(address, fields)
            quick, lasts = at_once(asked, ready)
            if quick is None:  # too large to be sent at once
                continue
            assert lasts
            routed = by_the_routes(bare, asked)
            assert (quick.status, quick.head, quick.body) == (
                routed.status,
                routed.head,
                routed.body,
            )
            compared += 1
    assert compared >= 2 * len(things(ready)) - 2, "nearly all are answered at once"


@pytest.mark.parametrize("fields", [*FIELDS, "accept: */*"])
def test_a_plan_answers_each_thing_that_is_prepared(ready: Site, fields: str) -> None:
    answers = [
        planned(request(f"/doc/{thing.removeprefix('id/')}", fields), ready, _scope)
        for thing in things(ready)
    ]
    assert answers.count(None) <= 2, "the dataset's page, and a page that takes long to compress"


def test_the_way_to_each_thing_is_planned(ready: Site) -> None:
    for thing in things(ready):
        answer = planned(request(f"/{thing}", "accept: */*"), ready, _scope)
        assert answer is not None
        assert answer.status == b"303 See Other"


@pytest.mark.parametrize(("target", "fields"), LEFT)
def test_the_routes_answer_from_them_too(ready: Site, bare: Site, target: str, fields: str) -> None:
    with_it, without = (by_the_routes(site, request(target, fields)) for site in (ready, bare))
    assert (with_it.status, with_it.head, with_it.body) == (
        without.status,
        without.head,
        without.body,
    )


def test_they_are_read_and_not_made_again(ready: Site) -> None:
    site = replace(ready, prepared=_Marked(ready.prepared), cache=Cache())
    page = Client(create_app(site)).get(FAIR, headers={"accept": "text/html"})
    assert page.text == "prepared"
    other = Client(create_app(site)).get(
        f"{FAIR}?_profile=labels", headers={"accept": "text/turtle"}
    )
    assert "prepared" not in other.text


class _Marked(Prepared):
    """Has other bytes than those that would be made."""

    def __init__(self, own: Prepared) -> None:
        super().__init__()
        self.own = own

    def find(self, path: str, name: str) -> Ready | None:
        found = self.own.find(path, name)
        return found and found._replace(body=b"prepared")


def test_what_is_made_of_something_else_is_not_read(release: Release, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "queries").mkdir(parents=True)
    places = {place(release, project)}
    (project / "pages.toml").write_text("", encoding="utf-8")
    places.add(place(release, project))
    (project / "pages.toml").write_text("# changed", encoding="utf-8")
    places.add(place(release, project))
    (project / "queries" / "one.rq").write_text("ASK {}", encoding="utf-8")
    places.add(place(release, project))
    other = tmp_path / release.id
    shutil.copytree(release.folder, other)
    manifest = other / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8") + " ", encoding="utf-8")
    places.add(place(replace(release, folder=other), project))
    assert len({path.name for path in places}) == 5


def test_data_comes_before_pages_and_more_room_is_used(release: Release, tmp_path: Path) -> None:
    site = _elsewhere(release, tmp_path)
    few = prepare(site, 1)
    first = kinds(site)[0]
    assert first.form is None
    assert few >= len(things(site))
    again = _elsewhere(release, tmp_path)
    assert again.prepared.find("doc/event/fair", first.name) is not None
    assert again.prepared.find("doc/event/fair", "html en") is None
    assert prepare(again, ROOM) > few
    assert _elsewhere(release, tmp_path).prepared.find("doc/event/fair", "html en") is not None


def test_who_was_killed_is_gone_on_with(release: Release, tmp_path: Path) -> None:
    site, seen = _elsewhere(release, tmp_path), 0

    def until_half(done: int, total: int) -> None:
        nonlocal seen
        seen = done
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(site, ROOM, until_half)
    assert not site.prepared.look(), "what is not whole is not read"
    assert prepare(site, ROOM) == prepare(_elsewhere(release, tmp_path.parent), ROOM)


def test_what_a_crash_has_left_is_made_anew(release: Release, tmp_path: Path) -> None:
    site = _elsewhere(release, tmp_path)
    part = site.prepared.path.with_suffix(".part")
    part.write_bytes(b"SQLite format 3\0" + bytes(5_000))
    assert prepare(site, ROOM) > 0
    assert not part.exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"no table",
        lambda data: data[:-9_000] + bytes(9_000),
        lambda data: bytes(b ^ (n % 97 == 60) for n, b in enumerate(data[:-40])) + data[-40:],
    ],
    ids=["all of it", "its end", "here and there"],
)
def test_a_damaged_file_is_as_if_it_were_not_there(
    release: Release, bare: Site, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    whole = _elsewhere(release, tmp_path)
    prepare(whole, ROOM)
    whole.prepared.path.write_bytes(damage(whole.prepared.path.read_bytes()))
    site = _elsewhere(release, tmp_path)
    for thing in things(site):
        asked = request(f"/doc/{thing.removeprefix('id/')}", "accept: text/html")
        with_it, without = by_the_routes(site, asked), by_the_routes(bare, asked)
        assert (with_it.status, with_it.body) == (without.status, without.body)


def test_a_folder_that_cannot_be_written_is_told(release: Release, tmp_path: Path) -> None:
    site = replace(_elsewhere(release, tmp_path), prepared=Prepared(Path("/proc/none/x.sqlite")))
    with pytest.raises(UnavailableError, match="cannot be written"):
        prepare(site, ROOM)


def test_two_files_are_kept(release: Release, tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        site = replace(
            _elsewhere(release, tmp_path), prepared=Prepared(tmp_path / "p" / f"{name}.sqlite")
        )
        prepare(site, 1)
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == ["c.sqlite", "d.sqlite"]


def _elsewhere(release: Release, folder: Path) -> Site:
    """Return the site, prepared in a file of its own in ``folder``."""
    prepared = Prepared(folder / "prepared.sqlite")
    prepared.look()
    return replace(opened(release, release.folder.parent), prepared=prepared, cache=Cache(0))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has been built."""
    root = tmp_path_factory.mktemp("made") / "project"
    assert kizuna("init", str(root), "--languages", "en").returncode == 0
    assert kizuna("build", str(root)).returncode == 0
    return root


def test_a_server_prepares_what_it_serves(project: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(project, tmp_path / "project", symlinks=True))
    with serving(str(root), KIZUNA_PREPARE_MB="50") as live:
        until = time.monotonic() + 120
        while not (number := _gauge(live.client.get("/metrics").text)):
            assert time.monotonic() < until, "nothing was prepared"
            time.sleep(0.1)
        found = live.ask("SELECT ?s { ?s a [] FILTER REGEX(STR(?s), '/id/[^#]*$') } LIMIT 1")
        thing = found.split()[1].partition("/id/")[2]
        page = live.client.get(f"/doc/{quote(thing)}", headers={"accept": "text/html"})
        assert page.status_code == 200
    with serving(str(root), KIZUNA_PREPARE_MB="50") as live:
        assert _gauge(live.client.get("/metrics").text) == number, "it is there from the beginning"


def _gauge(metrics: str) -> int:
    line = next(line for line in metrics.splitlines() if line.startswith("kizuna_prepared "))
    return int(line.split()[1])


def test_a_server_that_is_told_not_to_makes_nothing(project: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(project, tmp_path / "project", symlinks=True))
    with serving(str(root), KIZUNA_PREPARE_MB="0"):
        time.sleep(2)
        assert not (root / "releases" / ".prepared").exists()


def test_a_new_release_ends_the_preparing_of_the_old(release: Release, tmp_path: Path) -> None:
    events: list[str] = []

    async def slowly(site: Site) -> bool:
        events.append(f"begun {site.release.id}")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            events.append("ended")
            raise
        return True

    folder = tmp_path / "releases"
    first, second = "000000000001", "000000000002"
    for identifier in (first, second):
        shutil.copytree(release.folder, folder / identifier)
        manifest = folder / identifier / "manifest.json"
        text = manifest.read_text(encoding="utf-8")
        text = text.replace(f'"id": "{release.id}"', f'"id": "{identifier}"')
        manifest.write_text(text, encoding="utf-8")
    releases = Releases(folder)
    releases.switch(first)
    holder = SiteHolder(
        releases, opener(lambda r: EmbeddedEngine(r.store), tmp_path / "queries"), slowly
    )

    async def run() -> None:
        watching = asyncio.create_task(holder.watch())
        await _until(lambda: events == [f"begun {first}"])
        releases.switch(second)
        await _until(lambda: events == [f"begun {first}", "ended", f"begun {second}"])
        watching.cancel()
        holder.close()
        await asyncio.sleep(0)

    asyncio.run(run())
    assert events[-1] == "ended"


async def _until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not reached():
            await asyncio.sleep(0.05)


def test_the_command_prepares(project: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(project, tmp_path / "project", symlinks=True))
    none = kizuna(
        "prepare", str(root), "--releases", str(tmp_path / "none"), KIZUNA_PREPARE_MB="50"
    )
    assert (none.returncode, "there is no release yet" in none.stderr) == (3, True)
    refused = kizuna("prepare", str(root), KIZUNA_PREPARE_MB="0")
    assert (refused.returncode, "prepare_mb is 0" in refused.stderr) == (2, True)
    done = kizuna("prepare", str(root), "--json", KIZUNA_PREPARE_MB="50")
    figures = json.loads(done.stdout)
    assert figures["representations"] > 0
    assert figures["bytes"] == sum(
        p.stat().st_size for p in (root / "releases/.prepared").iterdir()
    )
    again = kizuna("prepare", str(root), KIZUNA_PREPARE_MB="50")
    assert (
        f"{figures['representations']} representations of {figures['id']} are ready" in again.stdout
    )
