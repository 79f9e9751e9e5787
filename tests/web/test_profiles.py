"""Content negotiation by profile, and RDF 1.2 for those who ask for it."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from conftest import Client
from kizuna.vocabulary import LABELS, RDF_REIFIES, RDF_SUBJECT
from kizuna.web.profiles import DEFAULT, PROFILES, negotiate_profile

BASE = "https://example.org/small/"
FAIR = "/doc/event/fair"
ITSELF = NamedNode(f"{BASE}id/event/fair")
PLAIN = {"accept": "application/n-quads"}


def iri(token: str) -> str:
    return f"{BASE}profiles#{token}"


def asked(client: Client, query: str = "", **headers: str) -> set[Quad]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.get(FAIR + query, headers={**PLAIN, **named})
    assert answer.status_code == 200
    return set(parse(answer.content, RdfFormat.N_QUADS))


def test_each_profile_holds_what_it_says(client: Client) -> None:
    thing, labels, evidence, incoming = (asked(client, f"?_profile={p.token}") for p in PROFILES)
    assert all(q.object != ITSELF for q in thing)
    assert any(q.subject == NamedNode(f"{BASE}id/attendance/about-140") for q in thing)
    assert thing < labels
    assert {q.predicate for q in labels - thing} <= set(LABELS)
    assert any(q.subject == NamedNode(f"{BASE}id/place/東京") for q in labels - thing)
    assert thing < evidence
    assert any(q.predicate == RDF_SUBJECT and q.object == ITSELF for q in evidence)
    assert thing <= incoming
    assert not any(q.predicate == RDF_SUBJECT for q in incoming)
    assert evidence == asked(client)


def test_what_links_to_a_thing_is_in_its_profile(client: Client) -> None:
    place = "/doc/place/%E6%9D%B1%E4%BA%AC.nq?_profile="
    told = set(parse(client.get(place + "incoming").content, RdfFormat.N_QUADS))
    assert any(q.subject == ITSELF and q.predicate.value.endswith("location") for q in told)
    assert any(q.subject == ITSELF and q.predicate in LABELS for q in told)


# fmt: off
WISHES = [
    # Accept-Profile                               the profile that is sent
    ("",                                           "evidence"),
    ("<{thing}>",                                  "thing"),
    ("<{thing}>;q=0.2, <{labels}>;q=0.9",          "labels"),
    ("<{thing}> ; Q=0.2,<{incoming}>;q=0.3",       "incoming"),
    ("<urn:x>, <{labels}>;q=0.1",                  "labels"),
    ("<urn:x>",                                    "evidence"),   # none that we know: the default
    ("<{thing}>;q=0",                              "evidence"),
    ("<{thing}>, <{evidence}>",                    "evidence"),   # equal: ours
    ("{thing}",                                    "evidence"),   # no IRI in brackets
    ("<{thing}",                                   "evidence"),
    ("<<<>>>;;;q=",                                "evidence"),
]
# fmt: on


@pytest.mark.parametrize(("header", "token"), WISHES)
def test_the_header_chooses(client: Client, header: str, token: str) -> None:
    wish = header.format(**{p.token: iri(p.token) for p in PROFILES})
    headers = {"accept": "text/turtle", **({"accept-profile": wish} if header else {})}
    answer = client.get(FAIR, headers=headers)
    assert answer.headers["content-profile"] == f"<{iri(token)}>"
    assert f'<{iri(token)}>; rel="profile"' in answer.headers["link"]
    assert answer.headers["vary"] == "Accept, Accept-Profile, Accept-Datetime, Accept-Encoding"
    again = client.get(answer.headers["content-location"])
    assert again.content == answer.content
    assert again.headers["etag"] == answer.headers["etag"]


def test_hostile_wishes_take_no_time() -> None:
    for wish in ("<" * 20_000, "<x>;" * 8_000, "<" + "x" * 30_000, "<x> " + " " * 30_000):
        assert negotiate_profile(wish, BASE) is DEFAULT


def test_the_address_counts_before_the_header(client: Client) -> None:
    headers = {"accept": "text/turtle", "accept-profile": f"<{iri('labels')}>"}
    for query in ("?_profile=thing", f"?_profile={iri('thing').replace('#', '%23')}"):
        answer = client.get(FAIR + query, headers=headers)
        assert answer.headers["content-profile"] == f"<{iri('thing')}>"
    file = client.get(f"{FAIR}.ttl", headers=headers)
    assert file.headers["content-profile"] == f"<{iri('evidence')}>"  # a file is what it is
    both = client.get(f"{FAIR}?_profile=thing&_mediatype=application/n-triples")
    assert both.headers["content-type"] == "application/n-triples"


def test_an_unknown_profile_in_the_address(client: Client) -> None:
    answer = client.get(f"{FAIR}?_profile=nope", headers=PLAIN)
    assert answer.status_code == 406
    assert all(p.token in answer.text for p in PROFILES)
    assert client.get("/graph/fair-report?_profile=thing").status_code == 406


@pytest.mark.parametrize("form", [RdfFormat.TURTLE, RdfFormat.JSON_LD])
def test_the_list_of_profiles_of_a_thing(client: Client, form: RdfFormat) -> None:
    answer = client.get(f"{FAIR}?_profile=alt", headers={"accept": form.media_type})
    link = answer.headers["link"]
    for profile in PROFILES:
        href = f"<{FAIR}.ttl?_profile={profile.token}>"
        assert (
            f'{href}; rel="alternate"; type="text/turtle"; profile="{iri(profile.token)}"' in link
        )
        assert f'token="{profile.token}"; anchor="{iri(profile.token)}"' in link
    told = set(parse(answer.content, form))
    assert any(q.predicate.value.endswith("hasDefaultRepresentation") for q in told)
    assert len([q for q in told if q.predicate.value.endswith("altr#hasRepresentation")]) == 24


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_the_page_of_profiles(client: Client, language: str) -> None:
    for path in ("/profiles", f"{FAIR}?_profile=alt"):
        headers = {"accept": "text/html", "accept-language": language}
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200
        assert all(f'id="{p.token}"' in answer.text for p in PROFILES)
        assert ("_profile=labels" in answer.text) is (path != "/profiles")
    data = client.get("/profiles.nt").text
    assert f"<{iri('thing')}>" in data


def test_a_thing_passes_on_what_is_asked_of_it(client: Client) -> None:
    answer = client.get("/id/event/fair?_profile=thing&x=1&format=ttl")
    assert answer.headers["location"] == f"{FAIR}?_profile=thing&format=ttl"


# fmt: off
VERSIONS = [
    # Accept                                                    Content-Type
    ("text/turtle; version=1.2",                                "text/turtle; version=1.2; charset=utf-8"),
    ('text/turtle;version="1.2"',                               "text/turtle; version=1.2; charset=utf-8"),
    ("text/turtle;version=1.2, text/turtle;q=0.5",              "text/turtle; version=1.2; charset=utf-8"),
    ("text/turtle;version=1.2;q=0.5, text/turtle",              "text/turtle; charset=utf-8"),
    ("text/turtle;version=1.2;q=0, text/turtle;q=0.1",          "text/turtle; charset=utf-8"),
    ("text/turtle;version=1.1",                                 "text/turtle; charset=utf-8"),
    ("text/turtle;version=1.2-basic",                           "text/turtle; charset=utf-8"),
    ("text/turtle",                                             "text/turtle; charset=utf-8"),
    ("application/n-quads;version=1.2, text/turtle;q=0.9",      "application/n-quads; version=1.2"),
    ("application/n-triples;version=1.2",                       "application/n-triples; version=1.2"),
    ("application/trig;version=1.2",                            "application/trig; version=1.2; charset=utf-8"),
    ("application/ld+json;version=1.2",                         "application/ld+json"),  # has none
    ("application/trig, text/turtle;version=1.2;q=0.9",         "application/trig; charset=utf-8"),
]
# fmt: on


@pytest.mark.parametrize(("accept", "content_type"), VERSIONS)
def test_versions_are_negotiated(client: Client, accept: str, content_type: str) -> None:
    answer = client.get(FAIR, headers={"accept": accept})
    assert answer.headers["content-type"] == content_type
    assert "Accept" in answer.headers["vary"]
    again = client.get(answer.headers["content-location"], headers={"accept": "image/png"})
    assert (again.content, again.headers["content-type"]) == (answer.content, content_type)


@pytest.mark.parametrize("suffix", ["ttl", "nt", "trig", "nq"])
def test_claims_are_reifiers_in_rdf_1_2(client: Client, suffix: str) -> None:
    form = RdfFormat.from_extension(suffix)
    assert form is not None
    plain = set(parse(client.get(f"{FAIR}.{suffix}").content, form))
    newer = set(parse(client.get(f"{FAIR}.{suffix}12").content, form))
    added = newer - plain
    assert plain < newer
    assert {q.predicate for q in added} == {RDF_REIFIES}
    claim = next(q for q in added if q.subject == NamedNode(f"{BASE}id/claim/r-6"))
    assert isinstance(claim.object, Triple)
    assert claim.object.subject == ITSELF
    assert not any(isinstance(q.object, Triple) for q in plain)


def test_the_graph_of_a_file_has_reifiers_too(client: Client) -> None:
    answer = client.get("/graph/fair-report", headers={"accept": "text/turtle;version=1.2"})
    assert "<<(" in answer.text
    assert "version=1.2" in answer.headers["content-type"]


def test_json_ld_is_tidy(client: Client) -> None:
    data = json.loads(client.get(f"{FAIR}.jsonld?_profile=thing").content)
    assert data["@context"]["prefLabel"] == {"@id": "skos:prefLabel", "@container": "@language"}
    first = data["@graph"][0] if "@graph" in data else data
    assert first["@id"] == ITSELF.value.replace(f"{BASE}id/event/", "event:")
    assert first["prefLabel"] == {"de": "Freundschaftsfest", "en": "Friendship fair"}
    assert first["location"] == "place:東京"
    assert "@value" not in json.dumps(first["prefLabel"])
