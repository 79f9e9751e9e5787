"""``extract``: from texts to proposed claims."""

from __future__ import annotations

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.common import HERE, say, told
from kizuna.errors import KizunaError, ProjectError, SettingsError
from kizuna.extracting.fetching import Bounds
from kizuna.extracting.model import Client, Endpoint, Model
from kizuna.extracting.protocol import Extractor
from kizuna.extracting.reading import read_source
from kizuna.extracting.rules import Rules
from kizuna.extracting.run import Outcome, extract_text
from kizuna.project import Project, load_project
from kizuna.proposals.claims import ClaimProposal
from kizuna.settings import Settings, load_settings
from kizuna.vocabulary import shortened

KEY = "KIZUNA_MODEL_KEY"


class By(StrEnum):
    """The extractors."""

    RULES = "rules"
    MODEL = "model"


def extract(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="FILE|URL…", help="Texts: txt, md, html, pdf, docx, or addresses."),
    ],
    directory: Annotated[
        Path, typer.Option("--project", "-C", help="The project's folder.", show_default="here")
    ] = HERE,
    by: Annotated[
        By,
        typer.Option(help="By the project's patterns (offline), or by the model of the settings."),
    ] = By.RULES,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, only tell.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the proposals as JSON.")] = False,
) -> None:
    """Propose claims from texts, each with its quote, for review by a person.

    The text is put into the folder of documents, the proposals to data/proposals/; nothing of
    them is published before somebody accepts them (kizuna review). What would break a shape is
    dropped and counted. A text that cannot be read is told, and the others are read. Exit status:
    0 done, 2 unreadable text or project, 3 not to be fetched.

    Examples: `kizuna extract report.pdf` · `kizuna extract https://example.org/news/1 --dry-run`
    """
    settings = load_settings(directory)
    bounds = Bounds(settings.extract_mb, settings.extract_seconds, settings.extract_from)
    rows: list[tuple[str, Outcome]] = []
    failed: list[KizunaError] = []
    for where in sources:
        try:
            with told.status(f"reading {where}") as status:
                reading = read_source(where, bounds)
                project = load_project(
                    settings.root, settings.addresses, settings.languages, settings.documents
                )
                status.update(f"extracting from {where}")
                extractor = _extractor(by, project, settings)
                rows.append((where, extract_text(project, reading, extractor, keep=not dry_run)))
        except KizunaError as error:
            failed.append(error)
            told.print(f"kizuna: {error}")
    say(_as_json(rows) if as_json else "".join(_as_text(where, outcome) for where, outcome in rows))
    if failed:
        raise typer.Exit(max(error.exit_code for error in failed))


def _extractor(by: By, project: Project, settings: Settings) -> Extractor:
    """Return the extractor that is asked for. Raises SettingsError where no model is set."""
    if by is By.RULES:
        rules = Rules(project)
        if not rules.patterns.patterns:
            raise ProjectError(
                f"{settings.root}: the project has no patterns by which to extract",
                hint="Write them into ontology/patterns/ (docs/extracting.md), or use --by model.",
            )
        return rules
    if not settings.model:
        raise SettingsError(
            f"{settings.root}/kizuna.toml: the setting 'model' is missing",
            hint='Add: model = "https://models.example.org/v1" and model_name; the key goes into '
            f"{KEY}.",
        )
    endpoint = Endpoint(
        settings.model,
        settings.model_name,
        os.environ.get(KEY, ""),
        settings.model_tokens,
        settings.model_seconds,
    )
    caches = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Model(project, Client(endpoint, Path(caches) / "kizuna" / "model"))


def _as_text(where: str, outcome: Outcome) -> str:
    """Return what came of a text, a line for each proposal."""
    lines = [f"{where}: {len(outcome.proposals.claims)} proposed claims"]
    lines += [f"  {_line(claim)}" for claim in outcome.proposals.claims]
    if outcome.dropped:
        reasons = ", ".join(f"{n} {reason}" for reason, n in outcome.dropped.items())
        lines.append(f"  dropped: {reasons}")
    lines += [f"  {path}: written" for path in (outcome.text, outcome.file) if path]
    return "\n".join(lines) + "\n"


def _line(claim: ClaimProposal) -> str:
    parts = (str(getattr(p, "value", p)) for p in claim.fact)
    subject, predicate, value = (_short(part) for part in parts)
    return f"{claim.score:.2f} {subject} {predicate} {value} · “{claim.quote.text}” [{claim.rule}]"


def _short(text: str) -> str:
    """Return an IRI by its last two parts or its prefix, a text as it is."""
    if "/id/" in text:
        return text.partition("/id/")[2].replace("/", ":", 1)
    return shortened(text).strip("<>") if text.startswith("http") else f'"{text}"'


def _as_json(rows: list[tuple[str, Outcome]]) -> str:
    found = [
        {
            "source": where,
            "document": outcome.proposals.document.value,
            "claims": [_claim(claim) for claim in outcome.proposals.claims],
            "dropped": outcome.dropped,
            "text": str(outcome.text) if outcome.text else None,
            "file": str(outcome.file) if outcome.file else None,
        }
        for where, outcome in rows
    ]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _claim(claim: ClaimProposal) -> dict[str, object]:
    subject, predicate, value = (str(getattr(p, "value", p)) for p in claim.fact)
    return {
        "id": claim.id.value,
        "subject": subject,
        "predicate": predicate,
        "object": value,
        "quote": claim.quote.text,
        "start": claim.quote.start,
        "end": claim.quote.end,
        "modality": claim.modality.value,
        "attributedTo": claim.attributed.value if claim.attributed else None,
        "score": claim.score,
        "rule": claim.rule,
        "brings": [node.value for node in claim.brings],
        "needs": [node.value for node in claim.needs],
    }
