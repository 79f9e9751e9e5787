"""The program is built as it was designed: small modules, one way of imports, one way of tests."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support import ROOT

PACKAGE = ROOT / "server" / "kizuna"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 350


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_is_small_and_says_what_it_is(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES
    assert lines[0].startswith(('"""', 'r"""'))


def test_imports_run_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 broken" in ran.stdout


def test_the_rules_are_those_that_the_tests_rely_on() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    rules = tools["ruff"]["lint"]
    assert {"D", "T20", "BLE", "C90", "ANN"} <= set(rules["select"])  # docstrings, print, except
    printing = [path for path, codes in rules["per-file-ignores"].items() if "T201" in codes]
    assert set(printing) <= {"server/kizuna/cli/*.py", "benchmarks/*.py", "tests/**"}
    assert tools["mypy"]["strict"] is True
    assert tools["pytest"]["ini_options"]["filterwarnings"] == ["error"]
    assert tools["importlinter"]["contracts"][0]["exhaustive"] is True


def test_modules_are_found() -> None:
    assert len(MODULES) > 60


DOMAIN = re.compile(
    r"cluster|vereinbarung|memorandum|letter of intent|cooperat|kooperation|innovation"
    r"|work together|zusammenarbeiten|jetro|bmbf|kawasaki|クラスター|協定|合意|連携",
    re.IGNORECASE,
)
"""Words of the dataset that kizuna ships with: its program serves any other as well."""
EVIDENCE = {
    "Claim", "SourceDocument", "TimeReference", "announced", "asStated", "claimedByPerson", "contentEnd", "dateText", "editorial",
    "edtf", "evaluative", "evidence", "exactly", "furniture", "identifierPattern", "inferenceRule", "inferred", "Modalities", "modality", "openQuestion",
    "planned", "qualifier", "quote", "quotePrefix", "search", "sha256", "stated", "status",
    "textFragment", "valueClass", "when", "wikidataProperty", "wikidataType",
}  # fmt: skip
"""The terms of evidence, time and links that any project may use."""
TEXTS = [
    path
    for suffix in ("py", "html", "css", "po", "toml", "ttl", "rq", "txt", "md")
    for path in sorted(PACKAGE.rglob(f"*.{suffix}"))
    if path.name != "THIRD-PARTY.txt"
]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_program_has_no_word_of_its_first_dataset(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert DOMAIN.findall(text) == []
    assert set(re.findall(r"\bkz:(\w+)", text)) <= EVIDENCE


def test_the_words_of_the_dataset_are_found_where_they_are() -> None:
    texts = (ROOT / "pages.toml").read_text(encoding="utf-8")
    assert DOMAIN.search(texts)
    assert not set(re.findall(r"\bkz:(\w+)", texts)) <= EVIDENCE
