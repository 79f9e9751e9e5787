"""What an update would load: asked of the process that writes, since no time is known to be enough.

A text of some megabytes can keep whoever reads its tokens for minutes, and only a process can be
ended.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import islice

from kizuna.engine.updates import sources

MOST_SOURCES = 10


@dataclass(frozen=True, slots=True)
class Loads:
    """The question which addresses an update loads from, of those with certain beginnings."""

    load_from: tuple[str, ...]

    def encode(self) -> bytes:
        """Return the question as JSON."""
        return json.dumps(asdict(self)).encode()

    def in_text(self, text: bytes) -> dict[str, bool]:
        """Return the first such addresses in ``text``, and whether all that load it are SILENT."""
        found = sources(text.decode("utf-8", "replace"))
        allowed = ((a, silent) for a, silent in found.items() if self._allow(a))
        return dict(islice(allowed, MOST_SOURCES))

    def _allow(self, address: str) -> bool:
        """Tell whether an address lies at or below a beginning: hosts are compared whole."""
        return any(
            address == beginning or address.startswith(beginning.rstrip("/") + "/")
            for beginning in self.load_from
        )
