"""The colours of pictures: once for files of their own, whose style nothing else gives.

``static/style.css`` has the same classes for pictures in pages, with the variables of the site; a
test holds both to the same classes.
"""

from __future__ import annotations

LIGHT = {
    "paper": "#fbfaf6",
    "card": "#ffffff",
    "ink": "#1e222b",
    "quiet": "#565d6b",
    "line": "#ddd8cc",
    "indigo": "#27477f",
    "red": "#b03a23",
    "moss": "#4a6a2c",
    "ochre": "#8a6410",
    "plum": "#7a3b78",
    "slate": "#565d6b",
    "sea": "#e9eef1",
    "land": "#f7f3e8",
    "shore": "#c3bba6",
}
DARK = {
    "paper": "#14171d",
    "card": "#1b1f27",
    "ink": "#e8e5dd",
    "quiet": "#a9b0bd",
    "line": "#333a46",
    "indigo": "#8fb2f0",
    "red": "#ff9379",
    "moss": "#a9cf85",
    "ochre": "#e3b95c",
    "plum": "#dba3d8",
    "slate": "#a9b0bd",
    "sea": "#1a212b",
    "land": "#2b313b",
    "shore": "#4f5968",
}
COLOURS = ("indigo", "red", "moss", "ochre", "plum", "slate")
"""The colours that tell kinds of things apart, in the order in which they are given out."""

FAMILY = '"Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "DejaVu Sans", Arial, sans-serif'

RULES = {
    ".picture": "font:13px {family}",
    ".paper": "fill:{paper}",
    ".picture text": "fill:{ink}",
    ".picture .quiet": "fill:{quiet};font-size:11.5px",
    ".picture .inside": "font-size:12px",
    ".picture .strong": "font-weight:bold",
    ".picture .over": "paint-order:stroke;stroke:{land};stroke-width:4px;stroke-linejoin:round",
    ".picture .paper-over": "stroke:{paper}",
    ".picture .centre": "fill:{card};stroke:{indigo};stroke-width:1.6px",
    ".picture .country": "letter-spacing:.06em",
    ".picture .rule": "stroke:{line};stroke-width:1px;fill:none",
    ".picture .band": "fill:{card}",
    ".picture .sea": "fill:{sea}",
    ".picture .land": "fill:{land};stroke:{shore};stroke-width:.7px;stroke-linejoin:round",
    ".picture .scale": "fill:none;stroke:{quiet};stroke-width:1.2px",
    ".picture .frame": "fill:none;stroke:{line};stroke-width:1px",
    ".picture .tie": "fill:none;stroke:{red};stroke-opacity:.8;stroke-linecap:round",
    ".picture .edge": "fill:none;stroke:{quiet};stroke-width:1.2px;stroke-opacity:.55",
    ".picture .arrow": "fill:{quiet}",
    ".picture .vague": "stroke-dasharray:4 3",
    ".picture .mark": "fill:currentColor;stroke:currentColor;stroke-width:1.8px",
    ".picture .line": "fill:none;stroke:currentColor;stroke-width:1.8px",
    ".picture .range": "fill-opacity:.28",
    ".picture .hollow": "fill:{card}",
    ".picture .dot": "stroke:{card};stroke-width:1.2px",
    ".picture .ring": "fill:{card}",
}


def _rules(colours: dict[str, str]) -> str:
    values = {**colours, "family": FAMILY}
    lines = [f"{selector}{{{body.format(**values)}}}" for selector, body in RULES.items()]
    return "\n".join(lines + [f".picture .{name}{{color:{colours[name]}}}" for name in COLOURS])


FILE_STYLE = f"\n{_rules(LIGHT)}\n@media (prefers-color-scheme:dark){{\n{_rules(DARK)}\n}}\n"
