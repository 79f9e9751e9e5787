from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncGenerator

import brotli
import pytest
from pyoxigraph import NamedNode

from conftest import SMALL_BASE, Client
from kizuna.web import Site
from kizuna.web.cache import Cache
from kizuna.web.codings import CODINGS, Coding, packed
from kizuna.web.names import Names
from kizuna.web.respond import Representation

FAIR = "/doc/event/fair"
ALL = ("html", "ttl", "jsonld", "nt", "rdf", "trig", "nq")


def test_entity_tags_tell_representations_apart(client: Client) -> None:
    tags = {client.get(f"{FAIR}.{suffix}").headers["etag"] for suffix in ALL}
    tags |= {client.get(f"{FAIR}.html?lang={code}").headers["etag"] for code in ("de", "ja")}
    assert len(tags) == len(ALL) + 2
    assert client.get(f"{FAIR}.ttl").headers["etag"] in tags
    assert Representation(b"", "a").etag != Representation(b"", "b").etag


@pytest.mark.parametrize("held", ["{}", '"nope", {}', "*", "W/{}"])
def test_what_is_known_is_not_sent(client: Client, held: str) -> None:
    first = client.get(FAIR, headers={"accept": "text/turtle"})
    headers = {"accept": "text/turtle", "if-none-match": held.format(first.headers["etag"])}
    again = client.get(FAIR, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "vary", "content-location", "cache-control", "link"):
        assert again.headers[name] == first.headers[name]
    assert client.head(FAIR, headers=headers).status_code == 304


@pytest.mark.parametrize("held", ['"nope"', "nonsense", '""', ""])
def test_what_is_not_known_is_sent(client: Client, held: str) -> None:
    assert client.get(FAIR, headers={"if-none-match": held}).status_code == 200


def test_a_tag_of_another_format_does_not_count(client: Client) -> None:
    tag = client.get(f"{FAIR}.ttl").headers["etag"]
    assert client.get(f"{FAIR}.nt", headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize("path", [*(f"{FAIR}.{s}" for s in ALL), "/", "/nope", "/sparql", "/dumps"])
def test_head_is_get_without_body(client: Client, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.content == b""
    assert (head.status_code, dict(head.headers)) == (got.status_code, dict(got.headers))
    assert int(head.headers["content-length"]) == len(got.content)


def test_gzip_has_its_own_tag(client: Client) -> None:
    plain = client.get(FAIR, headers={"accept": "text/html"})
    packed = client.get(FAIR, headers={"accept": "text/html", "accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert (
        packed.headers["vary"]
        == plain.headers["vary"]
        == ("Accept, Accept-Profile, Accept-Datetime, Accept-Language, Accept-Encoding")
    )
    known = {"accept-encoding": "gzip", "if-none-match": packed.headers["etag"]}
    assert client.get(FAIR, headers={"accept": "text/html", **known}).status_code == 304


def test_br_has_its_own_tag(client: Client) -> None:
    asked = {"accept": "text/turtle"}
    plain, *packed = (
        client.get(FAIR, headers={**asked, "accept-encoding": coding})
        for coding in ("identity", "br, gzip;q=0.9", "gzip, br;q=0.9")
    )
    assert [answer.headers["content-encoding"] for answer in packed] == ["br", "gzip"]
    assert len({answer.headers["etag"] for answer in (plain, *packed)}) == 3
    assert {answer.content for answer in packed} == {plain.content}  # decoded by the client
    br = next(coding for coding in CODINGS if coding.name == "br")
    assert brotli.decompress(br.pack(plain.content)) == plain.content


@pytest.mark.parametrize("coding", CODINGS, ids=lambda coding: str(coding.name))
def test_each_piece_of_a_stream_can_be_read_at_once(coding: Coding) -> None:
    pieces = [b"first " * 100, b"", b"second " * 100]

    async def chunks() -> AsyncGenerator[bytes, None]:
        for piece in pieces:
            yield piece

    async def collected() -> list[bytes]:
        return [data async for data in packed(coding, chunks())]

    first, second, rest = asyncio.run(collected())
    if coding.name == "gzip":
        reading = zlib.decompressobj(zlib.MAX_WBITS | 16)
        assert reading.decompress(first) == pieces[0]
        assert reading.decompress(second + rest) == pieces[2]
    else:
        reader = brotli.Decompressor()
        assert reader.process(first) == pieces[0]
        assert reader.process(second + rest) == pieces[2]


def test_a_packed_stream_closes_what_it_reads() -> None:
    closed = []

    async def chunks() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"x" * 1_000
        finally:
            closed.append(True)

    async def read_one() -> None:
        stream = packed(CODINGS[-1], chunks())
        await anext(stream)
        await stream.aclose()

    asyncio.run(read_one())
    assert closed


def test_gzip_is_stable_and_small_things_are_sent_plain(client: Client) -> None:
    made = Representation(b"x" * 5_000, "text/plain")
    coding = next(c for c in CODINGS if c.name == "gzip")
    assert gzip.decompress(made.packed(coding)) == made.body
    assert made.packed(coding) == Representation(b"x" * 5_000, "text/plain").packed(coding)
    small = client.get("/healthz", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in small.headers


@pytest.mark.parametrize("path", ["/", FAIR, "/id/event/fair", "/nope", "/healthz", "/sparql"])
def test_every_answer_carries_the_common_headers(client: Client, path: str) -> None:
    for accept in ("text/html", "text/turtle"):
        headers = client.get(
            path, headers={"accept": accept, "origin": "https://a.example"}
        ).headers
        assert headers["access-control-allow-origin"] == "*"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"]
        assert "server" not in headers
        is_page = headers.get("content-type", "").startswith("text/html")
        assert ("content-security-policy" in headers) is is_page


def test_preflight(client: Client) -> None:
    asked = {
        "origin": "https://a.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type, if-none-match",
    }
    answer = client.options("/sparql", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST"
    assert "if-none-match" in answer.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert client.options(FAIR).headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.options("/nope").status_code == 404


def test_the_cache_is_bounded_by_bytes() -> None:
    cache = Cache(limit=20_000)
    for number in range(50):
        cache.get(number, lambda: Representation(b"x" * 1_000, "text/plain"))
    assert cache.size <= 20_000
    assert cache.find(0) is None
    assert cache.find(49) is not None
    cache.keep("large", Representation(b"x" * 30_000, "text/plain"))
    assert cache.find("large") is None
    first = cache.find(49)
    assert cache.get(49, lambda: Representation(b"other", "text/plain")) is first


def test_keys_take_room_too() -> None:
    cache = Cache(limit=20_000)
    for number in range(50):
        cache.keep(("answer", f"ASK {{}} # {'京' * 1_000}{number}"), Representation(b"x", "a/b"))
    assert cache.size <= 20_000
    assert len(cache._held) < 6
    cache.keep("y" * 10_000, Representation(b"x", "a/b"))
    assert cache.find("y" * 10_000) is None


def test_long_terms_are_not_remembered(site: Site) -> None:
    names = Names(site.index, site.languages, site.prefixes, frozenset())
    known, long = NamedNode(f"{SMALL_BASE}id/event/fair"), NamedNode(f"http://x/{'y' * 10_000}")
    for _ in range(2):
        assert names.label(long, "en").value == long.value
        assert names.types(long) == frozenset()
        assert names.label(known, "en").value == "Friendship fair"
        assert names.types(known)
    assert names._label.cache_info().currsize == names._types.cache_info().currsize == 1
