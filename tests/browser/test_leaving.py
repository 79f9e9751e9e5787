"""A browser that was closed leaves nothing behind that tests after it would meet."""

from __future__ import annotations

import asyncio

import pytest

from browsing import chromium


def test_no_event_loop_is_left() -> None:
    async def two() -> int:
        return 2

    with chromium(), pytest.raises(RuntimeError, match="running event loop"):
        coroutine = two()
        try:
            asyncio.run(coroutine)
        finally:
            coroutine.close()
    assert asyncio.run(two()) == 2
