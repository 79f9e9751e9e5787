"""Things as they were: the way to them by a moment, their states, and lists of those (RFC 7089)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pyoxigraph import Store, parse

from conftest import SMALL, SMALL_BASE, Client, build_small
from kizuna.engine import EmbeddedEngine
from kizuna.formats import Format, Kind, carrying
from kizuna.release import Release, Releases
from kizuna.web import Site, create_app, open_site
from kizuna.web.conditions import http_date
from kizuna.web.quick import at_once
from support import edit

ADA, DOC = "/id/person/ada-quill", "/doc/person/ada-quill"
NEW = "field/new"
FIELD = f"""
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix kz: <https://w3id.org/kizuna/ontology#> .
<{SMALL_BASE}id/{NEW}> a kz:TechnologyField ; skos:prefLabel "Field"@en .
"""
DAYS = [datetime.fromisoformat(f"2026-01-0{day}T12:00:00+00:00") for day in (1, 2, 3, 4)]


@dataclass(frozen=True)
class Past:
    """Three releases, made on three days; on a fourth the second became current again.

    In the first Ada has her name, in the others other ones; the field is in the second alone.
    """

    releases: list[Release]
    site: Site
    client: Client

    def named(self, text: str) -> str:
        """Return a text with releases named by letters instead of A, B and C in braces."""
        return text.format(**{n: r.id for n, r in zip("ABC", self.releases, strict=True)})


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    root = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("past") / "small"))
    file, more = root / "data/ttl/fair-report.ttl", root / "data/ttl/more.ttl"
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for number, day in enumerate(DAYS[:3]):
            patch.setenv("SOURCE_DATE_EPOCH", str(int(day.timestamp())))
            if number == 1:
                more.write_text(FIELD, encoding="utf-8")
            if number == 2:
                more.unlink()
            if number:
                edit(file, f'"Ada Quill{"X" * (number - 1)}"@en', f'"Ada Quill{"X" * number}"@en')
            found.append(build_small(root))
        patch.setenv("SOURCE_DATE_EPOCH", str(int(DAYS[3].timestamp())))
        releases = Releases(root / "releases")
        releases.switch(found[1].id)
        releases.switch(found[2].id)
    site = open_site(found[2], EmbeddedEngine(Store()), SMALL / "queries")
    yield Past(found, site, Client(create_app(site)))
    site.close()


def at(moment: datetime) -> dict[str, str]:
    return {"accept-datetime": http_date(moment)}


HOUR = timedelta(hours=1)
# fmt: off
GATES = [
    # path                  moment                      leads to
    (ADA,                   DAYS[0] - 500 * HOUR,       "/releases/{A}" + DOC),        # before all: the first
    (ADA,                   DAYS[0],                    "/releases/{A}" + DOC),        # at the moment
    (ADA,                   DAYS[1] - HOUR,             "/releases/{A}" + DOC),
    (DOC,                   DAYS[1] + HOUR,             "/releases/{B}" + DOC),
    (DOC,                   DAYS[3] - HOUR,             "/releases/{C}" + DOC),
    (DOC,                   DAYS[3] + 500 * HOUR,       "/releases/{C}" + DOC),        # the future: now
    (f"{DOC}.ttl",          DAYS[1] + HOUR,             "/releases/{B}" + DOC + ".ttl"),
    (f"{DOC}?_profile=thing&x=1&lang=de", DAYS[0],      "/releases/{A}" + DOC + "?_profile=thing&lang=de"),
    (f"/id/{NEW}",          DAYS[0],                    "/releases/{B}/doc/" + NEW),   # the only one
    (f"/doc/{NEW}",         DAYS[3] + HOUR,             "/releases/{B}/doc/" + NEW),   # gone since
]
BAD = ["", "yesterday", "2026-01-01T00:00:00Z", "Sun, 29 Nov 2026 12:00:00 +0000", "Sun, 99 Nov 2026 12:00:00 GMT",
       "Sun, 29 Nov 26 12:00:00 GMT", "Sun, 29 Nov 2026 12:00:00 GMT, Sun, 29 Nov 2026 12:00:00 GMT", "x" * 5_000]
WRONG = [
    # path                                  status  said
    ("/releases/0123456789ab" + DOC,        404, "no release '0123456789ab' is kept"),
    ("/releases/..%2f..%2fetc" + DOC,       404, "nothing stands at"),
    ("/releases/ABCDEF012345" + DOC,        404, "no release 'ABCDEF012345' is kept"),
    ("/releases/{A}/doc/person/nobody",     404, "nothing stands at"),
    ("/releases/{A}/doc/" + NEW,            404, "nothing stands at"),
    ("/releases/{B}" + DOC + ".xyz",        404, "nothing stands at"),
    ("/releases/{B}" + DOC + "?_format=x",  406, "there is no format 'x'"),
    ("/releases/{B}/doc",                   404, "nothing stands at"),
    ("/timemap/link/doc/person/nobody",     404, "no release that is kept"),
    ("/timemap/link" + ADA,                 404, "Ask for the list of a description"),
    ("/timemap/json/doc/person/nobody",     404, "no release that is kept"),
    ("/timemap/xml" + DOC,                  404, "nothing stands at"),
]
# fmt: on


@pytest.mark.parametrize(("path", "moment", "to"), GATES)
def test_a_moment_leads_to_what_was_then(past: Past, path: str, moment: datetime, to: str) -> None:
    for ask in (past.client.get, past.client.head):
        found = ask(path, headers=at(moment) | {"accept": "text/turtle"})
        assert (found.status_code, found.headers["location"]) == (302, past.named(to))
        assert "Accept-Datetime" in found.headers["vary"]
        assert 'rel="original timegate"' in found.headers["link"]
        assert "memento-datetime" not in found.headers
    there = past.client.get(found.headers["location"])
    assert (there.status_code, "memento-datetime" in there.headers) == (200, True)


@pytest.mark.parametrize("header", BAD)
def test_what_is_no_date(past: Past, header: str) -> None:
    for path in (ADA, DOC, f"{DOC}.nt"):
        found = past.client.get(path, headers={"accept-datetime": header})
        assert found.status_code == 400
        assert "Sun, 29 Nov 2026 12:00:00 GMT" in found.json()["hint"]


@pytest.mark.parametrize(("path", "status", "said"), WRONG)
def test_wrong(past: Past, path: str, status: int, said: str) -> None:
    found = past.client.get(past.named(path), headers={"accept": "application/json"})
    assert found.status_code == status
    assert said in found.text


def test_current_leads_to_its_own(past: Past) -> None:
    found = past.client.get(f"/releases/current{DOC}.ttl?_profile=thing&x=1")
    own = f"/releases/{past.releases[2].id}{DOC}.ttl?_profile=thing"
    assert (found.status_code, found.headers["location"]) == (303, own)


def test_nothing_was_there(past: Past) -> None:
    for path in ("/id/person/nobody", "/doc/person/nobody.ttl"):
        assert past.client.get(path, headers=at(DAYS[0])).status_code == 404


@pytest.mark.parametrize("form", carrying(Kind.GRAPH), ids=lambda form: form.suffix)
def test_a_state_in_every_format(past: Past, form: Format) -> None:
    for number, release in enumerate(past.releases):
        path = f"/releases/{release.id}{DOC}"
        found = past.client.get(f"{path}.{form.suffix}")
        asked = past.client.get(path, headers={"accept": form.media_type})
        assert asked.content == found.content
        assert form.rdf is not None
        quads = parse(found.content, form.rdf)
        names = {q.object.value for q in quads if q.predicate.value.endswith("prefLabel")}
        assert f"Ada Quill{'X' * number}" in names
        assert found.headers["memento-datetime"] == http_date(DAYS[number])
        assert found.headers["content-type"] == form.content_type
        again = past.client.get(
            path, headers={"accept": form.media_type, "if-none-match": asked.headers["etag"]}
        )
        assert (again.status_code, again.headers["memento-datetime"]) == (
            304,
            http_date(DAYS[number]),
        )


def test_a_state_says_what_it_said_then(past: Past) -> None:
    """The memento of the release that is served is, as data, the description itself."""
    now = past.client.get(f"{DOC}.nt").content
    then = past.client.get(f"/releases/{past.releases[2].id}{DOC}.nt").content
    assert now == then
    before = open_site(past.releases[0], EmbeddedEngine(Store()), SMALL / "queries")
    own = Client(create_app(before)).get(f"{DOC}.nt").content
    assert past.client.get(f"/releases/{past.releases[0].id}{DOC}.nt").content == own
    before.close()


@pytest.mark.parametrize(("language", "word"), [("en", "As it is now"), ("de", "Wie es jetzt ist")])
def test_the_page_says_that_it_is_old(past: Past, language: str, word: str) -> None:
    path = f"/releases/{past.releases[0].id}{DOC}"
    page = past.client.get(f"{path}?lang={language}", headers={"accept": "text/html"})
    assert page.headers["memento-datetime"] == http_date(DAYS[0])
    main = page.text.partition("<main")[2].partition("</main")[0]
    assert f'<a href="{DOC}?lang={language}">{word}</a>' in main
    assert past.releases[0].id in main
    assert ">Ada Quill<" in main
    assert "noindex" in page.text
    assert f'href="{path}?lang=de"' in page.text
    gone = past.client.get(f"/releases/{past.releases[1].id}/doc/{NEW}.html?lang=en").text
    assert "There is nothing here any more." in gone
    assert "noindex" not in past.client.get(f"{DOC}.html").text


def links_of(header: str) -> list[tuple[str, str, str]]:
    """Return address, relations and moment of each link to a memento."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*memento)"; datetime="([^"]*)"', header)
    return [(address, rel, moment) for address, rel, moment in found]


def test_states_lead_to_each_other(past: Past) -> None:
    first, second, third = (
        (f"/releases/{release.id}{DOC}", http_date(day))
        for release, day in zip(past.releases, DAYS, strict=False)
    )
    expected = [
        [("first memento", first), ("next memento", second), ("last memento", third)],
        [("first prev memento", first), ("memento", second), ("last next memento", third)],
        [("first memento", first), ("prev memento", second), ("last memento", third)],
    ]
    for release, links in zip(past.releases, expected, strict=True):
        header = past.client.get(f"/releases/{release.id}{DOC}.ttl").headers["link"]
        assert links_of(header) == [(address, rel, day) for rel, (address, day) in links]
        assert f'<{DOC}>; rel="original timegate"' in header
        assert f'</timemap/link{DOC}>; rel="timemap"; type="application/link-format"' in header
        assert 'rel="canonical"' not in header
        for address in re.findall(r'<([^>]*)>; rel="alternate"', header):
            assert past.client.get(address).status_code == 200
    only = past.client.get(f"/releases/{past.releases[1].id}/doc/{NEW}").headers["link"]
    assert [rel for _, rel, _ in links_of(only)] == ["first last memento"]


def test_the_list_of_states(past: Past) -> None:
    found = past.client.get(f"/timemap/link{DOC}")
    assert found.headers["content-type"] == "application/link-format"
    base = SMALL_BASE[:-1]
    assert f'<{base}{DOC}>; rel="original timegate"' in found.text
    assert f'from="{http_date(DAYS[0])}"; until="{http_date(DAYS[2])}"' in found.text
    states = links_of(found.text)
    assert [rel for _, rel, _ in states] == ["first memento", "memento", "last memento"]
    for address, _, moment in states:
        there = past.client.get(address.removeprefix(base), headers={"accept": "text/turtle"})
        assert there.headers["memento-datetime"] == moment
    told = past.client.get(f"/timemap/json{DOC}")
    assert told.headers["content-type"] == "application/json"
    listed = told.json()
    assert listed["original_uri"] == listed["timegate_uri"] == f"{base}{DOC}"
    assert listed["timemap_uri"]["link_format"] == f"{base}/timemap/link{DOC}"
    assert [row["uri"][0] for row in listed["mementos"]["list"]] == [row[0] for row in states]
    assert listed["mementos"]["first"]["datetime"] == "2026-01-01T12:00:00Z"
    for answer in (found, told):
        path = answer.request.url.path
        again = past.client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
        assert past.client.head(path).headers["content-length"] == str(len(answer.content))


def test_what_is_here_says_where_its_past_is(past: Past) -> None:
    for path in (ADA, DOC, f"{DOC}.ttl"):
        found = past.client.get(path, headers={"accept": "text/turtle"})
        assert "Accept-Datetime" in found.headers["vary"].split(", ")
        assert f'<{DOC}>; rel="original timegate"' in found.headers["link"]
        assert f'</timemap/link{DOC}>; rel="timemap"' in found.headers["link"]
    assert "Accept-Datetime" not in past.client.get("/ontology.ttl").headers["vary"]


def request(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def test_the_short_way_is_for_the_present_alone(past: Past) -> None:
    """Neither what is held as bytes nor what is planned answers for the past."""
    for path in (ADA, DOC):
        plain = [f"GET {path} HTTP/1.1", "Host: x", "Accept: text/turtle"]
        answer, lasts = at_once(request(*plain), past.site)
        assert answer is not None
        assert lasts
        assert b"accept-datetime" in answer.head.lower()
        dated = request(*plain, f"Accept-Datetime: {http_date(DAYS[0])}")
        assert at_once(dated, past.site) == (None, False)
        assert at_once(request(*plain, "Accept-Datetime: nonsense"), past.site) == (None, False)


def test_few_releases_are_open_at_once(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    site = open_site(past.releases[2], EmbeddedEngine(Store()), SMALL / "queries")
    monkeypatch.setattr(site.past, "_most", 1)
    client = Client(create_app(site))
    for _ in range(3):
        for release in past.releases[:2]:
            assert client.get(f"/releases/{release.id}{DOC}.ttl").status_code == 200
            assert list(site.past._open) == [release.id]
    site.close()
    assert not site.past._open
