"""What is answered from the bytes of a request alone is what the routes answer, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from kizuna.formats import HTML
from kizuna.representations import write, write_rows
from kizuna.web import Site
from kizuna.web.described import OFFERED
from kizuna.web.hot import HotAnswer
from kizuna.web.profiles import DEFAULT
from kizuna.web.quick import at_once
from kizuna.web.routes.things import described_thing
from routed import by_the_routes, request, things

FORMATS = [form for form in OFFERED if form is not HTML]
FAIR = "/doc/event/fair"
# fmt: off
FIELDS = [
    # of each thing and its description
    "",
    "accept: text/turtle",
    "accept: application/ld+json",
    "accept: application/n-triples\r\nuser-agent: some client/1.0 (of a kind)",
    "accept: application/n-quads\r\naccept-language: ja, de;q=0.5",
    "accept: application/rdf+xml\r\nconnection: keep-alive",
    "accept: application/trig",
    "accept: text/turtle; version=1.2",
    "accept: text/turtle\r\naccept-encoding: gzip, br",
    "accept: text/turtle\r\naccept-profile: <https://small.example/profiles#labels>",
    'accept: text/turtle\r\nif-none-match: "nothing"',
    "accept: text/turtle\r\nif-none-match: *",
    "ACCEPT: text/turtle\r\nAccept: application/ld+json;q=0.5",
]
TARGETS = [
    # in one format
    FAIR + ".ttl", FAIR + ".jsonld?_profile=thing", FAIR + "?format=nt", FAIR + "?lang=de",
    "/id/event/fair?_profile=labels&other=1", "/id/place/%E6%9D%B1%E4%BA%AC",
    "/doc/place/%e6%9d%b1%e4%ba%ac.nt", "/doc/place/%E6%9D%B1%E4%BA%AC?_format=ttl",
]
LEFT = [
    # what is not answered so                             why
    f"GET {FAIR} HTTP/1.1\r\n\r\n",                       # no host
    f"GET {FAIR} HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    f"GET {FAIR} HTTP/1.0\r\nhost: a\r\n\r\n",
    f"POST {FAIR} HTTP/1.1\r\nhost: a\r\n\r\n",
    f"GET {FAIR} HTTP/1.1\r\nhost : a\r\n\r\n",
    f"GET {FAIR} HTTP/1.1\r\nhost: a\r\n folded: b\r\n\r\n",
    f"GET {FAIR} HTTP/1.1\r\nhost: a\naccept: text/turtle\r\n\r\n",
    f"GET {FAIR} HTTP/1.1\r\nhost: a\r\nrange: bytes=0-5\r\naccept: text/turtle\r\n\r\n",
    f"GET {FAIR} HTTP/1.1\r\nhost: a\r\nconnection: close\r\naccept: text/turtle\r\n\r\n",
    f"GET {FAIR} HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 1.2.3.4\r\naccept: text/turtle\r\n\r\n",
    f"GET {FAIR} HTTP/1.1\r\nhost: a\r\naccept: text/html\r\n\r\n",          # takes longer
    f"GET {FAIR} HTTP/1.1\r\nhost: a\r\naccept: image/png\r\n\r\n",          # 406
    "GET /doc/event/none HTTP/1.1\r\nhost: a\r\naccept: text/turtle\r\n\r\n",  # 404
    "GET /doc/any-thing-at-all-64f1c0a7 HTTP/1.1\r\nhost: a\r\naccept: text/turtle\r\n\r\n",
    "GET /doc/event/a%zz HTTP/1.1\r\nhost: a\r\naccept: text/turtle\r\n\r\n",
    "GET /ontology HTTP/1.1\r\nhost: a\r\naccept: text/turtle\r\n\r\n",
]
# fmt: on


def assert_same(site: Site, asked: bytes) -> HotAnswer | None:
    quick, _ = at_once(asked, site)
    if quick is not None:
        routed = by_the_routes(site, asked)
        assert (quick.status, quick.head, quick.body) == (routed.status, routed.head, routed.body)
        assert quick.asked["path"] == routed.asked["path"]
    return quick


@pytest.mark.parametrize("fields", FIELDS)
def test_quick_answers_are_those_of_the_routes(site: Site, fields: str) -> None:
    answered = 0
    for thing in things(site):
        for target in (f"/{thing}", f"/doc/{thing.removeprefix('id/')}"):
            for method in ("GET", "HEAD"):
                answered += assert_same(site, request(target, fields, method)) is not None
    assert answered > 2 * len(things(site)) - 10, "nearly all things are small"


@pytest.mark.parametrize("target", TARGETS)
def test_quick_answers_at_any_address(site: Site, target: str) -> None:
    assert assert_same(site, request(target, "accept: text/turtle")) is not None


@pytest.mark.parametrize("asked", LEFT)
def test_what_is_left_to_the_routes(site: Site, asked: str) -> None:
    assert at_once(asked.encode(), site) == (None, False)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
def test_lines_say_what_terms_say(site: Site, form: Any) -> None:  # noqa: ANN401
    for thing in things(site):
        iri = site.addresses.base + thing
        described = described_thing(site, f"doc/{thing.removeprefix('id/')}", iri)
        assert described.rows is not None
        from_terms = write(described.quads(DEFAULT), form, site.prefixes, iri)
        assert write_rows(described.rows(), form, site.prefixes, iri) == from_terms
