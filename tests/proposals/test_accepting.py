"""From proposals to data: written, read again, accepted, and the project stays in order."""

from __future__ import annotations

import difflib
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kizuna.errors import BadData, Changed, NotFound, ProjectError
from kizuna.extracting.conforming import conforming
from kizuna.extracting.fetching import Bounds
from kizuna.extracting.reading import read_source
from kizuna.extracting.rules import Rules
from kizuna.extracting.run import Outcome, extract_text
from kizuna.proposals.claims import ClaimProposal, Proposals, Quote, read, write
from kizuna.proposals.placing import accept, settle
from kizuna.proposals.protocol import FOLDER
from kizuna.vocabulary import term
from support import ID, ROOT, check, copy_bridge, edit, load, lock

LETTER = "data/ttl/bay-letter.ttl"
NEWS = """Alpha and Beta Bay meet again

On 4 June 2022 Beta Bay hosted a workshop on optics in Alpha. More than 30 guests attended the workshop.

The workshop was supported by the City of Alpha. Dr. Hana Kimura, director of the Harbour Light Institute, opened the event.

Related articles

The City of Alpha signed a memorandum with nobody.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = copy_bridge(tmp_path / "bridge")
    shutil.copytree(ROOT / "ontology" / "patterns", made / "ontology" / "patterns")
    return made


def extract(root: Path) -> Outcome:
    (root / "news.txt").write_text(NEWS, encoding="utf-8")
    project = load(root)
    return extract_text(project, read_source(str(root / "news.txt"), Bounds()), Rules(project))


def letter_proposal(number: int, quote: str, start: int) -> ClaimProposal:
    """Return a proposal about the letter of the bridge project."""
    fact = Triple(
        NamedNode(ID + "organisation/beta-bay"),
        term("kz:assessment"),
        Literal(quote, language="de"),
    )
    return ClaimProposal(
        id=NamedNode(f"{ID}claim/bay-{number:03}"),
        fact=fact,
        document=NamedNode(ID + "document/bay-letter"),
        quote=Quote(quote, start, start + len(quote)),
        modality=term("kz:evaluative"),
        score=0.5,
        rule="test",
    )


def test_a_text_becomes_proposals_that_nothing_publishes(root: Path) -> None:
    outcome = extract(root)
    assert outcome.file == root / FOLDER / "alpha-and-beta-bay-meet-again.ttl"
    assert outcome.text is not None
    assert outcome.text.read_text(encoding="utf-8") == NEWS
    facts = {c.fact.predicate.value.rpartition("#")[2] for c in outcome.proposals.claims}
    assert facts >= {"organiser", "when", "attendance", "openedBy", "member", "organization"}
    assert not any("nobody" in c.quote.text for c in outcome.proposals.claims)
    assert len(load(root).documents) == 2
    assert check(root).conforms


def test_proposals_are_read_as_they_were_written(root: Path) -> None:
    outcome = extract(root)
    assert outcome.file
    [again] = read(root)
    assert again == outcome.proposals
    before = outcome.file.read_bytes()
    write(root, again)
    assert outcome.file.read_bytes() == before
    assert extract(root).proposals == outcome.proposals


def test_accepted_proposals_keep_the_project_in_order(root: Path) -> None:
    outcome = extract(root)
    accepted = accept(load(root), [c.id for c in outcome.proposals.claims])
    assert len(accepted.claims) == len(outcome.proposals.claims)
    assert not (root / FOLDER / "alpha-and-beta-bay-meet-again.ttl").exists()
    report = check(root)
    assert report.conforms, report.findings
    assert report.counts["quotes verified"] == report.counts["claims"]
    text = (root / "data/ttl/alpha-and-beta-bay-meet-again.ttl").read_text(encoding="utf-8")
    assert text.startswith("# Facts and claims from alpha-and-beta-bay-meet-again: ")
    assert text.index("# Things and facts") < text.index("# Claims, in reading order")
    assert extract(root).proposals.claims == ()  # what is in the data is not proposed again


def test_what_a_proposal_needs_is_accepted_with_it(root: Path) -> None:
    outcome = extract(root)
    role = next(c for c in outcome.proposals.claims if c.fact.predicate == term("org:organization"))
    assert role.needs
    accepted = accept(load(root), [role.id])
    assert set(accepted.claims) >= {role.id, *role.needs}
    assert len(accepted.claims) < len(outcome.proposals.claims)
    assert check(root).conforms
    [left] = read(root)
    assert not {c.id for c in left.claims} & set(accepted.claims)
    accept(load(root), [c.id for c in left.claims])  # the rest, later
    assert check(root).conforms


def test_a_claim_stands_in_reading_order_and_nothing_else_changes(root: Path) -> None:
    lock(root)
    before = (root / LETTER).read_text(encoding="utf-8")
    text = (root / "data/documents/bay-letter.txt").read_text(encoding="utf-8")
    quote = "Mehr als 30 Gäste waren bei der Unterzeichnung"
    document = NamedNode(ID + "document/bay-letter")
    claim = letter_proposal(9, quote, text.index(quote))
    write(root, Proposals(document, (claim,), {}))
    accept(load(root), [claim.id])
    after = (root / LETTER).read_text(encoding="utf-8")
    order = [line.split()[0] for line in after.splitlines() if line.startswith("claim:")]
    assert order == ["claim:bay-001", "claim:bay-002", "claim:bay-009", "claim:bay-003"]
    removed = [d for d in difflib.ndiff(before.splitlines(), after.splitlines()) if d[0] == "-"]
    assert removed == [
        "- organisation:beta-bay kz:technologyField field:optics ."
    ]  # gets a semicolon
    assert check(root).conforms


def test_a_proposal_that_breaks_a_shape_is_dropped_and_counted(root: Path) -> None:
    text = (root / "data/documents/bay-letter.txt").read_text(encoding="utf-8")
    quote = "Mehr als 30 Gäste"
    good = letter_proposal(8, quote, text.index(quote))
    bad = replace(
        letter_proposal(9, quote, text.index(quote)),
        fact=Triple(
            NamedNode(ID + "organisation/beta-bay"),
            term("kz:party"),
            NamedNode(ID + "field/optics"),
        ),
    )
    dropped: Counter[str] = Counter()
    document = NamedNode(ID + "document/bay-letter")
    kept = conforming(load(root), Proposals(document, (good, bad), {}), dropped)
    assert [c.id for c in kept.claims] == [good.id]
    assert sum(dropped.values()) > 0


def test_a_text_is_never_written_over_another(root: Path) -> None:
    other = root / "data/documents/alpha-and-beta-bay-meet-again.txt"
    other.write_text("another text", encoding="utf-8")
    outcome = extract(root)
    assert outcome.text == other.with_name("alpha-and-beta-bay-meet-again-2.txt")
    assert other.read_text(encoding="utf-8") == "another text"


def test_a_text_that_says_nothing_is_not_kept(root: Path) -> None:
    (root / "empty.txt").write_text("Nothing at all is said here, of nobody.\n", encoding="utf-8")
    project = load(root)
    outcome = extract_text(project, read_source(str(root / "empty.txt"), Bounds()), Rules(project))
    assert (outcome.text, outcome.file, outcome.proposals.claims) == (None, None, ())
    assert len(list((root / "data/documents").iterdir())) == 2


def test_new_things_of_two_texts_have_two_addresses(root: Path) -> None:
    first = extract(root)
    (root / "more.txt").write_text(NEWS.replace("again", "once more").replace("2022", "2023"))
    project = load(root)
    second = extract_text(project, read_source(str(root / "more.txt"), Bounds()), Rules(project))
    assert first.proposals.things
    assert second.proposals.things
    assert not first.proposals.things.keys() & second.proposals.things.keys()


def test_an_address_that_was_taken_meanwhile_is_not_shared(root: Path) -> None:
    outcome = extract(root)
    new = next(c for c in outcome.proposals.claims if c.brings)
    with (root / "data/ttl/shared.ttl").open("a", encoding="utf-8") as file:
        file.write(f'\n<{new.brings[0].value}> <{term("skos:note").value}> "Another thing."@en .\n')
    before = (root / "data/ttl/shared.ttl").read_bytes()
    with pytest.raises(Changed, match="another thing of this address"):
        accept(load(root), [new.id])
    assert (root / "data/ttl/shared.ttl").read_bytes() == before


def test_all_files_are_written_or_none(root: Path) -> None:
    outcome = extract(root)
    (root / "data/ttl/alpha-and-beta-bay-meet-again.ttl").write_text("no Turtle", encoding="utf-8")
    before = {path: path.read_bytes() for path in (root / "data").rglob("*.ttl")}
    with pytest.raises(ProjectError):
        accept(load(root), [outcome.proposals.claims[0].id])
    assert {path: path.read_bytes() for path in (root / "data").rglob("*.ttl")} == before


def test_a_comment_that_ends_as_a_statement_does_no_harm(root: Path) -> None:
    lock(root)
    edit(
        root / LETTER,
        "organisation:beta-bay kz:technologyField",
        "organisation:beta-bay # Seen by us .\n    kz:technologyField",
    )
    text = (root / "data/documents/bay-letter.txt").read_text(encoding="utf-8")
    quote = "Mehr als 30 Gäste waren bei der Unterzeichnung"
    claim = letter_proposal(9, quote, text.index(quote))
    write(root, Proposals(NamedNode(ID + "document/bay-letter"), (claim,), {}))
    before = (root / LETTER).read_bytes()
    with pytest.raises(ProjectError):
        accept(load(root), [claim.id])
    assert (root / LETTER).read_bytes() == before


def test_a_text_of_the_data_is_recognised(root: Path) -> None:
    path = root / "data/documents/bay-letter.txt"
    project = load(root)
    outcome = extract_text(project, read_source(str(path), Bounds()), Rules(project))
    assert outcome.proposals.document.value == ID + "document/bay-letter"
    assert outcome.proposals.describes == ()
    claimed = {c.fact for c in project.claims if c.document == outcome.proposals.document}
    assert not claimed & {c.fact for c in outcome.proposals.claims}
    assert sorted(p.name for p in path.parent.iterdir()) == ["bay-letter.txt", "harbour-news.txt"]


def test_rejected_proposals_go(root: Path) -> None:
    outcome = extract(root)
    settle(root, outcome.proposals, {c.id for c in outcome.proposals.claims})
    assert read(root) == []


def test_what_is_wrong_is_told(root: Path) -> None:
    with pytest.raises(NotFound, match="no such proposal"):
        accept(load(root), [NamedNode("urn:none")])
    text = (root / "data/documents/bay-letter.txt").read_text(encoding="utf-8")
    quote = "Beta Bay arbeitet auf dem Gebiet der Optik"
    taken = letter_proposal(3, quote, text.index(quote))
    write(root, Proposals(NamedNode(ID + "document/bay-letter"), (taken,), {}))
    with pytest.raises(Changed, match="has this claim already"):
        accept(load(root), [taken.id])
    edit(root / FOLDER / "bay-letter.ttl", "a kz:Claim ;", "a kz:Claim")
    with pytest.raises(BadData, match="bay-letter.ttl:"):
        read(root)


def test_other_proposals_are_left_alone(root: Path) -> None:
    folder = root / FOLDER
    folder.mkdir(parents=True)
    (folder / "links.ttl").write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    assert read(root) == []
