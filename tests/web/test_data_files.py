from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Client
from kizuna.engine import EmbeddedEngine
from kizuna.release import Release, Releases
from kizuna.web import Site, create_app, open_site
from kizuna.web.routes import data

OLD = "Sat, 01 Jan 2000 00:00:00 GMT"


def address(site: Site, name: str = "dataset.nt") -> str:
    return f"/dumps/{site.release.id}/{name}"


def test_dumps_are_listed_with_their_digests(client: Client, site: Site) -> None:
    page = client.get("/dumps").text
    for name, record in site.manifest.files.items():
        if name.startswith("dumps/"):
            assert address(site, name.removeprefix("dumps/")) in page
            assert record.sha256 in page


def test_a_dump_is_immutable(client: Client, site: Site) -> None:
    answer = client.get(address(site))
    record = site.manifest.files["dumps/dataset.nt"]
    assert hashlib.sha256(answer.content).hexdigest() == record.sha256
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "application/n-triples"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    for since, status in ((answer.headers["last-modified"], 304), ("yesterday", 200), (OLD, 200)):
        dated = client.get(address(site), headers={"if-modified-since": since})
        assert dated.status_code == status
    both = {"if-modified-since": answer.headers["last-modified"], "if-none-match": '"other"'}
    assert client.get(address(site), headers=both).status_code == 200
    again = client.get(address(site), headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(address(site))
    assert head.headers["content-length"] == str(len(answer.content))


# fmt: off
RANGES = [
    # range                status  begins  ends
    ("bytes=0-9",           206,   0,      10),
    ("bytes=-10",           206,   -10,    None),
    ("bytes=100-",          206,   100,    None),
    ("bytes=5-5",           206,   5,      6),
    ("bytes=0-1 , 2-9",     206,   0,      10),    # two that touch are one
    ("bytes=0-9,99999999-", 206,   0,      10),    # of two, what is there
    ("bytes=0-99999999",    206,   0,      None),
    ("bytes=10-5",          200,   0,      None),  # ends before it begins: no range
    ("bytes=0-1,10-5",      200,   0,      None),
    ("bytes=0-" + "9" * 5_000, 200, 0,     None),  # no number
    ("bytes=\u00b2-",        200,   0,      None),
    ("lines=0-5",           200,   0,      None),  # an unknown unit is ignored
    ("bytes=abc",           200,   0,      None),  # so is what is no range
    ("bytes",               200,   0,      None),
    ("bytes=" + ",".join("1-2" for _ in range(50)), 200, 0, None),  # and what is unreasonable
]
# fmt: on


@pytest.mark.parametrize(("wanted", "status", "begin", "end"), RANGES)
def test_ranges(
    client: Client, site: Site, wanted: str, status: int, begin: int, end: int | None
) -> None:
    whole = client.get(address(site)).content
    answer = client.get(address(site), headers={"range": wanted.encode("latin-1")})
    assert (answer.status_code, answer.content) == (status, whole[begin:end])


@pytest.mark.parametrize("wanted", ["bytes={}-", "bytes=-0", "bytes=99999999-,{}-{}"])
def test_a_range_that_is_not_there(client: Client, site: Site, wanted: str) -> None:
    size = site.manifest.files["dumps/dataset.nt"].bytes
    headers = {"range": wanted.replace("{}", str(size))}
    answer = client.get(address(site), headers=headers)
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 416
    page = client.get(address(site), headers={**headers, "accept": "text/html"})
    assert (page.status_code, "text/html" in page.headers["content-type"]) == (416, True)
    other = client.get(address(site), headers={**headers, "if-range": '"other"'})
    assert other.status_code == 200  # the range is of another file
    same = client.get(address(site), headers={**headers, "if-range": other.headers["etag"]})
    assert same.status_code == 416


def test_only_get_has_ranges(client: Client, site: Site) -> None:
    answer = client.head(address(site), headers={"range": "bytes=0-9"})
    size = site.manifest.files["dumps/dataset.nt"].bytes
    assert (answer.status_code, answer.headers["content-length"]) == (200, str(size))


# fmt: off
DATES = [
    # if-modified-since                         status
    ("Fri, 31 Dec 9999 23:59:59 -2300",         304),  # in the year 10000, as UTC has it
    ("Fri, 31 Dec 9999 23:59:59 GMT",           304),
    ("Mon, 01 Jan 0001 00:00:00 +2300",         200),
    ("Mon, 01 Jan 0000 00:00:00 GMT",           200),
    ("Fri, 31 Dec 9999 23:59:59 -9999",         200),
    ("Fri, 31 Dec 9999 23:59:59 -0000",         304),
    ("Fri, 31 Dec 9999 23:59:59",               304),
    ("Fri, 99 Dec 2020 23:59:59 GMT",           200),
    ("Fri, 31 Dec 2020 23:59:59 +" + "9" * 30,  200),
    ("9" * 5_000,                               200),
    ("",                                        200),
]
# fmt: on


@pytest.mark.parametrize(("since", "status"), DATES)
def test_any_date_is_read_or_ignored(client: Client, site: Site, since: str, status: int) -> None:
    answer = client.get(address(site), headers={"if-modified-since": since})
    assert answer.status_code == status


DATE = st.builds(
    "{}, {} {} {} {}:{}:{} {}".format,
    st.sampled_from(["Mon", "Tue", ""]),
    st.integers(0, 40),
    st.sampled_from(["Jan", "Dec", "Foo"]),
    st.integers(0, 10_001),
    st.integers(0, 99),
    st.integers(0, 60),
    st.integers(0, 61),
    st.sampled_from(["GMT", "+2359", "-2359", "+2400", "-0000", "+99999999", "x", ""]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DATE | st.text(st.characters(min_codepoint=32, max_codepoint=255)))
def test_no_date_breaks_anything(client: Client, site: Site, since: str) -> None:
    answer = client.head(address(site), headers={"if-modified-since": since.encode("latin-1")})
    assert answer.status_code in {200, 304}


def test_another_version_is_refused_to_who_wants_one_alone(client: Client, site: Site) -> None:
    answer = client.get(address(site), headers={"if-match": '"other"'})
    assert (answer.status_code, answer.headers["content-type"]) == (412, "application/problem+json")
    held = client.get(
        address(site), headers={"if-match": client.get(address(site)).headers["etag"]}
    )
    assert held.status_code == 200


def test_only_files_of_the_manifest(client: Client, site: Site) -> None:
    for path in (
        address(site, "nope.nt"),
        address(site, "..%2Fmanifest.json"),
        "/dumps/000000000000",
        "/dumps/000000000000/dataset.nt",
        "/dumps/../dataset.nt",
        "/dumps/current/dataset.csv",
    ):
        assert client.get(path).status_code == 404


def test_an_older_release_that_is_kept_can_still_be_fetched(
    small_release: Release, site: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "releases"
    shutil.copytree(small_release.folder, folder / small_release.id)
    other = folder / "0123456789ab"
    shutil.copytree(small_release.folder, other)
    manifest = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    manifest["id"] = "0123456789ab"
    (other / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    newer = Releases(folder).get("0123456789ab")
    opened = open_site(newer, EmbeddedEngine(newer.store), tmp_path)
    try:
        client = Client(create_app(opened))
        assert client.get(address(site)).status_code == 200
        assert client.get(f"/dumps/{newer.id}/dataset.ttl").status_code == 200
    finally:
        opened.close()


@pytest.mark.parametrize(("moved", "status"), [(0, 200), (1, 200), (2, 200), (9, 404)])
def test_a_release_may_move_into_the_archive_while_a_file_of_it_is_asked_for(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch, moved: int, status: int
) -> None:
    """Whoever has looked where it is finds it also if it is elsewhere a moment later."""
    there = iter([True, *[False] * moved, *[True] * 9])

    def found(releases: Path, identifier: str) -> Path:
        return releases / (identifier if next(there) else "gone")

    monkeypatch.setattr(data, "folder_of", found)
    answer = client.get(address(site, "dataset.nt"))
    assert answer.status_code == status
    if status == 200:
        digest = hashlib.sha256(answer.content).hexdigest()
        assert digest == site.manifest.files["dumps/dataset.nt"].sha256
