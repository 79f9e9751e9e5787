"""Write the parts of docs/ that list code: settings, checks, formats, commands, questions.

``python docs/generate.py`` writes them anew; with ``--check`` it says which are out of date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import typer

from kizuna.checks import CHECKS
from kizuna.cli import application
from kizuna.formats import FORMATS, VERSIONED
from kizuna.settings import SETTINGS

DOCS = Path(__file__).parent


def settings() -> str:
    """Return the manual of kizuna.toml."""
    rows = "".join(
        f"| `{s.key}` | {_default(s.default)} | {f'`{s.env}`' if s.env else ''} "
        f"| {s.help} | `{s.example}` |\n"
        for s in SETTINGS
    )
    return (
        "# Settings\n\nSettings stand in `kizuna.toml`; an environment variable wins over the "
        "file. Facts about the data (title, licence, publisher) are no settings: they stand in "
        "`data/ttl/catalogue.ttl`.\n\n| key | default | environment | what it does | example |\n"
        f"| --- | --- | --- | --- | --- |\n{rows}"
    )


def _default(value: object) -> str:
    return "must be given" if value is None else f"`{value!r}`"


def checks() -> str:
    """Return the manual of what `kizuna check` looks for."""
    rows = "".join(f"| `{c.name}` | {c.about} |\n" for c in CHECKS)
    return (
        "# Checks\n\n`kizuna check` tells all findings at once, each with file and line. A "
        "violation forbids a release. The shapes behind `shape/…` are described in "
        f"`shapes/README.md`.\n\n| check | what must hold |\n| --- | --- |\n{rows}"
    )


def formats() -> str:
    """Return the manual of the formats."""
    rows = "".join(
        f"| {f.name} | `.{f.suffix}` | {', '.join(f'`{m}`' for m in f.media_types)} "
        f"| {', '.join(sorted(k.value for k in f.kinds))} |\n"
        for f in FORMATS
    )
    newer = "".join(
        f"| {f.name} | `.{f.suffix}` | `{f.media_type}; version={f.version}` |\n" for f in VERSIONED
    )
    return (
        "# Formats\n\nAsk for one by `Accept`, or by adding its suffix to the address of a "
        "document. The first media type is the one that answers carry.\n\n"
        f"| format | suffix | media types | carries |\n| --- | --- | --- | --- |\n{rows}"
        "\n## RDF 1.2\n\nThings, graphs, the ontology and the catalogue can also be had with each "
        "claim as a reifier of the statement that it is about (`rdf:reifies <<( … )>>`). Only "
        "those get them who ask by name, so that readers of RDF 1.1 never do.\n\n"
        f"| format | suffix | Accept |\n| --- | --- | --- |\n{newer}"
    )


def commands() -> str:
    """Return the manual of the commands, from their own help."""
    command = typer.main.get_command(application())
    parts = ["# Commands\n\n`kizuna COMMAND --help` says the same.\n"]
    for name, sub in sorted(command.commands.items()):  # type: ignore[attr-defined]
        options = "".join(
            f"| {_flags(p)} | {(p.help or '').strip()} |\n"
            for p in sub.params
            if getattr(p, "help", None)
        )
        text = re.sub(r"\n {4}", "\n", sub.help or "").strip()
        parts.append(f"\n## kizuna {name}\n\n{text}\n")
        if options:
            parts.append(f"\n| option | meaning |\n| --- | --- |\n{options}")
    return "".join(parts)


def _flags(parameter: object) -> str:
    names = getattr(parameter, "opts", [])
    return ", ".join(f"`{n if n.startswith('-') else n.upper()}`" for n in names)


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "checks.md": checks,
    "formats.md": formats,
    "commands.md": commands,
}


def main(arguments: list[str]) -> int:
    """Write every page, or with ``--check`` return 1 when one is out of date."""
    stale = []
    for name, page in PAGES.items():
        path = DOCS / name
        text = page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    if "--check" in arguments and stale:
        sys.stderr.write(f"out of date: {', '.join(stale)}. Run make docs.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
