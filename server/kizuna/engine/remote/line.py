"""Connections of HTTP that can be cut while another thread waits for them."""

from __future__ import annotations

import socket
import ssl
import struct
import urllib.request
from contextlib import suppress
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection

_AT_ONCE = struct.pack("ii", 1, 0)
"""Closing resets the connection, so that a server that is sending notices (socket(7))."""


class Line:
    """The connections of one request, which another thread may cut at any moment."""

    def __init__(self) -> None:
        self.is_cut = False
        self._sockets: list[socket.socket] = []

    def connect(
        self, address: tuple[str, int], timeout: float | None, source: tuple[str, int] | None = None
    ) -> socket.socket:
        """Return a connection to a host and port, as ``socket.create_connection`` does."""
        return socket.create_connection(address, timeout, source)

    def opened(self, connection: socket.socket) -> None:
        """Take note of a connection. Raises ConnectionAbortedError when the line is cut already."""
        self._sockets.append(connection)
        if self.is_cut:
            self.cut()
            raise ConnectionAbortedError("the request was given up")

    def cut(self) -> None:
        """End all connections; whoever reads from one wakes up with an error."""
        self.is_cut = True
        for connection in self._sockets:
            with suppress(OSError):  # TLS has no part in it: the other thread may be inside
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class PlainHandler(urllib.request.HTTPHandler):
    """Opens connections of http on a line."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line

    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        """Send a request; return the answer's head."""
        return self.do_open(partial(_Plain, line=self.line), req)


class SecureHandler(urllib.request.HTTPSHandler):
    """Opens connections of https on a line."""

    def __init__(self, line: Line, tls: ssl.SSLContext) -> None:
        super().__init__(context=tls)
        self.line = line
        self.tls = tls

    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        """Send a request; return the answer's head."""
        return self.do_open(partial(_Secure, line=self.line, context=self.tls), req)


class _Plain(HTTPConnection):
    def __init__(self, host: str, *, line: Line, timeout: float | None = None) -> None:
        super().__init__(host, timeout=timeout)
        self._create_connection = line.connect
        self.line = line

    def connect(self) -> None:
        super().connect()
        self.line.opened(self.sock)


class _Secure(HTTPSConnection):
    def __init__(
        self, host: str, *, line: Line, context: ssl.SSLContext, timeout: float | None = None
    ) -> None:
        super().__init__(host, timeout=timeout, context=context)
        self._create_connection = line.connect
        self.line = line

    def connect(self) -> None:
        super().connect()
        self.line.opened(self.sock)
