"""Triple Pattern Fragments: patterns as clients write them, pages, counts and controls."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from conftest import Client
from kizuna.formats import Format, Kind, carrying
from kizuna.web import Site

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
HYDRA = "http://www.w3.org/ns/hydra/core#"
VOID = "http://rdfs.org/ns/void#"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
FAIR = "https://example.org/small/id/event/fair"
NQ = {"accept": "application/n-quads"}


def address(**asked: str) -> str:
    return "/fragments?" + "&".join(f"{name}={quote(v, safe='')}" for name, v in asked.items())


def read(client: Client, path: str) -> tuple[list[Quad], list[Quad]]:
    """Return the data and the controls of a page."""
    answer = client.get(path, headers=NQ)
    assert answer.status_code == 200, answer.text
    quads = list(parse(answer.content, RdfFormat.N_QUADS))
    return (
        [q for q in quads if q.graph_name == DefaultGraph()],
        [q for q in quads if q.graph_name != DefaultGraph()],
    )


def said(quads: list[Quad], predicate: str) -> list[str]:
    return [q.object.value for q in quads if q.predicate.value == predicate]  # type: ignore[union-attr]


def all_pages(client: Client, path: str) -> list[Quad]:
    """Return the data of all pages, found by the controls alone."""
    found: list[Quad] = []
    while path:
        data, controls = read(client, path)
        found += data
        onward = said(controls, f"{HYDRA}next")
        path = onward[0].removeprefix("http://small") if onward else ""
    return found


PATTERNS = [
    {},
    {"subject": FAIR},
    {"predicate": TYPE},
    {"object": FAIR},
    {"subject": FAIR, "predicate": LABEL},
    {"predicate": TYPE, "object": "https://w3id.org/kizuna/ontology#Claim"},
    {"subject": FAIR, "object": '"Friendship fair"@en'},
    {"subject": FAIR, "predicate": LABEL, "object": '"Friendship fair"@en'},
    {"object": '"Friendship fair"@EN'},
    {"object": '"Friendship fair"'},
    {"object": "https://example.org/nothing"},
]


def fits(quad: Quad, asked: dict[str, str]) -> bool:
    terms = {"subject": quad.subject, "predicate": quad.predicate, "object": quad.object}
    named = {place: str(term).removeprefix("<").removesuffix(">") for place, term in terms.items()}
    return all(named[place] == wanted.replace("@EN", "@en") for place, wanted in asked.items())


@pytest.mark.parametrize("asked", PATTERNS, ids=lambda asked: " ".join(asked) or "everything")
def test_all_pages_of_a_pattern_are_what_the_release_says(
    client: Client, site: Site, asked: dict[str, str]
) -> None:
    dump = parse((site.release.dumps / "dataset.nt").read_bytes(), RdfFormat.N_TRIPLES)
    expected = {str(q.triple) for q in dump if fits(q, asked)}
    found = all_pages(client, address(**asked))
    counts = said(read(client, address(**asked))[1], f"{VOID}triples")
    assert {str(q.triple) for q in found} == expected
    assert counts == [str(len(found))]
    assert len(expected) == len(found)


def test_the_controls_of_a_page_lead_to_all_others(client: Client) -> None:
    data, controls = read(client, "/fragments?page=2")
    here = NamedNode("http://small/fragments?page=2")
    assert len(data) == 100
    assert {q.graph_name for q in controls} == {NamedNode(f"{here.value}#metadata")}
    (dataset,) = {q.subject for q in controls if q.predicate.value == f"{HYDRA}search"}
    assert Quad(dataset, NamedNode(f"{VOID}subset"), here, controls[0].graph_name) in controls
    assert said(controls, f"{HYDRA}template") == [
        "http://small/fragments{?subject,predicate,object}"
    ]
    assert sorted(said(controls, f"{HYDRA}variable")) == ["object", "predicate", "subject"]
    assert said(controls, f"{HYDRA}first") == ["http://small/fragments"]
    assert said(controls, f"{HYDRA}previous") == ["http://small/fragments"]
    assert said(controls, f"{HYDRA}next") == ["http://small/fragments?page=3"]
    assert said(controls, f"{HYDRA}itemsPerPage") == ["100"]
    links = client.head("/fragments?page=2").headers["link"]
    assert links == '</fragments>; rel="prev", </fragments?page=3>; rel="next"'


def test_the_page_is_named_by_the_address_that_was_asked(client: Client) -> None:
    """Clients know a page by it, byte for byte; a host that is none is not repeated."""
    path = f"/fragments?subject={quote(FAIR, safe='/:')}&lang=de"
    for host, named in (
        ("else.where:81", "http://else.where:81"),
        ('a"b', "https://example.org/small"),
    ):
        answer = client.get(path, headers=NQ | {"host": host})
        assert f"<{named}{path}>" in answer.text
        assert "Host" in answer.headers["vary"]


@pytest.mark.parametrize("form", carrying(Kind.GRAPH), ids=lambda form: form.suffix)
def test_every_format_holds_the_same(client: Client, form: Format) -> None:
    path = f"/fragments.{form.suffix}?subject={quote(FAIR)}"
    answer = client.get(path)
    assert answer.headers["content-type"] == form.content_type
    quads = list(parse(answer.content, form.rdf, base_iri="http://small/"))
    inside = [q for q in quads if q.predicate.value == f"{HYDRA}totalItems"]
    apart = {q.graph_name for q in inside} != {DefaultGraph()}
    assert len(inside) == 1
    assert apart == (Kind.DATASET in form.kinds)
    assert NamedNode(FAIR) in {q.subject for q in quads}
    assert client.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_a_client_without_a_wish_gets_data_and_a_browser_a_page(client: Client) -> None:
    assert client.get("/fragments").headers["content-type"].startswith("application/trig")
    page = client.get("/fragments?predicate=" + quote(TYPE), headers={"accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert f'value="{TYPE}"' in page.text


MISTAKES = [
    # asked                                           status  told
    ({"subject": "fair"},                             400,    "no term"),
    ({"object": '"open'},                             400,    "no term"),
    ({"object": '"x"^^<no iri>'},                     400,    "no term"),
    ({"subject": "?x", "object": "?x"},               400,    "two places"),
    ({"page": "0"},                                   400,    "no page"),
    ({"page": "x"},                                   400,    "no page"),
    ({"page": "1000"},                                404,    "the last one is"),
    ({"_format": "csv"},                              406,    "no format"),
    ({"values": "x"},                                 400,    "no form"),
    ({"values": "(?a) { (<x:a> <x:b>) }"},            400,    "2 values for 1"),
    ({"values": "(?a) { (<x:a>) "},                   400,    "no form"),
    ({"values": "(?a) { (<x:a> }"},                   400,    "no end"),
    ({"values": "(?a) { <x:a> }"},                    400,    "cannot be read"),
    ({"values": "(?a) { " + "(<x:a>)" * 101 + "}"},   400,    "101 rows"),
    ({"values": '(?a) { ("\\z") }'},                  400,    "no term"),
]  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: str(case[0])[:40])
def test_a_mistake_is_told(client: Client, case: tuple[dict[str, str], int, str]) -> None:
    answer = client.get(address(**case[0]))
    assert answer.status_code == case[1]
    assert case[2] in json.loads(answer.text)["detail"]


def test_a_parameter_that_is_given_twice_is_refused(client: Client) -> None:
    assert client.get("/fragments?page=1&page=2").status_code == 400


def test_there_is_no_other_suffix(client: Client) -> None:
    assert client.get("/fragments.csv").status_code == 404


def test_values_restrict_a_pattern(client: Client) -> None:
    values = f'(?s ?l) {{ (<{FAIR}> "Friendship fair"@en) (<{FAIR}> UNDEF) (<x:none> UNDEF) }}'
    data, controls = read(
        client, address(subject="?s", predicate=LABEL, object="?l", values=values)
    )
    assert {q.subject for q in data} == {NamedNode(FAIR)}
    assert Literal("Friendship fair", language="en") in {q.object for q in data}
    assert said(controls, f"{VOID}triples") == [str(len(data))]  # the narrower values add nothing
    literal = address(subject="?s", values='(?s) { ("no subject") }')
    assert read(client, literal)[0] == []


@pytest.mark.parametrize("count", [1, 3, 100])
def test_values_are_paged_as_well(client: Client, count: int) -> None:
    wanted = sorted({q.predicate.value for q in all_pages(client, "/fragments")})[:count]
    rows = " ".join(f"(<{iri}>)" for iri in wanted)
    found = all_pages(client, address(predicate="?p", values=f"(?p) {{ {rows} }}"))
    alone = [q for iri in wanted for q in all_pages(client, address(predicate=iri))]
    assert set(found) == set(alone)
    assert len(found) == len(alone)


@pytest.mark.parametrize("page", ["%70age=2", "pag%65=2&", "&&page=2"])
def test_however_the_page_is_written_the_next_one_is_found(client: Client, page: str) -> None:
    _, controls = read(client, f"/fragments?{page}")
    for predicate in ("next", "previous", "first"):
        (address,) = said(controls, f"{HYDRA}{predicate}")
        assert client.get("/fragments" + address.partition("/fragments")[2], headers=NQ).is_success
