"""What many tests need: a small project of invented facts, built and served in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
from playwright.sync_api import Browser
from starlette.types import ASGIApp

from browsing import Visitor, chromium, shipped
from deviations import DEVIATIONS
from kizuna.checks import check_project
from kizuna.iris import Addresses
from kizuna.project import load_project
from kizuna.release import Release, Releases, build_release
from kizuna.settings import SETTINGS
from kizuna.web import Site, create_app, open_site
from links import Linked, unlinked
from live import kizuna
from oddities import odd_site
from servers import CHOSEN, EMBEDDED, SERVERS, Service
from wikidata import Server, wikidata

hypothesis.settings.register_profile("kizuna", deadline=None)
hypothesis.settings.load_profile("kizuna")

SMALL = Path(__file__).parent / "projects" / "small"
LONGEST = {"test_conformance.py"}
SMALL_BASE = "https://example.org/small/"


def build_small(root: Path) -> Release:
    """Return the release of a copy of the small project, built into its folder ``releases``.

    It is built whatever the checks find: what a test adds need not conform.
    """
    documents = root / "data" / "documents"
    project = load_project(root, Addresses.at(SMALL_BASE), ("en", "de", "ja"), documents)
    report = replace(check_project(project), findings=())
    return build_release(project, report, Releases(root / "releases"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "embedded(reason): not for engines elsewhere, see servers.py"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is about the embedded engine alone; expect the known deviations of others.

    What takes long begins first: at the end it would keep one process busy and leave the others idle.
    """
    items.sort(key=lambda item: item.path.name not in LONGEST)
    for item in items:
        name = engine_of(item)
        about = item.get_closest_marker("embedded")
        if about and name != EMBEDDED:
            item.add_marker(pytest.mark.skip(reason=f"{EMBEDDED} engine only: {about.args[0]}"))
        for known in DEVIATIONS:
            if known.engine == name and id_of(item) in (*known.tests, *known.at_times):
                always = id_of(item) in known.tests
                item.add_marker(pytest.mark.xfail(reason=f"{name}: {known.what}", strict=always))


def engine_of(item: pytest.Item) -> str:
    """Return the name of the engine that a test uses, if it uses one."""
    call = getattr(item, "callspec", None)
    return str(call.params.get("asked", CHOSEN) if call else CHOSEN) or EMBEDDED


def id_of(item: pytest.Item) -> str:
    """Return file and name of a test, without the engine among its parameters."""
    return f"{item.path.name}::{item.nodeid.partition('::')[2]}".replace(
        f"[{engine_of(item)}-", "["
    )


@pytest.fixture
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting comes from the environment of whoever runs the tests."""
    for row in SETTINGS:
        if row.env:
            monkeypatch.delenv(row.env, raising=False)


@pytest.fixture(scope="session")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of tests/projects/small."""
    project = load_project(
        SMALL, Addresses.at(SMALL_BASE), ("en", "de", "ja"), SMALL / "data" / "documents"
    )
    releases = Releases(tmp_path_factory.mktemp("small") / "releases")
    return build_release(project, check_project(project), releases)


@pytest.fixture(scope="session")
def behind(small_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The engine of this run, which holds the small release; see servers.py."""
    with SERVERS[CHOSEN or EMBEDDED](tmp_path_factory.mktemp("engine")) as service:
        service.fill(small_release)
        yield service


@pytest.fixture(scope="session")
def site(small_release: Release, behind: Service) -> Iterator[Site]:
    """The small release with the engine of this run."""
    opened = open_site(small_release, behind.engine(small_release), SMALL / "queries")
    yield opened
    opened.close()


@dataclass(frozen=True)
class Client:
    """A client of an application in this process: no network, no redirects, no header unasked."""

    app: ASGIApp
    raises: bool = True

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Return the answer; ``raises``: what the application raises is raised here."""
        return asyncio.run(self.send(httpx.Request(method, f"http://small{path}", **options)))

    async def send(self, request: httpx.Request) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=self.raises)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.send(request)

    def get(self, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        return self.request("GET", path, **options)

    def head(self, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        return self.request("HEAD", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        return self.request("POST", path, **options)

    def options(self, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        return self.request("OPTIONS", path, **options)


@pytest.fixture(scope="session")
def client(site: Site) -> Client:
    """A client of the small site."""
    return Client(create_app(site))


# Playwright keeps an event loop running in this thread until it stops: with the last test of a
# module it does, else no test after it in this process could run a loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a server of the shipped project."""
    with shipped(tmp_path_factory.mktemp("releases")) as found:
        yield found


@pytest.fixture(scope="session")
def odd_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a server of the small project with all that is odd."""
    with odd_site(tmp_path_factory.mktemp("odd")) as found:
        yield found


@pytest.fixture
def odd_visitor(browser: Browser, odd_address: str) -> Iterator[Visitor]:
    found = Visitor(browser, odd_address)
    yield found
    found.leave()


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visitor]:
    found = Visitor(browser, address)
    yield found
    found.leave()


@pytest.fixture(scope="session")
def served() -> Iterator[Server]:
    with wikidata() as server:
        yield server


@pytest.fixture
def loopback(served: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Wikidata, well-behaved again, with the settings that lead to it."""
    served.clear()
    for name, value in served.environ.items():
        monkeypatch.setenv(name, value)
    return served


@pytest.fixture
def unlinked_root(tmp_path: Path) -> Path:
    return unlinked(tmp_path / "project")


@pytest.fixture(scope="session")
def linked(served: Server, tmp_path_factory: pytest.TempPathFactory) -> Linked:
    root = unlinked(tmp_path_factory.mktemp("linked") / "project")
    served.clear()
    done = kizuna("link", str(root), "--json", **served.environ)
    assert done.returncode == 0, done.stderr
    return Linked(root, done.stdout, done.stderr, tuple(served.seen), frozenset(served.agents))
