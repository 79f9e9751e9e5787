"""Work beside a server, done by a process of its own so that no request waits for it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from kizuna.engine.sandbox import OWN_MODULE, deny_network, die_with_parent


async def helped(module: str, folder: Path, *more: str) -> int:
    """Return the exit status of a module that was run with a folder, and more, as arguments."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *OWN_MODULE,
        module,
        str(folder),
        *more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()  # so that nothing of it is left when the loop ends


def folder_to_help() -> Path:
    """Return the folder that the process was started with, which gives way to all others now."""
    die_with_parent()
    deny_network()
    os.nice(10)
    return Path(sys.argv[1])
