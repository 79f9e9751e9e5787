from __future__ import annotations

from pathlib import Path

import pytest

from kizuna.engine import LaneLimits, Limits
from kizuna.errors import SettingsError
from kizuna.settings import SETTINGS, load_settings

BASE = 'base = "https://example.org/"\n'


def write(folder: Path, text: str) -> Path:
    (folder / "kizuna.toml").write_text(BASE + text, encoding="utf-8")
    return folder


def test_the_defaults_are_those_of_the_engine(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, ""), {})
    assert settings.limits == Limits()
    assert settings.lanes == LaneLimits()


def test_every_limit_is_a_setting(tmp_path: Path) -> None:
    text = (
        "query_seconds = 1.5\nquery_kb = 2\nquery_depth = 3\nquery_memory_mb = 4\nanswer_mb = 5\n"
    )
    text += "light = 6\nheavy = 7\nwaiting = 8\nper_client = 9\n"
    settings = load_settings(write(tmp_path, text), {"KIZUNA_HEAVY": "70"})
    assert settings.limits == Limits(1.5, 5_000_000, 4_000_000, 2_000, 3)
    lanes = settings.lanes
    assert (lanes.light, lanes.heavy, lanes.waiting, lanes.per_client) == (6, 70, 8, 9)


@pytest.mark.parametrize(
    "row", [s for s in SETTINGS if s.type in {int, float}], ids=lambda s: s.key
)
def test_numbers_that_make_no_sense(tmp_path: Path, row: object) -> None:
    key = row.key  # type: ignore[attr-defined]
    for value in ("0", "-1", "1e9", "nan", "inf", "true", '"many"'):
        with pytest.raises(SettingsError, match=key) as caught:
            load_settings(write(tmp_path, f"{key} = {value}\n"), {})
        assert "kizuna.toml:2" in str(caught.value)
    with pytest.raises(SettingsError, match="KIZUNA"):
        load_settings(write(tmp_path, ""), {row.env: "many"})  # type: ignore[attr-defined]


def test_every_row_has_an_example_that_works(tmp_path: Path) -> None:
    for row in SETTINGS:
        if row.key != "base":
            load_settings(write(tmp_path, row.example + "\n"), {})
