"""git, as tests use it: with an author of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

_AUTHOR = ("-c", "user.name=Tests", "-c", "user.email=tests@example.org")


def git(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        ["git", "-C", str(folder), *_AUTHOR, *arguments], capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def commit(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", name)
    git(folder, "commit", "--quiet", "--message", f"Write {name}")
    return git(folder, "rev-parse", "HEAD")
