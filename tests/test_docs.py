"""What people read about the program is true."""

from __future__ import annotations

import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest
import typer

from kizuna.cli import application
from kizuna.serving import HOOK_TOKEN, TOKEN
from kizuna.settings import SETTINGS
from support import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("docs/*.md")})
COMMANDS = typer.main.get_command(application()).commands  # type: ignore[attr-defined]
CONSOLE = [
    line.partition("#")[0].strip()
    for page in PAGES
    for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    for line in block.splitlines()
]


def test_generated_pages_are_up_to_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(ROOT / "docs" / "generate.py"), run_name="__main__")
    assert end.value.code == 0, capsys.readouterr().err


KIZUNA = sorted({line for line in CONSOLE if line.startswith("kizuna ")})
MAKE = sorted({line for line in CONSOLE if line.startswith("make ")})


@pytest.mark.parametrize("line", KIZUNA)
def test_commands_exist(line: str) -> None:
    words = shlex.split(line.partition(">")[0])
    command = COMMANDS[words[1]]
    known = {option for p in command.params for option in p.opts}
    assert {w for w in words if w.startswith("-") and w != "-"} <= known


@pytest.mark.parametrize("line", MAKE)
def test_targets_exist(line: str) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert line.split()[1] in targets


def test_commands_were_found() -> None:
    assert len(KIZUNA) >= 4
    assert len(MAKE) >= 2


def test_the_map_names_what_is_there() -> None:
    (block,) = re.findall(r"## Map\n+```\n(.*?)```", README, re.DOTALL)
    folders: list[str] = []
    for line in block.splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 4
        folders[depth:] = [name]
        path = ROOT.joinpath(*folders)
        assert path.exists(), path
        assert path.is_dir() == name.endswith("/")
    for package in (ROOT / "server" / "kizuna").iterdir():
        if (package / "__init__.py").exists():
            assert f"    {package.name}/ " in block


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


SECRETS = {
    TOKEN,
    HOOK_TOKEN,
    "KIZUNA_ENGINE_TOKEN",
    "KIZUNA_ENGINE_USER",
    "KIZUNA_ENGINE_PASSWORD",
    "KIZUNA_MODEL_KEY",
}


def test_every_setting_that_the_pages_name_exists() -> None:
    known = {row.env for row in SETTINGS} | SECRETS
    for page in PAGES:
        named = set(re.findall(r"\bKIZUNA_[A-Z_]+\b", page.read_text(encoding="utf-8")))
        assert named <= known, page
