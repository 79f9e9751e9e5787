"""Lists over HTTP, on many invented things: what they hold is counted anew by SPARQL."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse

from conftest import SMALL_BASE, Client
from kizuna.checks.showing import read_pages
from kizuna.engine import DescriptionIndex
from kizuna.engine.index import write_index
from kizuna.vocabulary import PREFIXES, term
from kizuna.web import Site, create_app
from kizuna.web.cache import Cache
from kizuna.web.classes import read_classes
from kizuna.web.lists.collation import sort_key
from kizuna.web.lists.facets import Span
from kizuna.web.lists.members import weighs_more
from kizuna.web.lists.store import ListStore
from kizuna.web.lists.table import Table
from kizuna.web.names import Names
from kizuna.web.ordering import Ordering

ID = f"{SMALL_BASE}id/"
PAGES = read_pages(Path(__file__).parents[2] / "pages.toml", {})
GRAPH = NamedNode(f"{SMALL_BASE}graph/town")
NAMES = [
    "Zürich",
    "Ähre",
    "„Apfel“",
    "zoo",
    "Straße",
    "東京",
    "アイス",
    "=1+1",
    '<b>"x"</b>',
    "a | b",
]
SORTED = [
    "=1+1",
    "a | b",
    "Ähre",
    "„Apfel“",
    '<b>"x"</b>',
    "Straße",
    "zoo",
    "Zürich",
    "アイス",
    "東京",
]
KINDS = ("kz:LetterOfIntent", "kz:MemorandumOfUnderstanding")
SPANS = [("2008-01-01", "2008-12-31"), ("2010-02-01", "2010-02-28"), ("2015-10-01", "2017-12-31"),
         ("", "2017-12-31"), ("2006-01-01", ""), ("", "")]  # fmt: skip
DATE = NamedNode(f"{PREFIXES['xsd']}date")


def thing(name: str) -> NamedNode:
    return NamedNode(ID + name)


def say(subject: NamedNode, predicate: str, value: NamedNode | Literal) -> Quad:
    return Quad(subject, term(predicate), value, GRAPH)


def town() -> Iterator[Quad]:
    """Yield what is said of some agreements, of who concludes them, where, when, in which words."""
    chance = random.Random(3)
    for kind in KINDS:
        yield say(term(kind), "rdfs:subClassOf", term("kz:Agreement"))
    yield from places_and_times()
    for n in range(9):
        yield say(thing(f"organisation/o{n}"), "rdf:type", term("org:Organization"))
        yield say(thing(f"organisation/o{n}"), "skos:prefLabel", Literal(f"Body {n}"))
        if n < 7:
            where = chance.choice(("place/land", "place/town", "place/part")) + str(n % 3)
            yield say(thing(f"organisation/o{n}"), "kz:basedIn", thing(where))
    for n in range(5):
        yield say(thing(f"field/f{n}"), "skos:prefLabel", Literal(f"Field {n}"))
    for n in range(60):
        yield from agreement(n, chance)


def places_and_times() -> Iterator[Quad]:
    for n in range(3):
        yield say(thing(f"place/land{n}"), "rdf:type", term("schema:Country"))
        yield say(thing(f"place/land{n}"), "skos:prefLabel", Literal(f"Land {n}", language="en"))
        yield say(thing(f"place/town{n}"), "schema:containedInPlace", thing(f"place/land{n}"))
        yield say(thing(f"place/part{n}"), "schema:containedInPlace", thing(f"place/town{n}"))
        yield say(thing(f"document/d{n}"), "rdf:type", term("kz:SourceDocument"))
    yield say(thing("place/town0"), "schema:containedInPlace", thing("place/town0"))  # a circle
    bounds = ("sem:hasEarliestBeginTimeStamp", "sem:hasLatestEndTimeStamp")
    for n, span in enumerate(SPANS):
        yield say(thing(f"time/t{n}"), "rdf:type", term("kz:TimeReference"))
        for predicate, day in zip(bounds, span, strict=True):
            if day:
                yield say(thing(f"time/t{n}"), predicate, Literal(day, datatype=DATE))


def agreement(n: int, chance: random.Random) -> Iterator[Quad]:
    one = thing(f"agreement/a{n}")
    yield say(one, "rdf:type", term(KINDS[n % 2] if n % 7 else KINDS[0]))
    yield say(one, "skos:prefLabel", Literal(f"{NAMES[n % len(NAMES)]}{n // len(NAMES) or ''}"))
    for body in chance.sample(range(9), chance.randrange(3)):
        yield say(one, "kz:party", thing(f"organisation/o{body}"))
    if n % 3:
        yield say(one, "kz:technologyField", thing(f"field/f{n % 5}"))
    if n % 4:
        yield say(one, "kz:hasSigning", thing(f"event/e{n}"))
        yield say(thing(f"event/e{n}"), "kz:when", thing(f"time/t{n % len(SPANS)}"))
    for claim in range(chance.randrange(3)):
        here = thing(f"claim/{n}-{claim}")
        yield say(here, "rdf:type", term("kz:Claim"))
        yield say(here, "rdf:subject", one)
        yield say(here, "prov:wasQuotedFrom", thing(f"document/d{chance.randrange(3)}"))


@dataclass(frozen=True)
class Town:
    client: Client
    store: Store
    index: DescriptionIndex

    def rows(self, path: str) -> list[dict[str, str]]:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.text, newline="")))

    def iris(self, path: str) -> set[str]:
        return {row["iri"] for row in self.rows(path)}

    def asked(self, pattern: str) -> set[str]:
        """Return the agreements ``?m`` of which a pattern holds."""
        prefixes = "".join(f"PREFIX {p}: <{ns}> " for p, ns in PREFIXES.items())
        members = "?m a ?k . ?k rdfs:subClassOf* kz:Agreement ."
        query = f"{prefixes} SELECT DISTINCT ?m {{ {members} {pattern} }}"
        found = self.store.query(query, use_default_graph_as_union=True)
        assert isinstance(found, QuerySolutions)
        return {row["m"].value for row in found}


@pytest.fixture(scope="module")
def many(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    quads = [*parse(path=site.release.dumps / "dataset.nq"), *town()]
    path = tmp_path_factory.mktemp("town") / "index.sqlite"
    write_index(path, quads)
    index = DescriptionIndex(path)
    counted = Counter(q.object.value for q in quads if q.predicate == term("rdf:type"))
    manifest = replace(site.manifest, classes=dict(counted))
    opened = replace(
        site,
        release=replace(site.release, manifest=manifest),
        pages=PAGES,
        index=index,
        names=Names(index, site.languages, site.prefixes, frozenset({term("kz:TimeReference")})),
        classes=read_classes(index, manifest),
        ordering=Ordering(index),
        cache=Cache(),
        lists=ListStore(),
    )
    store = Store()
    store.extend(quads)
    yield Town(Client(create_app(opened)), store, index)
    index.close()


LIST = "/classes/kz-Agreement"


def union(facet: str) -> str:
    found = PAGES.facet(facet)
    assert found is not None
    return "|".join(f"({path.text})" for path in found.paths)


VALUES = {
    "type": ["kz:LetterOfIntent", "kz:MemorandumOfUnderstanding"],
    "country": ["place/land0", "place/land1", "place/land2"],
    "field": ["field/f1", "field/f2"],
    "document": ["document/d0", "document/d1", "document/d2"],
}


def has(facet: str, value: str) -> str:
    if value == "unstated":
        kind = {"country": "?v a schema:Country", "document": "?v a kz:SourceDocument"}
        return (
            f"{{ ?m a ?any FILTER NOT EXISTS {{ ?m {union(facet)} ?v . {kind.get(facet, '')} }} }}"
        )
    iri = PREFIXES["kz"] + value[3:] if value.startswith("kz:") else ID + value
    return f"{{ ?m {union(facet)} <{iri}> }}"


choices = st.fixed_dictionaries(
    {},
    optional={
        facet: st.lists(st.sampled_from([*values, "unstated"]), min_size=1, max_size=2, unique=True)
        for facet, values in VALUES.items()
    },
)


@settings(max_examples=15)
@given(chosen=choices)
def test_a_choice_holds_what_the_query_finds(many: Town, chosen: dict[str, list[str]]) -> None:
    """Values of one facet are alternatives, facets are conditions; each count is right."""
    patterns = {f: " UNION ".join(has(f, v) for v in values) for f, values in chosen.items()}
    query = "&".join(f"{f}={quote(v)}" for f, values in chosen.items() for v in values)
    assert many.iris(f"{LIST}.csv?{query}") == many.asked(" ".join(patterns.values()))
    html = many.client.get(f"{LIST}?{query}", headers={"accept": "text/html"}).text
    for facet, values in VALUES.items():
        others = " ".join(p for f, p in patterns.items() if f != facet)
        box = re.search(rf'id="facet-{facet}">.*?</section>', html, re.DOTALL)
        wanted = [len(many.asked(f"{others} {has(facet, v)}")) for v in [*values, "unstated"]]
        if box is None:  # there is nothing to choose
            assert len(list(filter(None, wanted))) <= 1, facet
            continue
        counts = re.findall(r"<bdi[^>]*>([^<]*)</bdi>.*?</a> <span[^>]*>(\d+)</span>", box[0])
        found = sorted(int(number) for _, number in counts if int(number))
        if facet in {"type", "country"}:  # others have values that are not in the table above
            assert found == sorted(filter(None, wanted)), facet
        else:
            assert Counter(filter(None, wanted)) <= Counter(found)


# fmt: off
YEARS = [
    # parameters                       bounds of the times that are wanted
    ("year=2008",                      {0}),
    ("year=2010",                      {1}),
    ("year=2008&year=2010",            {0, 1}),
    ("year=imprecise",                 {2, 3, 4, 5}),      # no year is guessed
    ("year=1999",                      set()),
    ("year-to=2010",                   {0, 1}),            # before 2011
    ("year-to=2017",                   {0, 1, 2, 3}),      # an open beginning is before its end
    ("year-from=2006",                 {0, 1, 2, 4}),
    ("year-from=2015&year-to=2017",    {2}),
    ("year-from=2016&year-to=2017",    set()),             # 2015 to 2017 may lie outside
]
# fmt: on


@pytest.mark.parametrize(("query", "wanted"), YEARS)
def test_a_year_is_that_of_the_signing_and_certain(
    many: Town, query: str, wanted: set[int]
) -> None:
    numbers = {n for n in range(60) if n % 4 and n % len(SPANS) in wanted}
    found = many.iris(f"{LIST}.csv?{query}") - {f"{ID}agreement/letter.of.intent"}
    assert found == {f"{ID}agreement/a{n}" for n in numbers}


def test_no_time_at_all_is_said_to_be_none(many: Town) -> None:
    wanted = many.asked(
        f"FILTER NOT EXISTS {{ ?m {'|'.join(f'({p})' for p in (path.text for path in PAGES.times))} ?v }}"
    )
    assert many.iris(f"{LIST}.csv?year=unstated") >= {i for i in wanted if "/a" in i}


def test_names_are_sorted_as_in_a_dictionary() -> None:
    assert sorted(NAMES, key=sort_key) == SORTED
    assert min(["Ｔｏｋｙｏ", "tokyo", "TOKYO", "tok"], key=sort_key) == "tok"
    assert sort_key("がっこう")[0] == sort_key("カッコウ")[0]


@pytest.mark.parametrize("sort", ["name", "-name", "year", "-year", "country", "-country", "type"])
def test_an_order_is_kept_and_what_has_no_value_is_last(many: Town, sort: str) -> None:
    rows = many.rows(f"{LIST}.csv?sort={sort}")
    assert len(rows) == len(many.asked(""))
    key = {"year": "earliest", "name": "name"}.get(sort.lstrip("-"), sort.lstrip("-"))
    if key == "earliest":
        values = [row["earliest"] or row["latest"] for row in rows]
        there = [v for v in values if v]
        assert there == sorted(there, reverse=sort.startswith("-"))
        assert values == [*there, *[""] * values.count("")]  # an unknown time is no first one
        return
    values = [
        sort_key(row[key].partition(" | ")[0])[0] if key != "name" else sort_key(row[key])[0]
        for row in rows
    ]
    there = [v for v in values if v]
    assert there == sorted(there, reverse=sort.startswith("-"))
    assert not any(values[len(there) :])


def test_files_hold_what_the_pages_show(many: Town) -> None:
    query = "country=place/land1&sort=-name"
    html = many.client.get(f"{LIST}?{query}", headers={"accept": "text/html"}).text
    shown = re.findall(r'<th scope="row"><a href="/doc/([^"]+)"', html)
    rows = many.rows(f"{LIST}.csv?{query}")
    assert [row["iri"].removeprefix(ID) for row in rows] == shown
    listed = json.loads(many.client.get(f"{LIST}.json?{query}").text)
    assert [m["iri"] for m in listed["members"]] == [row["iri"] for row in rows]
    assert listed["count"] == len(rows) > 3
    assert all(m["country"] for m in listed["members"])
    for suffix, form in (
        ("ttl", RdfFormat.TURTLE),
        ("nq", RdfFormat.N_QUADS),
        ("rdf", RdfFormat.RDF_XML),
    ):
        quads = parse(many.client.get(f"{LIST}.{suffix}?{query}").content, form)
        assert {q.subject.value for q in quads} == {row["iri"] for row in rows}
    for suffix in ("ttl", "csv"):
        assert f'href="{LIST}.{suffix}?country=place/land1&amp;sort=-name"' in html


def test_csv_is_as_the_standard_says_and_changes_no_value(many: Town) -> None:
    answer = many.client.get(f"{LIST}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="kz-Agreement.csv"'
    assert answer.text.startswith("name,iri,type,type iri,")
    assert answer.text.count("\r\n") == answer.text.count("\n") == len(many.asked("")) + 1
    names = {row["name"] for row in many.rows(f"{LIST}.csv")}
    assert {"=1+1", '<b>"x"</b>', "Zürich", "東京"} <= names


def test_a_page_is_only_taken_where_it_is_asked_for(
    many: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kizuna.web.lists.asked.PER_PAGE", 7)
    everything = many.rows(f"{LIST}.csv?sort=-year")
    second = many.rows(f"{LIST}.csv?sort=-year&page=2")
    assert second == everything[7:14]
    assert many.client.get(f"{LIST}.ttl?page=99").status_code == 404


def test_a_page_of_several_offers_what_it_shows_and_all(
    many: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kizuna.web.lists.asked.PER_PAGE", 7)
    for page, number in ((f"{LIST}?sort=-year", 1), (f"{LIST}?sort=-year&page=2", 2)):
        html = many.client.get(page, headers={"accept": "text/html"}).text
        offered = re.findall(r'<a href="([^"]*)" type="text/csv">CSV</a>', html)
        part, whole = (many.rows(link.replace("&amp;", "&")) for link in offered)
        shown = re.findall(r'<th scope="row"><a href="/doc/([^"]+)"', html)
        assert [row["iri"].removeprefix(ID) for row in part] == shown
        assert len(part) == 7
        assert part == whole[7 * (number - 1) : 7 * number]
        assert len(whole) > 14


def test_hostile_names_stay_text(many: Town) -> None:
    html = many.client.get(LIST, headers={"accept": "text/html"}).text
    assert "<b>" not in html
    assert "&lt;b&gt;&#34;x&#34;&lt;/b&gt;" in html


# fmt: off
NEGOTIATED = [
    ("text/csv",                    "text/csv; charset=utf-8",    f"{LIST}.csv?year=2008"),
    ("application/json",            "application/json",           f"{LIST}.json?year=2008"),
    ("text/turtle",                 "text/turtle; charset=utf-8", f"{LIST}.ttl?year=2008"),
    ("application/ld+json",         "application/ld+json",        f"{LIST}.jsonld?year=2008"),
    ("text/html,*/*;q=0.1",         "text/html; charset=utf-8",   None),
    ("*/*",                         "text/html; charset=utf-8",   None),
]
WRONG = [
    ("year=abc",                    400, "2008"),
    ("year-from=20x",               400, "four digits"),
    ("year-from=2012&year-to=2010", 400, "year-from"),
    ("colour=red",                  400, "country"),
    ("sort=colour",                 400, "name"),
    ("country=place/nowhere",       400, "place/land0"),
    ("country=http://[",            400, "place/land0"),
    ("page=0",                      400, "1"),
    ("page=-1",                     400, "1"),
    ("page=2",                      404, "1 to 1"),
    ("&".join(f"year={n}" for n in range(1000, 1051)), 400, "fewer"),  # each link repeats them all
]
# fmt: on


@pytest.mark.parametrize(("accept", "content_type", "location"), NEGOTIATED)
def test_formats_are_negotiated(
    many: Town, accept: str, content_type: str, location: str | None
) -> None:
    answer = many.client.get(f"{LIST}?year=2008", headers={"accept": accept})
    assert answer.headers["content-type"] == content_type
    assert answer.headers["vary"] == "Accept, Accept-Language, Accept-Encoding"
    assert answer.headers.get("content-location") == location
    assert f'<{LIST}.csv?year=2008>; rel="alternate"; type="text/csv"' in answer.headers["link"]
    held = {"accept": accept, "if-none-match": answer.headers["etag"]}
    assert many.client.get(f"{LIST}?year=2008", headers=held).status_code == 304
    if location:
        assert many.client.get(location).content == answer.content


@pytest.mark.parametrize(("query", "status", "told"), WRONG)
def test_what_cannot_be_is_told(many: Town, query: str, status: int, told: str) -> None:
    for path in (LIST, f"{LIST}.csv"):
        answer = many.client.get(f"{path}?{query}")
        assert answer.status_code == status
        assert told in answer.json()["hint"]


def test_too_much_is_refused_with_help(many: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kizuna.web.lists.files.MOST_DESCRIBED", 5)
    answer = many.client.get(f"{LIST}.nt?sort=-type")
    assert answer.status_code == 413
    assert "/dumps" in answer.json()["hint"]
    assert many.client.get(f"{LIST}.csv?sort=-type").status_code == 200


def test_what_belongs_to_a_thing(many: Town) -> None:
    field = many.iris("/members.csv?of=field/f1")
    assert field == many.asked(f"?m kz:technologyField <{ID}field/f1>")
    land = many.iris("/members.csv?of=place/land1")
    assert {f"{ID}place/town1", f"{ID}place/part1", f"{ID}organisation/o1"} <= land
    document = many.iris("/members.csv?of=document/d0")
    assert document == many.asked(f"?c rdf:subject ?m ; prov:wasQuotedFrom <{ID}document/d0>")
    assert many.iris("/members.csv?of=kz:Agreement") == many.iris(
        f"/members.csv?of={quote(PREFIXES['kz'] + 'Agreement', safe='')}"
    )
    whole = quote(f"{ID}field/f1", safe="")
    assert many.iris(f"/members.csv?of={whole}") == field
    for nothing in ("nothing/here", "http://[", "%00", "", "%20"):
        assert many.client.get(f"/members?of={nothing}").status_code == 400
    assert many.client.get("/members").status_code == 400
    assert many.client.get("/members.exe?of=field/f1").status_code == 404
    html = many.client.get("/doc/document/d0", headers={"accept": "text/html"}).text
    assert f"({len(document)} entries)" in html


def test_a_role_is_a_facet(many: Town) -> None:
    parties = many.iris("/members.csv?of=organisation/o1&role=kz:party")
    assert parties == many.asked(f"?m kz:party <{ID}organisation/o1>") != set()


def test_a_list_is_made_once_and_the_oldest_goes(many: Town) -> None:
    store = ListStore(limit=1)
    made: list[str] = []

    def make(name: str) -> Table:
        made.append(name)
        return Table(
            Names(DescriptionIndex(None), ("en",), {}, frozenset()), (thing(name),), {}, ((),)
        )

    for name in ("a", "a", "b", "a"):
        asyncio.run(store.get(name, partial(make, name)))
    assert made == ["a", "b", "a"]


def test_spans_have_years_only_where_both_ends_agree() -> None:
    years = [Span(first, last).year for first, last in SPANS]
    assert years == ["2008", "2010", *["imprecise"] * 4]


def test_the_release_alone_has_no_facets_that_say_nothing(client: Client) -> None:
    html = client.get("/classes/kz-Claim", headers={"accept": "text/html"}).text
    assert "facet-country" not in html
    assert "facet-programme" not in html


def test_columns_and_facets_that_tell_nothing_are_left_out(many: Town) -> None:
    everything = many.client.get(LIST, headers={"accept": "text/html"}).text
    assert "sort=country" in everything
    nowhere = many.client.get(f"{LIST}?country=unstated", headers={"accept": "text/html"}).text
    assert "sort=country" not in nowhere
    assert "facet-country" in nowhere  # what is chosen can be given back
    ordered = f"{LIST}?country=unstated&sort=country"
    assert "sort=-country" in many.client.get(ordered, headers={"accept": "text/html"}).text
    assert "facet-year" in everything
    one_year = f"{LIST}?year-from=2008&year-to=2008"
    assert "facet-year" not in many.client.get(one_year, headers={"accept": "text/html"}).text


def test_what_lies_in_a_thing_is_counted_only_as_far_as_is_quick(many: Town) -> None:
    index = many.index
    land, town = thing("place/land1"), thing("place/town1")
    assert not weighs_more(index, land, 1_000_000)
    assert weighs_more(index, land, index.weight(land) + index.weight(town) - 1)  # and its town
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "incoming", None)  # what is enough already is not read for more
        assert weighs_more(index, land, 0)
