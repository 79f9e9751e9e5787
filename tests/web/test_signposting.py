"""FAIR Signposting, linksets, the catalogue of APIs and llms.txt: what they announce is there."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from conftest import SMALL_BASE, Client
from kizuna.web import Site

LINK = re.compile(r"<([^>]*)>((?:; [a-z]+=\"[^\"]*\")*)(?:, *\n?|$)")
DATASET, FAIR = "/doc/dataset/small", "/doc/event/fair"
PAGE = {"accept": "text/html"}
Links = dict[str, list[tuple[str, str]]]


def parsed(header: str) -> list[tuple[str, dict[str, str]]]:
    """Return the links of a header, or of a linkset in the same words, with their attributes."""
    found = LINK.findall(header.strip())
    assert ", ".join(f"<{href}>{rest}" for href, rest in found) == re.sub(
        ",\n", ", ", header.strip()
    )
    return [(href, dict(re.findall(r'([a-z]+)="([^"]*)"', rest))) for href, rest in found]


def links(client: Client, path: str, **headers: str) -> Links:
    """Return where an answer leads, and to which media type, by relation."""
    answer = client.head(path, headers=headers)
    assert answer.status_code in {200, 303}, path
    assert answer.headers["link"] == client.get(path, headers=headers).headers["link"]
    found: Links = defaultdict(list)
    for href, attributes in parsed(answer.headers["link"]):
        found[attributes["rel"]].append((href, attributes.get("type", "")))
    return found


def here(address: str) -> str:
    return "/" + address.removeprefix(SMALL_BASE) if address.startswith(SMALL_BASE) else address


def test_a_page_of_a_thing_has_what_level_1_asks_for(client: Client) -> None:
    found = links(client, FAIR, **PAGE)
    assert found["cite-as"] == [(f"{SMALL_BASE}id/event/fair", "")]
    assert ("https://schema.org/AboutPage", "") in found["type"]
    assert ("https://schema.org/Event", "") in found["type"]
    assert {t for _, t in found["describedby"]} >= {"text/turtle", "application/ld+json"}
    assert found["license"]
    assert found["linkset"] == [(f"/linkset{FAIR}", "application/linkset+json")]
    assert found["item"] == []


def test_a_file_of_a_thing_leads_to_its_page(client: Client) -> None:
    for path, accept in ((f"{FAIR}.ttl", "*/*"), (FAIR, "text/turtle")):
        found = links(client, path, accept=accept)
        assert (FAIR, "text/html") in found["describes"]
        assert found["cite-as"] == [(f"{SMALL_BASE}id/event/fair", "")]
        assert ("https://schema.org/AboutPage", "") not in found["type"]
        assert {t for _, t in found["describedby"]} == {""}  # the catalogue alone


def test_the_thing_leads_on_as_its_page_does(client: Client) -> None:
    thing, page = links(client, "/id/event/fair", **PAGE), links(client, FAIR, **PAGE)
    for relation in ("cite-as", "describedby", "license", "linkset", "alternate"):
        assert thing[relation] == page[relation]


def test_the_dataset_has_its_files_and_they_lead_back(client: Client, site: Site) -> None:
    found = links(client, DATASET, **PAGE)
    names = {name for name in site.manifest.files if name.startswith("dumps/")}
    assert {href for href, _ in found["item"]} == {
        f"/dumps/{site.release.id}/{name.removeprefix('dumps/')}" for name in names
    }
    assert ("https://schema.org/Dataset", "") in found["type"]
    assert len(client.head(DATASET, headers=PAGE).headers["link"]) < 7_000  # proxies take 8 kB
    for href, media_type in found["item"]:
        answer = client.head(href)
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == media_type
        back = links(client, href)
        assert back["collection"] == [(DATASET, "text/html")]
        assert back["cite-as"] == [(f"{SMALL_BASE}id/dataset/small", "")]
        assert back["license"] == found["license"]
        assert back["linkset"] == found["linkset"]


STARTS = [
    "/",
    "/dumps/{release}",
    FAIR,
    DATASET,
    f"{FAIR}.ttl",
    "/ontology",
    "/catalog",
    "/terms/Fair",
    "/graph/documents",
    "/profiles",
]


@pytest.mark.parametrize("start", STARTS)
def test_every_link_leads_to_what_it_announces(client: Client, site: Site, start: str) -> None:
    start = start.format(release=site.release.id)
    for relation, some in links(client, start, **PAGE).items():
        for href, media_type in some:
            path = here(href)
            if not path.startswith("/") or relation in {"type", "cite-as", "describes"}:
                continue
            answer = client.get(path.partition("#")[0], headers={"accept": media_type or "*/*"})
            assert answer.status_code in {200, 303}, (relation, href)
            if media_type and answer.status_code == 200:
                assert answer.headers["content-type"].partition(";")[0] == media_type


def test_a_linkset_says_what_the_headers_say(client: Client) -> None:
    """With whole addresses, by what they lead from."""
    text = client.get(f"/linkset{DATASET}.txt")
    assert text.headers["content-type"] == "application/linkset"
    by_anchor: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for href, attributes in parsed(text.text):
        assert href.startswith("http"), href
        row = (attributes["rel"], href, attributes.get("type", ""))
        by_anchor[attributes["anchor"]].add(row)
    answer = client.get(f"/linkset{DATASET}")
    assert answer.headers["content-type"] == "application/linkset+json"
    listed = {
        context["anchor"]: {
            (relation, target["href"], target.get("type", ""))
            for relation, some in context.items()
            if relation != "anchor"
            for target in some
        }
        for context in answer.json()["linkset"]
    }
    assert listed == by_anchor
    for anchor, rows in listed.items():
        said = {
            (relation, href if href.startswith("http") else SMALL_BASE + href[1:], media_type)
            for relation, some in links(client, here(anchor), **PAGE).items()
            for href, media_type in some
        }
        assert rows <= said
        if anchor == f"{SMALL_BASE}{DATASET[1:]}":
            assert rows == said


def test_a_linkset_is_negotiated_and_known_again(client: Client) -> None:
    path = f"/linkset{FAIR}"
    answer = client.get(path, headers={"accept": "application/linkset"})
    assert answer.headers["content-type"] == "application/linkset"
    assert answer.headers["content-location"] == f"{path}.txt"
    assert client.get(answer.headers["content-location"]).content == answer.content
    known = {"accept": "application/linkset", "if-none-match": answer.headers["etag"]}
    assert client.get(path, headers=known).status_code == 304
    assert client.get(path, headers={"accept": "text/turtle"}).status_code == 406


NO_LINKSETS = ["doc/nothing", "id/event/fair", "nothing", "terms/nothing", "doc/event/fair.ttl", ""]


@pytest.mark.parametrize("path", NO_LINKSETS)
def test_there_is_no_linkset_of_what_is_not_described(client: Client, path: str) -> None:
    assert client.get(f"/linkset/{path}").status_code == 404


def test_the_catalogue_of_apis_names_what_answers(client: Client) -> None:
    answer = client.get("/.well-known/api-catalog")
    assert answer.headers["content-type"].startswith("application/linkset+json; profile=")
    assert client.head("/.well-known/api-catalog").headers["link"] == answer.headers["link"]
    contexts = {context.pop("anchor"): context for context in answer.json()["linkset"]}
    listed = {item["href"] for item in contexts[f"{SMALL_BASE}.well-known/api-catalog"]["item"]}
    assert f"{SMALL_BASE}sparql" in listed
    for address in listed:
        assert client.get(here(address)).status_code in {200, 400}, address
    for context in contexts.values():
        for described in context.get("service-desc", []):
            found = client.get(here(described["href"]))
            assert found.status_code == 200
            assert found.headers["content-type"].partition(";")[0] == described["type"]


def test_llms_txt_is_markdown_whose_links_answer(client: Client) -> None:
    answer = client.get("/llms.txt")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    lines = answer.text.splitlines()
    assert lines[0] == "# A small dataset"
    assert lines[2] == "> Invented facts about a fair."
    assert sum(line.startswith("# ") for line in lines) == 1
    rows = [line for line in lines if line.startswith("- ")]
    assert len(rows) > 15
    for row in rows:
        match = re.fullmatch(r"- \[((?:[^\[\]\\]|\\.)+)\]\((\S+)\)(?:: .+)?", row)
        assert match is not None, row
        assert client.get(here(match[2])).status_code in {200, 400}, row
    assert not re.search(r"(?<!\\)<", answer.text)
