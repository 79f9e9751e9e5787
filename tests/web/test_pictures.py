"""Pictures over HTTP, made from a small project with places, times and relations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import Literal, NamedNode, Store

from conftest import Client
from kizuna.checks import check_project
from kizuna.checks.questions import read_queries
from kizuna.engine import EmbeddedEngine
from kizuna.errors import ProjectError
from kizuna.web import Site, create_app, open_site
from kizuna.web.reader import Reader
from kizuna.web.views import maps, networks, picturing, timelines
from kizuna.web.views.answers import picture_of
from kizuna.web.views.picturing import Picture
from support import BASE, ID, build, copy_bridge, line_of, load

MORE_PLACES = """
place:omega a schema:City ;
    skos:prefLabel "Omega <script>alert(1)</script>"@de , "Omega <script>alert(1)</script>"@en ;
    dct:source source:editors ;
    schema:latitude 35.0 ;
    schema:longitude 139.0 .
"""
PLACES_QUERY = """# title@en: Where?
# picture: map
SELECT ?place ?lat ?long { ?place <https://schema.org/latitude> ?lat ; <https://schema.org/longitude> ?long }
"""
NOTHING_QUERY = "# title@en: Where not?\n# picture: map\nSELECT ?x { VALUES ?x { 1 } }\n"
PLAIN_QUERY = "# title@en: Plain?\nSELECT ?x { VALUES ?x { 1 } }\n"


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with two places far apart, and questions that ask for pictures."""
    root = copy_bridge(tmp_path_factory.mktemp("mapped") / "bridge")
    shared = root / "data/ttl/shared.ttl"
    shared.write_text(shared.read_text("utf-8") + MORE_PLACES, encoding="utf-8")
    (root / "queries").mkdir()
    for name, text in (
        ("places", PLACES_QUERY),
        ("nothing", NOTHING_QUERY),
        ("plain", PLAIN_QUERY),
    ):
        (root / "queries" / f"{name}.rq").write_text(text, encoding="utf-8")
    release = build(root)
    site = open_site(release, EmbeddedEngine(release.store), root / "queries")
    yield site
    site.close()


@pytest.fixture
def viewer(mapped: Site) -> Client:
    return Client(create_app(mapped))


THING = f"iri={ID}event/workshop"
# fmt: off
FILES = [
    "/pictures/map", "/pictures/timeline", "/pictures/network", "/queries/places",
    "/pictures/neighbours", "/pictures/place",
]
# fmt: on


def address(path: str, suffix: str) -> str:
    of_one = path.endswith(("neighbours", "place"))
    return f"{path}.{suffix}" + (f"?{THING}" if of_one else "")


@pytest.mark.parametrize("path", FILES)
def test_pictures_are_files(viewer: Client, path: str) -> None:
    found = viewer.get(address(path, "svg"), headers={"accept-language": "de"})
    assert found.status_code == 200
    assert found.headers["content-type"] == "image/svg+xml"
    assert found.headers["content-language"] == "de"
    assert "Accept-Language" in found.headers["vary"]
    name = path.rpartition("/")[2]
    assert found.headers["content-disposition"] == f'inline; filename="kizuna-{name}-de.svg"'
    policy = found.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert not [e for e in ET.fromstring(found.text).iter() if e.tag.endswith("script")]
    again = {"accept-language": "de", "if-none-match": found.headers["etag"]}
    assert viewer.get(address(path, "svg"), headers=again).status_code == 304
    png = viewer.get(address(path, "png"))
    assert png.headers["content-type"] == "image/png"
    assert png.content.startswith(b"\x89PNG")


# fmt: off
MISSING = [
    ("/pictures/nope.svg",                       "map.svg"),
    ("/pictures/map.gif",                        "map.svg"),
    ("/pictures/map",                            "map.svg"),
    ("/pictures/neighbours.svg",                 "iri=https"),
    (f"/pictures/neighbours.svg?iri={ID}x/nope", "iri=https"),
    ("/pictures/place.svg?iri=%00",              "iri=https"),
    ("/pictures/place.svg?iri=http://%5B",       "iri=https"),
    ("/queries/nothing.svg",                     "/queries/nothing"),
    ("/queries/plain.svg",                       ".csv"),
]
# fmt: on


@pytest.mark.parametrize(("path", "hint"), MISSING)
def test_what_is_not_there_is_missing_with_help(viewer: Client, path: str, hint: str) -> None:
    found = viewer.get(path)
    assert found.status_code == 404
    assert hint in found.text


def test_the_page_of_pictures_has_each_with_its_table(viewer: Client) -> None:
    page = viewer.get("/pictures?lang=de").text
    for name in ("map", "timeline", "network"):
        assert f'id="picture-{name}-title"' in page
        assert f'href="/pictures/{name}.png?lang=de"' in page
    assert page.count("<details>") == 3
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<style" not in page


def test_front_page_and_things_have_their_pictures(viewer: Client) -> None:
    front = viewer.get("/").text
    assert 'class="picture map"' in front
    assert 'class="picture timeline"' in front
    thing = viewer.get("/doc/event/workshop").text
    assert 'class="picture neighbours"' in thing
    assert 'class="picture place"' in thing


def test_a_question_shows_the_picture_that_its_head_asks_for(viewer: Client) -> None:
    page = viewer.get("/queries/places").text
    assert 'class="picture answer"' in page
    assert 'href="/queries/places.svg?lang=en"' in page
    nothing = viewer.get("/queries/nothing").text
    assert 'class="picture' not in nothing
    assert "nothing that can be drawn" in nothing
    assert 'class="picture' not in viewer.get("/queries/plain").text


LOCATED = "SELECT ?place { ?place <https://schema.org/latitude> ?lat }"
# fmt: off
POINTS = [("en", "N, 139.00° E"), ("de", "N, 139,00° O"), ("ja", "度、東経139.00度")]
# fmt: on


@pytest.mark.parametrize(("language", "point"), POINTS)
def test_coordinates_are_written_as_the_language_does(
    viewer: Client, language: str, point: str
) -> None:
    page = viewer.get("/doc/place/omega", params={"lang": language}).text
    assert point in page
    assert ("139,0<" if language == "de" else "139.0<") in page.replace("</span>", "<")


# fmt: off
DRAWN_ANSWERS = [
    # query                                                                          picture
    (LOCATED,                                                                        "map"),
    ("SELECT ?x ?date { ?x <http://example.org/n> 1 . }",                             ""),
    ("SELECT ?x ?date { VALUES (?x ?date) { (1 '2017-09-20'^^<http://www.w3.org/2001/XMLSchema#date>) } }", "timeline"),
    ("SELECT ?a ?b { ?a <http://purl.org/dc/terms/source> ?b }",                     "network"),
    ("CONSTRUCT { ?a <urn:x> ?b } WHERE { ?a <http://purl.org/dc/terms/source> ?b }", "network"),
    ("SELECT ?class (COUNT(?x) AS ?n) { ?x a ?class } GROUP BY ?class",              "bar"),
]
# fmt: on


@pytest.mark.parametrize(("query", "picture"), DRAWN_ANSWERS)
def test_the_answer_to_any_query_is_drawn(viewer: Client, query: str, picture: str) -> None:
    asked = {"query": query, "lang": "de"}
    page = viewer.get("/sparql", params=asked, headers={"accept": "text/html"}).text
    offered = re.findall(r'href="/sparql\?[^"]*picture=(\w+)[^"]*#result"', page)
    assert 'class="picture' not in page
    if not picture:
        assert offered == []
        return
    assert picture in offered
    page = viewer.get(
        "/sparql", params=asked | {"picture": picture}, headers={"accept": "text/html"}
    ).text
    assert 'class="picture' in page
    assert "<table" in page
    for suffix, kind in (("svg", "image/svg+xml"), ("png", "image/png")):
        link = re.search(rf'href="(/sparql\.{suffix}\?[^"]*)"', page)
        assert link is not None
        found = viewer.get(link[1].replace("&amp;", "&"))
        assert (found.status_code, found.headers["content-type"]) == (200, kind)
        assert found.headers["content-language"] == "de"


# fmt: off
NOT_DRAWN = [
    ({"query": "ASK {}", "picture": "map"},     "/sparql.svg", 404, "nothing that can be drawn"),
    ({"query": "ASK {}", "picture": "cake"},    "/sparql.svg", 400, "map, timeline, network, bar"),
    ({"query": "ASK {}", "picture": "cake"},    "/sparql",     400, "map, timeline, network, bar"),
    ({"query": "ASK {}", "picture": "map"},     "/sparql",     200, "nothing that can be drawn"),
    ({"query": "ASK {}"},                       "/sparql.png", 400, "picture="),
    ({"picture": "map"},                        "/sparql.png", 400, "query="),
]
# fmt: on


@pytest.mark.parametrize(("asked", "path", "status", "told"), NOT_DRAWN)
def test_answers_that_cannot_be_drawn(
    viewer: Client, asked: dict[str, str], path: str, status: int, told: str
) -> None:
    found = viewer.get(path, params=asked, headers={"accept": "text/html"})
    assert (found.status_code, told in found.text) == (status, True)


def test_a_drawn_answer_of_two_graphs_has_no_files_of_another_dataset(viewer: Client) -> None:
    graphs = [("default-graph-uri", f"{BASE}graph/{name}") for name in ("shared", "terms")]
    asked = [("query", LOCATED), ("picture", "map"), *graphs]
    page = viewer.get("/sparql", params=asked, headers={"accept": "text/html"}).text
    assert 'class="picture' in page
    assert "/sparql.svg" not in page


def test_a_project_without_anything_to_draw(client: Client, site: Site) -> None:
    assert client.get("/pictures/map.svg").status_code == 404  # it has no coordinates
    assert client.get("/pictures").status_code == 200
    assert 'class="picture map"' not in client.get("/").text


def test_a_project_with_hardly_anything(tmp_path: Path) -> None:
    root = copy_bridge(tmp_path / "bridge")
    for path in (root / "data").rglob("*.*"):
        path.unlink()
    only = f'<{ID}scheme/x> a skos:ConceptScheme ; skos:prefLabel "x"@en , "x"@de , "x"@ja .\n'
    prefix = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    (root / "data/ttl/only.ttl").write_text(prefix + only, encoding="utf-8")
    site = open_site(build(root), EmbeddedEngine(Store()), root / "queries")
    empty = Client(create_app(site))
    assert "nothing that can be drawn" in empty.get("/pictures").text
    assert empty.get("/").status_code == 200
    assert empty.get("/pictures/timeline.svg").status_code == 404
    site.close()


def test_much_is_drawn_in_part(mapped: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(mapped, "en")
    monkeypatch.setattr(maps, "MOST_PLACES", 1)
    monkeypatch.setattr(networks, "MOST_NODES", 2)
    monkeypatch.setattr(timelines, "MOST_SPANS", 1)
    for draw in (maps.dataset_map, networks.dataset_network, timelines.dataset_timeline):
        found = draw(reader)
        assert found is not None
        assert "not drawn" in found.more, draw


def test_of_a_large_class_a_part_is_looked_at(
    mapped: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picturing, "MOST_READ", 1)
    located = maps.dataset_map(Reader(mapped, "en"))
    assert located is not None
    assert located.more.startswith("Only a part")


def test_a_head_with_a_wrong_picture_is_a_finding(tmp_path: Path) -> None:
    root = copy_bridge(tmp_path / "bridge")
    path = root / "queries" / "pie.rq"
    path.parent.mkdir()
    path.write_text("# title@en: Pie?\n# picture: pie\nASK {}\n", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"pie\.rq:2: there is no picture 'pie'"):
        read_queries(path.parent, BASE)
    (found,) = [f for f in check_project(load(root)).findings if f.check == "query"]
    assert (found.path, found.line) == ("queries/pie.rq", line_of(path, "# picture"))


def test_a_picture_is_no_part_of_a_description(tmp_path: Path) -> None:
    text = "# title@en: Why?\n# description@en: So\n# picture: bar\nASK {}"
    (tmp_path / "a.rq").write_text(text, encoding="utf-8")
    (found,) = read_queries(tmp_path, BASE)
    assert (found.picture, found.descriptions) == ("bar", {"en": "So"})


ALPHA = NamedNode(f"{ID}place/alpha")
WORKSHOP = NamedNode(f"{ID}event/workshop")
BETA = NamedNode(f"{ID}organisation/beta-bay")
DAY = Literal("2017-09-20", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#date"))
# fmt: off
TABLES = [
    # kind        columns                    row                                   drawn
    ("map",      ("name", "lat", "long"),   (Literal("X"), Literal(48), Literal(11.5)),  "X"),
    ("map",      ("name", "lat", "long"),   (Literal("X"), Literal(95), Literal(0)),     None),
    ("map",      ("name", "lat", "long"),   (Literal("X"), None, Literal(0)),            None),
    ("map",      ("event",),                (WORKSHOP,),                                 "Alpha"),
    ("map",      ("place",),                (ALPHA,),                                    "Alpha"),
    ("timeline", ("start", "end", "what"),  (DAY, None, Literal("X")),                   "X"),
    ("timeline", ("what", "day"),           (Literal("X"), DAY),                         "X"),
    ("timeline", ("what",),                 (Literal("September"),),                     None),
    ("network",  ("from", "to"),            (Literal("X"), Literal("Y")),                "Y"),
    ("network",  ("a", "n", "b"),           (ALPHA, Literal(1), BETA),                   "Beta Bay"),
    ("network",  ("a", "b"),                (ALPHA, ALPHA),                              None),
    ("network",  ("a", "b"),                (ALPHA, None),                               None),
    ("bar",      ("x", "n"),                (ALPHA, Literal(3)),                         "Alpha"),
    ("bar",      ("x", "n"),                (ALPHA, Literal("many")),                    None),
    ("bar",      ("n",),                    (Literal("INF"),),                           None),
]
# fmt: on


@pytest.mark.parametrize(("kind", "columns", "row", "drawn"), TABLES)
def test_which_columns_make_a_picture(
    mapped: Site, kind: str, columns: tuple[str, ...], row: tuple[NamedNode, ...], drawn: str | None
) -> None:
    found = picture_of(Reader(mapped, "en"), kind, columns, [row])
    assert (found is None) == (drawn is None)
    if found is not None:
        assert str(drawn) in texts_of(found)
    assert picture_of(Reader(mapped, "en"), kind, columns, []) is None


def texts_of(found: Picture) -> str:
    return re.sub(r"<[^>]*>", "|", found.drawing.inline())


def test_what_has_no_date_stands_beside(mapped: Site) -> None:
    rows = [(Literal("dated"), DAY), (Literal("undated"), None)]
    found = picture_of(Reader(mapped, "en"), "timeline", ("what", "day"), rows)
    assert found is not None
    assert [link.words.text for link in found.beside] == ["undated"]
    assert "undated" not in texts_of(found)


def test_long_tables_are_drawn_in_part(mapped: Site) -> None:
    rows = [(Literal(f"n{n}"), Literal(n)) for n in range(300)]
    found = picture_of(Reader(mapped, "en"), "bar", ("x", "n"), rows)
    assert found is not None
    assert found.more.startswith("260 ")


def test_the_table_of_grouped_bars_names_the_group_apart(mapped: Site) -> None:
    rows = [(ALPHA, BETA, Literal(3)), (ALPHA, ALPHA, Literal(4))]
    found = picture_of(Reader(mapped, "en"), "bar", ("x", "y", "n"), rows)
    assert found is not None
    assert found.columns == ("Of what", "What", "Number")
    assert [[link.words.text for link in row] for row in found.rows] == [
        ["Alpha", "Beta Bay", "3"],
        ["Alpha", "Alpha", "4"],
    ]
