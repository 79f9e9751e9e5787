"""Scripts of other sites may do what the preflight promises, and read what the answers say."""

from __future__ import annotations

import re

import pytest

from conftest import Client
from kizuna.web import Site
from kizuna.web.middleware import EVERYWHERE, PREFLIGHT
from support import ROOT

# Fetch standard, section 2.2.2: these may be read without being exposed.
SAFE = {
    "cache-control", "content-language", "content-length", "content-type", "expires",
    "last-modified", "pragma",
}  # fmt: skip
# What says nothing to a script: about the transfer, the page, the browser's own rules.
FOR_THE_BROWSER = {
    "content-encoding", "content-security-policy", "referrer-policy", "vary",
    "x-content-type-options",
}  # fmt: skip
CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "server" / "kizuna" / "web").rglob("*.py")
)


def listed(value: str) -> set[str]:
    return {name.strip().lower() for name in value.split(",")}


def test_every_header_that_is_read_may_be_sent() -> None:
    read = set(re.findall(r'headers\.get(?:list)?\(\s*"([a-z-]+)"', CODE))
    read |= set(re.findall(r'"([a-z-]+)" in request\.headers', CODE))
    assert {"accept", "if-none-match", "content-type", "authorization"} <= read
    by_the_browser = {"content-length", "accept-encoding", "host"}
    refused = {"content-encoding", "content-range"}
    by_code_hosts = {"x-gitlab-token"}
    assert read - by_the_browser - refused - by_code_hosts <= listed(
        PREFLIGHT["access-control-allow-headers"]
    )


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/doc/event/fair", {"accept": "text/html"}, 200),
        ("/id/event/fair", {}, 303),
        ("/graphs?default", {}, 200),
        ("/sparql?query=ASK%7B%7D", {}, 200),
        ("/queries/events.csv", {}, 200),
        ("/dumps/{}/dataset.nt", {}, 200),
        ("/dumps/{}/dataset.nt", {"range": "bytes=0-9"}, 206),
        ("/dumps/{}/dataset.nt", {"range": "bytes=999999999-"}, 416),
        ("/nope", {}, 404),
        ("/sparql?query=SELECT", {}, 400),
    ],
)
def test_every_header_that_is_sent_may_be_read(
    client: Client, site: Site, path: str, headers: dict[str, str], status: int
) -> None:
    answer = client.get(path.format(site.release.id), headers=headers)
    assert answer.status_code == status
    exposed = listed(answer.headers["access-control-expose-headers"])
    sent = {name for name in answer.headers if not name.startswith("access-control-")}
    assert sent - SAFE - FOR_THE_BROWSER <= exposed


def test_what_writers_need() -> None:
    sent = {"authorization", "content-type", "if-match", "if-none-match", "if-unmodified-since"}
    assert sent <= listed(PREFLIGHT["access-control-allow-headers"])
    read = {"kizuna-release", "www-authenticate", "allow", "retry-after", "location", "etag"}
    assert read <= listed(EVERYWHERE["access-control-expose-headers"])
