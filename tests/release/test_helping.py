"""Work in a process of its own: its end is told, and it never outlives who asked for it."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from kizuna.release.helping import helped

MODULE = """
import sys, time
from pathlib import Path

folder = Path(sys.argv[1])
(folder / "begun").touch()
time.sleep(float((folder / "seconds").read_text()))
sys.exit(3)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "helper_of_tests.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_the_exit_status_is_told(folder: Path) -> None:
    (folder / "seconds").write_text("0", encoding="utf-8")
    assert asyncio.run(helped("helper_of_tests", folder)) == 3


def test_it_ends_with_who_asked_for_it(folder: Path) -> None:
    (folder / "seconds").write_text("60", encoding="utf-8")

    async def leave() -> None:
        asking = asyncio.create_task(helped("helper_of_tests", folder))
        while not (folder / "begun").exists():
            await asyncio.sleep(0.02)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(leave())
    gc.collect()  # a process that still runs would complain here, which fails the test
