"""How much memory this process may still take, as the machine and its control groups say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")
# Control groups v2 and v1: where they are mounted, what each file of one is called.
_VERSIONS = (
    ("", "sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    (
        "memory",
        "sys/fs/cgroup/memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
)


def free_bytes(root: Path = ROOT) -> int | None:
    """Return how many bytes are free, None where nothing says so.

    The least of what the machine has (proc_meminfo(5), MemAvailable), and what the groups of this
    process may still take (cgroups(7)); files that were read and can be forgotten count as free.
    """
    kilobytes = _numbers(root / "proc/meminfo").get("MemAvailable")
    machine = [] if kilobytes is None else [1024 * kilobytes]
    return min((*machine, *_left_to_groups(root)), default=None)


def _left_to_groups(root: Path) -> Iterator[int]:
    """Yield what each group that has a limit may still take."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for controller, mount, limit, usage, forgettable in _VERSIONS:
            if controller not in controllers.split(","):
                continue
            group = root / mount / path.lstrip("/")
            for folder in (group, *group.parents):  # in a container, it may be all of the mount
                most, used = _text(folder / limit).strip(), _text(folder / usage).strip()
                if most.isdigit() and used.isdigit():
                    cached = _numbers(folder / "memory.stat").get(forgettable, 0)
                    yield max(0, int(most) - int(used) + cached)


def _numbers(path: Path) -> dict[str, int]:
    """Return the numbers of a file that has one on each line, after a name."""
    rows = (line.replace(":", " ").split() for line in _text(path).splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}


def _text(path: Path) -> str:
    """Return what a file of the system says, nothing if there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
