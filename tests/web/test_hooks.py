"""The address where code hosts call: who may, what they get, and that nothing of a secret is told."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from conftest import Client
from kizuna.keeping import Folder, Keeper, Plan
from kizuna.web import FixedSite, Site, create_app
from kizuna.web.operation import Operation
from kizuna.web.routes import hooks

TOKEN = "a-token-of-tests-only"
BODY = b'{"ref": "refs/heads/main", "repository": {"name": "x"}}'
HOOK = "/hooks/update"


@dataclass(eq=False)
class Waked(Keeper):
    """A keeper that counts how often it is woken."""

    times: list[str] = field(default_factory=list)

    def wake(self) -> None:
        self.times.append("woken")


@pytest.fixture
def keeper(tmp_path: Path) -> Waked:
    return Waked(Plan(Folder(tmp_path, tmp_path), tmp_path, watch=True, token=TOKEN))


@pytest.fixture
def caller(site: Site, keeper: Waked) -> Client:
    source = FixedSite(site)
    return Client(create_app(source, operation=Operation(source, keeper=keeper)))


def signed(body: bytes, key: str = TOKEN) -> str:
    return "sha256=" + hmac.new(key.encode(), body, sha256).hexdigest()


# fmt: off
CALLS: list[tuple[dict[str, str], int]] = [
    # headers                                                            status
    ({"authorization": f"Bearer {TOKEN}"},                               202),
    ({"authorization": f"bearer  {TOKEN} "},                             202),
    ({"x-gitlab-token": TOKEN},                                          202),
    ({"x-hub-signature-256": signed(BODY)},                              202),
    ({"x-hub-signature-256": signed(BODY), "x-github-event": "ping"},    202),
    ({"x-hub-signature-256": signed(BODY), "authorization": "Bearer x"}, 202),  # one is enough
    ({},                                                                 401),
    ({"authorization": "Bearer"},                                        401),
    ({"authorization": "Bearer "},                                       401),
    ({"authorization": f"Basic {TOKEN}"},                                401),
    ({"authorization": f"Bearer {TOKEN}x"},                              401),
    ({"authorization": "Bearer é"},                                      401),
    ({"authorization": TOKEN},                                           401),
    ({"x-gitlab-token": ""},                                             401),
    ({"x-gitlab-token": TOKEN.upper()},                                  401),
    ({"x-hub-signature-256": signed(BODY + b" ")},                       401),
    ({"x-hub-signature-256": signed(BODY, "another")},                   401),
    ({"x-hub-signature-256": signed(BODY).removeprefix("sha256=")},      401),
    ({"x-hub-signature-256": "sha256="},                                 401),
    ({"x-hub-signature": "sha1=" + "0" * 40},                            401),
]
# fmt: on


@pytest.mark.parametrize(("headers", "status"), CALLS)
def test_who_may_call(caller: Client, keeper: Waked, headers: dict[str, str], status: int) -> None:
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = caller.post(HOOK, content=BODY, headers=sent)
    assert answer.status_code == status
    assert len(keeper.times) == (status == 202)
    assert TOKEN not in answer.text
    assert answer.headers["cache-control"] in {"no-store", "no-cache"}
    if status == 202:
        assert answer.json() == {"status": "accepted", "look": "/readyz"}
        assert caller.get(answer.headers["location"]).json()["update"]["trouble"] is None
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["hint"]


def test_a_token_in_the_address_is_none(caller: Client, keeper: Waked) -> None:
    assert caller.post(f"{HOOK}?token={TOKEN}&access_token={TOKEN}").status_code == 401
    assert keeper.times == []


@pytest.mark.parametrize("token", ["", None])
def test_where_it_is_not_open(site: Site, keeper: Waked, token: str | None) -> None:
    source = FixedSite(site)
    closed = None if token is None else Keeper(Plan(keeper.plan.folder, Path(), watch=True))
    client = Client(create_app(source, operation=Operation(source, keeper=closed)))
    for headers in ({}, {"authorization": "Bearer "}, {"x-hub-signature-256": signed(b"", "")}):
        answer = client.post(HOOK, headers=headers)
        assert (answer.status_code, answer.json()["kind"]) == (403, "Refused")
        assert "KIZUNA_HOOK_TOKEN" in answer.json()["hint"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_other_methods(caller: Client, keeper: Waked, method: str) -> None:
    answer = caller.request(method, HOOK, headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")
    assert keeper.times == []


@pytest.mark.parametrize("path", ["/hooks", "/hooks/", "/hooks/other", "/hooks/update/"])
def test_other_addresses(caller: Client, path: str) -> None:
    answer = caller.post(path, headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_too_large_is_not_read(
    caller: Client, keeper: Waked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "MOST_SENT", 10)
    answer = caller.post(HOOK, content=BODY, headers={"x-hub-signature-256": "sha256=0"})
    assert (answer.status_code, keeper.times) == (413, [])


def test_a_body_that_proves_nothing_is_not_read(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "MOST_SENT", 10)
    for token, status in ((TOKEN, 202), ("other", 401)):
        answer = caller.post(HOOK, content=BODY, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status


def test_secrets_are_not_shown(keeper: Waked) -> None:
    assert TOKEN not in repr(keeper)
