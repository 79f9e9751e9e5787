"""``kizuna export``: the site as files, with no dead link, equal from time to time."""

from __future__ import annotations

import html
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote, unquote, urljoin

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from conftest import SMALL, SMALL_BASE, Client
from kizuna import cli
from kizuna.exporting import check_place, placed
from kizuna.exporting.hosting import HOSTING
from kizuna.exporting.placing import MARK
from kizuna.formats import FORMATS, Kind
from kizuna.release import Release
from kizuna.release.disk import locked
from kizuna.web import Site

MORE = f"""
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{SMALL_BASE}id/field/optics> a skos:Concept ; skos:prefLabel "Optics"@en .
<{SMALL_BASE}id/field/optics.de> a skos:Concept ; skos:prefLabel "Other"@en .
<{SMALL_BASE}id/field/a%20b> a skos:Concept ; skos:prefLabel "A b"@en .
"""
UNLINKED = {"id", "index", "members", "profiles", "search", "fragments", "dumps", ""}
"""Where pages stand to which no page leads by this name."""
LINK = re.compile(r'<[^>]*?\s(?:href|src|action|data-[a-z]+)="([^"]*)"')
VALUE = re.compile(r'="[^"]*"')
GRAPHS = [form.suffix for form in FORMATS if Kind.GRAPH in form.kinds]
# fmt: off
SAME = [
    # the address of the application    the file
    ("/doc/event/fair.ttl",             "doc/event/fair.ttl"),
    ("/doc/event/fair.jsonld",          "doc/event/fair.jsonld"),
    ("/ontology.ttl",                   "ontology.ttl"),
    ("/shapes.nt",                      "shapes.nt"),
    ("/graph/fair-report.trig",         "graph/fair-report.trig"),
    ("/queries/events.csv",             "queries/events.csv"),
    ("/queries/events.rq",              "queries/events.rq"),
    ("/classes/Fair.csv",               "classes/Fair.csv"),
    ("/changes.json",                   "changes.json"),
    ("/changes.atom?lang=de",           "changes.de.atom"),
    ("/static/style.css",               "static/style.css"),
    ("/robots.txt",                     "robots.txt"),
    ("/pictures/timeline.svg?lang=ja",  "pictures/timeline.ja.svg"),
]
PAGES = [
    ("/",                               "index.html"),
    ("/?lang=ja",                       "index.ja.html"),
    ("/doc/event/fair",                 "doc/event/fair.html"),
    ("/doc/event/fair?lang=de",         "doc/event/fair.de.html"),
    ("/ontology",                       "ontology.html"),
    ("/queries/events",                 "queries/events.html"),
    ("/terms",                          "terms.html"),
    ("/changes",                        "changes.html"),
    ("/dumps",                          "dumps.html"),
]
# fmt: on


def run(*arguments: str | Path) -> int:
    """Return the exit status of a command."""
    before, sys.argv = sys.argv, ["kizuna", *map(str, arguments)]
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = before
    return 0


@pytest.fixture(scope="module")
def source(small_release: Release) -> tuple[str | Path, ...]:
    """The options that name the small release."""
    return ("--project", SMALL, "--releases", small_release.folder.parent)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, source: tuple[str | Path, ...]) -> Path:
    folder = tmp_path_factory.mktemp("export") / "site"
    assert run("export", folder, *source) == 0
    return folder


@contextmanager
def served(root: Path) -> Iterator[str]:
    """Give the address of a plain file server."""

    class Quiet(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # a connection for each of thousands of files takes long
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("below", ["", "some/where/"])
def test_no_internal_link_is_dead(exported: Path, tmp_path: Path, below: str) -> None:
    root = tmp_path / "root"
    shutil.copytree(exported, root / below)
    with served(root) as address, httpx.Client(follow_redirects=True) as client:
        start = urljoin(address, below)
        seen, waiting, dead = {start}, [start], []
        while waiting:
            here = waiting.pop()
            answer = client.get(here)
            if answer.status_code != 200:
                dead.append(here)
            if "html" not in answer.headers["content-type"]:
                continue
            for link in map(html.unescape, LINK.findall(answer.text)):
                there = urljoin(here, link).partition("#")[0]
                if there.startswith(address) and there not in seen:
                    seen.add(there)
                    waiting.append(there)
        assert dead == []
        assert all(found.startswith(start) for found in seen)
    files = {path.relative_to(exported).as_posix() for path in exported.rglob("[!.]*")}
    reached = {unquote(found.removeprefix(start)) for found in seen}
    unlinked = {file for file in files if file.endswith(".html")} - reached
    assert {re.split("[./]", file)[0] for file in unlinked} <= UNLINKED


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(("address", "file"), SAME)
def test_files_are_what_the_application_answers(
    exported: Path, client: Client, address: str, file: str
) -> None:
    assert (exported / file).read_bytes() == client.get(address).content


@pytest.mark.parametrize(("address", "file"), PAGES)
def test_pages_are_those_of_the_application_but_for_links(
    exported: Path, client: Client, address: str, file: str
) -> None:
    wanted = client.get(address, headers={"accept": "text/html", "accept-language": "en"}).text
    made = (exported / file).read_text(encoding="utf-8")
    assert VALUE.sub("", tags(made)) == VALUE.sub("", tags(wanted))


def tags(page: str) -> str:
    """Return a page without what only a server gives: its search and what it suggests."""
    return re.sub(r'<link rel="search"[^>]*>| data-suggest="[^"]*"', "", page)


def test_every_thing_is_there_in_every_format_and_language(exported: Path, site: Site) -> None:
    things = [thing.value for thing in site.index.subjects(site.addresses.things)]
    things = [thing for thing in things if "#" not in thing]
    assert len(things) > 10
    for thing in (value.removeprefix(site.addresses.things) for value in things):
        for suffix in (*GRAPHS, "html", "de.html", "ja.html"):
            assert (exported / f"doc/{thing}.{suffix}").is_file(), (thing, suffix)
        lead = (exported / f"id/{thing}/index.html").read_text(encoding="utf-8")
        assert f'content="0; url=../../../{quote(f"doc/{thing}.html")}"' in lead


def test_what_the_catalogue_announces_is_there(exported: Path) -> None:
    graph = list(parse(path=str(exported / "catalog.ttl"), format=RdfFormat.TURTLE))
    files = [q.object.value for q in graph if q.predicate.value.endswith("#downloadURL")]
    assert len(files) > 10
    nobody = {"sparqlEndpoint", "openSearchDescription", "service", "endpointURL"}
    assert not nobody & {re.split("[#/]", q.predicate.value)[-1] for q in graph}
    for file in files:
        assert (exported / file.removeprefix(SMALL_BASE)).is_file(), file
    sitemaps = (exported / "sitemap.xml").read_text(encoding="utf-8")
    for part in re.findall(r"<loc>([^<]+)</loc>", sitemaps):
        listed = (exported / part.removeprefix(SMALL_BASE)).read_text(encoding="utf-8")
        for place in re.findall(r"<loc>([^<]+)</loc>", listed):
            path = unquote(place.removeprefix(SMALL_BASE)) or "index"
            assert (exported / f"{path}.html").is_file(), place


def test_what_needs_a_server_says_so(exported: Path) -> None:
    for file in ("search.html", "sparql.html", "compare.html", "copied.html"):
        page = (exported / file).read_text(encoding="utf-8")
        assert "Not in this copy" in page
        assert f'href="{SMALL_BASE}"' in page
    assert "Nicht in dieser Kopie" in (exported / "search.de.html").read_text(encoding="utf-8")
    for path in exported.rglob("*.html"):
        found = re.findall(r'<form[^>]* action="([^"]*)"', path.read_text(encoding="utf-8"))
        assert all(re.fullmatch(r"(../)*copied(.de|.ja)?.html", action) for action in found)


@pytest.mark.parametrize("name", HOSTING)
def test_web_servers_are_told_of_every_format_and_language(exported: Path, name: str) -> None:
    text = (exported / name).read_text(encoding="utf-8")
    if name == ".nojekyll":
        assert text == ""
        return
    for form in FORMATS:
        assert re.escape(form.media_type) in text
        assert f".{form.suffix}" in text
    assert "303" in text
    assert re.search(r"\bde\b.*\bja\b", text, re.DOTALL)


@pytest.mark.parametrize("above", [0, 1, 2])
def test_a_folder_with_the_project_in_it_is_never_replaced(tmp_path: Path, above: int) -> None:
    project = tmp_path / "a" / "b" / "project"
    shutil.copytree(SMALL, project)
    folder = [project, *project.parents][above]
    before = contents(tmp_path)
    assert run("export", folder, "--project", project, "--force") == 2
    assert contents(tmp_path) == before


def test_a_file_is_no_folder(tmp_path: Path, source: tuple[str | Path, ...]) -> None:
    (tmp_path / "x").write_text("x", encoding="utf-8")
    assert run("export", tmp_path / "x", *source, "--force") == 2
    assert contents(tmp_path) == {"x": b"x"}


def test_without_a_release_nothing_is_written(tmp_path: Path) -> None:
    assert run("export", tmp_path / "x", "--project", SMALL, "--releases", tmp_path / "none") == 3
    assert not (tmp_path / "x").exists()


def test_an_export_that_breaks_off_leaves_the_earlier_one(
    tmp_path: Path, source: tuple[str | Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / MARK).write_text("{}", encoding="utf-8")

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kizuna.exporting.rewriting.Rewriting.page", full)
    assert run("export", old, *source) == 3
    assert contents(tmp_path) == {f"old/{MARK}": b"{}"}


def test_two_exports_to_one_place_do_not_mix(
    tmp_path: Path, source: tuple[str | Path, ...]
) -> None:
    beside = tmp_path / ".site.new"
    beside.mkdir()
    (beside / "half").write_text("of the other", encoding="utf-8")
    with locked(beside):
        assert run("export", tmp_path / "site", *source) == 3
        assert contents(tmp_path) == {".site.new/half": b"of the other"}


def test_an_earlier_export_is_replaced_by_the_same_bytes_and_a_true_summary(
    exported: Path,
    tmp_path: Path,
    source: tuple[str | Path, ...],
    small_release: Release,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / MARK).write_text("{}", encoding="utf-8")
    (folder / "page.html").write_text("old", encoding="utf-8")
    assert run("export", folder, *source, "--json") == 0
    assert contents(folder) == contents(exported)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    told = json.loads(capsys.readouterr().out)
    beside = {*HOSTING, MARK}
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in beside]
    assert sum(told.pop("kinds").values()) == len(files)
    assert told == {
        "id": small_release.id,
        "folder": str(folder),
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
        "lacking": {},
    }


def test_what_is_no_export_is_replaced_only_by_force(
    tmp_path: Path, source: tuple[str | Path, ...]
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    check_place(mine, (), force=False)  # it is empty
    (mine / "mine.txt").write_text("mine", encoding="utf-8")
    assert run("export", mine, *source) == 2
    assert contents(mine) == {"mine.txt": b"mine"}
    check_place(mine, (), force=True)
    with placed(mine, {"release": "0"}) as place:
        (place / "x").write_text("x", encoding="utf-8")
        assert contents(mine) == {"mine.txt": b"mine"}
    assert contents(tmp_path).keys() == {f"mine/{MARK}", "mine/x"}


def test_what_cannot_have_a_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, folder = tmp_path / "project", tmp_path / "site"
    shutil.copytree(SMALL, project)
    (project / "data/ttl/more.ttl").write_text(MORE, encoding="utf-8")
    assert run("build", project) == 0
    assert run("export", folder, "--project", project) == 1
    told = capsys.readouterr().err.splitlines()
    assert {line for line in told if "not copied" in line} == {
        "/doc/field/optics.de: not copied: its name would be no file's, or another's",
        "/id/field/optics.de: not copied: /doc/field/optics.de has no file",
    }
    assert "Optics" in (folder / "doc/field/optics.de.html").read_text(encoding="utf-8")
    assert (folder / "doc/field/a b.html").is_file()
