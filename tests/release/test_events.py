"""The log of events: who replays it has what the release says, all of it and nothing else."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from conftest import SMALL, SMALL_BASE, build_small
from kizuna.engine import DescriptionIndex, write_index
from kizuna.errors import Busy, UnavailableError
from kizuna.release import Manifest, Releases
from kizuna.release.contents import INDEX_FILE
from kizuna.release.events import Event, EventLog, Kind, tell
from kizuna.release.events import writing as module
from kizuna.release.events.members import Members
from kizuna.release.manifest import write_manifest
from kizuna.vocabulary import PREFIXES
from support import edit

BASE = "https://example.org/"
HEAD = (
    f"@prefix t: <{BASE}id/thing/> . @prefix c: <{BASE}id/claim/> . @prefix g: <{BASE}graph/> .\n"
    "@prefix p: <https://example.org/p/> .\n"
) + "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in PREFIXES.items())


def manifest(name: str, found: list[Quad]) -> Manifest:
    return Manifest(
        id=name,
        version=f"2026-01-01-{name}",
        created="2026-01-01T00:00:00+00:00",
        commit=None,
        base=BASE,
        languages=("en",),
        counts={"triples": len(found), "documents": 0, "claims": 0},
        classes={},
        graphs={q.graph_name.value: 1 for q in found if isinstance(q.graph_name, NamedNode)},
        prefixes=PREFIXES,
        value_classes=(),
        files={},
    )


def quads(trig: str) -> list[Quad]:
    return list(parse(HEAD + trig, RdfFormat.TRIG))


def put(folder: Path, name: str, found: list[Quad]) -> None:
    """Make what says this the current release, without a store."""
    shutil.rmtree(folder / name, ignore_errors=True)
    (folder / name).mkdir(parents=True)
    write_index(folder / name / INDEX_FILE, sorted(set(found), key=str))
    write_manifest(folder / name, manifest(name, found))
    Releases(folder, durable=False).switch(name)


def events_of(folder: Path) -> list[Event]:
    with closing(EventLog(folder)) as log:
        number, found = 1, list[Event]()
        while log.page(number) is not None:
            found += log.events(number)
            number += 1
        return found


def replayed(events: list[Event]) -> set[str]:
    """Return the triples of all members as they are at last, canonically labelled.

    Each event is a document of its own: no blank node is that of another one.
    """
    members: dict[str, list[str]] = {}
    for event in events:
        assert (event.member in members) == (event.kind is not Kind.CREATE)
        if event.kind is Kind.DELETE:
            del members[event.member]
        else:
            members[event.member] = list(event.lines)
    found = []
    for number, lines in enumerate(members.values()):
        text = "".join(f"{line} .\n" for line in lines).replace("_:b", f"_:m{number}b")
        found += list(parse(text, RdfFormat.N_TRIPLES))
    return canonical(found)


def canonical(found: list[Quad]) -> set[str]:
    whole = Dataset(Quad(q.subject, q.predicate, q.object) for q in found)
    whole.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad.triple) for quad in whole}


CLAIM = "c:1 a kz:Claim ; rdf:subject {of} ; rdf:predicate p:is ; rdf:object 1 ; kz:quote 'x' ."
PART = f'<{BASE}id/claim/1#quote> a oa:TextQuoteSelector ; oa:exact "x" .'
# fmt: off
CASES = [
    # name, before, after, events expected
    ("came",           "g:f { t:a p:is 1 }", "g:f { t:a p:is 1 . t:b p:is 1 }", ["Create thing/b"]),
    ("went",           "g:f { t:a p:is 1 . t:b p:is 1 }", "g:f { t:a p:is 1 }", ["Delete thing/b"]),
    ("changed",        "g:f { t:a p:is 1 }", "g:f { t:a p:is 2 }", ["Update thing/a"]),
    ("another file",   "g:f { t:a p:is 1 }", "g:h { t:a p:is 1 }", []),
    ("a claim",        "g:f { t:a p:is 1 }", "g:f { t:a p:is 1 . " + CLAIM.format(of="t:a") + "}",
     ["Update thing/a"]),
    ("of another",     "g:f { t:a p:is 1 . t:b p:is 1 . " + CLAIM.format(of="t:a") + PART + "}",
     "g:f { t:a p:is 1 . t:b p:is 1 . " + CLAIM.format(of="t:b") + PART + "}",
     ["Update thing/a", "Update thing/b"]),
    ("no claim more",  "g:f { t:a p:is 1 . " + CLAIM.format(of="t:a") + PART + "}",
     "g:f { t:a p:is 1 . " + CLAIM.format(of="t:a").replace("a kz:Claim ;", "") + PART + "}",
     ["Create claim/1#quote", "Create claim/1", "Update thing/a"]),
    ("other labels",   "g:f { t:a p:at _:x . _:x p:is 1 . t:b p:at _:y . _:y p:is 2 }",
     "g:f { t:a p:at _:y . _:y p:is 1 . t:b p:at _:x . _:x p:is 2 }", []),
    ("in a node",      "g:f { t:a p:at [ p:is 1 ] }", "g:f { t:a p:at [ p:is 2 ] }", ["Update thing/a"]),
    ("a node with two", "g:f { t:b p:at _:x . _:x p:is 1 }", "g:f { t:a p:at _:x . t:b p:at _:x . _:x p:is 1 }",
     ["Create thing/a", "Delete thing/b"]),
    ("a node of both", "g:f { t:b p:at _:x ; p:is 2 . _:x p:is 1 }",
     "g:f { t:a p:at _:x . t:b p:at _:x ; p:is 2 . _:x p:is 1 }", ["Create thing/a", "Update thing/b"]),
    ("a loose node",   "g:f { [] p:is 1 }", "g:f { [] p:is 1 . [] p:is 2 }", ["Update graph/f"]),
    ("in no graph",    "[] p:is 1 .", "[] p:is 2 .", ["Update "]),
    ("in a triple term", "g:f { t:a p:at _:x . _:x p:is 1 . t:z p:is 1 }",
     "g:f { t:a p:at _:x . _:x p:is 1 . t:z p:is 1 ; p:says <<( _:x p:is <<( t:b p:is _:x )>> )>> }",
     ["Update thing/a"]),
    ("of a triple",    "g:f { t:a p:is 1 }", 'g:f { t:a p:is 1 . c:1 a kz:Claim ; rdf:subject "x" }',
     ["Create claim/1"]),
]
# fmt: on


@pytest.mark.parametrize(
    ("before", "after", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_is_told(tmp_path: Path, before: str, after: str, expected: list[str]) -> None:
    put(tmp_path, "a", quads(before))
    assert tell(Releases(tmp_path))
    first = events_of(tmp_path)
    assert {event.kind for event in first} == {Kind.CREATE}
    assert replayed(first) == canonical(quads(before))
    put(tmp_path, "b", quads(after))
    assert tell(Releases(tmp_path))
    told = events_of(tmp_path)
    assert told[: len(first)] == first
    kept = [f"{e.kind} {e.member[1:-1].removeprefix(BASE)}" for e in told[len(first) :]]
    assert [line.replace(" id/", " ") for line in kept] == expected
    assert replayed(told) == canonical(quads(after))


NODES = st.sampled_from(
    [
        *(NamedNode(f"{BASE}id/{name}") for name in ("thing/a", "thing/b", "claim/1", "claim/1#q")),
        *(BlankNode(name) for name in "xyz"),
    ]
)
PREDICATES = [f"{BASE}p", *(f"{PREFIXES['rdf']}{name}" for name in ("subject", "type"))]
QUADS = st.lists(
    st.builds(
        Quad,
        NODES,
        st.sampled_from([NamedNode(iri) for iri in PREDICATES]),
        NODES | st.sampled_from([Literal("1"), NamedNode(f"{PREFIXES['kz']}Claim")]),
        st.sampled_from([NamedNode(f"{BASE}graph/{name}") for name in "fg"]),
    ),
    max_size=14,
)


@given(QUADS, QUADS, QUADS)
@settings(max_examples=50)
def test_the_log_says_what_the_releases_say(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[Quad],
    second: list[Quad],
    third: list[Quad],
) -> None:
    folder = tmp_path_factory.mktemp("events")
    for name, found in (("a", first), ("b", second), ("c", third)):
        put(folder, name, found)
        assert tell(Releases(folder))
        assert replayed(events_of(folder)) == canonical(found)
    with closing(DescriptionIndex(folder / "c" / INDEX_FILE)) as index:
        members = Members(index, manifest("c", third))
        said = [line for key in set(members.all()) for line in members.said(key)]
        assert len(said) == len({str(q.triple) for q in third})  # each belongs to one
    shutil.rmtree(folder)


def test_a_release_that_has_gone_is_not_needed(tmp_path: Path) -> None:
    put(tmp_path, "a", quads("g:f { t:a p:is 1 ; p:at [ p:is 1 ] . t:b p:is 1 . t:c p:is 1 }"))
    tell(Releases(tmp_path))
    put(tmp_path, "b", quads("g:f { t:a p:is 1 ; p:at [ p:is 1 ] . t:b p:is 2 }"))
    shutil.rmtree(tmp_path / "a")
    tell(Releases(tmp_path))
    told = [f"{event.kind} {event.member[-2]}" for event in events_of(tmp_path)]
    assert told == ["Create a", "Create b", "Create c", "Update b", "Delete c"]


def test_what_broke_off_is_told_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A telling that was killed has told some of a release, and the next release is another one."""
    put(tmp_path, "a", quads("g:f { t:a p:is 1 }"))
    tell(Releases(tmp_path))
    monkeypatch.setattr(module, "PER_PAGE", 1)
    put(tmp_path, "b", quads("g:f { t:a p:is 1 . t:b p:is 1 . t:c p:is 1 . t:d p:is 1 }"))
    said = Members.said

    def breaking(members: Members, member: str) -> list[str]:
        if member.endswith("d>"):
            raise OSError("full")
        return said(members, member)

    monkeypatch.setattr(Members, "said", breaking)
    with pytest.raises(UnavailableError):
        tell(Releases(tmp_path))
    monkeypatch.setattr(Members, "said", said)
    some = events_of(tmp_path)
    assert [event.member[-2] for event in some] == ["a"]  # what is not told whole is not seen
    put(tmp_path, "c", quads("g:f { t:a p:is 1 }"))
    tell(Releases(tmp_path))
    told = events_of(tmp_path)
    assert [f"{event.kind} {event.member[-2]}" for event in told] == [
        "Create a",
        "Create b",
        "Delete b",
    ]
    assert replayed(told) == canonical(quads("g:f { t:a p:is 1 }"))


def test_pages_are_full_by_number_and_by_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PER_PAGE", 3)
    monkeypatch.setattr(module, "PAGE_BYTES", 1_000)
    things = [f"t:a{n} p:is {n} ." for n in range(7)]
    things[4] = f't:a4 p:is "{"x" * 2_000}" .'
    put(tmp_path, "a", quads("g:f { " + " ".join(things) + " }"))
    tell(Releases(tmp_path))
    with closing(EventLog(tmp_path)) as log:
        pages = log.pages(1, 9)
        sizes = [len(list(log.events(page.number))) for page in pages]
        assert (sizes, [page.full for page in pages]) == ([3, 1, 1, 2], [True, True, True, False])
        assert [row.number for row in log.rows(2)] == [1]
        assert [row.number for row in log.rows(1)] == [1, 2, 3]
        assert log.size == 7


def test_moments_never_go_back(tmp_path: Path) -> None:
    put(tmp_path, "a", quads("g:f { t:a p:is 1 }"))
    tell(Releases(tmp_path))
    put(tmp_path, "b", quads("g:f { t:a p:is 2 }"))
    history = tmp_path / ".history"
    lines = history.read_text(encoding="utf-8").splitlines()
    history.write_text(f"{lines[0]}\nmade b 2001-01-01T00:00:00+00:00\n", encoding="utf-8")
    tell(Releases(tmp_path))
    first, second = events_of(tmp_path)
    assert first.moment == second.moment


def test_going_back_is_told_like_any_change(tmp_path: Path) -> None:
    releases = Releases(tmp_path, durable=False)
    put(tmp_path, "a", quads("g:f { t:a p:is 1 }"))
    tell(releases)
    assert tell(releases)
    put(tmp_path, "b", quads("g:f { t:a p:is 2 }"))
    tell(releases)
    releases.switch("a")
    tell(releases)
    assert [event.kind for event in events_of(tmp_path)] == ["Create", "Update", "Update"]


def test_what_cannot_be_told(tmp_path: Path) -> None:
    with pytest.raises(Busy, match="for the first time"):
        EventLog(tmp_path)
    assert not tell(Releases(tmp_path))
    put(tmp_path, "a", quads("g:f { t:a p:is 1 }"))
    write_manifest(tmp_path / "a", replace(manifest("a", []), filled=False))
    assert not tell(Releases(tmp_path))
    put(tmp_path, "a", quads("g:f { t:a p:is 1 }"))
    (tmp_path / ".feed").write_text("a file", encoding="utf-8")
    with pytest.raises(UnavailableError, match="cannot be written"):
        tell(Releases(tmp_path))
    (tmp_path / ".feed").unlink()
    (tmp_path / ".feed").mkdir()
    (tmp_path / ".feed" / "events.sqlite").write_text("no database " * 100, encoding="utf-8")
    with pytest.raises(UnavailableError):
        EventLog(tmp_path)
    with pytest.raises(UnavailableError):
        tell(Releases(tmp_path))


def test_all_of_a_project(tmp_path: Path) -> None:
    root = Path(shutil.copytree(SMALL, tmp_path / "small"))
    for name in ("Ada Quill", "Ada Quilt"):
        edit(root / "data/ttl/fair-report.ttl", '"Ada Quill"@en', f'"{name}"@en')
        release = build_small(root)
        assert tell(Releases(root / "releases"))
        dump = parse((release.dumps / "dataset.nt").read_bytes(), RdfFormat.N_TRIPLES)
        told = events_of(root / "releases")
        assert replayed(told) == canonical(list(dump))
    assert {e.kind for e in told} == {Kind.CREATE, Kind.UPDATE}
    assert [e.member for e in told if e.kind is Kind.UPDATE] == [
        f"<{SMALL_BASE}id/person/ada-quill>"
    ]


def test_the_log_is_a_database_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, "a", quads("g:f { t:a p:is 1 }"))
    tell(Releases(tmp_path))
    with closing(sqlite3.connect(tmp_path / ".feed" / "events.sqlite")) as connection:
        assert connection.execute("SELECT release FROM told").fetchone() == ("a",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
