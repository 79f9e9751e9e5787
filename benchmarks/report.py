"""The figures as tables for people (Markdown) and as JSON for programs."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from timing import Times

KIZUNA, FLOOR = "kizuna", "in-process, memory"
ALLOWED_FACTOR, ALLOWED_MS = 1.15, 2.0


def queries(table: Sequence[Times]) -> dict[str, Any]:
    """Return the medians in milliseconds with what follows from them."""
    names = list(dict.fromkeys(name for times in table for name in times.seconds))
    rows = []
    for times in table:
        medians = {name: times.median(name) for name in names}
        rows.append(
            {
                "query": times.query,
                "ms": medians,
                "rows": times.rows,
                "failures": times.failures,
                "same_rows": len(set(times.rows.values())) <= 1,
            }
        )
    return {"systems": names, "rows": rows, "summary": _summary(rows, names)}


def _summary(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    within = [r["query"] for r in rows if _mine(r) <= _allowed(r["ms"])]
    summary: dict[str, Any] = {
        "cold within 1.15 x engine in memory + 2 ms": f"{len(within)} of {len(rows)}",
        "not within": [r["query"] for r in rows if r["query"] not in within],
    }
    for name in names:
        if name.startswith((KIZUNA, "in-process")):
            continue
        times = [(_mine(r), r["ms"][name]) for r in rows]
        faster = sum(other is None or mine < other for mine, other in times)
        ratios = [other / mine for mine, other in times if other is not None]
        summary[f"cold faster than {name}"] = f"{faster} of {len(rows)}"
        summary[f"median of {name} / kizuna cold"] = round(statistics.median(ratios), 2)
        summary[f"slower than {name}"] = [
            r["query"] for r in rows if r["ms"][name] is not None and r["ms"][name] <= _mine(r)
        ]
    return summary


def _mine(row: Mapping[str, Any]) -> float:
    """Return kizuna's cold median; no answer takes forever."""
    found = row["ms"][KIZUNA]
    return float("inf") if found is None else float(found)


def _allowed(medians: Mapping[str, float]) -> float:
    return ALLOWED_FACTOR * medians[FLOOR] + ALLOWED_MS


def write(figures: Mapping[str, Any], folder: Path) -> None:
    """Write ``results-<triples>.json`` and ``.md`` into ``folder``, and print the tables."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"results-{figures['triples']}"
    text = json.dumps(figures, indent=1) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
    tables = "\n".join(_tables(figures))
    (folder / f"{name}.md").write_text(tables + "\n", encoding="utf-8")
    print(tables)


def _tables(figures: Mapping[str, Any]) -> list[str]:
    lines = [f"{figures['triples']} triples; {figures['machine']}; `{figures['command']}`", ""]
    if "queries" in figures:
        lines += _query_table(figures["queries"])
    for part in ("rate", "hostile"):
        if part in figures:
            lines += ["", f"**{part}**", "", "| | |", "|---|---|"]
            lines += [f"| {key} | {value} |" for key, value in figures[part].items()]
    return lines


def _query_table(found: Mapping[str, Any]) -> list[str]:
    names = found["systems"]
    lines = [
        "| query (ms, median) | " + " | ".join(names) + " | cold ÷ engine |",
        "|---" * (len(names) + 2) + "|",
    ]
    for row in found["rows"]:
        cells = [_cell(row, name) for name in names]
        ratio = row["ms"][KIZUNA] / row["ms"][FLOOR] if row["ms"].get(KIZUNA) else float("nan")
        odd = "" if row["same_rows"] else " (rows differ)"
        lines.append(f"| {row['query']}{odd} | " + " | ".join(cells) + f" | {ratio:.2f} |")
    failures = {
        f"{r['query']}, {n}": why for r in found["rows"] for n, why in r["failures"].items()
    }
    lines += ["", *(f"- {where}: {why}" for where, why in failures.items())]
    lines += ["", "| | |", "|---|---|"]
    return lines + [f"| {key} | {value} |" for key, value in found["summary"].items()]


def _cell(row: Mapping[str, Any], name: str) -> str:
    value = row["ms"].get(name)
    if value is None:
        return "–"
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"
