"""Answers from elsewhere, kept on disk, so that nothing is asked twice: not after a kill either."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kizuna.project.files import replace_text


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of answers, each in a file of its own that is whole or not there.

    Older ones than ``seconds`` count as none. Safe to use from several processes.
    """

    folder: Path
    seconds: float

    def find(self, asked: str) -> str | None:
        """Return the answer to ``asked``, None where there is none or it is too old or broken."""
        path = self._path(asked)
        with suppress(OSError, ValueError):
            if time.time() - path.stat().st_mtime <= self.seconds:
                kept = json.loads(path.read_text(encoding="utf-8"))
                if kept["asked"] == asked and isinstance(kept["answer"], str):
                    return str(kept["answer"])
        return None

    def keep(self, asked: str, answer: str) -> None:
        """Keep an answer. Raises OSError where the folder cannot be written."""
        kept = {"asked": asked, "answer": answer}
        replace_text(self._path(asked), json.dumps(kept, ensure_ascii=False))

    def _path(self, asked: str) -> Path:
        digest = hashlib.sha256(asked.encode()).hexdigest()
        return self.folder / digest[:2] / f"{digest[2:]}.json"
