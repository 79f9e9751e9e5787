from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.web.pictures.bars import Bar, Chart, draw_bars
from kizuna.web.pictures.countries import countries, middle
from kizuna.web.pictures.layout import components, spread
from kizuna.web.pictures.lettering import broken, shortened, width
from kizuna.web.pictures.mapping import Place, Sheet, Tie, draw_map
from kizuna.web.pictures.neighbours import Neighbour, draw_neighbours
from kizuna.web.pictures.network import Relation, Thing, Web, draw_network
from kizuna.web.pictures.placing import Box
from kizuna.web.pictures.png import MOST_PIXELS, png_of
from kizuna.web.pictures.projections import distance, equal_earth, framed, groups
from kizuna.web.pictures.style import COLOURS, RULES
from kizuna.web.pictures.svg import Drawing, Label
from kizuna.web.pictures.timeline import Chronicle, Span, draw_timeline
from kizuna.web.views.page import HERE

EVIL = "<script>alert(1)</script> \"'&]]> \x00\x1b\ufffe\ud800"
SVG = "{http://www.w3.org/2000/svg}"


def label(text: str = EVIL, href: str = "/doc/x") -> Label:
    return Label(text, "de", href, "https://example.org/x")


def a_map(text: str = EVIL) -> Drawing:
    places = [
        Place(label(text), (11.6, 48.1), 3, text),
        Place(label(), (139.7, 35.7)),
        Place(label(text), middle("DE") or (0, 0), 2, exact=False, code="DE"),
    ]
    return draw_map(Sheet("map", text, text, "en"), places, [Tie(0, 1, (label(text),))])


def a_timeline(text: str = EVIL) -> Drawing:
    spans = [
        Span(label(text), date(2017, 9, 20), date(2017, 9, 20), when=text),
        Span(label(text), date(2015, 1, 1), date(2017, 12, 31), 1, broken=True),
        Span(label(text), None, date(2016, 1, 1), 2),
        Span(label(text), date(2020, 3, 1), None, 3, hollow=True),
    ]
    return draw_timeline(Chronicle("timeline", text, text, "en", (text,) * 4, text, text), spans)


def a_network(text: str = EVIL) -> Drawing:
    things = [Thing(label(f"{n} {text}"), n % 8) for n in range(9)]
    relations = [Relation(n, (n * 2 + 1) % 9, text) for n in range(8)]
    return draw_network(Web("network", text, text, "en", (text,) * 8), things, relations)


def some_neighbours(text: str = EVIL) -> Drawing:
    beside = [Neighbour(Thing(label(text)), text, text)] * 5
    return draw_neighbours(Web("n", text, text, "en", (text,)), Thing(label(text)), beside, [])


def some_bars(text: str = EVIL) -> Drawing:
    bars = [Bar(label(text), 3.0, "3", label(text)), Bar(label(text), -1.0, text)]
    return draw_bars(Chart("bar", text, text, "en"), bars)


def test_a_free_side_is_left_to_the_names() -> None:
    def first_box(left: int) -> float:
        beside = [Neighbour(Thing(label("x")), "y")]
        drawing = draw_neighbours(
            Web("n", "", "", "en", ("",)), Thing(label("z")), beside * left, beside
        )
        boxes = ET.fromstring(drawing.file()).iter(f"{SVG}rect")
        return next(float(box.get("x", "")) for box in boxes if box.get("class") == "centre")

    assert first_box(left=0) < 5
    assert first_box(left=1) > 300


def texts_of(drawing: Drawing) -> list[tuple[str, float, float]]:
    """Return every text of a drawing with its place."""
    found = ET.fromstring(drawing.file()).iter(f"{SVG}text")
    return [("".join(t.itertext()), float(t.get("x", "")), float(t.get("y", ""))) for t in found]


def test_what_relates_two_things_in_several_ways_is_told_whole() -> None:
    relation = "beteiligte Stelle, unterstützt von, eröffnet von"
    short, long = (Neighbour(Thing(label(name)), r, r) for name, r in (("A", "x"), ("B", relation)))
    web = Web("n", "", "", "de", ("",), width=800.0)
    drawing = draw_neighbours(web, Thing(label("z")), [short], [short, long, short])
    said = [(y, text) for text, _, y in texts_of(drawing) if len(text) > 1 and text in relation]
    assert " ".join(text for _, text in sorted(said)) == relation
    above = min(y for text, _, y in texts_of(drawing) if text == "A")
    assert min(y for y, _ in said) - 11 > above  # the words stay below the row before


def test_the_names_of_two_things_leave_the_line_between_them_free() -> None:
    things = [Thing(label("Kontaktgespräche von OptoNet in Hamamatsu")), Thing(label("RIT"))]
    for start, end in ((0, 1), (1, 0)):
        drawing = draw_network(Web("n", "", "", "de", ("",)), things, [Relation(start, end)])
        (line,) = (
            path.get("d", "")
            for path in ET.fromstring(drawing.file()).iter(f"{SVG}path")
            if path.get("class") == "edge"
        )
        x, y, to_x, to_y = map(float, re.findall(r"[0-9.]+", line))
        assert x == to_x
        assert y < to_y
        names = [name_x for name, name_x, _ in texts_of(drawing) if name]
        assert len(names) == 3
        assert min(names) > x + 8


DRAW: list[Callable[..., Drawing]] = [a_map, a_timeline, a_network, some_neighbours, some_bars]


@pytest.mark.parametrize("draw", DRAW)
def test_drawings_are_xml_in_which_every_text_stays_text(draw: Callable[..., Drawing]) -> None:
    drawing = draw()
    for written in (drawing.file(), drawing.inline()):
        root = ET.fromstring(written)
        assert not [e.tag for e in root.iter() if e.tag.lower().endswith("script")]
        assert "<script>alert(1)</script>" in "".join(root.itertext())
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\ud800]", written)
        written.encode()
    assert "style" not in {e.tag for e in ET.fromstring(drawing.inline()).iter()}
    assert " style=" not in drawing.inline()  # the policy of pages forbids it


@pytest.mark.parametrize("draw", DRAW)
def test_the_same_values_give_the_same_bytes(draw: Callable[..., Drawing]) -> None:
    assert draw("x").file() == draw("x").file()
    assert draw("x").inline() == draw("x").inline()


@pytest.mark.parametrize("draw", DRAW)
def test_a_drawing_says_what_it_is(draw: Callable[..., Drawing]) -> None:
    root = ET.fromstring(draw("words").file())
    assert root.get("role") == "group"
    ids = {e.get("id"): e.text for e in root.iter() if e.get("id")}
    assert ids[root.get("aria-labelledby")] == "words"
    assert ids[root.get("aria-describedby")] == "words"


# fmt: off
LINKS = [
    # address                    leads there
    ("/doc/x",                   True),
    ("https://example.org/",     True),
    ("HTTP://example.org/",      True),
    ("javascript:alert(1)",      False),
    ("//evil.example/",          False),
    ("/\\evil.example/",         False),
    ("data:text/html,x",         False),
    (" javascript:alert(1)",     False),
]
# fmt: on


@pytest.mark.parametrize(("href", "leads"), LINKS)
def test_links_lead_to_the_web_and_nowhere_else(href: str, *, leads: bool) -> None:
    bars = [Bar(Label("x", href=href, iri=href), 1, "1")]
    drawing = draw_bars(Chart("bar", "t", "d", "en"), bars)
    for written in (drawing.inline(), drawing.file()):
        found = [e for e in ET.fromstring(written).iter() if e.get("href")]
        assert bool(found) == leads


def test_a_file_leads_to_names_that_hold_anywhere_and_a_page_to_its_site() -> None:
    drawing = some_bars("x")
    assert 'href="/doc/x"' in drawing.inline()
    assert 'href="https://example.org/x"' in drawing.file()
    assert 'xml:lang="de"' in drawing.file()
    assert 'lang="de"' in drawing.inline()


def span(
    begin: date | None, end: date | None, *, hollow: bool = False, broken: bool = False
) -> ET.Element:
    drawing = draw_timeline(
        Chronicle("timeline", "t", "d", "en"),
        [
            Span(label("it"), begin, end, hollow=hollow, broken=broken),
            Span(label("other"), date(2000, 1, 1), date(2020, 1, 1)),
        ],
    )
    entries = ET.fromstring(drawing.file()).iter(f"{SVG}a")
    return next(e for e in entries if "it" in "".join(e.itertext()))


def classes(found: ET.Element) -> set[str]:
    return {name for e in found.iter() for name in e.get("class", "").split()}


def test_how_exact_a_time_is_can_be_seen() -> None:
    day = span(date(2017, 9, 20), date(2017, 9, 20))
    assert day.find(f"{SVG}circle") is not None
    years = span(date(2015, 1, 1), date(2017, 12, 31))
    assert years.find(f"{SVG}circle") is None
    assert "range" in classes(years)
    until, since = span(None, date(2010, 1, 1)), span(date(2010, 1, 1), None)
    paths = [e.find(f"{SVG}path") for e in (years, until, since)]
    assert ["l" in str(path.get("d")) for path in paths if path is not None] == [False, True, True]


def test_what_was_only_planned_is_hollow_and_what_was_inferred_is_broken() -> None:
    day = date(2017, 9, 20)
    assert "hollow" in classes(span(day, day, hollow=True))
    assert "vague" in classes(span(day, day, broken=True))
    assert not classes(span(day, day)) & {"hollow", "vague"}


LAST = date(9998, 5, 1)


def test_the_first_and_the_last_day_of_all_can_be_drawn() -> None:
    for begin, end in ((date.min, date.max), (date.max, None), (None, date.min), (LAST, LAST)):
        ET.fromstring(
            draw_timeline(Chronicle("t", "t", "d", "en"), [Span(label(), begin, end)]).file()
        )


PLACES = {"Suva": (178.4, -18.1), "Apia": (-171.8, -13.8), "Lima": (-77.0, -12.0)}


def test_places_that_lie_apart_get_panels_of_their_own() -> None:
    germany, japan = [(10.0, 53.5), (11.6, 48.1)], [(139.7, 35.7), (135.2, 34.7)]
    assert groups([*japan, *germany]) == [[2, 3], [0, 1]]
    assert groups([PLACES["Suva"], PLACES["Apia"]]) == [[0, 1]]  # over the line of the date
    scattered = [(x, 0.0) for x in range(-150, 151, 60)]
    assert len(groups(scattered)) == 1


def test_a_frame_holds_its_places_wherever_they_are() -> None:
    for places in ([PLACES["Suva"], PLACES["Apia"]], [(0.0, 90.0)], list(PLACES.values())):
        frame = framed(places, 0, 400, 300)
        for place in places:
            x, y = frame.put(place)
            assert 0 <= x <= 400
            assert 0 <= y <= 300


@settings(max_examples=20)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_any_place_on_earth_can_be_drawn(x: float, y: float) -> None:
    drawing = draw_map(Sheet("map", "t", "d", "en"), [Place(label("x"), (x, y))])
    assert "nan" not in drawing.inline()


def test_numbers_of_the_projections() -> None:
    assert distance((0, 0), (0, 1)) == pytest.approx(111.19, abs=0.02)
    assert equal_earth((180, 0)) == pytest.approx((2.7066, 0.0), abs=1e-4)  # Šavrič et al. 2018
    assert equal_earth((0, 90))[1] == pytest.approx(1.3173, abs=1e-4)


def test_countries_are_whole() -> None:
    known = countries()
    assert len(known) > 230
    assert {"DE", "JP", "AU", "RU", "FJ", "AQ"} <= known.keys()
    assert distance(middle("DE") or (0, 0), (10.4, 51.2)) < 150
    assert distance(middle("RU") or (0, 0), (100, 62)) < 1_500  # although it crosses 180°
    assert middle("--") is None
    assert middle("XX") is None
    for country in known.values():
        for part in country.parts:
            assert all(distance(part.around, point) <= part.km for point in part.ring)
    assert (HERE / "pictures" / "countries.txt").stat().st_size < 120_000


def test_names_on_a_map_do_not_cover_one_another() -> None:
    places = [Place(label(f"Place {n}"), (10 + n % 5 * 0.8, 50 + n // 5 * 0.5)) for n in range(25)]
    root = ET.fromstring(draw_map(Sheet("map", "t", "d", "en"), places).file())
    texts = [e for e in root.iter(f"{SVG}text") if str(e.text).startswith("Place")]
    boxes = [Box(float(e.get("x", 0)), float(e.get("y", 0)), 50, 13) for e in texts]
    assert len(boxes) > 20
    overlaps = sum(a.overlap(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert overlaps < 0.05 * sum(b.width * b.height for b in boxes)


def test_a_layout_keeps_nodes_apart_and_neighbours_near() -> None:
    edges = [(0, n) for n in range(1, 12)]
    places = spread(12, edges, 80)
    gaps = [
        ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
        for i, a in enumerate(places)
        for b in places[:i]
    ]
    assert min(gaps) > 15
    assert components(5, [(3, 1), (0, 4)]) == [[0, 4], [1, 3], [2]]


def test_texts_are_cut_to_their_room() -> None:
    long = Label("Vereinbarung über die Zusammenarbeit von Hochschulen", "de", "/x")
    cut = shortened(long, 120)
    assert cut.text.endswith("…")
    assert width(cut.text) <= 120
    assert (cut.lang, cut.href) == ("de", "/x")
    lines = broken(Label("日独シンポジウム「地域イノベーションとクラスター連携」"), 118)
    assert len(lines) == 2
    assert not lines[1].text.startswith(("ー", "」", "ョ"))
    assert not lines[0].text.endswith("「")


# fmt: off
LINES = [
    # text                                              room   lines
    ("Deutsch-japanisches Symposium",                   112.0, ["Deutsch-", "japanisches S…"]),
    ("ライフ・サイエンス・ノルド",                          156.0, ["ライフ・サイエンス・", "ノルド"]),
    ("地域間交流支援（RIT）事業",                           140.0, ["地域間交流支援", "（RIT）事業"]),
    ("文部科学研究技術宇宙省庁",                            104.0, ["文部科学研究技術", "宇宙省庁"]),  # no seam
]
# fmt: on


@pytest.mark.parametrize(("text", "room", "lines"), LINES)
def test_lines_break_where_parts_of_words_meet(text: str, room: float, lines: list[str]) -> None:
    assert [line.text for line in broken(Label(text), room)] == lines


@given(st.text(), st.floats(1, 300))
def test_any_text_is_cut(text: str, room: float) -> None:
    assert 1 <= len(broken(Label(text), room)) <= 2
    assert shortened(Label(text), room).text is not None


def test_the_stylesheet_has_the_colours_of_pictures() -> None:
    css = (HERE / "static" / "style.css").read_text(encoding="utf-8")
    wanted = {*RULES, *(f".picture .{name}" for name in COLOURS)} - {".paper"}
    assert {selector for selector in wanted if f"{selector} {{" not in css} == set()


@pytest.mark.parametrize("draw", DRAW)
def test_png(draw: Callable[..., Drawing]) -> None:
    made = png_of(draw("words 日本"))
    assert made.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(made[16:20], "big") == 2 * int(draw("x").width)


def test_a_png_is_never_larger_than_it_may_be() -> None:
    tall = draw_bars(Chart("bar", "t", "d", "en"), [Bar(label("x"), 1, "1")] * 400)
    made = png_of(tall)
    wide, high = (int.from_bytes(made[n : n + 4], "big") for n in (16, 20))
    assert MOST_PIXELS * 0.9 < wide * high <= MOST_PIXELS * 1.01
