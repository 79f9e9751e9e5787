"""Connections without a network: which bytes come in which packet is certain, and so is the answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from kizuna.web import Site, create_app
from kizuna.web.connection import Connection, connections
from kizuna.web.crowd import Crowd
from kizuna.web.holder import FixedSite
from kizuna.web.hot import Hot
from kizuna.web.operation import Operation

ANSWER = re.compile(rb"HTTP/1\.1 (\d{3}) [A-Z]")


class Transport(asyncio.Transport):
    """Keeps what is written to it."""

    def __init__(self, host: str = "192.0.2.1") -> None:
        super().__init__({"peername": (host, 40_000), "sockname": ("192.0.2.2", 80)})
        self.sent = b""
        self.closing = False
        self.paused = False

    def write(self, data: Any) -> None:  # noqa: ANN401
        self.sent += b"" if self.closing else bytes(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = True

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.closing = True

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


@dataclass
class Wire:
    """A server that gets its packets from the test. Belongs to one event loop."""

    config: uvicorn.Config
    hot: Hot
    state: ServerState = field(default_factory=ServerState)

    @classmethod
    def of(cls, app: ASGIApp, hot: Hot | None = None, crowd: Crowd | None = None) -> Wire:
        hot = hot or Hot()
        made = connections(hot, crowd or Crowd())
        config = uvicorn.Config(app, http=made, log_config=None, lifespan="off")
        config.load()
        return cls(config, hot)

    @classmethod
    def of_site(cls, site: Site) -> Wire:
        hot = Hot()
        return cls.of(create_app(site, operation=Operation(FixedSite(site), hot=hot)), hot)

    def connect(self, transport: Transport) -> Connection:
        made = cast("type[Connection]", self.config.http_protocol_class)
        protocol = made(self.config, self.state, {})
        protocol.connection_made(transport)
        return protocol

    async def send(self, packets: Sequence[bytes], host: str = "192.0.2.1") -> bytes:
        """Return all that comes in answer to these packets on a connection of their own.

        Each is sent once everything before it has been worked off, as far as that can be.
        """
        transport = Transport(host)
        connection = self.connect(transport)
        for packet in packets:
            if not transport.closing:
                connection.data_received(packet)
                await self._settle(connection)
        transport.closing = True
        connection.connection_lost(None)
        await self._settle(connection)
        return transport.sent

    async def _settle(self, connection: Connection) -> None:
        """Wait until no request is worked on, but for one whose body has not come."""
        while busy := [task for task in self.state.tasks if not task.done()]:
            waits_for_body = connection.conn.their_state is h11.SEND_BODY
            done, _ = await asyncio.wait(busy, timeout=0.3 if waits_for_body else 20)
            if not done:
                return


def statuses(sent: bytes) -> list[int]:
    """Return the status of each answer."""
    return [int(status) for status in ANSWER.findall(sent)]
