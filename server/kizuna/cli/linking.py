"""``link``: proposals of links to Wikidata, and links that have rotted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from kizuna.checks import OUTPUTS, Report
from kizuna.checks.findings import Finding
from kizuna.checks.output import paragraph
from kizuna.cli.common import HERE, Directory, say, told
from kizuna.errors import FindingsError, ProjectError
from kizuna.linking.mapping import read_mapping
from kizuna.linking.proposing import Looking, Tally, Wishes, merged, tallies
from kizuna.linking.things import Thing, read_things
from kizuna.linking.verifying import verify as look_for_rot
from kizuna.linking.wikidata import Wikidata
from kizuna.project import Project, load_project
from kizuna.proposals.links import decisions, propose, proposed
from kizuna.proposals.protocol import FOLDER
from kizuna.settings import Settings, load_settings
from kizuna.settings.linking import place_of, wikidata_of

Via = StrEnum("Via", {"search": "search", "reconcile": "reconcile"})


def link(
    directory: Directory = HERE,
    verify: Annotated[
        bool, typer.Option("--verify", help="Look for links that have rotted, and stop.")
    ] = False,
    via: Annotated[
        Via,
        typer.Option(help="Where names are looked up: the search, or a reconciliation service."),
    ] = Via.search,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask again for what was answered before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the report as JSON.")] = False,
) -> None:
    """Propose links of things with items of Wikidata, and with what their items point to.

    Candidates come from names in all languages and from known identifiers. Each is compared by
    name, type, country, position, dates, identifiers and neighbours; data/proposals/links.ttl gets
    those with a score, each with its reasons. Nothing is linked: `kizuna review` decides.

    With --verify, items that are gone, merged, of another kind or elsewhere are told with file and
    line, exit status 1. Answers are kept (link_cache): after an interruption, none is asked for
    twice.

    Examples: `kizuna link` · `kizuna link --verify` · `kizuna link --via reconcile --json`
    """
    settings = load_settings(directory)
    project = project_of(settings)
    mapping = read_mapping(project)
    things = read_things(project, mapping)
    wikidata = wikidata_of(settings, mapping, now=verify, fresh=fresh)
    if verify:
        with told.status("looking at the items that are linked"):
            findings = look_for_rot(project, things, wikidata, settings.link_km)
        say(_rot(findings, things, as_json=as_json))
        if findings:
            raise typer.Exit(FindingsError.exit_code)
        return
    say(
        _proposed(
            settings, things, wikidata, by_reconciliation=via is Via.reconcile, as_json=as_json
        )
    )


def project_of(settings: Settings) -> Project:
    """Return the project. Raises ProjectError where files of it cannot be read."""
    project = load_project(
        settings.root, settings.addresses, settings.languages, settings.documents
    )
    if project.faults:
        fault = project.faults[0]
        raise ProjectError(
            f"{fault.path}:{fault.line}: {fault.message}", hint="Mend what kizuna check reports."
        )
    return project


def _proposed(
    settings: Settings,
    things: tuple[Thing, ...],
    wikidata: Wikidata,
    *,
    by_reconciliation: bool,
    as_json: bool,
) -> str:
    """Write the proposals and return the report."""
    place = place_of(settings)
    known, decided = proposed(place), decisions(place)
    wishes = Wishes(settings.link_propose, settings.link_km, by_reconciliation)
    with told.status("looking for items") as status:
        looking = Looking(wikidata, things, wishes, decided, status.update)
        found = list(looking.records(datetime.now(UTC).date()))
    records = merged(known, found, things, decided)
    propose(place, records)
    counted = tallies(things, records, decided, wikidata.mapping)
    before = {(r.subject, r.target) for r in known}
    new = sum((r.subject, r.target) not in before for r in records)
    numbers = {"proposals": len(records), "new": new, "requests": wikidata.client.sent}
    return _as_json(counted, numbers) if as_json else _as_text(counted, numbers)


def _as_text(counted: Sequence[Tally], numbers: dict[str, int]) -> str:
    width = max((len(t.name) for t in counted), default=5)
    head = f"{'class':{width}}  could  linked  proposed  no item\n"
    rows = "".join(
        f"{t.name:{width}}  {t.could:5}  {t.linked:6}  {t.proposed:8}  {t.none:7}\n"
        for t in counted
    )
    return (
        f"{head}{rows}{numbers['proposals']} proposals ({numbers['new']} new) in "
        f"{FOLDER / 'links.ttl'}: kizuna review decides. {numbers['requests']} requests.\n"
    )


def _as_json(counted: Sequence[Tally], numbers: dict[str, int]) -> str:
    classes = [
        {
            "class": t.name,
            "could": t.could,
            "linked": t.linked,
            "proposed": t.proposed,
            "none": t.none,
        }
        for t in counted
    ]
    whole = {
        "could": sum(t.could for t in counted),
        "linked": sum(t.linked for t in counted),
        **numbers,
        "file": str(FOLDER / "links.ttl"),
        "classes": classes,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _rot(findings: Sequence[Finding], things: Sequence[Thing], *, as_json: bool) -> str:
    links = sum(len(t.items) for t in things)
    if as_json:
        return OUTPUTS["json"](Report(tuple(findings), (), {"links": links}))
    lines = [*map(paragraph, findings), f"{len(findings)} findings: {links} links with Wikidata"]
    return "\n".join(lines) + "\n"
