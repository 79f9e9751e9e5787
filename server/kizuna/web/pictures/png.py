"""Drawings as PNG, for where SVG is not read."""

from __future__ import annotations

import resvg_py

from kizuna.web.pictures.svg import Drawing

SCALE = 2.0
MOST_PIXELS = 6_000_000
"""A larger picture is drawn smaller, so that no drawing takes more memory than this allows."""


def png_of(drawing: Drawing) -> bytes:
    """Return a drawing as PNG, light, with twice as many pixels each way as it has units.

    Fonts are those of the system; Japanese needs one that has it, such as Noto Sans CJK.
    """
    area = drawing.width * drawing.height
    scale = min(SCALE, (MOST_PIXELS / area) ** 0.5)
    return resvg_py.svg_to_bytes(
        svg_string=drawing.file(), width=max(1, int(drawing.width * scale))
    )
