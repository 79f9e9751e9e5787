"""``/review``: decided in the browser, with the token in the form and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from kizuna.iris import Addresses
from kizuna.proposals import Place
from kizuna.proposals.kinds import pending
from kizuna.proposals.links import propose
from live import TOKEN, serving
from records import RECORDS
from support import BASE, copy_bridge, edit

HTML = {"accept": "text/html"}


@dataclass(frozen=True)
class Desk:
    """A server of the project in ``root``, and a client of it."""

    root: Path
    client: httpx.Client

    @property
    def place(self) -> Place:
        return Place(self.root, Addresses.at(BASE))

    def send(self, **fields: str) -> httpx.Response:
        return self.client.post(
            "/review", data={"token": TOKEN, "by": "Aiko", **fields}, headers=HTML
        )

    def waiting(self) -> list[str]:
        return [p.id for p in pending(self.place)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = copy_bridge(tmp_path_factory.mktemp("desk") / "bridge")
    edit(root / "kizuna.toml", '["en", "de"]', '["en", "de", "ja"]')
    with serving(str(root), "--writable") as live:
        yield Desk(root, live.client)


@pytest.fixture
def desk(served: Desk) -> Desk:
    for name in ("data/ttl/links.ttl", "data/proposals/decisions.ttl"):
        (served.root / name).unlink(missing_ok=True)
    propose(served.place, RECORDS)
    return served


WORDS = {"en": "Token of the publisher", "de": "Token des Herausgebers", "ja": "公開者のトークン"}


@pytest.mark.parametrize("language", WORDS)
def test_the_door(desk: Desk, language: str) -> None:
    page = desk.client.get(f"/review?lang={language}", headers=HTML)
    assert page.status_code == 200
    assert WORDS[language] in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "Q10" not in page.text, "nothing is shown without the token"
    assert f'action="/review?lang={language}"' in page.text


def test_one_after_the_other(desk: Desk) -> None:
    first, second = desk.waiting()[:2]
    page = desk.send()
    assert f'name="id" value="{first}"' in page.text
    assert "name +0.55: en “Alpha”" in page.text
    assert 'href="http://www.wikidata.org/entity/Q30"' in page.text
    page = desk.send(id=first, choice="defer")
    assert f'name="id" value="{second}"' in page.text
    assert f'name="left" value="{first}"' in page.text
    page = desk.send(id=second, choice="accept", left=first)
    assert page.status_code == 200
    links = (desk.root / "data/ttl/links.ttl").read_text(encoding="utf-8")
    assert "skos:exactMatch wd:Q20 ;" in links
    assert "accepted by Aiko on " in links
    assert first in desk.waiting()
    assert second not in desk.waiting()
    for one in desk.waiting():
        desk.send(id=one, choice="reject")
    assert "Nothing waits for a decision." in desk.send().text
    assert "sssom:NegatedPredicate" in (desk.root / "data/proposals/decisions.ttl").read_text()


# fmt: off
REFUSED: list[tuple[dict[str, Any], int]] = [
    # what is sent                                                                                    status
    ({"data": {"id": "ID", "choice": "accept", "by": "x"}},                                           401),
    ({"data": {"token": "wrong", "id": "ID", "choice": "accept", "by": "x"}},                         401),
    ({"data": {"id": "ID", "choice": "accept", "by": "x"}, "headers": {"authorization": f"Bearer {TOKEN}"}}, 401),
    ({"data": {"token": TOKEN, "id": "ID", "choice": "accept"}},                                      400),
    ({"data": {"token": TOKEN, "id": "ID", "choice": "accept", "by": " "}},                           400),
    ({"data": {"token": TOKEN, "id": "ID", "choice": "twin", "by": "x"}},                             400),
    ({"content": f"token={TOKEN}", "headers": {"content-type": "text/plain"}},                        415),
    ({"json": {"token": TOKEN}},                                                                      415),
    ({"data": {"token": TOKEN, "left": "x" * 200_000}},                                               413),
]
# fmt: on


@pytest.mark.parametrize(("sent", "status"), REFUSED)
def test_what_is_refused_changes_nothing(desk: Desk, sent: dict[str, Any], status: int) -> None:
    before = desk.waiting()
    if "data" in sent:
        named = {k: before[0] if v == "ID" else v for k, v in sent["data"].items()}
        sent = sent | {"data": named}
    answer = desk.client.post("/review", **sent)
    assert answer.status_code == status
    assert TOKEN not in answer.text
    assert desk.waiting() == before
    assert not (desk.root / "data/ttl/links.ttl").exists()


def test_what_is_decided_twice_is_told(desk: Desk) -> None:
    first = desk.waiting()[0]
    assert desk.send(id=first, choice="reject").status_code == 200
    late = desk.send(id=first, choice="reject")
    assert late.status_code == 200
    assert "That is decided already." in late.text


def test_markup_in_proposals_is_text(desk: Desk) -> None:
    nasty = replace(RECORDS[0], target_label="<script>alert(1)</script>", comment="name +0: <b>")
    propose(desk.place, [nasty])
    page = desk.send().text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"<b>\s*</li>", page)


def test_an_empty_store_has_no_desk() -> None:
    with serving("--bare", "--writable") as live:
        assert live.client.get("/review").status_code == 403
        assert live.client.post("/review", data={"token": TOKEN}).status_code == 403
