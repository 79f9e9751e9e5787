"""Accepted claims put into the Turtle of the project, so that the change reads well in git."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kizuna.errors import Changed, NotFound, ProjectError
from kizuna.project import Project, Role, SourceFile
from kizuna.project.editing import parsed
from kizuna.project.evidence import places
from kizuna.project.files import replace_text
from kizuna.project.positions import index_positions
from kizuna.proposals.claims import ClaimProposal, Proposals, read, write
from kizuna.proposals.protocol import FOLDER
from kizuna.proposals.turtle import Block, prefixes, thing, written
from kizuna.vocabulary import DCT_TITLE, KZ_SOURCE_DOCUMENT, RDF_TYPE, shortened

_DATA = Path(Role.DATA.value)
_CLAIMS = "# Claims"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What was accepted, with what it needed, and the files that were written."""

    claims: tuple[NamedNode, ...]
    files: tuple[Path, ...]


def accept(project: Project, chosen: Iterable[NamedNode]) -> Acceptance:
    """Write the chosen proposals, and those that they need, into the data of ``project``.

    The claims stand in the file of their document, in reading order; a document that the data
    does not have is described beside the others. They are no proposals any more.

    Raises NotFound for a proposal that is not there, and Changed where the data has meanwhile a
    claim of that address that says something else.
    """
    wanted = set(chosen)
    accepted: list[NamedNode] = []
    files: list[Path] = []
    for proposals in read(project.root):
        ids = {c.id for c in proposals.claims}
        mine = _with_needs(proposals, wanted & ids)
        wanted -= ids
        if mine:
            files += _place(project, proposals, mine)
            accepted += [c.id for c in mine]
            settle(project.root, proposals, {c.id for c in mine})
    if wanted:
        name = min(w.value for w in wanted)
        raise NotFound(f"{name}: there is no such proposal", hint=f"{FOLDER}/ has the open ones.")
    return Acceptance(tuple(accepted), tuple(dict.fromkeys(files)))


def settle(root: Path, proposals: Proposals, done: set[NamedNode]) -> None:
    """Take claims out of the proposals, accepted or rejected; a file without claims goes."""
    claims = tuple(c for c in proposals.claims if c.id not in done)
    used = {n for c in claims for n in (*c.brings, c.attributed) if n is not None}
    things = {iri: rows for iri, rows in proposals.things.items() if iri in used}
    path = root / FOLDER / f"{proposals.name}.ttl"
    if claims:
        write(root, replace(proposals, claims=claims, things=things))
    else:
        path.unlink(missing_ok=True)


def _with_needs(proposals: Proposals, ids: set[NamedNode]) -> list[ClaimProposal]:
    """Return the proposals with these ids and all that they need, in reading order."""
    by_id = {c.id: c for c in proposals.claims}
    open_, found = list(ids), set(ids)
    while open_:
        for need in by_id[open_.pop()].needs:
            if need in by_id and need not in found:
                found.add(need)
                open_.append(need)
    return [c for c in proposals.claims if c.id in found]


def _place(project: Project, proposals: Proposals, claims: Sequence[ClaimProposal]) -> list[Path]:
    """Write the claims and return the files that changed."""
    known = {c.iri for c in project.claims}
    for claim in claims:
        if claim.id in known:
            raise Changed(
                f"{claim.id.value}: the data has this claim already",
                hint="Extract the document again.",
            )
    file = _file_of(project, proposals.document)
    path = project.root / (file.path if file else _DATA / f"{proposals.name}.ttl")
    _check_new(project, proposals, claims)
    drafts = _Drafts()
    if proposals.describes and not any(d.iri == proposals.document for d in project.documents):
        _describe(project, drafts, proposals.describes, path)
    facts = _facts(proposals, claims, project, file)
    text = (
        _extended(project, file, facts, claims)
        if file
        else _new(project, proposals, facts, claims, drafts.text(path))
    )
    said = [*(t for rows in facts for t in rows), *(t for c in claims for t in c.claim())]
    drafts.put(path, text, said)
    return drafts.write()


@dataclass(slots=True)
class _Drafts:
    """Files as they would be; they are written when all of them are right, and else none is."""

    texts: dict[Path, str] = field(default_factory=dict)

    def text(self, path: Path) -> str | None:
        """Return the draft of a file, else the file, None where there is neither."""
        if path in self.texts:
            return self.texts[path]
        return path.read_text(encoding="utf-8") if path.exists() else None

    def put(self, path: Path, text: str, added: Iterable[Triple]) -> None:
        """Take a draft that says what the file said before and what is added, and nothing else.

        Raises ProjectError where it does not.
        """
        if _said(text) != _said(self.text(path) or "") | set(added):
            raise ProjectError(
                f"{path}: the claims cannot be put into the file safely",
                hint="Write them by hand; nothing was changed.",
            )
        self.texts[path] = text

    def write(self) -> list[Path]:
        """Write the files and return their paths. Raises OSError."""
        for path, text in self.texts.items():
            replace_text(path, text)
        return list(self.texts)


def _said(text: str) -> set[Triple]:
    return {quad.triple for quad in parsed(text, "urn:x:")}


def _check_new(project: Project, proposals: Proposals, claims: Sequence[ClaimProposal]) -> None:
    """Pass if no new thing has the address of another that has come into the data meanwhile.

    Raises Changed.
    """
    about: dict[object, set[Triple]] = {}
    for triple in project.data:
        about.setdefault(triple.subject, set()).add(triple)
    for node in {node for claim in claims for node in claim.brings}:
        have = about.get(node, set())
        named = {t for t in proposals.things.get(node, ()) if t.predicate != RDF_TYPE}
        if have and not named <= have:
            raise Changed(
                f"{node.value}: the data has another thing of this address meanwhile",
                hint="Extract the text again: it gets an address of its own.",
            )


def _file_of(project: Project, document: NamedNode) -> SourceFile | None:
    """Return the file that has the claims of a document."""
    counted = Counter(c.path for c in project.claims if c.document == document)
    names = {f.path: f for f in project.having(Role.DATA)}
    return names[counted.most_common(1)[0][0]] if counted else None


def _facts(
    proposals: Proposals, claims: Sequence[ClaimProposal], project: Project, file: SourceFile | None
) -> list[tuple[Triple, ...]]:
    """Return what the claims add besides themselves, thing by thing, in reading order."""
    have = set(file.triples) if file else set()
    grouped: dict[object, list[Triple]] = {}
    for claim in claims:
        for node in (*claim.brings, *filter(None, [claim.attributed])):
            rows = [t for t in proposals.things.get(node, ()) if t not in project.data]
            grouped.setdefault(node, []).extend(t for t in rows if t not in grouped.get(node, ()))
        if claim.fact not in have:
            grouped.setdefault(claim.fact.subject, []).append(claim.fact)
    return [tuple(dict.fromkeys(rows)) for rows in grouped.values() if rows]


def _new(
    project: Project,
    proposals: Proposals,
    facts: list[tuple[Triple, ...]],
    claims: Sequence[ClaimProposal],
    before: str | None,
) -> str:
    """Return a new file, the things first, then the claims; or the one ``before`` with them."""
    rows = [
        Block("Things and facts", facts),
        Block("Claims, in reading order", [tuple(c.claim()) for c in claims]),
    ]
    if before is not None:
        return _added(project, before, facts, claims)
    titles = (t.object for t in proposals.describes if t.predicate == DCT_TITLE)
    title = next((x.value for x in titles if isinstance(x, Literal)), "no title is printed")
    head = f"Facts and claims from {proposals.name}: {title}"
    return written(head, rows, project.prefixes)


def _describe(project: Project, drafts: _Drafts, rows: Sequence[Triple], otherwise: Path) -> None:
    """Draft the description of a new document beside those of the others."""
    described = [
        f.path
        for f in project.having(Role.DATA)
        for t in f.triples
        if t.predicate == RDF_TYPE and t.object == KZ_SOURCE_DOCUMENT
    ]
    path = project.root / Counter(described).most_common(1)[0][0] if described else otherwise
    text = drafts.text(path) or written("Documents", [])
    drafts.put(path, _added(project, text, [tuple(rows)], ()), rows)


def _extended(
    project: Project,
    file: SourceFile,
    facts: list[tuple[Triple, ...]],
    claims: Sequence[ClaimProposal],
) -> str:
    """Return the text of a file with facts and claims in their places."""
    text = _declared(
        project,
        file.text,
        [t for rows in facts for t in rows] + [t for c in claims for t in c.claim()],
    )
    used = _bound(text)
    lines = text.split("\n")
    for rows in facts:
        _insert_fact(lines, rows, used)
    starts = _starts(project, file)
    for claim in claims:
        _insert_claim(lines, claim, starts, used)
        starts[claim.id.value] = claim.quote.start
    return "\n".join(lines)


def _added(
    project: Project,
    text: str,
    facts: list[tuple[Triple, ...]],
    claims: Sequence[ClaimProposal],
) -> str:
    """Return a text with blocks at its end."""
    blocks = [*facts, *(tuple(c.claim()) for c in claims)]
    text = _declared(project, text, [t for rows in blocks for t in rows])
    used = _bound(text)
    return text.rstrip("\n") + "".join(f"\n\n{thing(rows, used)}" for rows in blocks) + "\n"


def _bound(text: str) -> dict[str, str]:
    """Return the prefixes of a Turtle text. Raises ProjectError where it is none."""
    parsed(text, "urn:x:")
    reader = parse(text.encode(), RdfFormat.TURTLE, base_iri="urn:x:")
    for _ in reader:
        pass
    return dict(reader.prefixes)


def _declared(project: Project, text: str, triples: list[Triple]) -> str:
    """Return a Turtle text with the prefixes declared that these statements need."""
    have = _bound(text)
    missing = {
        n: iri
        for n, iri in prefixes(triples, project.prefixes).items()
        if iri not in have.values() and n not in have
    }
    lines = text.split("\n")
    at = [i for i, line in enumerate(lines) if line.startswith("@prefix")]
    for name, iri in sorted(missing.items()):
        line = f"@prefix {name}: <{iri}> ."
        spot = next((i for i in at if lines[i] > line), at[-1] + 1 if at else 0)
        lines.insert(spot, line)
        at = [i for i, each in enumerate(lines) if each.startswith("@prefix")]
    return "\n".join(lines)


def _insert_fact(lines: list[str], rows: tuple[Triple, ...], used: dict[str, str]) -> None:
    """Add statements to the block of their thing, or a block before the claims."""
    subject = str(getattr(rows[0].subject, "value", ""))
    at = index_positions("\n".join(lines)).subjects.get(subject)
    block = thing(rows, used).split("\n")
    if at is not None:
        end = next(
            (i for i in range(at.line - 1, len(lines)) if lines[i].rstrip().endswith(" .")), -1
        )
        if end >= 0:
            lines[end] = lines[end].rstrip()[:-2] + " ;"
            first = block[0].removeprefix(shortened(subject, used)).strip()
            lines[end + 1 : end + 1] = [f"    {first}", *block[1:]]
            return
    spot = next((i for i, line in enumerate(lines) if line.startswith(_CLAIMS)), len(lines))
    lines[spot:spot] = [*block, ""]


def _starts(project: Project, file: SourceFile) -> dict[str, int]:
    """Return where the quotes of the claims of a file begin, by the text or by the lock."""
    texts = {d.iri: d.text for d in project.documents}
    found: dict[str, int] = {}
    for claim in project.claims:
        if claim.path != file.path:
            continue
        spots = places(claim, texts.get(claim.document) or "") if claim.document else []
        row = project.lock.get(claim.iri.value)
        place = spots[0] if spots else row.place if row else None
        if place is not None:
            found[claim.iri.value] = place.start
    return found


def _insert_claim(
    lines: list[str], claim: ClaimProposal, starts: dict[str, int], used: dict[str, str]
) -> None:
    """Put a claim before the first one whose quote stands behind its own."""
    at = index_positions("\n".join(lines)).subjects
    later = sorted(
        at[iri].line for iri, start in starts.items() if iri in at and start > claim.quote.start
    )
    block = thing(tuple(claim.claim()), used).split("\n")
    if later:
        lines[later[0] - 1 : later[0] - 1] = [*block, ""]
        return
    while lines and not lines[-1].strip():
        lines.pop()
    lines += ["", *block, ""]
