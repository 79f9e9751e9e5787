"""``review``: what machines propose, decided one by one by people."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

import typer

from kizuna.building import checked
from kizuna.checks.findings import Finding, Severity
from kizuna.checks.output import paragraph
from kizuna.cli.common import HERE, Directory, say, told
from kizuna.errors import FindingsError, UsageError
from kizuna.proposals import ACCEPT, DEFER, REJECT, Choice, Place, Proposal, Verdict
from kizuna.proposals.kinds import KINDS, find, name, pending
from kizuna.proposals.undoing import Journal
from kizuna.settings import Settings, load_settings
from kizuna.settings.linking import place_of

QUIT = "q"
_Many = list[str]


def review(
    directory: Directory = HERE,
    listing: Annotated[bool, typer.Option("--list", help="List what waits, and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list: as JSON.")] = False,
    kind: Annotated[str, typer.Option(help="Only proposals of this kind: claim, link.")] = "",
    accept: Annotated[
        _Many | None, typer.Option(help="Accept this proposal, by its IRI or the last part of it.")
    ] = None,
    choice: Annotated[
        str, typer.Option("--as", help="With --accept: exact, close, same; else as proposed.")
    ] = "",
    reject: Annotated[_Many | None, typer.Option(help="Reject this proposal.")] = None,
    none: Annotated[
        _Many | None, typer.Option(help="Say that nothing there is the thing of this proposal.")
    ] = None,
    accept_recommended: Annotated[
        bool, typer.Option("--accept-recommended", help="Accept all with a score of link_accept.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who decides; the name at the machine by default.")] = "",
    check: Annotated[
        bool, typer.Option(help="Check the project at the end; undo what breaks it.")
    ] = True,
) -> None:
    """Decide on what `kizuna extract` and `kizuna link` propose: accept, reject or defer.

    One by one at the terminal, with the reasons; answers may also be piped in, a line each. An
    accepted claim goes into the file of its document, an accepted link to data/ttl/links.ttl, with
    who, when and why; what is rejected is never proposed again. At the end the project is checked,
    and what breaks it is undone.

    Examples: `kizuna review` · `kizuna review --list --json` ·
    `kizuna review --accept place-kobe-Q48320 --as exact --by "Aiko Sato"`
    """
    settings = load_settings(directory)
    place = place_of(settings)
    if kind not in {"", *(row.name for row in KINDS)}:
        known = ", ".join(row.name for row in KINDS)
        raise UsageError(f"there is no kind {kind!r} of proposals", hint=f"Kinds are: {known}.")
    if listing:
        say(_listed(pending(place, kind), as_json=as_json))
        return
    verdict = Verdict(by or getpass.getuser(), datetime.now(UTC).date())
    session = _Session(place, verdict, Journal(place.root))
    named = _named(place, {"accept": accept, "reject": reject, "none": none}, choice)
    if accept_recommended:
        named += [(p, ACCEPT) for p in pending(place, kind) if p.recommended]
    found_before = _violations(settings) if check else []
    if accept or reject or none or accept_recommended:
        session.decide_all(named)
    else:
        session.ask(pending(place, kind))
    if check and session.changed:
        _check(settings, session, found_before)
    say(f"{session.summary}\n")


@dataclass
class _Session:
    """Decisions of one run, and the files as they were before."""

    place: Place
    verdict: Verdict
    journal: Journal
    done: dict[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return any(name not in {DEFER.name, REJECT.name, "none"} for name in self.done)

    @property
    def summary(self) -> str:
        told_of = ", ".join(f"{count} {name}" for name, count in self.done.items())
        return told_of or "nothing was decided"

    def decide(self, proposal: Proposal, choice: Choice) -> None:
        """Do what was chosen, and say what was done."""
        with self.journal.noting():
            line = proposal.decide(choice, self.verdict)
        self.done[choice.name] = self.done.get(choice.name, 0) + 1
        told.print(f"    {line}")

    def decide_all(self, named: Sequence[tuple[Proposal, Choice]]) -> None:
        """Do all that was named; what an earlier decision has settled is told, and passed over."""
        for proposal, choice in named:
            if self._waits(proposal):
                self.decide(proposal, choice)
            else:
                told.print(f"    {name(proposal)}: settled already")

    def _waits(self, proposal: Proposal) -> bool:
        return proposal.id in {p.id for p in pending(self.place, proposal.kind)}

    def ask(self, waiting: Sequence[Proposal]) -> None:
        """Show one proposal after the other, until there is none or whoever decides has enough.

        What an earlier decision has settled is not asked any more.
        """
        for number, proposal in enumerate(waiting, 1):
            if not self._waits(proposal):
                continue
            say(_shown(proposal, f"{number} of {len(waiting)}"))
            choice = _answer(proposal)
            if choice is None:
                return
            self.decide(proposal, choice)


def _answer(proposal: Proposal) -> Choice | None:
    """Return the choice that a line of the input makes; None at its end or for ``q``."""
    keys = {choice.key: choice for choice in proposal.choices}
    answers = keys | {choice.name: choice for choice in proposal.choices}
    while True:
        say(f"[{'/'.join((*keys, QUIT))}, ? for help] ")
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            line = ""
        answer = line.strip().lower()
        if not line or answer in {QUIT, "quit"}:
            say("\n")
            return None
        if answer in answers:
            return answers[answer]
        lines = [*(f"  {c.key}  {c.about}" for c in proposal.choices), f"  {QUIT}  quit"]
        say("\n".join(lines) + "\n")


def _shown(proposal: Proposal, where: str) -> str:
    recommended = ", recommended" if proposal.recommended else ""
    lines = [f"\n{proposal.kind} {where}: score {proposal.score:.2f}{recommended}"]
    lines += [f"  {row.label:12} {row.value}" for row in proposal.rows]
    if proposal.context is not None:
        quoted = proposal.context
        lines.append(f"  {'text':12} {quoted.before}[{quoted.quote}]{quoted.after}")
    lines += [f"    {reason}" for reason in proposal.reasons]
    return "\n".join(lines) + "\n"


def _listed(waiting: Sequence[Proposal], *, as_json: bool) -> str:
    if not as_json:
        lines = [
            f"{p.score:.2f} {'*' if p.recommended else ' '} {name(p):40} "
            f"{' · '.join(row.value for row in p.rows[:3])}\n"
            for p in waiting
        ]
        return "".join(lines) + f"{len(waiting)} wait for a decision (* recommended)\n"
    told_of = [
        {
            "id": p.id,
            "kind": p.kind,
            "score": p.score,
            "recommended": p.recommended,
            "reasons": list(p.reasons),
            "rows": [{"label": r.label, "value": r.value, "href": r.href or None} for r in p.rows],
            "choices": [choice.name for choice in p.choices],
        }
        for p in waiting
    ]
    return json.dumps(told_of, ensure_ascii=False, indent=1) + "\n"


def _named(
    place: Place, asked: dict[str, _Many | None], choice: str
) -> list[tuple[Proposal, Choice]]:
    """Return the proposals that the command line names, each with what is to be done."""
    found: list[tuple[Proposal, Choice]] = []
    for answer, iris in asked.items():
        for iri in iris or ():
            proposal = find(place, iri)
            wanted = choice if answer == ACCEPT.name and choice else answer
            chosen = next((c for c in proposal.choices if c.name == wanted), None)
            if chosen is None:
                known = ", ".join(c.name for c in proposal.choices)
                raise UsageError(
                    f"{iri}: a {proposal.kind} cannot be decided as {wanted!r}",
                    hint=f"It takes: {known}.",
                )
            if any(proposal.id == other.id for other, _ in found):
                raise UsageError(f"{iri} is decided twice", hint="Name each proposal once.")
            found.append((proposal, chosen))
    return found


def _check(settings: Settings, session: _Session, known: Sequence[Finding]) -> None:
    """Pass if the project holds no violation that was not ``known`` before; else undo the session.

    Raises FindingsError.
    """
    before = {(f.check, f.path, f.message) for f in known}
    new = [f for f in _violations(settings) if (f.check, f.path, f.message) not in before]
    if not new:
        return
    left = session.journal.undo()
    whole = "so all decisions of this run are undone"
    if left:
        whole += f", but in {', '.join(map(str, left))}, which others have changed meanwhile"
    raise FindingsError(
        f"what was accepted breaks the project, {whole}:\n" + "\n".join(map(paragraph, new)),
        hint="Accept one by one to see which it is.",
    )


def _violations(settings: Settings) -> list[Finding]:
    _, report = checked(settings, told)
    return [f for f in report.findings if f.severity is Severity.VIOLATION]
