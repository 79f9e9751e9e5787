"""JSON that stands in a page."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ESCAPED = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def embedded_json(data: Any) -> Markup:  # noqa: ANN401 - JSON
    r"""Return JSON that may stand in a ``script`` element: no character in it can end that.

    >>> print(embedded_json({"a": "</script>"}))
    {"a":"\u003c/script\u003e"}
    """
    text = _written(data)
    for character, escaped in _ESCAPED.items():
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704 - nothing in it is markup any more
