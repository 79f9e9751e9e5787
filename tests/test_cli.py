"""The command as people run it: what it prints, and its exit status."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from kizuna import cli
from kizuna.checks.run import check_names
from support import ROOT, copy_bridge

KIZUNA = Path(sys.executable).with_name("kizuna")
LETTER = "data/ttl/bay-letter.ttl"
ALONE = {k: v for k, v in os.environ.items() if not k.startswith("KIZUNA_")}
"""The surroundings without settings of ours: the small project has texts of its own."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_bridge(tmp_path / "bridge")


def spoil(path: Path, old: str, new: str) -> None:
    """Replace the first ``old`` in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Return exit status, output and what was told, of a run in this process."""
    monkeypatch.setattr(sys, "argv", ["kizuna", *arguments])
    monkeypatch.delenv("KIZUNA_DOCUMENTS", raising=False)
    with pytest.raises(SystemExit) as end:
        cli.main()
    output = capsys.readouterr()
    assert "Traceback" not in output.out + output.err
    return int(end.value.code or 0), output.out, output.err


def test_check_says_that_all_is_well(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(monkeypatch, capsys, "check", str(root))
    assert (status, out.startswith("0 violations")) == (0, True)
    assert "quotes verified word for word" in out


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_check_tells_in_each_format(
    form: str, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(root / LETTER, 'kz:quote "', 'kz:quote "never said: ')
    status, out, _ = run(monkeypatch, capsys, "check", str(root), "--format", form)
    assert status == 1
    assert "quote-in-document" in out
    assert LETTER in out
    if form == "json":
        assert json.loads(out)["conforms"] is False
    if form == "sarif":
        log = json.loads(out)
        results = log["runs"][0]["results"]
        assert (log["version"], results[0]["level"]) == ("2.1.0", "error")
        assert results[0]["locations"][0]["physicalLocation"]["region"]["startLine"] > 1


def test_rules_settings_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(monkeypatch, capsys, "check", "--rules")
    assert (status, all(name in out for name in check_names())) == (0, True)
    status, out, _ = run(monkeypatch, capsys, "settings")
    assert (status, "base (must be given)" in out) == (0, True)
    status, out, _ = run(monkeypatch, capsys, "--version")
    assert (status, out.startswith("kizuna ")) == (0, True)


def test_build(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(monkeypatch, capsys, "build", str(root), "--json")
    built = json.loads(out)
    assert (status, (root / "releases" / "current").readlink().name) == (0, built["id"])
    spoil(root / LETTER, "kz:Claim ;", "kz:Claim")
    status, _, err = run(monkeypatch, capsys, "build", str(root))
    assert (status, "no release was built" in err) == (1, True)
    assert (root / "releases" / "current").readlink().name == built["id"]


BROKEN = [
    # what is broken            exit  what is told
    ("no project",              2,    "there is no kizuna.toml"),
    ("unknown key",             2,    "kizuna.toml:3: unknown setting 'lanugages'"),
    ("wrong type",              2,    "workers is 'many', but must be a whole number"),
    ("base that is no IRI",     2,    "is no absolute http or https IRI"),
    ("missing folder",          2,    "there is no such folder"),
    ("lock that is none",       2,    "is no lock of kizuna"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "status", "told"), BROKEN, ids=[row[0] for row in BROKEN])
def test_what_is_broken_is_told(
    what: str,
    status: int,
    told: str,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    toml = root / "kizuna.toml"
    base = 'base = "https://w3id.org/kizuna/"\n'
    if what == "no project":
        toml.unlink()
    elif what == "missing folder":
        (root / "shapes").rename(root / "forms")
    elif what == "lock that is none":
        (root / "data/documents.lock").write_text("[]", encoding="utf-8")
    else:
        lines = {
            "unknown key": f'{base}\nlanugages = ["en"]\n',
            "wrong type": f'{base}workers = "many"\n',
            "base that is no IRI": 'base = "kizuna"\n',
        }
        toml.write_text(lines[what], encoding="utf-8")
    found, _, err = run(monkeypatch, capsys, "check", str(root))
    assert (found, told in err) == (status, True), err


def test_a_port_in_use(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [KIZUNA, "serve", str(root), "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=ALONE,
        )
    assert ended.returncode == 3
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("broken", ["data", "folder", "nothing"])
def test_the_last_good_release_is_served(broken: str, root: Path) -> None:
    subprocess.run(
        [KIZUNA, "build", str(root)], check=True, capture_output=True, timeout=60, env=ALONE
    )
    if broken == "data":
        spoil(root / LETTER, "kz:Claim ;", "kz:Claim")
    elif broken == "folder":
        (root / "shapes").rename(root / "forms")
    with subprocess.Popen(
        [KIZUNA, "serve", str(root), "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=ALONE | {"PYTHONUNBUFFERED": "1"},
    ) as server:
        try:
            told, port = "", None
            end = time.monotonic() + 60
            while port is None and time.monotonic() < end and server.stderr is not None:
                told += server.stderr.readline()
                port = re.search(r"serving at http://127\.0\.0\.1:(\d+)/", told)
            assert port is not None, told
            with urllib.request.urlopen(f"http://127.0.0.1:{port[1]}/healthz") as answer:
                assert answer.status == 200
            assert ("Serving the last good release" in told) is (broken != "nothing")
        finally:
            server.terminate()
            server.communicate(timeout=30)


def test_generated_manuals_are_up_to_date() -> None:
    subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"], check=True, timeout=60
    )


def test_the_readme_names_what_there_is() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in re.findall(r"^kizuna (\w+)(?:$| {4})", text, re.MULTILINE):
        assert f"## kizuna {command}" in (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", text, re.MULTILINE):
        assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in re.findall(r"\]\(((?!http)[^)]+)\)", text):
        assert (ROOT / path).exists(), path


def test_no_module_is_long() -> None:
    modules = (ROOT / "server" / "kizuna").rglob("*.py")
    long = {p.name: n for p in modules if (n := p.read_text(encoding="utf-8").count("\n")) > 350}
    assert long == {}
