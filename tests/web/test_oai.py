"""OAI-PMH: every answer is one of the protocol, every record is harvested once, nothing breaks it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from oaipmh_scythe import Scythe
from oaipmh_scythe.models import Header, Record
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple, parse

from conftest import SMALL_BASE, Client
from kizuna.release.history import Step, Way
from kizuna.vocabulary import RDF_TYPE, term
from kizuna.web import Site
from kizuna.web.oai import answers
from kizuna.web.oai.records import repository
from live import Live, serving

ROOT = Path(__file__).parent.parent
SCHEMA = etree.RelaxNG(etree.parse(ROOT / "oai.rng"))
STRICT = etree.XMLParser(resolve_entities=False, no_network=True)
OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
FORM = {"content-type": "application/x-www-form-urlencoded"}
DATASET = "oai:example.org:small/id/dataset/small"
KINDS = {term(f"dcat:{kind}") for kind in ("Dataset", "DatasetSeries", "DataService")}
pytestmark = pytest.mark.embedded("no engine has a part in it")


def read(text: bytes) -> etree._Element:
    """Return an answer, which is one of the protocol."""
    found = etree.fromstring(text, STRICT)
    SCHEMA.assertValid(found)
    return found


def ask(client: Client, *fields: tuple[str, str], **arguments: str) -> etree._Element:
    """Return the answer to arguments, which GET and POST answer alike."""
    query = urlencode([*fields, *((n.rstrip("_"), v) for n, v in arguments.items())])
    got = client.get(f"/oai?{query}")
    posted = client.post("/oai", content=query.encode(), headers=FORM)
    for answer in (got, posted):
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert undated(got.text) == undated(posted.text)
    return read(got.content)


def undated(text: str) -> str:
    return re.sub("<responseDate>[^<]*</responseDate>", "", text)


def code(found: etree._Element) -> str:
    (error,) = found.findall(f"{OAI}error")
    assert error.text
    return str(error.get("code"))


def texts(found: etree._Element, name: str) -> list[str]:
    return [element.text or "" for element in found.iter(f"{OAI}{name}")]


def walk(client: Client, verb: str, **arguments: str) -> list[etree._Element]:
    """Return all parts of a list, by their tokens."""
    parts = [ask(client, verb=verb, **arguments)]
    while token := "".join(texts(parts[-1], "resumptionToken")):
        parts.append(ask(client, verb=verb, resumptionToken=token))
    return parts


def record(client: Client, prefix: str, identifier: str = DATASET) -> etree._Element:
    found = ask(client, verb="GetRecord", identifier=identifier, metadataPrefix=prefix)
    (metadata,) = found.iter(f"{OAI}metadata")
    return metadata[0]


# fmt: off
REFUSED = [
    # arguments                                                              code
    ("",                                                                     "badVerb"),
    ("verb=",                                                                "badVerb"),
    ("verb=identify",                                                        "badVerb"),
    ("verb=Identify&verb=Identify",                                          "badVerb"),
    ("metadataPrefix=oai_dc",                                                "badVerb"),
    ("verb=Identify&metadataPrefix=oai_dc",                                  "badArgument"),
    ("verb=Identify&x=",                                                     "badArgument"),
    ("verb=ListRecords",                                                     "badArgument"),
    ("verb=ListRecords&metadataPrefix=",                                     "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc",         "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai%20dc",                             "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2026",                     "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30",               "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01",               "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T25:00:00Z",     "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00",      "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&until=2026-01-01T00:00:00%2B00:00", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01",  "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-02T00:00:00Z", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&set=a%20b",                     "badArgument"),
    ("verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc",             "badArgument"),
    ("verb=GetRecord&metadataPrefix=oai_dc",                                 "badArgument"),
    (f"verb=GetRecord&identifier={DATASET}",                                 "badArgument"),
    (f"verb=GetRecord&identifier={DATASET}&metadataPrefix=oai_dc&from=2026-01-01", "badArgument"),
    ("verb=GetRecord&identifier=%00&metadataPrefix=oai_dc&%FF=1",            "badArgument"),
    ("verb=ListRecords&metadataPrefix=marc21",                               "cannotDisseminateFormat"),
    (f"verb=GetRecord&identifier={DATASET}&metadataPrefix=marc21",           "cannotDisseminateFormat"),
    ("verb=GetRecord&identifier=oai:example.org:none&metadataPrefix=oai_dc", "idDoesNotExist"),
    ("verb=GetRecord&identifier=%22%3Cx%3E&metadataPrefix=oai_dc",           "idDoesNotExist"),
    ("verb=ListMetadataFormats&identifier=oai:example.org:none",             "idDoesNotExist"),
    ("verb=ListRecords&metadataPrefix=oai_dc&until=2001-01-01",              "noRecordsMatch"),
    ("verb=ListIdentifiers&metadataPrefix=dcat_ap&from=9999-01-01",          "noRecordsMatch"),
    ("verb=ListSets",                                                        "noSetHierarchy"),
    ("verb=ListRecords&metadataPrefix=oai_dc&set=a:b",                       "noSetHierarchy"),
    ("verb=ListRecords&resumptionToken=",                                    "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=0123456789ab,oai_dc,,,5",             "badResumptionToken"),
]
# fmt: on


@pytest.mark.parametrize(("query", "expected"), REFUSED)
def test_what_is_wrong_is_told_in_the_codes_of_the_protocol(
    client: Client, query: str, expected: str
) -> None:
    got = client.get(f"/oai?{query}")
    posted = client.post("/oai", content=query.encode(), headers=FORM)
    assert undated(got.text) == undated(posted.text)
    assert got.status_code == 200
    found = read(got.content)
    assert code(found) == expected
    (request,) = found.findall(f"{OAI}request")
    assert request.text == f"{SMALL_BASE}oai"
    assert bool(request.attrib) == (expected not in {"badVerb", "badArgument"})


def test_a_post_is_a_form_and_no_large_one(client: Client) -> None:
    assert client.post("/oai", content=b"verb=Identify").status_code == 415
    large = b"verb=Identify&x=" + b"x" * 20_000
    assert client.post("/oai", content=large, headers=FORM).status_code == 413
    plain = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    answer = client.post("/oai?verb=ListSets", content=b"verb=Identify", headers=plain)
    assert read(answer.content).find(f"{OAI}Identify") is not None


def test_the_repository_says_what_it_is(client: Client) -> None:
    found = ask(client, verb="Identify")
    assert texts(found, "repositoryName") == ["Small: catalogue"]
    assert texts(found, "baseURL") == [f"{SMALL_BASE}oai"]
    assert texts(found, "deletedRecord") == ["transient"]
    assert texts(found, "adminEmail") == ["nobody@example.invalid"]
    dates = [d for p in walk(client, "ListIdentifiers", metadataPrefix="oai_dc") for d in texts(p, "datestamp")]  # fmt: skip
    assert texts(found, "earliestDatestamp") == [min(dates)]


@pytest.mark.parametrize("more", [{}, {"identifier": DATASET}])
def test_there_are_two_formats(client: Client, more: dict[str, str]) -> None:
    found = ask(client, verb="ListMetadataFormats", **more)
    assert texts(found, "metadataPrefix") == ["oai_dc", "dcat_ap"]
    for prefix, namespace in zip(
        texts(found, "metadataPrefix"), texts(found, "metadataNamespace"), strict=True
    ):
        assert etree.QName(record(client, prefix)).namespace == namespace


def described(site: Site) -> set[str]:
    found = {t.subject for t in site.catalogue if t.predicate == RDF_TYPE and t.object in KINDS}
    return {node.value for node in found if isinstance(node, NamedNode)}


@pytest.mark.parametrize("size", [1, 3, 5, 8, 100])
def test_a_list_has_every_record_once(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(answers, "PER_PART", size)
    parts = walk(client, "ListRecords", metadataPrefix="oai_dc")
    found = [name for part in parts for name in texts(part, "identifier")]
    expected = {f"oai:example.org:{i.removeprefix('https://example.org/')}" for i in described(site)}  # fmt: skip
    assert len(found) == len(set(found)) == len(expected) > 7
    assert set(found) == {name.replace("#", "%23") for name in expected}
    assert all(len(texts(part, "identifier")) == size for part in parts[:-1])
    tokens = [token for part in parts for token in part.iter(f"{OAI}resumptionToken")]
    assert len(tokens) == (len(parts) if len(parts) > 1 else 0)
    assert [int(token.get("cursor")) for token in tokens] == [n * size for n in range(len(tokens))]
    assert {token.get("completeListSize") for token in tokens} <= {str(len(found))}
    names = walk(client, "ListIdentifiers", metadataPrefix="dcat_ap")
    assert [name for part in names for name in texts(part, "identifier")] == found


def test_a_part_is_the_same_however_often_it_is_asked_for(client: Client) -> None:
    (token,) = texts(ask(client, verb="ListRecords", metadataPrefix="dcat_ap"), "resumptionToken")
    first, second = (client.get(f"/oai?verb=ListRecords&resumptionToken={token}") for _ in "ab")
    assert undated(first.text) == undated(second.text)
    for answer in (first, client.head("/oai?verb=Identify")):
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


def test_a_period_has_both_its_ends(client: Client, site: Site) -> None:
    dates = {one.datestamp for one in site.repository.records}
    first, last = min(dates), max(dates)
    for more, expected in (
        ({"from_": first, "until": last}, len(site.repository.records)),
        ({"from_": first[:10], "until": last[:10]}, len(site.repository.records)),
        ({"until": first}, sum(one.datestamp == first for one in site.repository.records)),
        ({"from_": last}, sum(one.datestamp == last for one in site.repository.records)),
    ):
        parts = walk(client, "ListIdentifiers", metadataPrefix="oai_dc", **more)
        assert sum(len(texts(part, "identifier")) for part in parts) == expected
    after = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    found = ask(client, verb="ListRecords", metadataPrefix="oai_dc", from_=after)
    assert code(found) == "noRecordsMatch"


def test_a_release_has_the_date_at_which_it_could_first_be_read(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who harvests while it is made asks from then on the next time, and must be given it."""
    steps = [
        Step(Way.MADE, site.release.id, "9001-02-03T04:05:06+00:00"),
        Step(Way.MADE, "0123456789ab", "9002-02-03T04:05:06+00:00"),
        Step(Way.BACK, site.release.id, "9003-02-03T04:05:06+01:00"),
    ]
    found = repository(site.source, site.catalogue, site.modified, steps)
    monkeypatch.setitem(vars(site), "repository", found)
    release = f"oai:example.org:small/dumps/{site.release.id}%23dataset"
    found = ask(client, verb="GetRecord", identifier=release, metadataPrefix="oai_dc")
    assert texts(found, "datestamp") == ["9001-02-03T04:05:06Z"]
    assert f"{SMALL_BASE}catalog#releases" in [e.text for e in found.iter(f"{DC}relation")]
    gone = "oai:example.org:small/dumps/0123456789ab%23dataset"
    (part,) = walk(client, "ListRecords", metadataPrefix="oai_dc", from_="9003-01-01")
    for answer in (
        part,
        ask(client, verb="GetRecord", identifier=gone, metadataPrefix="dcat_ap"),
        ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", from_="9003-01-01"),
    ):
        (header,) = answer.iter(f"{OAI}header")
        assert header.get("status") == "deleted"
        assert texts(answer, "identifier") == [gone]
        assert texts(answer, "datestamp") == ["9003-02-03T03:05:06Z"]
        assert not list(answer.iter(f"{OAI}metadata"))


def test_without_a_history_a_release_has_the_date_of_its_making(site: Site) -> None:
    found = repository(site.source, site.catalogue, site.modified, ())
    record = found.find(f"oai:example.org:small/dumps/{site.release.id}%23dataset")
    assert record is not None
    assert record.datestamp == site.manifest.created.replace("+00:00", "Z")


def test_the_dataset_in_dublin_core(client: Client, site: Site) -> None:
    found = record(client, "oai_dc")
    titles = {e.get(LANGUAGE): e.text for e in found.iter(f"{DC}title")}
    assert titles == {
        "en": "A small dataset",
        "de": "Ein kleiner Datensatz",
        "ja": "小さなデータセット",
    }
    said = {name: [e.text for e in found.iter(f"{DC}{name}")] for name in NAMES}
    assert said["identifier"] == [f"{SMALL_BASE}id/dataset/small", SMALL_BASE]
    assert said["type"] == ["Dataset"]
    assert {"text/turtle", "application/rdf+xml", "text/csv"} & set(said["format"])
    assert site.manifest.created in said["date"]
    assert "https://creativecommons.org/publicdomain/zero/1.0/" in said["rights"]
    assert "CC0 1.0" in said["rights"]
    assert all(len(values) == len(set(values)) for name, values in said.items() if name != "title")


NAMES = ("identifier", "title", "type", "format", "date", "rights")


@pytest.mark.parametrize("path", ["id/dataset/small", "catalog%23releases", "catalog%23oai"])
def test_a_record_in_dcat_ap_is_its_part_of_the_catalogue(
    client: Client, site: Site, path: str
) -> None:
    found = record(client, "dcat_ap", f"oai:example.org:small/{path}")
    assert found.tag == RDF
    text = etree.tostring(found, encoding="unicode").strip()
    triples = {q.triple for q in parse(text, RdfFormat.RDF_XML)}
    expected = site.parts.of(NamedNode(SMALL_BASE + path.replace("%23", "#")))
    assert graph(triples) == graph(expected)


def graph(triples: set[Triple] | list[Triple]) -> Dataset:
    found = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


ARGUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["verb", "metadataPrefix", "identifier", "from", "until", "set", "resumptionToken"])
        | st.text(max_size=4),
        st.sampled_from(["ListRecords", "GetRecord", "ListIdentifiers", "oai_dc", "dcat_ap", DATASET, "2026-01-01", ""])
        | st.text(max_size=8),
    ),
    max_size=5,
)  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(fields=ARGUMENTS)
def test_whatever_is_asked_the_answer_is_one_of_the_protocol(
    client: Client, fields: list[tuple[str, str]]
) -> None:
    assert ask(client, *fields).tag == f"{OAI}OAI-PMH"


HOSTILE = r"""
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<BASEid/d> a dcat:Dataset ;
  dct:title "]]></dc:title><x> & \u0001\uFFFE \"'"@en , "\r\n" ;
  dct:description "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;"@de ;
  dct:publisher <BASEid/p> ; dct:temporal [ dcat:startDate "1990" ; dcat:endDate "2020-01-01" ] ;
  dct:language <http://publications.europa.eu/resource/authority/language/JPN> ;
  <urn:x:1> "no name of XML" ; dct:modified "soon" ; dct:spatial "" .
<BASEid/p> foaf:name "Ein Verlag"@de , "出版社"@ja .
<urn:elsewhere> a dcat:Dataset .
"""


def test_hostile_texts_stay_texts(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = HOSTILE.replace("BASE", SMALL_BASE)
    more = [q.triple for q in parse(told, RdfFormat.TURTLE)]
    monkeypatch.setitem(vars(site), "catalogue", [*site.catalogue, *more])
    for name in ("repository", "parts"):
        monkeypatch.delitem(vars(site), name, raising=False)
    hostile = "oai:example.org:small/id/d"
    title = "]]></dc:title><x> & \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} \"'"
    dublin_core = record(client, "oai_dc", hostile)
    said = {(e.tag.removeprefix(DC), e.get(LANGUAGE), e.text) for e in dublin_core}
    assert said >= {
        ("title", "en", title),
        ("title", None, "\r\n"),
        ("description", "de", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;"),
        ("publisher", "de", "Ein Verlag"),
        ("publisher", "ja", "出版社"),
        ("coverage", None, "1990/2020-01-01"),
        ("language", None, "jpn"),
        ("date", None, "soon"),
    }
    rdf = record(client, "dcat_ap", hostile)
    assert title in [e.text for e in rdf.iter("{http://purl.org/dc/terms/}title")]
    assert "no name of XML" not in "".join(rdf.itertext())
    assert record(client, "oai_dc", "oai:example.org:urn:elsewhere")[0].text == "urn:elsewhere"


INSERTED = """
PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
INSERT DATA { GRAPH <BASEgraph/catalogue> {
  <BASEid/神/x#y> a dcat:Dataset ; dct:title "<far> & away" ;
    dcat:contactPoint [ vcard:hasEmail <mailto:nobody> , <mailto:a.b@example.org> ] .
} }
"""


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with serving("--bare", "--writable") as server:
        filled(server)
        assert server.update(INSERTED.replace("BASE", base_of(server))).status_code == 204
        filled(server)
        yield server


def base_of(live: Live) -> str:
    found = read(live.client.get("/oai?verb=Identify").content)
    return texts(found, "baseURL")[0].removesuffix("oai")


def filled(live: Live) -> None:
    """Wait until the release that was written has all that it is to have."""
    until = time.monotonic() + 60
    while (answer := live.client.get("/oai?verb=Identify")).status_code == 503:
        assert answer.headers["retry-after"]
        assert time.monotonic() < until
        time.sleep(0.1)
    assert answer.status_code == 200


def test_a_harvester_gets_every_record(live: Live) -> None:
    with Scythe(f"{live.base}oai") as scythe:
        assert texts(etree.fromstring(scythe.identify().raw, STRICT), "adminEmail") == [
            "a.b@example.org"
        ]
        headers = list(scythe.list_identifiers(metadata_prefix="oai_dc"))
        listed = [header.identifier for header in headers if isinstance(header, Header)]
        for prefix in ("oai_dc", "dcat_ap"):
            records = list(scythe.list_records(metadata_prefix=prefix))
            got = [record for record in records if isinstance(record, Record)]
            assert [record.header.identifier for record in got] == listed
            assert all(record.header.deleted or record.metadata for record in got)
    assert len(listed) == len(set(listed)) > 7
    assert any(str(name).endswith("id/%E7%A5%9E/x%23y") for name in listed)


def test_a_token_is_for_one_release(live: Live) -> None:
    listed = read(live.client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc").content)
    (token,) = texts(listed, "resumptionToken")
    asked = {"verb": "ListRecords", "resumptionToken": token}
    assert texts(read(live.client.get("/oai", params=asked).content), "identifier")
    before = releases(live)
    assert live.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }").status_code == 204
    filled(live)
    (left,) = before - releases(live)  # what is written over HTTP is kept while it is current
    assert left in gone(live)
    assert len(releases(live) - before) == 1
    assert code(read(live.client.get("/oai", params=asked).content)) == "badResumptionToken"


def releases(live: Live) -> set[str]:
    """Return the identifiers of the releases that the repository has."""
    return {name for name, status in _headers(live) if "dumps/" in name and status is None}


def gone(live: Live) -> set[str]:
    """Return the identifiers of the records that it has no more."""
    return {name for name, status in _headers(live) if status == "deleted"}


def _headers(live: Live) -> list[tuple[str, str | None]]:
    with Scythe(f"{live.base}oai") as scythe:
        found = [
            etree.fromstring(part.raw, STRICT)
            for part in scythe.list_identifiers(metadata_prefix="oai_dc")
        ]
    return [
        (texts(h, "identifier")[0], h.get("status"))
        for part in found
        for h in part.iter(f"{OAI}header")
    ]
