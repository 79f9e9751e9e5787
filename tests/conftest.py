"""What many tests need: a small project of invented facts, built and served in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
from starlette.types import ASGIApp

from kizuna.checks import check_project
from kizuna.engine import EmbeddedEngine
from kizuna.iris import Addresses
from kizuna.project import load_project
from kizuna.release import Release, Releases, build_release
from kizuna.web import Site, create_app, open_site

hypothesis.settings.register_profile("kizuna", deadline=None)
hypothesis.settings.load_profile("kizuna")

SMALL = Path(__file__).parent / "projects" / "small"
SMALL_BASE = "https://example.org/small/"


@pytest.fixture(scope="session")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of tests/projects/small."""
    project = load_project(
        SMALL, Addresses.at(SMALL_BASE), ("en", "de", "ja"), SMALL / "data" / "documents"
    )
    releases = Releases(tmp_path_factory.mktemp("small") / "releases")
    return build_release(project, check_project(project), releases)


@pytest.fixture(scope="session")
def site(small_release: Release) -> Iterator[Site]:
    """The small release with an engine in this process."""
    opened = open_site(small_release, EmbeddedEngine(small_release.store), SMALL / "queries")
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
