"""``kizuna link``: every true link is found, no false friend is recommended, nothing asked twice."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kizuna.iris import Addresses
from kizuna.proposals import Place
from kizuna.proposals.links import LinkProposal, pending
from links import Linked
from live import environment
from support import ROOT, line_of, run
from wikidata import ENTITY, Server, slow, well

Run = Callable[..., tuple[int, str, str]]
ID = "https://w3id.org/kizuna/id/"


@pytest.fixture
def root(unlinked_root: Path) -> Path:
    return unlinked_root


@pytest.fixture
def kizuna(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return lambda *arguments: run(capsys, monkeypatch, *arguments)


def waiting(root: Path) -> dict[tuple[str, str], LinkProposal]:
    """Return what waits, by the thing's path and the item."""
    found = pending(Place(root, Addresses.at("https://w3id.org/kizuna/")))
    return {
        (p.record.subject.value.removeprefix(ID), p.record.target.value.removeprefix(ENTITY)): p
        for p in found
    }


def true_links(known: Server) -> set[tuple[str, str]]:
    """Return the exact links of this project whose items are in the data of the tests."""
    exact = NamedNode("http://www.w3.org/2004/02/skos/core#exactMatch")
    quads = parse(path=str(ROOT / "data/ttl/links.ttl"), format=RdfFormat.TURTLE)
    pairs = {
        (q.subject.value.removeprefix(ID), q.object.value.removeprefix(ENTITY))
        for q in quads
        if q.predicate == exact and q.object.value.startswith(ENTITY)
    }
    return {pair for pair in pairs if known.entity(pair[1]) and pair[0] not in LINKED}


LINKED = {"place/germany", "place/japan", "place/china"}
# fmt: off
FALSE = [
    # thing                              item           what it is
    ("place/kawasaki",                   "Q1132104"),   # a town in Fukuoka
    ("place/kawasaki",                   "Q99000021"),  # a town in Miyagi
    ("place/kawasaki",                   "Q99000022"),  # a village in Iwate, without coordinates
    ("place/kawasaki",                   "Q99000023"),  # a brand
    ("place/jena",                       "Q102218183"), # its fire brigade
    ("place/jena",                       "Q99000020"),  # a town in Louisiana
    ("place/hamamatsu",                  "Q853203"),    # its station
    ("place/muenchen",                   "Q1361384"),   # its municipality as a body
    ("organisation/bmbf",                "Q606227"),    # the Austrian ministry
    ("organisation/biom",                "Q99000040"),  # BIOM in Banyuls
    ("organisation/fbri",                "Q99000043"),  # FBRI in Texas
    ("organisation/shizuoka",            "Q99000042"),  # the prefectural university
    ("organisation/university-shizuoka", "Q131320"),    # the prefecture
    ("organisation/university-shizuoka", "Q99000042"),
    ("person/reinhard-meyer",            "Q99000051"),  # a painter
    ("person/reinhard-meyer",            "Q99000052"),  # Meyer zu Bentrup
    ("person/reinhard-meyer",            "Q99000054"),  # the name Meyer
    ("person/kathrin-meyer",             "Q99000053"),  # an orienteer
    ("person/manfred-wolter",            "Q99000055"),  # a footballer
]
# fmt: on


def test_true_links_are_found_and_no_false_friend_is_recommended(
    linked: Linked, loopback: Server
) -> None:
    found = waiting(linked.root)
    expected = true_links(loopback)
    assert len(expected) >= 20
    assert expected <= found.keys()
    for thing, item in expected:
        rivals = [p.score for (other, _), p in found.items() if other == thing]
        assert found[thing, item].score == max(rivals), thing
    recommended = {pair for pair, p in found.items() if p.recommended}
    assert recommended <= expected | {("organisation/shizuoka", "Q99000041")}
    assert {f"place/{name}" for name in ("jena", "kawasaki", "kobe")} <= {t for t, _ in recommended}
    for pair in FALSE:
        assert pair not in found or found[pair].score < 0.85, pair
    assert not set(FALSE) & expected


def test_nothing_is_asked_twice_and_nothing_changes(
    kizuna: Run, linked: Linked, loopback: Server, tmp_path: Path
) -> None:
    assert linked.err == ""
    assert len(linked.asked) == len(set(linked.asked)) > 300
    (agent,) = linked.agents
    assert re.fullmatch(
        r"kizuna/[0-9.]+ \(https://w3id\.org/kizuna/\) SPARQLWrapper/[0-9.]+", agent
    )
    root = linked.copy(tmp_path / "again")
    written = (root / "data/proposals/links.ttl").read_bytes()
    status, out, _ = kizuna("link", root)
    assert status == 0
    assert out.endswith("(0 new) in data/proposals/links.ttl: kizuna review decides. 0 requests.\n")
    assert loopback.seen == []
    assert (root / "data/proposals/links.ttl").read_bytes() == written


def test_scores_have_reasons(linked: Linked) -> None:
    found = waiting(linked.root)
    kawasaki = "\n".join(found["place/kawasaki", "Q164234"].reasons)
    assert "name +0.55: en “Kawasaki”; de “Kawasaki”; ja “川崎市”" in kawasaki
    assert "country +0.10: both Q17" in kawasaki
    assert "position +0.20: 0.1 km apart" in kawasaki
    village = "\n".join(found["place/kawasaki", "Q99000022"].reasons)
    assert "ja “川崎市” / “川崎村” (0.00)" in village
    assert ("organisation/bmbf", "Q606227") not in found, "in another country"


def test_report_for_machines(linked: Linked) -> None:
    told = json.loads(linked.out)
    assert told["requests"] == len(linked.asked)
    assert told["proposals"] == told["new"] == len(waiting(linked.root))
    assert told["could"] == sum(row["could"] for row in told["classes"])
    city = next(row for row in told["classes"] if row["class"] == "schema:City")
    assert city == {"class": "schema:City", "could": 7, "linked": 0, "proposed": 7, "none": 0}


def test_proposals_are_sssom(linked: Linked) -> None:
    """https://mapping-commons.github.io/sssom/spec-formats-rdf/."""
    quads = list(parse(path=str(linked.root / "data/proposals/links.ttl"), format=RdfFormat.TURTLE))
    axioms = {
        q.subject for q in quads if q.object == NamedNode("http://www.w3.org/2002/07/owl#Axiom")
    }
    sssom = "https://w3id.org/sssom/"
    assert {q.object for q in quads if q.predicate.value == f"{sssom}mappings"} == axioms
    owl = "http://www.w3.org/2002/07/owl#annotated"
    needed = {f"{owl}Source", f"{owl}Property", f"{owl}Target"}
    needed |= {sssom + name for name in ("mapping_justification", "confidence", "subject_label",
               "object_label", "mapping_tool")}  # fmt: skip
    needed |= {"http://purl.org/dc/terms/created"}
    for axiom in axioms:
        assert needed <= {q.predicate.value for q in quads if q.subject == axiom}
    justified = {
        q.object.value for q in quads if q.predicate.value == f"{sssom}mapping_justification"
    }
    assert justified == {"https://w3id.org/semapv/vocab/CompositeMatching"}


def test_reconciliation_finds_the_same(
    kizuna: Run, linked: Linked, loopback: Server, root: Path
) -> None:
    by_search = {pair: p.score for pair, p in waiting(linked.root).items()}
    status, _, _ = kizuna("link", root, "--via", "reconcile")
    assert status == 0
    assert {pair: p.score for pair, p in waiting(root).items()} == by_search
    sent = [line for line in loopback.seen if "/api queries=" in line]
    assert {line.split("/")[1] for line in sent} == {"en", "de", "ja"}
    assert len(sent) < 30, "many names go with one request"


def test_identifiers_lead_to_items_and_items_to_identifiers(
    kizuna: Run, linked: Linked, loopback: Server, tmp_path: Path
) -> None:
    root = linked.copy(tmp_path / "more")
    links = root / "data/ttl/links.ttl"
    text = links.read_text(encoding="utf-8")
    text += (
        "\norganisation:tum skos:exactMatch <https://ror.org/02kkvpp62> .\n"
        "\nplace:kobe skos:exactMatch wd:Q48320 .\n"
    )
    links.write_text(text, encoding="utf-8")
    kizuna("link", root)
    found = waiting(root)
    assert found["organisation/tum", "Q157808"].score == 1.0
    assert (
        "identifier +0.50: both have P6782 02kkvpp62"
        in found["organisation/tum", "Q157808"].reasons
    )
    assert len(loopback.seen) < 5, "only what is new is asked"
    geonames = found["place/kobe", "https://sws.geonames.org/1859171/"]
    assert geonames.reasons == ("identifier: Q48320, which is linked, has P1566 1859171",)
    assert geonames.score == 0.9


def test_a_kill_loses_nothing(loopback: Server, root: Path) -> None:
    """What was answered before ``kill -9`` is not asked for again."""
    command = [sys.executable, "-c", "from kizuna.cli import main; main()", "link", str(root)]
    loopback.faults = [*[well] * 120, slow(60)]
    process = subprocess.Popen(
        command, env=environment(**loopback.environ), stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 30
    while len(loopback.seen) < 121 and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
    first = list(loopback.seen)
    assert len(first) == 121
    assert not (root / "data/proposals").exists()
    loopback.faults.clear()
    done = subprocess.run(
        command,
        env=environment(**loopback.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    asked = loopback.seen[121:]
    assert asked[0] == first[-1], "the one without an answer is asked again"
    assert not set(asked) & set(first[:-1])
    assert "new) in data/proposals/links.ttl" in done.stdout


def test_a_service_that_is_away_is_told_and_nothing_written(
    kizuna: Run, loopback: Server, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIZUNA_LINK_API", "http://127.0.0.1:9/w/api.php")
    monkeypatch.setenv("KIZUNA_LINK_TRIES", "1")
    status, out, err = kizuna("link", root)
    assert (status, out) == (3, "")
    assert "kizuna: http://127.0.0.1:9/w/api.php gives no proper answer" in err
    assert "what has been answered is kept" in err
    assert not (root / "data/proposals").exists()


def test_rot_is_found(kizuna: Run, loopback: Server, root: Path) -> None:
    links = root / "data/ttl/links.ttl"
    links.write_bytes((ROOT / "data/ttl/links.ttl").read_bytes())
    loopback.deleted.add("Q3150")
    loopback.merged.update(Q185125="Q853203")
    jena, hamamatsu = (line_of(links, f"place:{name} ") for name in ("jena", "hamamatsu"))
    status, out, _ = kizuna("link", root, "--verify", "--json", "--fresh")
    told = {(f["check"], f["line"]) for f in json.loads(out)["findings"]}
    assert status == 1
    assert {("link-gone", jena), ("link-moved", hamamatsu)} <= told
    _, out, _ = kizuna("link", root, "--verify", "--fresh")
    place = "data/ttl/links.ttl:{}: violation: is linked with {}"
    assert place.format(jena, "Q3150, which Wikidata has deleted [link-gone]") in out
    assert place.format(hamamatsu, "Q185125, which has been merged into Q853203") in out


def test_other_kinds_and_places_are_rot(kizuna: Run, loopback: Server, root: Path) -> None:
    links = root / "data/ttl/links.ttl"
    links.write_text(
        links.read_text(encoding="utf-8")
        + "\nplace:jena skos:exactMatch wd:Q102218183 .\n"
        + "\nplace:erfurt skos:exactMatch wd:Q3150 .\n"
        + "\nplace:kobe skos:exactMatch wd:Q48320 .\n",
        encoding="utf-8",
    )
    status, out, _ = kizuna("link", root, "--verify")
    assert status == 1
    lines = out.splitlines()
    assert len([line for line in lines if ": violation: " in line]) == 2, out
    assert any(
        "Q102218183, which is now Q99000003, not below Q486972 or Q515 [link-type]" in line
        for line in lines
    )
    assert any(
        re.search(r"Q3150, which lies 3\d\.\d km away \(more than 20\) \[link-position\]", line)
        for line in lines
    )


def test_sound_links_are_no_rot(kizuna: Run, loopback: Server, root: Path) -> None:
    status, out, _ = kizuna("link", root, "--verify")
    assert (status, out) == (0, "0 findings: 3 links with Wikidata\n")
    asked = len(loopback.seen)
    kizuna("link", root, "--verify")
    assert len(loopback.seen) == asked
    for kept in (root / ".cache").rglob("*.json"):
        os.utime(kept, (time.time() - 4_000,) * 2)
    kizuna("link", root, "--verify")
    assert len(loopback.seen) == 2 * asked, "an answer of yesterday does not tell what is today"
