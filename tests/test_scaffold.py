"""A new project works at once, from its making to its pages, and is not of the words of any other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from shlex import quote

import pytest
from pyoxigraph import RdfFormat, parse
from typer.testing import CliRunner

from kizuna.cli import COMMANDS, application
from live import serving

BASE = "https://data.example.org/mills-of-l/"
TITLE = 'The "mills" of Lindenau\\'


def run(*arguments: str) -> tuple[int, str]:
    """Return the exit status and what is said."""
    done = CliRunner().invoke(application(), arguments, catch_exceptions=False)
    return done.exit_code, done.output


def made(to: Path, *more: str) -> Path:
    status, said = run("init", str(to), "--base", BASE, "--title", TITLE, *more)
    assert status == 0, said
    assert f"kizuna serve {quote(str(to))}" in said
    return to


def test_the_whole_path(tmp_path: Path) -> None:
    """Made, checked, built, served in three languages, queried, changed, exported."""
    root = made(tmp_path / "mills", "--publisher", "A. Miller")
    status, said = run("check", str(root), "--format", "json")
    report = json.loads(said[said.index("{") : said.rindex("}") + 1])
    assert (status, report["conforms"]) == (0, True)
    assert report["counts"]["quotes verified"] == 4
    with serving(str(root)) as server:
        as_turtle = {"accept": "text/turtle"}
        thing = server.client.get("/id/mill/upper-mill", headers=as_turtle)
        assert thing.status_code == 303
        turtle = server.client.get(thing.headers["location"], headers=as_turtle).text
        triples = {q.triple for q in parse(turtle, RdfFormat.TURTLE, base_iri=BASE)}
        assert any(t.object.value == f"{BASE}id/person/anna-berg" for t in triples)
        for language, word in (("en", "watermill"), ("de", "Wassermühle"), ("ja", "水車小屋")):
            page = server.client.get(f"/doc/mill/upper-mill.html?lang={language}").text
            assert word in page
            assert "built in 1742 by the miller Anna Berg" in page
            front = server.client.get(f"/?lang={language}", headers={"accept": "text/html"}).text
            assert "The &#34;mills&#34; of Lindenau\\" in front
            assert "/classes/Watermill" in front
        rows = server.client.get("/queries/mills.csv").text.splitlines()
        assert rows[1] == f"{BASE}id/mill/lower-mill,Lower Mill,,,"
        assert rows[2].startswith(f"{BASE}id/mill/upper-mill,Upper Mill,in 1742,")
        assert "A. Miller" in server.client.get("/catalog.ttl").text
        for path in ("/pictures", "/search?q=Berg", "/ontology", "/shapes", "/dumps", "/harvest"):
            found = server.client.get(path, headers={"accept": "text/html"}, follow_redirects=True)
            assert found.status_code == 200
    status, said = run("export", str(tmp_path / "copy"), "--project", str(root))
    assert status == 0, said
    assert (tmp_path / "copy/doc/mill/upper-mill.ttl").is_file()


NEWS = """News from the Lower Mill

The Lower Mill stands in Lindenau. It is clear now: the Lower Mill was built in 1898 by Anna Berg.
"""


def test_a_new_text_becomes_facts(tmp_path: Path) -> None:
    """Its own patterns find them, a person accepts them, and the project stays in order."""
    root = made(tmp_path / "mills")
    (tmp_path / "news.txt").write_text(NEWS, encoding="utf-8")
    dry, said = run("extract", str(tmp_path / "news.txt"), "--project", str(root), "--dry-run")
    assert dry == 0
    assert "3 proposed claims" in said
    assert not (root / "data/proposals").exists()
    assert [p.name for p in (root / "data/documents").iterdir()] == ["mill-walk.txt"]
    status, again = run("extract", str(tmp_path / "news.txt"), "--project", str(root))
    assert status == 0
    assert again.startswith(said)
    _, listed = run("review", str(root), "--list", "--json")
    ids = [row["id"] for row in json.loads(listed)]
    assert len(ids) == 3
    accepting = [word for one in ids for word in ("--accept", one)]
    status, said = run("review", str(root), "--by", "A. Reader", *accepting)
    assert status == 0, said
    facts = (root / "data/ttl/news-from-the-lower-mill.ttl").read_text("utf-8")
    assert "    mills:built time:" in facts
    assert "    mills:builtBy person:anna-berg ." in facts
    status, said = run("check", str(root))
    assert status == 0, said
    assert "7 quotes verified word for word" in said


def test_without_patterns_nothing_can_be_extracted(tmp_path: Path) -> None:
    root = made(tmp_path / "mills")
    (root / "ontology/patterns/mills.ttl").unlink()
    (tmp_path / "news.txt").write_text(NEWS, encoding="utf-8")
    status, said = run("extract", str(tmp_path / "news.txt"), "--project", str(root))
    assert status == 2
    assert "no patterns by which to extract" in said
    assert not (root / "data/proposals").exists()


def test_a_mistake_in_it_is_told(tmp_path: Path) -> None:
    root = made(tmp_path / "mills")
    path = root / "data/ttl/mill-walk.ttl"
    path.write_text(path.read_text("utf-8").replace("It was built in 1742", "It was built in 1743"))
    status, said = run("check", str(root))
    line = path.read_text("utf-8").splitlines().index('    kz:quote "It was built in 1743" ;') + 1
    assert status == 1
    assert f"data/ttl/mill-walk.ttl:{line}: violation" in said


def test_languages_are_those_that_are_asked_for(tmp_path: Path) -> None:
    root = made(tmp_path / "mills", "--languages", "ja, de")
    assert 'languages = ["ja", "de"]' in (root / "kizuna.toml").read_text("utf-8")
    assert '\\"mills\\" of Lindenau\\\\"@ja' in (root / "data/ttl/catalogue.ttl").read_text("utf-8")
    assert run("check", str(root))[0] == 0


def test_files_are_told_as_json(tmp_path: Path) -> None:
    status, said = run("init", str(tmp_path / "mills"), "--json")
    told = json.loads(said)
    assert status == 0
    assert told["project"] == str(tmp_path / "mills")
    there = {
        p.relative_to(tmp_path / "mills").as_posix()
        for p in (tmp_path / "mills").rglob("*")
        if p.is_file()
    }
    assert there == set(told["files"])
    assert {".gitignore", "kizuna.toml", "pages.toml", "queries/mills.rq"} < there


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--base", "mills"), "no absolute http or https IRI"),
        (("--base", "https://example.org/x"), "does not end with a slash"),
        (("--base", 'https://example.org/">/'), "no absolute http or https IRI"),
        (("--languages", 'en,"'), "is no language"),
        (("--languages", "EN"), "is no language"),
        (("--languages", " , "), "no language is given"),
        (("--languages", "en,en"), "there twice"),
    ],
)
def test_what_is_wrong_is_refused(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(Exception, match=words):
        run("init", str(tmp_path / "mills"), *arguments)
    assert not (tmp_path / "mills").exists()


def test_every_command_that_it_names_is_there(tmp_path: Path) -> None:
    root = made(tmp_path / "mills")
    texts = [path.read_text("utf-8") for path in root.rglob("*") if path.is_file()]
    named = {
        n for text in texts for n in re.findall(r"(?:`|^)kizuna ([a-z-]+)", text, re.MULTILINE)
    }
    assert {"check", "serve", "extract"} <= named <= COMMANDS.keys()


def test_a_folder_of_git_is_taken(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert run("check", str(made(tmp_path)))[0] == 0


def test_what_is_given_is_taken_as_it_is(tmp_path: Path) -> None:
    title = "see https://example.org/mills/ now"
    status, _ = run("init", str(tmp_path / "a"), "--base", BASE, "--title", title, "--yes")
    assert status == 0
    assert f'"{title}"@en' in (tmp_path / "a/data/ttl/catalogue.ttl").read_text("utf-8")


def test_what_is_half_written_goes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, count = Path.write_text, iter(range(99))

    def full(path: Path, *arguments: str, **more: str) -> int:
        if next(count) > 5:
            raise OSError(28, "No space left on device", str(path))
        return write(path, *arguments, **more)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        run("init", str(tmp_path / "mills"))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "kizuna.toml").write_text("mine")
    with pytest.raises(Exception, match="already and not empty"):
        run("init", str(tmp_path))
    assert (tmp_path / "kizuna.toml").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["kizuna.toml"]
