"""The feed of events over HTTP: a client that follows its relations has a copy of the dataset."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    parse,
)
from pyshacl import validate
from rdflib import Graph

from conftest import SMALL, SMALL_BASE, Client, build_small
from kizuna.engine import EmbeddedEngine
from kizuna.formats import BY_SUFFIX
from kizuna.release import Release, Releases
from kizuna.release.events import tell
from kizuna.release.events import writing as pages
from kizuna.vocabulary import PREFIXES, RDF_TYPE
from kizuna.web import create_app, open_site
from kizuna.web.routes import feed
from live import Live, serving
from servers import Service
from support import ROOT, edit

AS, TREE, LDES = (
    "https://www.w3.org/ns/activitystreams#",
    "https://w3id.org/tree#",
    "https://w3id.org/ldes#",
)
ROOT_PATH = f"{SMALL_BASE}changes/feed"
SHAPE = ROOT.parent / "shared/dcat/ldes-dcat-ap-feeds/shape.ttl"
DCAT_AP = ROOT.parent / "shared/dcat/semic-3.0.1/html_shacl_shapes.ttl"
PERSON = NamedNode(f"{SMALL_BASE}id/person/ada-quill")
BODY = """
@prefix t: <{base}id/place/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
t:{name} skos:prefLabel "{name}"@en ; skos:note [ skos:note "a" ], [ skos:note "b" ] .
"""
PUBLISHER = """
<{base}catalog> dct:publisher <{base}id/organisation/us> .
<{base}id/organisation/us> a <http://xmlns.com/foaf/0.1/Agent> ;
    <http://xmlns.com/foaf/0.1/name> "Us" .
"""


@dataclass
class Copy:
    """A client of Linked Data Event Streams: all that it knows is an address and these terms.

    It keeps what it has of full pages, and asks anew for the others alone.
    """

    client: Client | httpx.Client
    suffix: str = "trig"
    members: dict[str, list[Quad]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    held: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    stated: list[Quad] = field(default_factory=list)

    def follow(self, start: str = ROOT_PATH) -> None:
        """Take over what is new, in the order of its moments."""
        for _, number, kind, member, said in sorted(self.new(start)):
            self.take(number, kind, member, said)

    def new(self, start: str) -> list[tuple[str, int, str, str, list[Quad]]]:
        """Return the events of all pages to which relations lead that are not known yet."""
        waiting, seen, events = [start], {start}, list[tuple[str, int, str, str, list[Quad]]]()
        while waiting:
            found = self.read(waiting.pop())
            events += self.events(found)
            for node in objects(found, f"{TREE}node"):
                if node not in seen:
                    seen.add(node)
                    waiting.append(node)
        return events

    def read(self, iri: str) -> list[Quad]:
        """Return what a page says; its blank nodes are no other page's."""
        form = BY_SUFFIX[self.suffix]
        assert form.rdf is not None
        body = self.held.get(iri)
        if body is None:
            path = iri.removeprefix(SMALL_BASE)
            answer = self.client.get(f"/{path}", headers={"accept": form.media_type})
            self.asked.append(path)
            assert (answer.status_code, answer.headers["content-type"]) == (200, form.content_type)
            body = answer.content
            if "immutable" in answer.headers["cache-control"]:
                self.held[iri] = body
        found = list(parse(body, form.rdf, rename_blank_nodes=True))
        self.stated += found
        return found

    def events(self, found: list[Quad]) -> Iterator[tuple[str, int, str, str, list[Quad]]]:
        """Yield the events of a page that are new: moment, number, kind, member, what is said."""
        for event in objects(found, f"{TREE}member"):
            if event in self.known:
                continue
            self.known.add(event)
            own = {q.predicate.value: q.object for q in found if q.subject == NamedNode(event)}
            said = [q for q in found if q.graph_name == NamedNode(event)]
            moment, member = value(own[f"{AS}published"]), value(own[f"{AS}object"])
            number = int(event.rpartition("#")[2])
            yield moment, number, value(own[RDF_TYPE.value]).removeprefix(AS), member, said

    def take(self, number: int, kind: str, member: str, said: list[Quad]) -> None:
        assert (member in self.members) == (kind != "Create"), f"event {number}"
        if kind == "Delete":
            assert not said
            del self.members[member]
        else:
            self.members[member] = said

    def said(self) -> list[Quad]:
        """Return what all members say."""
        every = (q for said in self.members.values() for q in said)
        return [Quad(q.subject, q.predicate, q.object) for q in every]


def value(term: object) -> str:
    assert isinstance(term, NamedNode | BlankNode | Literal)
    return term.value


def objects(found: list[Quad], predicate: str) -> list[str]:
    return [value(q.object) for q in found if q.predicate.value == predicate]


def canonical(found: list[Quad]) -> set[str]:
    whole = Dataset(found)
    whole.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad.triple) for quad in whole}


def check_same(copy: Copy, root: Path) -> None:
    """Pass if a copy says what the current release does: term by term, and as its store has it."""
    release, said = Releases(root / "releases").current(), copy.said()
    dump = parse((release.dumps / "dataset.nt").read_bytes(), RdfFormat.N_TRIPLES)
    assert canonical(said) == canonical(list(dump))
    own, served = Store(), Store.read_only(str(release.store))
    own.extend(said)
    default = served.quads_for_pattern(None, None, None, DefaultGraph())
    assert canonical(list(own)) == canonical(list(default))


def client_of(root: Path) -> Client:
    release = Releases(root / "releases").current()
    return Client(create_app(open_site(release, EmbeddedEngine(Store()), SMALL / "queries")))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the small project that has been built and told, on many small pages."""
    monkeypatch.setattr(pages, "PER_PAGE", 5)
    monkeypatch.setattr(feed, "ROW", 4)
    found = Path(shutil.copytree(SMALL, tmp_path / "small"))
    built(found)
    return found


def built(root: Path) -> None:
    build_small(root)
    assert tell(Releases(root / "releases"))


@pytest.mark.parametrize("suffix", ["trig", "jsonld", "nq"])
def test_a_client_has_a_copy_of_every_release(root: Path, suffix: str) -> None:
    copy = Copy(client_of(root), suffix)
    copy.follow()
    assert len(copy.known) > feed.ROW * pages.PER_PAGE  # so there are rows
    check_same(copy, root)
    file = root / "data/ttl/more.ttl"
    steps = [("one", ""), ("two", "one"), ("", "")]
    for name, gone in steps:
        file.write_text(BODY.format(base=SMALL_BASE, name=name), encoding="utf-8")
        if not name:
            file.unlink()
        edit(root / "data/ttl/fair-report.ttl", "Ada Quill", f"Ada {gone}Quill")
        built(root)
        later = Copy(client_of(root), suffix, copy.members, copy.known, copy.held)
        later.follow()
        check_same(later, root)
        new = Copy(client_of(root), suffix)
        new.follow()
        check_same(new, root)
        assert len(later.asked) < len(new.asked)
        edit(root / "data/ttl/fair-report.ttl", f"Ada {gone}Quill", "Ada Quill")


def test_what_is_full_never_changes(root: Path) -> None:
    before = Copy(client_of(root), "nq")
    before.follow()
    file = root / "data/ttl/more.ttl"
    for name in ("one", "two", "three", "four", "five", "six"):
        file.write_text(BODY.format(base=SMALL_BASE, name=name), encoding="utf-8")
        built(root)
    visited = client_of(root)
    assert len(before.held) > feed.ROW
    for iri, body in before.held.items():
        path = "/" + iri.removeprefix(SMALL_BASE)
        again = visited.get(path, headers={"accept": "application/n-quads"})
        assert again.content == body
        assert again.headers["cache-control"] == "public, max-age=31536000, immutable"
    after = Copy(visited, "nq")
    after.follow()
    assert before.known < after.known


def test_what_the_stream_says_of_itself(root: Path) -> None:
    copy = Copy(client_of(root))
    copy.follow()
    told = {(q.predicate.value, getattr(q.object, "value", "")) for q in copy.stated}
    assert {
        (RDF_TYPE.value, f"{LDES}EventStream"),
        (f"{LDES}timestampPath", f"{AS}published"),
        (f"{LDES}versionOfPath", f"{AS}object"),
        (f"{TREE}view", ROOT_PATH),
        (f"{TREE}path", f"{AS}published"),
        (RDF_TYPE.value, f"{TREE}GreaterThanOrEqualToRelation"),
        (RDF_TYPE.value, f"{TREE}LessThanOrEqualToRelation"),
    } <= told


def test_relations_tell_true_bounds(root: Path) -> None:
    """TREE: all members behind a relation are after, or before, the moment that it names."""
    edit(root / "data/ttl/fair-report.ttl", "Ada Quill", "Ada Quilt")
    built(root)
    copy = Copy(client_of(root))
    copy.follow()
    relations: dict[str, dict[str, str]] = {}
    for quad in copy.stated:
        if isinstance(quad.subject, BlankNode) and quad.predicate.value.startswith(TREE):
            relations.setdefault(quad.subject.value, {})[quad.predicate.value] = value(quad.object)
    kinds = {
        q.subject.value: value(q.object).removeprefix(TREE)
        for q in copy.stated
        if isinstance(q.subject, BlankNode) and q.predicate == RDF_TYPE
    }
    assert len(relations) > feed.ROW
    for name, relation in relations.items():
        behind = Copy(copy.client)
        behind.new(relation[f"{TREE}node"])
        moments = objects(behind.stated, f"{AS}published")
        bound = relation[f"{TREE}value"]
        assert moments
        if kinds[name].startswith("Greater"):
            assert min(moments) >= bound
        else:
            assert max(moments) <= bound


def activities(*, of_catalogue: bool) -> Graph:
    """Return the official shapes of activities, with those of DCAT-AP that they import.

    Of these the next version: what it mended (the type of dcat:byteSize) is as we have it.
    Not all members of the dataset are what DCAT-AP knows: of theirs only the activities are held
    against the shapes.
    """
    text = SHAPE.read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if "owl:imports" not in line)
    if of_catalogue:
        return Graph().parse(data=text, format="turtle").parse(DCAT_AP)
    text = text.replace("sh:node dcatapfeeds:EntityShape ;", "sh:nodeKind sh:IRI ;")
    return Graph().parse(data=text.partition("dcatapfeeds:EntityShape a")[0], format="turtle")


def as_graph(found: list[Quad]) -> Graph:
    return Graph().parse(data="".join(f"{q.triple} .\n" for q in found), format="nt")


@pytest.mark.skipif(not SHAPE.is_file(), reason="the official shapes are not on this machine")
@pytest.mark.parametrize("path", ["changes/feed", "catalog/feed"])
def test_activities_are_as_dcat_ap_feeds_wants_them(root: Path, path: str) -> None:
    file = root / "data/ttl/more.ttl"
    with (root / "data/ttl/catalogue.ttl").open("a", encoding="utf-8") as catalogue:
        catalogue.write(PUBLISHER.format(base=SMALL_BASE))
    for name in ("one", "two"):
        file.write_text(BODY.format(base=SMALL_BASE, name=name), encoding="utf-8")
        built(root)
    edit(root / "data/ttl/fair-report.ttl", "Ada Quill", "Ada Quilt")
    built(root)
    copy = Copy(client_of(root))
    copy.follow(f"{SMALL_BASE}{path}")
    graph = as_graph([q for q in copy.stated if q.graph_name == DefaultGraph()])
    kinds = {str(kind).removeprefix(AS) for kind in graph.objects()} & {
        "Create",
        "Update",
        "Delete",
    }
    of_catalogue = path.startswith("catalog")
    assert kinds == {"Create", "Update"} | (set() if of_catalogue else {"Delete"})
    graph += as_graph(copy.said()) if of_catalogue else Graph()
    shapes = activities(of_catalogue=of_catalogue)
    conforms, _, report = validate(graph, shacl_graph=shapes)
    assert conforms, report
    wrong = graph.parse(data=f"<urn:x> a <{AS}Create> ; <{AS}actor> <urn:y> .", format="turtle")
    assert not validate(wrong, shacl_graph=shapes)[0]


def test_the_catalogue_has_a_feed_of_its_own(root: Path) -> None:
    start = f"{SMALL_BASE}catalog/feed"
    copy = Copy(client_of(root))
    copy.follow(start)
    for name in ("one", "two"):
        body = BODY.format(base=SMALL_BASE, name=name)
        (root / "data/ttl/more.ttl").write_text(body, encoding="utf-8")
        built(root)
        client = client_of(root)
        before = copy.known
        copy = Copy(client, members=copy.members, known=set(before), held=copy.held)
        copy.follow(start)
        served = client.get("/catalog.nt").content
        assert canonical(copy.said()) == canonical(list(parse(served, RdfFormat.N_TRIPLES)))
        assert len(copy.known - before) <= 4  # catalogue, dataset, the new release and that before
    again = Copy(client)
    again.follow(start)
    assert again.members.keys() == copy.members.keys()


# fmt: off
NEGOTIATED = [
    # path                      accept                   type
    ("/changes/feed",           "",                      "application/trig; charset=utf-8"),
    ("/changes/feed",           "text/html, */*;q=0.1",  "application/trig; charset=utf-8"),
    ("/changes/feed",           "application/ld+json",   "application/ld+json"),
    ("/changes/feed",           "application/n-quads",   "application/n-quads"),
    ("/changes/feed.nq",        "text/html",             "application/n-quads"),
    ("/changes/feed/1",         "",                      "application/trig; charset=utf-8"),
    ("/changes/feed/1",         "application/ld+json",   "application/ld+json"),
    ("/changes/feed/1.jsonld",  "",                      "application/ld+json"),
    ("/changes/feed/row-1",     "application/n-quads",   "application/n-quads"),
    ("/changes/feed/row-1.trig", "",                     "application/trig; charset=utf-8"),
    ("/catalog/feed",           "application/n-quads",   "application/n-quads"),
    ("/catalog/feed.jsonld",    "",                      "application/ld+json"),
    ("/catalog/feed/1",         "",                      "application/trig; charset=utf-8"),
]
WRONG = [
    ("/changes/feed",         "text/html",  406, "application/trig"),
    ("/changes/feed.ttl",     "",           404, "suffix .ttl"),
    ("/changes/feed/0",       "",           404, "no page '0'"),
    ("/changes/feed/x",       "",           404, "no page 'x'"),
    ("/changes/feed/1.ttl",   "",           404, "suffix .ttl"),
    ("/changes/feed/1.",      "",           404, "with the suffix ."),
    ("/catalog/feed/999",     "",           404, "Begin at /catalog/feed."),
    ("/changes/feed/999999",  "",           404, "there are not 999999 pages"),
    ("/changes/feed/row-999", "",           404, "there are not 999 rows"),
    ("/changes/feed/row-0",   "",           404, "no page 'row-0'"),
]
# fmt: on


def test_negotiated(root: Path) -> None:
    visited = client_of(root)
    for path, accept, kind in NEGOTIATED:
        headers = {"accept": accept}
        found = visited.get(path, headers=headers)
        assert (found.status_code, found.headers["content-type"]) == (200, kind), path
        assert ("Accept" in found.headers["vary"].split(", ")) is ("." not in path)
        if "content-location" in found.headers:
            assert visited.get(found.headers["content-location"]).content == found.content
        again = visited.get(path, headers=headers | {"if-none-match": found.headers["etag"]})
        assert again.status_code == 304
        head = visited.head(path, headers=headers)
        assert head.headers["content-length"] == found.headers["content-length"]
        part = visited.get(path, headers=headers | {"range": "bytes=0-3"})
        assert (part.status_code, part.content) == (206, found.content[:4])


def test_wrong(root: Path) -> None:
    visited = client_of(root)
    for path, accept, status, said in WRONG:
        found: httpx.Response = visited.get(path, headers={"accept": accept})
        assert found.status_code == status, path
        assert said in found.text


def test_before_there_is_a_log(small_release: Release, behind: Service, tmp_path: Path) -> None:
    folder = shutil.copytree(small_release.folder, tmp_path / "releases" / small_release.id)
    release = replace(small_release, folder=folder)
    site = open_site(release, behind.engine(small_release), tmp_path)
    client = Client(create_app(site))
    for path in ("/changes/feed", "/changes/feed/1", "/changes/feed/row-1", "/catalog/feed"):
        found = client.get(path)
        assert (found.status_code, found.headers["retry-after"]) == (503, "5")
        assert "being written for the first time" in found.text
    site.close()


def followed(live: Live, until: str) -> Copy:
    """Return a copy of what a server tells, once it tells of a name."""
    for _ in range(600):
        copy = Copy(live.client)
        if live.client.get("/changes/feed").status_code == 200:
            copy.follow()
            if any(value(q.object) == until for q in copy.said()):
                return copy
        time.sleep(0.1)
    raise AssertionError(f"the feed does not tell of {until!r}")


@pytest.mark.embedded("a server of its own, with its own engine")
def test_a_server_tells_what_is_built_and_written(tmp_path: Path) -> None:
    root = Path(shutil.copytree(SMALL, tmp_path / "small"))
    with serving(str(root), "--writable") as live:
        first = followed(live, "Ada Quill")
        check_same(first, root)
        for name in ("one", "two", "three"):
            put = f'GRAPH <{SMALL_BASE}graph/x> {{ <{SMALL_BASE}id/x> <{PREFIXES["rdfs"]}label> "{name}" }}'
            done = live.update(f"INSERT DATA {{ {put} }}")
            assert done.status_code == 204
        after = followed(live, "three")
    check_same(after, root)
    assert first.known < after.known
    told = [q for q in after.stated if value(q.object) == f"{SMALL_BASE}id/x"]
    assert 1 <= len(told) <= 3  # not each write is told by itself
