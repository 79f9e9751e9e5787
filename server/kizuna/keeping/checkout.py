"""The checkout of a project brought up to date by git, without touching what was changed in it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from kizuna.keeping.process import run_apart
from kizuna.keeping.trouble import Reason, Trouble

SECONDS = 120.0
"""For each step; a first fetch of a large history belongs to git clone."""
_UPSTREAM = "@{upstream}"
_STEPS = {
    ("rev-parse", "--verify", "--quiet", _UPSTREAM): (
        "this is no checkout of a branch that follows another one. git clone makes one; "
        "git branch --set-upstream-to names the other one."
    ),
    ("fetch", "--quiet", "--no-recurse-submodules"): "nothing could be fetched. It is tried again.",
    ("merge", "--ff-only", "--quiet", "--no-edit", _UPSTREAM): (
        "the checkout cannot be moved forward, and is left as it is. Look at it with git status: "
        "changes of its own belong into a commit elsewhere."
    ),
}
"""What git is told, one after the other, and what is told where it says no."""
_MISLEADING = ("KIZUNA_", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
_SECRET = re.compile(r"(?<=://)[^/@\s]*@")


async def pull(root: Path) -> Trouble | None:
    """Fetch and move the checkout in ``root`` forward; return what kept git from it.

    Only a fast-forward is made, and none over files that were changed: git refuses both.
    """
    for arguments, advice in _STEPS.items():
        told = await _said(root, arguments)
        if told is not None:
            return Trouble(Reason.PULL, f"{root}: {advice}{told and f' git says: {told}'}")
    return None


async def _said(root: Path, arguments: tuple[str, ...]) -> str | None:
    """Return what git says where a step fails, None where it does not."""
    try:
        ended = await run_apart(["git", "-C", str(root), *arguments], SECONDS, surroundings())
    except TimeoutError:
        return f"nothing for {SECONDS:g} seconds"
    except OSError as error:
        return f"git cannot be started: {error.strerror}"
    return _SECRET.sub("", ended.messages) if ended.status else None


def surroundings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of git: it asks nobody for a password, and has none of ours.

    >>> sorted(surroundings({"KIZUNA_TOKEN": "secret", "HOME": "/root"}))
    ['GIT_SSH_COMMAND', 'GIT_TERMINAL_PROMPT', 'HOME', 'LC_ALL']
    """
    kept = {name: value for name, value in environ.items() if not name.startswith(_MISLEADING)}
    asks_nobody = {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"} | kept
    return asks_nobody | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
