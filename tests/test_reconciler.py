"""A client of others, ``reconciler``, matches the columns of a table with the service.

``.ci/reconciler .venv/reconciler`` sets it up, in a Python of its own.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from support import ROOT

PYTHON = ROOT / ".venv" / "reconciler" / "bin" / "python"
TABLE = {
    "name": ["Muenchen", "神戸", "Thüringens", "xyzzy", "Kawasaki"],
    "country": ["Bayern", "Japan", "Germany", "Germany", "Japan"],
}
pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="the client is not here: .ci/reconciler .venv/reconciler"
)


def test_a_column_is_matched(address: str) -> None:
    ended = subprocess.run(
        [str(PYTHON), "tests/reconciler/match.py", f"{address}/reconcile"],
        input=json.dumps(TABLE),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    things = ["place/muenchen", "place/kobe", "place/thueringen", None, "place/kawasaki"]
    for way in ("plain", "typed", "placed"):
        assert [row["id"] for row in found[way]] == things, way
        assert [row["input_value"] for row in found[way]] == TABLE["name"]
    assert [row["match"] for row in found["plain"]] == [True, True, True, False, True]
    assert [row["match"] for row in found["typed"]] == [True, True, False, False, True]
    assert found["plain"][0]["type_id"] == "schema-City"
    assert len(found["all"]) > len(TABLE["name"])
