"""What a worker process may not do, enforced by the operating system (Linux).

Queries come from strangers, and the engine would fetch ``SERVICE`` addresses for them. The guard
reads the text; this module makes sure that a text it misread still reaches no network.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import signal
import struct
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | 1  # SECCOMP_RET_ERRNO with EPERM

_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4

# Per machine: the audit architecture, and the numbers of socket and socketpair.
_MACHINES = {
    "x86_64": (0xC000003E, (41, 53)),
    "aarch64": (0xC00000B7, (198, 199)),
}


OWN_MODULE = ("-P", "-m")
"""How Python is told to run a module of ours: not one of that name in the folder in which the
server was started, which may be a project that others write to."""


def die_with_parent() -> None:
    """See that this process is killed when the one that started it ends, however that ends."""
    if platform.system() == "Linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def deny_network() -> bool:
    """Take from this process, for good, the right to open sockets; return whether it worked.

    A seccomp filter (Linux, ``seccomp(2)``) that needs no privilege: ``socket`` and ``socketpair``
    fail with EPERM. Where the kernel or the machine does not offer it, False is returned and the
    guard alone stands.
    """
    machine = _MACHINES.get(platform.machine())
    if platform.system() != "Linux" or machine is None:
        return False
    program = _program(*machine)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    filter_address = ctypes.create_string_buffer(header, len(header))
    done = libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filter_address, 0, 0)
    return bool(done == 0)


def _program(architecture: int, refused: tuple[int, ...]) -> bytes:
    """Return the BPF program: foreign architectures and the ``refused`` calls fail."""
    rows = [
        (_LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
    ]
    for left, number in zip(range(len(refused), 0, -1), refused, strict=True):
        rows.append((_JUMP_IF_EQUAL, left, 0, number))
    rows += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("HBBI", *row) for row in rows)


def cap_memory(budget: int) -> None:
    """Let the address space grow by ``budget`` bytes from here on, and write no core files."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + budget
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
