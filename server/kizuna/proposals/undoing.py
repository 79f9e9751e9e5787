"""The files that decisions change, as they were, so that a bad session can be undone whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kizuna.project import Role
from kizuna.proposals.claims import REJECTED
from kizuna.proposals.protocol import FOLDER

_FOLDERS = (Path(Role.DATA.value), FOLDER, REJECTED)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The Turtle files of data and proposals at one moment."""

    root: Path
    files: dict[Path, bytes]

    @classmethod
    def of(cls, root: Path) -> Snapshot:
        """Return the files of the project in ``root`` as they are now. Raises OSError."""
        return cls(root, {path: path.read_bytes() for path in _files(root)})

    def restore(self) -> None:
        """Bring the files back to what they were. Raises OSError."""
        for path in _files(self.root):
            if path not in self.files:
                path.unlink()
        for path, data in self.files.items():
            if not path.exists() or path.read_bytes() != data:
                path.write_bytes(data)


def _files(root: Path) -> list[Path]:
    return [path for folder in _FOLDERS for path in sorted((root / folder).glob("*.ttl"))]
