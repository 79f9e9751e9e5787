"""The application on a port."""

from __future__ import annotations

import gc
import logging
import resource
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from kizuna.engine import Engine
from kizuna.errors import UnavailableError
from kizuna.keeping import Keeper, Plan
from kizuna.proposals import Place
from kizuna.release import Release, Releases, Scribe, WriteLimits
from kizuna.web.accesslog import AccessLog
from kizuna.web.app import create_app
from kizuna.web.connection import connections
from kizuna.web.crowd import MOST, Crowd
from kizuna.web.gate import Gate
from kizuna.web.holder import Prepare, SiteHolder
from kizuna.web.hot import Hot
from kizuna.web.metrics import Metrics
from kizuna.web.operation import Operation
from kizuna.web.prepared.work import prepared_beside
from kizuna.web.site import Site, open_site
from kizuna.web.turns import MOST_EACH
from kizuna.web.writing import Reviewing, Writing

SECONDS_TO_FINISH = 10
BACKLOG = 2048
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - only to be told what it means
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenTo:
    """To whom a server opens its data for writing: all who have the token, within limits.

    ``place`` is the project whose proposals they may decide, too.
    """

    token: str = field(repr=False)
    limits: WriteLimits
    validate: bool = True
    load_from: tuple[str, ...] = ()
    place: Place | None = None

    def writing(self, holder: SiteHolder) -> Writing:
        """Return how the releases of ``holder`` are written."""
        scribe = Scribe(holder.releases, self.limits, self.validate)
        reviewing = Reviewing(self.place) if self.place else None
        return Writing(holder, scribe, self.token, self.load_from, reviewing)


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a server behaves: who may write, what it logs, how long its last answers may take.

    ``proxies`` are the networks of those in front that are believed who the client is; ``plan``
    says what is kept up to date, None: nothing. ``per_client`` batches of names that are matched
    may be under way for one client. ``prepare_mb`` megabytes of answers are made ahead; 0: none.
    """

    open_to: OpenTo | None = None
    log: AccessLog | None = None
    finish_seconds: float = SECONDS_TO_FINISH
    proxies: tuple[str, ...] = ()
    plan: Plan | None = None
    per_client: int = MOST_EACH
    prepare_mb: int = 0


def serve_releases(
    releases: Releases,
    engine_for: Callable[[Release], Engine],
    queries_folder: Path,
    address: tuple[str, int] | socket.socket,
    conduct: Conduct = Conduct(),
) -> None:
    """Serve the current release, and each newer one as it comes, until the process is told to stop.

    ``address`` may be a socket that listens already. While the first release is being opened,
    requests are answered with 503. Told to stop, the server takes no new connections, lets the
    requests that run come to their end for ``finish_seconds``, then ends them.

    Raises NoRelease, ProjectError for a saved query that is none, and UnavailableError when the
    address cannot be listened on.
    """
    with ExitStack() as undo:
        listener = address
        if isinstance(listener, tuple):
            listener = undo.enter_context(listening(*listener))
        metrics, hot = Metrics(), Hot()
        open_site_of = opener(engine_for, queries_folder, metrics, conduct.per_client)

        def opened() -> tuple[FastAPI, Callable[[], None]]:
            holder = SiteHolder(releases, open_site_of, preparer(queries_folder.parent, conduct))
            writing = conduct.open_to.writing(holder) if conduct.open_to else None
            keeper = Keeper(conduct.plan) if conduct.plan else None
            app = create_app(holder, writing, Operation(holder, metrics, conduct.log, hot, keeper))
            _settle()
            _log.info("serving at http://%s/", shown(listener))
            return app, holder.close

        gate = Gate(opened, lambda: setattr(server, "should_exit", True))
        server = uvicorn.Server(_config(gate, hot, conduct))
        server.run(sockets=[listener])
        if gate.error is not None:
            raise gate.error


def preparer(project: Path, conduct: Conduct) -> Prepare | None:
    """Return what makes answers ahead of anyone asking, None where none are to be made."""
    if not conduct.prepare_mb:
        return None
    return partial(prepared_beside, project=project, megabytes=conduct.prepare_mb)


def _settle() -> None:
    """Spare the collector what lives as long as the process: its full rounds stop all requests."""
    gc.collect()
    gc.freeze()


def _config(gate: Gate, hot: Hot, conduct: Conduct) -> uvicorn.Config:
    return uvicorn.Config(
        gate,
        http=connections(hot, Crowd(_most_connections(), conduct.proxies)),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(conduct.proxies),
        forwarded_allow_ips=list(conduct.proxies),
        timeout_graceful_shutdown=ceil(conduct.finish_seconds),
    )


def _most_connections() -> int:
    """Return how many connections leave half of the files that may be open to all else."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST if files == resource.RLIM_INFINITY else min(MOST, files // 2)


def shown(listener: socket.socket) -> str:
    """Return the host and port at which a client on this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    if host in _EVERYWHERE:
        return f"localhost:{port}"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def opener(
    engine_for: Callable[[Release], Engine],
    queries_folder: Path,
    metrics: Metrics | None = None,
    per_client: int = MOST_EACH,
) -> Callable[[Release], Site]:
    """Return the function that opens a release as a site, with an engine of its own.

    What happens on it counts in ``metrics``.
    """

    def opened(release: Release) -> Site:
        with ExitStack() as undo:
            engine = engine_for(release)
            undo.callback(engine.close)
            site = open_site(release, engine, queries_folder, per_client)
            if metrics is not None:
                metrics.watch(site)
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
