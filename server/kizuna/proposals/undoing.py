"""What a session of decisions has written, so that it alone can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kizuna.project import Role
from kizuna.proposals.claims import REJECTED
from kizuna.proposals.protocol import FOLDER

_FOLDERS = (Path(Role.DATA.value), FOLDER, REJECTED)
Files = dict[Path, bytes]


@dataclass(slots=True)
class Journal:
    """The Turtle files of data and proposals that a session changes, as they were and became.

    What somebody else has changed since is theirs: it is never brought back.
    """

    root: Path
    _before: dict[Path, bytes | None] = field(default_factory=dict)
    _after: dict[Path, bytes | None] = field(default_factory=dict)
    _shared: set[Path] = field(default_factory=set)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what is written meanwhile. Raises OSError where a file cannot be read."""
        was = _files(self.root)
        try:
            yield
        finally:
            now = _files(self.root)
            for path in was.keys() | now.keys():
                if was.get(path) != now.get(path):
                    self._note(path, was.get(path), now.get(path))

    def _note(self, path: Path, was: bytes | None, now: bytes | None) -> None:
        if path in self._after and self._after[path] != was:
            self._shared.add(path)
        self._before.setdefault(path, was)
        self._after[path] = now

    def undo(self) -> list[Path]:
        """Bring back what the session has changed; return the files that others changed as well.

        These stay as they are. Raises OSError.
        """
        now = _files(self.root)
        left = []
        for path, before in self._before.items():
            if path in self._shared or now.get(path) != self._after[path]:
                left.append(path)
            elif before is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(before)
        return sorted(left)


def _files(root: Path) -> Files:
    found = (path for folder in _FOLDERS for path in sorted((root / folder).glob("*.ttl")))
    return {path: path.read_bytes() for path in found}
