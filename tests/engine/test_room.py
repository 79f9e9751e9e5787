"""How much memory is free, in trees of files as systems have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kizuna.engine.room import free_bytes

MEMINFO = "MemTotal:       16000 kB\nMemFree:        1000 kB\nMemAvailable:    8000 kB\n"
V1, V2 = "4:memory:/a/b\n1:cpu,cpuacct:/x\n", "0::/a/b\n"
OLD, NEW = "sys/fs/cgroup/memory", "sys/fs/cgroup"
UNLIMITED = "9223372036854771712"  # what v1 says where there is no limit

# fmt: off
SYSTEMS = [
    # files of the system                                                    bytes that are free
    ({},                                                                     None),
    ({"proc/meminfo": "MemTotal: 1 kB\n"},                                   None),
    ({"proc/meminfo": MEMINFO},                                              8_192_000),
    ({"proc/meminfo": MEMINFO, "proc/self/cgroup": V2},                      8_192_000),  # nothing mounted
    ({"proc/meminfo": MEMINFO, "proc/self/cgroup": V2,
      f"{NEW}/a/b/memory.max": "max\n", f"{NEW}/a/b/memory.current": "5\n"}, 8_192_000),
    ({"proc/meminfo": MEMINFO, "proc/self/cgroup": V2,
      f"{NEW}/a/b/memory.max": "700\n", f"{NEW}/a/b/memory.current": "600\n"}, 100),
    ({"proc/meminfo": MEMINFO, "proc/self/cgroup": V2,                                    # files in the cache
      f"{NEW}/a/b/memory.max": "700\n", f"{NEW}/a/b/memory.current": "600\n",
      f"{NEW}/a/b/memory.stat": "anon 50\ninactive_file 500\n"},             600),
    ({"proc/meminfo": MEMINFO, "proc/self/cgroup": V2,                                    # the parent has less
      f"{NEW}/a/b/memory.max": "700\n", f"{NEW}/a/b/memory.current": "6\n",
      f"{NEW}/a/memory.max": "650\n", f"{NEW}/a/memory.current": "640\n"},   10),
    ({"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/../x\n",                          # a container sees its own
      f"{NEW}/memory.max": "700\n", f"{NEW}/memory.current": "800\n"},       0),
    ({"proc/meminfo": MEMINFO, "proc/self/cgroup": V1,
      f"{OLD}/a/b/memory.limit_in_bytes": UNLIMITED,
      f"{OLD}/a/b/memory.usage_in_bytes": "5\n"},                            8_192_000),
    ({"proc/meminfo": MEMINFO, "proc/self/cgroup": V1,                                    # docker, v1
      f"{OLD}/memory.limit_in_bytes": "900\n", f"{OLD}/memory.usage_in_bytes": "700\n",
      f"{OLD}/memory.stat": "cache 1\ntotal_inactive_file 50\n"},            250),
]
# fmt: on


@pytest.mark.parametrize(("files", "free"), SYSTEMS)
def test_free(tmp_path: Path, files: dict[str, str], free: int | None) -> None:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert free_bytes(tmp_path) == free


def test_this_machine_has_some() -> None:
    free = free_bytes()
    assert free is None or free > 0
