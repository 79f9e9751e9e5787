"""``quickstatements`` and ``missing-items``: what goes back to Wikidata, for people to send."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from kizuna.cli.common import HERE, Directory, say, told
from kizuna.cli.linking import project_of
from kizuna.linking.mapping import read_mapping
from kizuna.linking.missing import Missing, Worth, missing_items
from kizuna.linking.statements import Addition, LeftOut, Writer, lacking, stated
from kizuna.linking.things import read_things
from kizuna.proposals.links import decisions
from kizuna.settings import Settings, load_settings
from kizuna.settings.linking import place_of, wikidata_of
from kizuna.vocabulary import shortened

Form = StrEnum("Form", {"v1": "v1", "csv": "csv"})
Retrieved = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Day on which you have seen the sources (S813)."),
]
_NAME = re.compile(r"\b[QP][0-9]+\b|\S*:\S+")
_SOURCES = ("S854", "S1683", "S407", "S813")


def quickstatements(
    directory: Directory = HERE,
    form: Annotated[
        Form, typer.Option("--format", "-f", help="Commands (V1), or a table.")
    ] = Form.v1,
    retrieved: Retrieved = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write what goes and what does not, and why.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The report of --dry-run as JSON.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask again for what was answered before.")
    ] = False,
) -> None:
    """Write QuickStatements for facts about linked things that Wikidata lacks.

    Only what a document states, about a linked thing, by a property that ontology/wikidata.ttl
    maps; each with its reference: address, quotation, language and, with --retrieved, the day. Each
    item is looked at first. Nothing is sent: paste it at https://quickstatements.toolforge.org/.

    Examples: `kizuna quickstatements --dry-run` ·
    `kizuna quickstatements --retrieved 2026-11-30 > batch.txt` · `kizuna quickstatements -f csv`
    """
    settings = load_settings(directory)
    writer = _writer(settings, retrieved)
    made, left = writer.write(stated(writer.project))
    with told.status("looking at the items"):
        missing, known = lacking(made, wikidata_of(settings, writer.mapping, now=True, fresh=fresh))
    left += known
    if dry_run or as_json:
        say(_report_json(missing, left) if as_json else _report(missing, left))
        return
    say(_csv(missing) if form is Form.csv else _v1(missing))
    reason = Counter(_kind(each.reason) for each in left)
    told.print(f"{len(missing)} statements; {len(left)} claims left out (--dry-run tells why):")
    for words, count in reason.most_common():
        told.print(f"  {count:4} {words}")


def missing_items_command(
    directory: Directory = HERE,
    claims: Annotated[int, typer.Option(help="At least so many claims speak of it.", min=1)] = 3,
    documents: Annotated[int, typer.Option(help="In at least so many documents.", min=1)] = 1,
    commands: Annotated[
        bool, typer.Option("--quickstatements", help="Write the commands that would make them.")
    ] = False,
    retrieved: Retrieved = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the list as JSON.")] = False,
) -> None:
    """List things that are worth an item of their own, with the statements it would begin with.

    Those that documents speak of, that have no link, and of which nobody has said in `kizuna
    review` that there is nothing. Look for yourself first: Wikidata has rules on notability.

    Examples: `kizuna missing-items` · `kizuna missing-items --documents 2 --quickstatements`
    """
    settings = load_settings(directory)
    writer = _writer(settings, retrieved)
    found = missing_items(writer, decisions(place_of(settings)), Worth(claims, documents))
    if commands:
        lines = ("\t".join(line) for each in found for line in each.lines)
        say("".join(f"{line}\n" for line in lines))
    else:
        say(_missing_json(found) if as_json else _missing_text(found))


def _writer(settings: Settings, retrieved: datetime | None) -> Writer:
    project = project_of(settings)
    mapping = read_mapping(project)
    day = date(retrieved.year, retrieved.month, retrieved.day) if retrieved else None
    return Writer(project, mapping, read_things(project, mapping), day)


def _v1(additions: Sequence[Addition]) -> str:
    """Return the commands, a line each, parts separated by tabs."""
    return "".join("\t".join(_parts(each)) + "\n" for each in additions)


def _parts(each: Addition) -> list[str]:
    return [
        each.item,
        each.property,
        each.value,
        *(w for pair in each.reference.parts for w in pair),
    ]


def _csv(additions: Sequence[Addition]) -> str:
    """Return a table: a column for each property, its sources behind it."""
    properties = list(dict.fromkeys(each.property for each in additions))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["qid", *(name for prop in properties for name in (prop, *_SOURCES))])
    for each in additions:
        sources = dict(each.reference.parts)
        row = [each.item]
        for prop in properties:
            own = [each.value, *(sources.get(s, "") for s in _SOURCES)]
            row += own if prop == each.property else [""] * len(own)
        writer.writerow(row)
    return stream.getvalue()


def _kind(reason: str) -> str:
    """Return a reason without what it is about, for counting.

    >>> _kind("kz:when is not mapped"), _kind("Q2 has another value: 2018")
    ('… is not mapped', '… has another value')
    """
    return _NAME.sub("…", reason.partition(": ")[0])


def _report(missing: Sequence[Addition], left: Sequence[LeftOut]) -> str:
    lines = [
        f"+ {' '.join(_parts(each)[:3])}  {shortened(each.claim.iri.value)}" for each in missing
    ]
    lines += [f"- {shortened(each.claim.iri.value)}: {each.reason}" for each in left]
    return "\n".join([*lines, f"{len(missing)} statements, {len(left)} claims left out"]) + "\n"


def _report_json(missing: Sequence[Addition], left: Sequence[LeftOut]) -> str:
    whole = {
        "statements": [
            {
                "item": each.item,
                "property": each.property,
                "value": each.value,
                "reference": dict(each.reference.parts),
                "claim": each.claim.iri.value,
            }
            for each in missing
        ],
        "left_out": [{"claim": e.claim.iri.value, "reason": e.reason} for e in left],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _missing_text(found: Sequence[Missing]) -> str:
    lines = []
    for each in found:
        lines.append(
            f"{each.thing.label} <{each.thing.iri.value}>\n    {each.claims} claims in "
            f"{each.documents} documents; {each.links} things lead to it"
        )
        lines += [f"    {a.property} {a.value}" for a in each.statements]
    return "\n".join([*lines, f"{len(found)} things are worth an item"]) + "\n"


def _missing_json(found: Sequence[Missing]) -> str:
    rows = [
        {
            "thing": each.thing.iri.value,
            "names": {language: list(names) for language, names in each.thing.names.items()},
            "claims": each.claims,
            "documents": each.documents,
            "links": each.links,
            "type": each.type or None,
            "statements": [{"property": a.property, "value": a.value} for a in each.statements],
        }
        for each in found
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
