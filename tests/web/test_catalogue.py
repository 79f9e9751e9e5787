"""The catalogue over HTTP: the same in every format, and true in every byte that it announces."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from conftest import SMALL_BASE, Client
from kizuna.formats import Kind, carrying
from kizuna.release import Releases, empty_release
from kizuna.release.filling import fill
from kizuna.vocabulary import RDF_TYPE, term
from kizuna.web import Site, create_app, open_site
from servers import Service

CATALOG = NamedNode(f"{SMALL_BASE}catalog")
DATASET = NamedNode(f"{SMALL_BASE}id/dataset/small")
pytestmark = pytest.mark.embedded("no engine has a part in it")


@pytest.fixture(scope="module")
def catalogue(client: Client) -> set[Triple]:
    answer = client.get("/catalog", headers={"accept": "application/n-triples"})
    return {quad.triple for quad in parse(answer.content, RdfFormat.N_TRIPLES)}


def values(triples: set[Triple], subject: object, name: str) -> list[str]:
    return sorted(
        str(getattr(t.object, "value", t.object))
        for t in triples
        if t.subject == subject and t.predicate == term(name)
    )


def of_kind(triples: set[Triple], name: str) -> list[NamedNode]:
    found = [t.subject for t in triples if (t.predicate, t.object) == (RDF_TYPE, term(name))]
    return sorted((s for s in found if isinstance(s, NamedNode)), key=str)


def path_of(url: str) -> str:
    assert url.startswith(SMALL_BASE), url
    return "/" + url.removeprefix(SMALL_BASE)


@pytest.mark.parametrize("form", carrying(Kind.GRAPH), ids=lambda form: form.suffix)
def test_every_format_says_the_same(client: Client, catalogue: set[Triple], form: object) -> None:
    suffix, rdf = getattr(form, "suffix"), getattr(form, "rdf")  # noqa: B009
    answer = client.get(f"/catalog.{suffix}")
    assert answer.headers["content-type"] == getattr(form, "content_type")  # noqa: B009
    found = Dataset(Quad(q.subject, q.predicate, q.object) for q in parse(answer.content, rdf))
    expected = Dataset(Quad(*triple) for triple in catalogue)
    for dataset in (found, expected):
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert found == expected
    assert client.get(f"/catalog.{suffix}").content == answer.content


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "text/turtle"),
        ("", "text/turtle"),
        ("text/html", "text/html"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json;q=0.9, text/html;q=0.2", "application/ld+json"),
    ],
)
def test_who_takes_anything_gets_data(client: Client, accept: str, expected: str) -> None:
    answer = client.get("/catalog", headers={"accept": accept} if accept else {})
    assert answer.headers["content-type"].startswith(expected)
    assert "Accept" in answer.headers["vary"]


def test_it_is_read_again_only_when_it_has_changed(client: Client) -> None:
    first = client.get("/catalog.ttl")
    for etag in (first.headers["etag"], f"W/{first.headers['etag']}"):
        assert client.get("/catalog.ttl", headers={"if-none-match": etag}).status_code == 304
    head = client.head("/catalog.ttl")
    assert head.headers["content-length"] == str(len(first.content))


def test_every_distribution_is_as_announced(client: Client, catalogue: set[Triple]) -> None:
    found = of_kind(catalogue, "dcat:Distribution")
    assert len(found) == 2 * 2 * 9  # of the dataset and its one release: nine files and their twins
    for node in found:
        (url,) = values(catalogue, node, "dcat:downloadURL")
        assert values(catalogue, node, "dcat:accessURL") == [url]
        answer = client.get(path_of(url))
        assert answer.status_code == 200
        assert [str(len(answer.content))] == values(catalogue, node, "dcat:byteSize")
        digest = hashlib.sha256(answer.content).hexdigest()
        checksum = NamedNode(values(catalogue, node, "spdx:checksum")[0])
        assert values(catalogue, checksum, "spdx:checksumValue") == [digest]
        assert answer.headers["etag"] == f'"{digest}"'
        assert "content-encoding" not in answer.headers
        assert answer.headers["content-disposition"].startswith("attachment")
        (media,) = values(catalogue, node, "dcat:mediaType")
        packed = values(catalogue, node, "dcat:compressFormat")
        sent = answer.headers["content-type"].partition(";")[0]
        assert sent == ("application/gzip" if packed else media.partition("media-types/")[2])
        if packed:
            plain = client.get(path_of(url).removesuffix(".gz")).content
            assert gzip.decompress(answer.content) == plain
        head = client.head(path_of(url))
        assert head.headers["content-length"] == str(len(answer.content))
        held = client.get(path_of(url), headers={"if-none-match": answer.headers["etag"]})
        assert held.status_code == 304


def test_every_address_of_ours_answers(client: Client, catalogue: set[Triple]) -> None:
    """What harvesters follow: pages, endpoints, their descriptions, and the nodes themselves."""
    names = ("dcat:endpointURL", "dcat:endpointDescription", "dcat:landingPage", "void:dataDump")
    named = {t.object for t in catalogue if t.predicate in set(map(term, names))}
    nodes = named | {t.subject for t in catalogue}
    ours = {n.value.partition("#")[0] for n in nodes if isinstance(n, NamedNode)}
    ours = {iri for iri in ours if iri.startswith(SMALL_BASE)}
    assert len(ours) > 10
    for iri in sorted(ours):
        assert client.get(path_of(iri)).status_code in {200, 303}, iri


def test_it_is_whole_by_itself(catalogue: set[Triple]) -> None:
    """Harvesters see a dataset only where its kind is said, and follow no links to find it."""
    for name, kind in (
        ("dcat:dataset", "dcat:Dataset"),
        ("dcat:service", "dcat:DataService"),
        ("dcat:record", "dcat:CatalogRecord"),
        ("dcat:distribution", "dcat:Distribution"),
        ("dct:license", "dct:LicenseDocument"),
        ("dct:format", "dct:MediaTypeOrExtent"),
        ("dcat:mediaType", "dct:MediaType"),
        ("dcat:inSeries", "dcat:DatasetSeries"),
        ("prov:wasGeneratedBy", "prov:Activity"),
    ):
        values = {t.object for t in catalogue if t.predicate == term(name)}
        assert values, name
        assert values <= set(of_kind(catalogue, kind)), name


def test_the_dataset_has_one_identity_and_its_releases_have_theirs(
    catalogue: set[Triple], site: Site
) -> None:
    release = f"{SMALL_BASE}dumps/{site.release.id}#dataset"
    assert [n.value for n in of_kind(catalogue, "dcat:Dataset")] == [release, DATASET.value]
    assert values(catalogue, DATASET, "dcat:hasCurrentVersion") == [release]
    assert values(catalogue, NamedNode(release), "dcat:version") == [site.manifest.version]
    titles = values(catalogue, NamedNode(release), "dct:title")
    assert f"A small dataset ({site.manifest.version})" in titles


@pytest.mark.parametrize("path", ["/", "/doc/dataset/small"])
def test_searches_for_datasets_find_the_files(client: Client, path: str, site: Site) -> None:
    page = client.get(path, headers={"accept": "text/html"}).text
    text = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    about = json.loads(text)["mainEntity"]
    (dataset,) = [
        d for d in (about if isinstance(about, list) else [about]) if d["@type"] == "Dataset"
    ]
    assert dataset["@id"] == DATASET.value
    assert dataset["includedInDataCatalog"]["@id"] == CATALOG.value
    files = [download["contentUrl"] for download in dataset["distribution"]]
    assert f"{SMALL_BASE}dumps/{site.release.id}/dataset.ttl.gz" in files


def test_void_is_found_where_it_is_looked_for(client: Client, catalogue: set[Triple]) -> None:
    answer = client.get("/.well-known/void", headers={"accept": "text/turtle"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/catalog"
    counted = client.get(
        "/sparql.csv", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}
    ).text.split()
    assert values(catalogue, DATASET, "void:triples") == [counted[1]]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/dumps/current", "/dumps/{}"),
        ("/dumps/current/dataset.ttl.gz", "/dumps/{}/dataset.ttl.gz"),
    ],
)
def test_the_current_release_is_found(client: Client, site: Site, path: str, place: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 307
    assert answer.headers["location"] == place.format(site.release.id)
    assert answer.headers["cache-control"] == "no-cache"


def test_a_file_that_the_current_release_has_not(client: Client) -> None:
    assert client.get("/dumps/current/nothing.ttl").status_code == 404


def test_a_release_is_described(client: Client, site: Site) -> None:
    path = f"/dumps/{site.release.id}"
    answer = client.get(path, headers={"accept": "text/turtle"})
    found = {q.triple for q in parse(answer.content, RdfFormat.TURTLE)}
    assert [n.value for n in of_kind(found, "dcat:Dataset")] == [
        f"{SMALL_BASE}dumps/{site.release.id}#dataset"
    ]
    assert len(of_kind(found, "dcat:Distribution")) == 18
    page = client.get(path, headers={"accept": "text/html"}).text
    assert f"{path}/dataset.ttl.gz" in page


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, behind: Service) -> Iterator[Client]:
    """A site without any facts about itself."""
    releases = Releases(tmp_path_factory.mktemp("bare") / "releases")
    release = empty_release(releases, SMALL_BASE)
    fill(release.folder)
    release = releases.current()
    opened = open_site(release, behind.engine(release), Path("/nowhere"))
    yield Client(create_app(opened))
    opened.close()


def test_where_nothing_is_said_there_is_the_least(bare: Client) -> None:
    answer = bare.get("/catalog")
    assert answer.status_code == 200
    found = {q.triple for q in parse(answer.content, RdfFormat.TURTLE)}
    dataset = NamedNode(f"{SMALL_BASE}catalog#dataset")
    assert dataset in of_kind(found, "dcat:Dataset")
    for node in (CATALOG, dataset):
        assert values(found, node, "dct:title") == [SMALL_BASE]
    assert bare.get("/catalog", headers={"accept": "text/html"}).status_code == 200
    assert bare.get("/harvest").status_code == 200


def test_texts_are_in_all_languages(catalogue: set[Triple]) -> None:
    for kind in ("dcat:DataService", "dcat:Distribution"):
        for node in of_kind(catalogue, kind):
            tags = {
                t.object.language
                for t in catalogue
                if t.subject == node
                and t.predicate == term("dct:title")
                and isinstance(t.object, Literal)
            }
            assert tags == {"en", "de", "ja"}, node


def test_no_address_is_of_the_host_that_serves(client: Client) -> None:
    answer = client.get("/catalog.ttl", headers={"host": "internal.example"})
    assert b"internal.example" not in answer.content
    hosts = {urlsplit(word).hostname for word in answer.text.split() if word.startswith("http")}
    assert "small" not in hosts
