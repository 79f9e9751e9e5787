"""What the client has already, and what part of an answer it wants: RFC 9110, sections 13 and 14."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from conftest import Client
from kizuna.release import Release
from kizuna.web import Site

FAIR = "/doc/event/fair.ttl"
KINDS = [FAIR, "/graph/fair-report.nq", "/ontology.ttl", "/shapes.ttl", "/catalog.jsonld"]


@pytest.mark.parametrize("path", KINDS)
def test_a_date_tells_what_is_known(client: Client, path: str) -> None:
    first = client.get(path)
    date = first.headers["last-modified"]
    assert parsedate_to_datetime(date) <= datetime.now(UTC)
    cases = [
        # sent                                                               status
        ({"if-modified-since": date}, 304),
        ({"if-modified-since": "Sun, 06 Nov 2044 08:49:37 GMT"}, 304),
        ({"if-modified-since": "Sat, 01 Jan 2000 00:00:00 GMT"}, 200),
        ({"if-modified-since": "yesterday"}, 200),
        ({"if-modified-since": "Sat, 01 Jan 99999 00:00:00 GMT"}, 200),
        ({"if-modified-since": date, "if-none-match": '"other"'}, 200),  # the tag counts first
        ({"if-modified-since": date, "if-none-match": ""}, 200),
        ({"if-modified-since": "yesterday", "if-none-match": first.headers["etag"]}, 304),
    ]
    for headers, status in cases:
        for answer in (client.get(path, headers=headers), client.head(path, headers=headers)):
            assert answer.status_code == status, headers
            assert answer.headers["last-modified"] == date
            assert answer.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("path", [FAIR, "/doc/event/fair.html", "/search.json?q=fair"])
def test_who_wants_another_version_is_told(client: Client, path: str) -> None:
    first = client.get(path)
    tag, date = first.headers["etag"], first.headers.get("last-modified", "")
    old = "Sat, 01 Jan 2000 00:00:00 GMT"
    cases = [
        # sent                                             status
        ({"if-match": tag}, 200),
        ({"if-match": f'"other", {tag}'}, 200),
        ({"if-match": "*"}, 200),
        ({"if-match": '"other"'}, 412),
        ({"if-match": ""}, 412),
        ({"if-match": f"W/{tag}"}, 412),  # compared strongly
        ({"if-match": '"other"', "if-none-match": tag}, 412),  # it counts first
        ({"if-match": tag, "if-none-match": tag}, 304),
        ({"if-unmodified-since": old}, 412 if date else 200),
        ({"if-unmodified-since": old, "if-match": tag}, 200),
        ({"if-unmodified-since": date or old}, 200),
        ({"if-unmodified-since": "yesterday"}, 200),
    ]
    for headers, status in cases:
        for answer in (client.get(path, headers=headers), client.head(path, headers=headers)):
            assert answer.status_code == status, headers
    missing = client.get("/doc/event/nope.ttl", headers={"if-match": '"other"'})
    assert missing.status_code == 404  # a condition counts only where there would be an answer


def test_going_back_is_a_change(small_release: Release, tmp_path: Path) -> None:
    made = datetime.fromisoformat(small_release.manifest.created)
    folder = tmp_path / small_release.id
    alone = Release(folder, small_release.manifest)
    assert alone.since == made
    (tmp_path / "current").symlink_to(small_release.id)
    os.utime(tmp_path / "current", (4e9, 4e9), follow_symlinks=False)
    assert alone.since == datetime.fromtimestamp(4e9, UTC)
    other = Release(tmp_path / "other", small_release.manifest)
    assert other.since == made


# fmt: off
RANGES = [
    # Range               status  first  end of what is sent
    ("bytes=0-9",         206,    0,     10),
    ("bytes=10-",         206,    10,    None),
    ("bytes=-7",          206,    -7,    None),
    ("BYTES=0-0",         206,    0,     1),
    ("bytes=0-9999999",   206,    0,     None),
    ("bytes=0-1,5-6",     200,    0,     None),  # several: all of it
    ("lines=0-5",         200,    0,     None),
    ("bytes=5-2",         200,    0,     None),
    ("bytes=",            200,    0,     None),
]
# fmt: on


@pytest.mark.parametrize("path", [*KINDS, "/doc/event/fair.html", "/static/style.css"])
@pytest.mark.parametrize(("wanted", "status", "first", "end"), RANGES)
def test_ranges(
    client: Client, path: str, wanted: str, status: int, first: int, end: int | None
) -> None:
    whole = client.get(path)
    assert whole.headers["accept-ranges"] == "bytes"
    part = client.get(path, headers={"range": wanted})
    assert part.status_code == status
    assert part.content == whole.content[first:end]
    assert int(part.headers["content-length"]) == len(part.content)
    assert part.headers["etag"] == whole.headers["etag"]
    if status == 206:
        begin = first % len(whole.content)
        last = begin + len(part.content) - 1
        assert part.headers["content-range"] == f"bytes {begin}-{last}/{len(whole.content)}"


def test_a_range_is_of_the_bytes_in_their_coding(client: Client) -> None:
    headers = {"accept-encoding": "gzip", "range": "bytes=0-1"}
    part = client.get("/ontology.ttl", headers={**headers, "accept-encoding": "identity"})
    assert part.content == client.get("/ontology.ttl").content[:2]
    coded = client.head("/ontology.ttl", headers={"accept-encoding": "gzip"})
    assert coded.headers["accept-ranges"] == "bytes"
    gone = client.get(
        "/ontology.ttl",
        headers={"accept-encoding": "gzip", "range": f"bytes={coded.headers['content-length']}-"},
    )
    assert gone.status_code == 416


def test_a_range_that_is_not_there(client: Client) -> None:
    size = len(client.get(FAIR).content)
    answer = client.get(FAIR, headers={"range": f"bytes={size}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")
    assert answer.json()["kind"] == "RangeNotSatisfiable" or answer.json()["status"] == 416
    page = client.get(FAIR, headers={"range": f"bytes={size}-", "accept": "text/html"})
    assert (page.status_code, page.headers["content-type"][:9]) == (416, "text/html")


def test_a_range_of_this_very_version(client: Client, site: Site) -> None:
    whole = client.get(FAIR)
    for held, status in (
        (whole.headers["etag"], 206),
        (whole.headers["last-modified"], 206),
        (f"W/{whole.headers['etag']}", 200),
        ('"other"', 200),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 200),
    ):
        answer = client.get(FAIR, headers={"range": "bytes=0-9", "if-range": held})
        assert answer.status_code == status, held
    assert client.head(FAIR, headers={"range": "bytes=0-9"}).status_code == 200
    known = {"range": "bytes=0-9", "if-none-match": whole.headers["etag"]}
    assert client.get(FAIR, headers=known).status_code == 304  # conditions come first


def test_links_say_what_it_is(client: Client, site: Site) -> None:
    base = site.addresses.base
    link = client.get(FAIR).headers["link"]
    for wanted in (
        f'<{base}id/event/fair>; rel="describes"',
        f'<{base}doc/event/fair>; rel="canonical"',
        f'<{base}id/event/fair>; rel="cite-as"',
        f'<{base}ontology#Fair>; rel="type"',
        f'<{base}profiles#evidence>; rel="profile"',
        f'</doc/event/fair?_profile=thing>; rel="alternate"; profile="{base}profiles#thing"',
    ):
        assert wanted in link
    for path in ("/ontology", "/catalog", "/graph/fair-report"):
        link = client.get(path, headers={"accept": "text/turtle"}).headers["link"]
        assert f'<{base}{path[1:]}>; rel="canonical"' in link
        assert 'rel="describedby"' in link
        assert 'rel="license"' in link
    assert 'rel="type"' in client.get("/catalog.ttl").headers["link"]


@pytest.mark.parametrize("parameter", ["_format", "format", "_mediatype"])
@pytest.mark.parametrize("path", ["/doc/event/fair", "/ontology", "/graph/fair-report", "/catalog"])
def test_the_address_names_the_format(client: Client, path: str, parameter: str) -> None:
    for wanted in ("nt", "application/n-triples", "APPLICATION/N-Triples"):
        answer = client.get(f"{path}?{parameter}={wanted}", headers={"accept": "text/html"})
        assert answer.headers["content-type"] == "application/n-triples"
        assert answer.headers["content-location"] == f"{path}.nt"
    assert client.get(f"{path}?{parameter}=nope").status_code == 406
