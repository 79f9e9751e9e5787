from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.errors import NotAcceptable
from kizuna.formats import BY_SUFFIX, FORMATS, HTML, JSON_LD, TURTLE, Format, Kind, carrying
from kizuna.web.codings import CODINGS, Coding
from kizuna.web.negotiation import negotiate, negotiate_coding, negotiate_language, parse

OFFERED = (HTML, *carrying(Kind.GRAPH))

# fmt: off
CASES = [
    # accept header                                              chosen
    (None,                                                       "html"),    # no wish: our order
    ("",                                                         "html"),    # an empty one is none
    ("*/*",                                                      "html"),
    ("TEXT/Turtle; charset=utf-8",                               "ttl"),     # case, parameters
    ("text/turtle;q=0.5, application/ld+json",                   "jsonld"),
    ("text/turtle ;\tQ=0.2 ,  application/n-triples ; q=0.9",    "nt"),      # white space, Q
    ("text/html;q=0.001, text/turtle;q=0.002",                   "ttl"),
    ("*/*, text/html;q=0",                                       "ttl"),     # excluded by name
    ("text/*;q=0, */*",                                          "jsonld"),  # excluded by range
    ("text/*;q=0.3, text/turtle;q=0.1, application/*;q=0.2",     "html"),    # specific beats range
    ("text/*, text/html;q=0.1",                                  "ttl"),     # in both directions
    ("*/*;q=0.1, application/rdf+xml",                           "rdf"),
    ("application/json",                                         "jsonld"),  # an alias, named
    ("application/json;q=0, application/*",                      "jsonld"),  # the alias only
    ("text/html;q=0.1, application/xml",                         "rdf"),
    ('application/ld+json;profile="a,b;q=0", text/html;q=0.5',   "jsonld"),  # a quoted comma
    ('application/ld+json;profile="x";q=0, application/ld+json', "jsonld"),  # a profile excluded
    ("text/turtle;version=9, text/turtle;q=0.1, text/html;q=0.5", "html"),   # plain range decides
    ("text/turtle;charset=utf-8;q=0.1, text/turtle, text/html;q=0.5", "html"),  # most specific
    (", ,text/turtle,, ,",                                       "ttl"),     # empty members
    ("text/turtle;q=2, text/html;q=-1, application/trig;q=.5",   "trig"),    # malformed weights
    ("text/turtle;q=x, nonsense, text/html;level",               "html"),    # no wish
    ("*",                                                        "html"),
    ("*/turtle, text/turtle;q=0.2",                              "ttl"),     # no such range
    ("image/png, text/turtle;q=0.1",                             "ttl"),
]
# fmt: on


@pytest.mark.parametrize(("accept", "chosen"), CASES)
def test_cases(accept: str | None, chosen: str) -> None:
    assert negotiate(accept, OFFERED).suffix == chosen


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "*/*;q=0", "*/*;q=0.000"])
def test_nothing_acceptable(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="no representation") as caught:
        negotiate(accept, OFFERED)
    assert "text/turtle" in caught.value.hint


def test_browsers_get_pages_and_rdf_clients_data() -> None:
    chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    rdflib = "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1"
    assert negotiate(chrome, OFFERED) is HTML
    assert negotiate(rdflib, OFFERED).suffix == "rdf"
    assert negotiate("text/turtle,application/ld+json;q=0.8,*/*;q=0.3", OFFERED) is TURTLE
    assert negotiate("application/ld+json, application/json", OFFERED) is JSON_LD


@given(st.text())
def test_any_text_is_answered_or_refused(accept: str) -> None:
    try:
        assert negotiate(accept, OFFERED) in OFFERED
    except NotAcceptable:
        assert accept


@given(st.sampled_from(OFFERED), st.floats(0.001, 1), st.text(alphabet=';,"\\q=01 /*x'))
def test_noise_never_hides_a_type_named_before_it(form: Format, q: float, noise: str) -> None:
    header = f"{form.media_type};q={q:.3f}, ,{noise.replace(chr(34), '')}"
    assert any(w.value == form.media_type for w in parse(header))


@given(st.permutations([f"{f.media_type};q=0.{n + 1}" for n, f in enumerate(OFFERED)]))
def test_the_order_of_members_does_not_matter(members: list[str]) -> None:
    assert negotiate(", ".join(members), OFFERED) is OFFERED[-1]


@pytest.mark.parametrize(
    "hostile",
    [
        "text/html;" + "a=b;" * 16_000,
        '"' * 64_000,
        '"\\' * 32_000,
        "text/turtle;x=" + "\\" * 64_000,
        "*/*;q=0." + "0" * 64_000,
        ",".join(f"application/x-{n};q=0.{n % 10}" for n in range(2_200)),
        "-".join(["a"] * 32_000),
        "a-" * 32_000,
    ],
)
def test_hostile_headers_take_no_time(hostile: str) -> None:
    begun = time.perf_counter()
    with suppress(NotAcceptable):
        negotiate(hostile, OFFERED)
    negotiate_language(hostile, ("en", "de", "ja"))
    negotiate_coding(hostile, BR_AND_GZIP)
    assert time.perf_counter() - begun < 1


# fmt: off
LANGUAGES = [
    # accept-language          chosen
    (None,                     "en"),
    ("",                       "en"),
    ("de",                     "de"),
    ("DE-at",                  "de"),  # RFC 4647 lookup: shortened part by part
    ("ja-Hira-x-private, de",  "ja"),  # a singleton goes with what it introduces
    ("fr, de;q=0.5, ja;q=0.7", "ja"),
    ("fr",                     "en"),
    ("*",                      "en"),
    ("en;q=0, *",              "de"),  # anything but English
    ("en;q=0, de;q=0, ja;q=0", "en"),  # a page is better than none
    ("de;q=x, ja",             "ja"),
    ("ja;q=0, *",              "en"),
    ("xx-invalidlongtag, de",  "de"),
]
# fmt: on


@pytest.mark.parametrize(("header", "chosen"), LANGUAGES)
def test_languages(header: str | None, chosen: str) -> None:
    assert negotiate_language(header, ("en", "de", "ja")) == chosen


@given(st.text())
def test_any_language_header_gets_a_language(header: str) -> None:
    assert negotiate_language(header, ("en", "de", "ja")) in {"en", "de", "ja"}


# fmt: off
CODED = [
    (None,                         None),
    ("gzip",                       "gzip"),
    ("x-gzip",                     "gzip"),
    ("br, GZIP",                   "br"),    # our order
    ("gzip, deflate, br",          "br"),
    ("br;q=0.5, GZIP;q=0.6",       "gzip"),
    ("br;q=0, *;q=0.5",            "gzip"),
    ("*",                          "br"),
    ("gzip;q=0, br;q=0, *;q=0.5",  None),
    ("*;q=0",                      None),
    ("identity, gzip;q=0.5",       None),    # no coding is liked better
    ("identity;q=0.5, gzip",       "gzip"),
    ("exotic",                     None),
    ("gzipped",                    None),    # not a substring
]
# fmt: on
BR_AND_GZIP = [
    Coding("br", lambda body: body, CODINGS[-1].packer),
    Coding("gzip", lambda body: body, CODINGS[-1].packer, ("x-gzip",)),
]


@pytest.mark.parametrize(("header", "chosen"), CODED)
def test_codings(header: str | None, chosen: str | None) -> None:
    found = negotiate_coding(header, BR_AND_GZIP)
    assert (found.name if found else None) == chosen


def test_all_suffixes_lead_to_one_format() -> None:
    assert len(BY_SUFFIX) == len(FORMATS)
