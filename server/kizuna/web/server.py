"""The application on a port."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from kizuna.engine import Engine
from kizuna.errors import UnavailableError
from kizuna.release import Release, Releases, Scribe, WriteLimits
from kizuna.web.app import create_app
from kizuna.web.holder import SiteHolder
from kizuna.web.site import Site, open_site
from kizuna.web.writing import Writing

SECONDS_TO_FINISH = 10
BACKLOG = 2048
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - only to be told what it means
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenTo:
    """To whom a server opens its data for writing: all who have the token, within limits."""

    token: str = field(repr=False)
    limits: WriteLimits
    validate: bool = True
    load_from: tuple[str, ...] = ()

    def writing(self, holder: SiteHolder) -> Writing:
        """Return how the releases of ``holder`` are written."""
        scribe = Scribe(holder.releases, self.limits, self.validate)
        return Writing(holder, scribe, self.token, self.load_from)


def serve_releases(
    releases: Releases,
    engine_for: Callable[[Release], Engine],
    queries_folder: Path,
    address: tuple[str, int] | socket.socket,
    open_to: OpenTo | None = None,
) -> None:
    """Serve the current release, and each newer one as it comes, until the process is told to stop.

    ``address`` may be a socket that listens already. Those to whom ``open_to`` opens may write.

    Raises NoRelease, ProjectError for a saved query that is none, and UnavailableError when the
    address cannot be listened on.
    """
    with ExitStack() as undo:
        listener = address
        if isinstance(listener, tuple):
            listener = undo.enter_context(listening(*listener))
        holder = SiteHolder(releases, opener(engine_for, queries_folder))
        undo.callback(holder.close)
        writing = open_to.writing(holder) if open_to else None
        config = uvicorn.Config(
            create_app(holder, writing),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )
        _log.info("serving at http://%s/", shown(listener))
        uvicorn.Server(config).run(sockets=[listener])


def shown(listener: socket.socket) -> str:
    """Return the host and port at which a client on this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    if host in _EVERYWHERE:
        return f"localhost:{port}"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def opener(
    engine_for: Callable[[Release], Engine], queries_folder: Path
) -> Callable[[Release], Site]:
    """Return the function that opens a release as a site, with an engine of its own."""

    def opened(release: Release) -> Site:
        with ExitStack() as undo:
            engine = engine_for(release)
            undo.callback(engine.close)
            site = open_site(release, engine, queries_folder)
            undo.pop_all()
            return site

    return opened


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``host`` and ``port``; port 0 means any free one.

    Raises UnavailableError when the port is in use or not permitted, or the host is none of ours.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise UnavailableError(
            f"cannot listen on {host}:{port}: {error.strerror or error}",
            hint="Stop what runs there, or choose another port: kizuna serve --port 8001.",
        ) from error
    # Accepted sockets inherit it; asyncio would set it only on sockets that name their protocol.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
