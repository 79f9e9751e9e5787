"""What pages show is said by the project: without its file, or with a broken one, they still stand."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Store

from conftest import Client
from kizuna.checks.pages import Pages
from kizuna.checks.showing import FILE
from kizuna.engine import EmbeddedEngine
from kizuna.release import Release
from kizuna.web import create_app, open_site

pytestmark = pytest.mark.embedded("no engine has a part in it")
BROKEN = '[[navigation]]\nname = "x"\n'


@pytest.fixture(params=["", BROKEN], ids=["no file", "broken"])
def plain(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    small_release: Release,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Client]:
    if request.param:
        (tmp_path / FILE).write_text(request.param, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        site = open_site(small_release, EmbeddedEngine(Store()), tmp_path / "queries")
    told = [record.getMessage() for record in caplog.records if FILE in record.getMessage()]
    assert [f"{tmp_path / FILE}:1: 'label' is missing" in line for line in told] == (
        [True] if request.param else []
    )
    assert site.pages == Pages()
    yield Client(create_app(site))
    site.close()


@pytest.mark.parametrize("language", ["en", "de", "ja"])
@pytest.mark.parametrize(
    "path", ["/", "/classes/kz-Agreement", "/pictures", "/compare", "/doc/event/fair.html"]
)
def test_pages_stand(plain: Client, path: str, language: str) -> None:
    page = plain.get(f"{path}?lang={language}", headers={"accept": "text/html"})
    assert page.status_code == 200
    navigation = page.text.partition("<nav")[2].partition("</nav>")[0]
    assert "/classes/org-Organization" in navigation
    assert "/classes/kz-SourceDocument" in navigation
    assert "/classes/kz-Agreement" not in navigation
