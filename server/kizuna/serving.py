"""What ``kizuna serve`` puts together: releases, engines, and who may write."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from kizuna.engine import Engine, LaneLimits, Pool
from kizuna.engine.federation import Federated
from kizuna.engine.remote import Credentials, Dataset, Remote, RemoteEngine, count
from kizuna.engine.workshop import Nursery
from kizuna.errors import KizunaError, NoRelease, UnavailableError, UsageError
from kizuna.keeping import Folder, Plan
from kizuna.release import Release, Releases, WriteLimits, empty_release
from kizuna.release.manifest import read_manifest
from kizuna.settings import Settings, bare_settings, services_of
from kizuna.settings.linking import place_of
from kizuna.web import Conduct, OpenTo, serve_releases
from kizuna.web.accesslog import AccessLog
from kizuna.web.server import listening, shown

STANDARD_ERROR = "-"
TOKEN = "KIZUNA_TOKEN"  # noqa: S105 - the name of the variable
HOOK_TOKEN = "KIZUNA_HOOK_TOKEN"  # noqa: S105 - the same
NO_LIMIT = 1_000_000
COMPARE_SECONDS = 10.0
_log = logging.getLogger(__name__)
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only below a folder that mkdtemp makes
_SPACE = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says about serving; None where it says nothing."""

    address: tuple[str, int]
    workers: int | None = None
    engine: str | None = None
    writable: bool = False
    validate: bool = True
    access_log: str = STANDARD_ERROR
    log_queries: bool = False
    watch: bool = False
    pull: bool = False

    @property
    def keeps_up(self) -> bool:
        """Whether changes of the project are taken over while it is served."""
        return self.watch or self.pull


def serve_project(settings: Settings, releases: Releases, queries: Path, options: Options) -> None:
    """Serve the current release of a project, and each newer one.

    Raises what ``serve_releases`` raises, and UsageError for ``--writable`` without a token.
    """
    end_in_order()
    lanes = replace(settings.lanes, light=options.workers or settings.light)
    plan = plan_for(settings, releases, options)
    with (
        _engines(settings, options, lanes) as engine_for,
        _conduct(settings, options, plan) as found,
    ):
        writers = found.open_to and replace(found.open_to, place=place_of(settings))
        conduct = replace(found, open_to=writers)
        serve_releases(releases, engine_for, queries, options.address, conduct)


def serve_bare(releases: Path | None, options: Options) -> None:
    """Serve an empty store, its base the address that is listened on.

    Without a folder for its releases it is gone at the end. No client has a limit of its own.

    Raises UsageError when the folder holds the releases of a project.
    """
    end_in_order()
    with listening(*options.address) as listener, _kept(releases) as folder:
        settings = bare_settings(f"http://{shown(listener)}/")
        _make_empty(folder, settings.addresses.base)
        light = options.workers or settings.light
        lanes = replace(settings.lanes, light=light, per_client=NO_LIMIT)
        with (
            _engines(settings, options, lanes) as engine_for,
            _conduct(settings, options) as found,
        ):
            conduct = replace(found, per_client=NO_LIMIT)
            serve_releases(folder, engine_for, folder.folder / "queries", listener, conduct)


@contextmanager
def _conduct(settings: Settings, options: Options, plan: Plan | None = None) -> Iterator[Conduct]:
    """Give what a server is told about writers, its log, its end, and what is kept up to date.

    Raises UnavailableError when the log's file cannot be written.
    """
    with ExitStack() as undo:
        log = None
        if options.access_log:
            stream = sys.stderr
            if options.access_log != STANDARD_ERROR:
                stream = undo.enter_context(_appended(Path(options.access_log)))
            log = AccessLog(stream, with_queries=options.log_queries)
            undo.callback(log.close)
        writers = open_to(settings, options)
        yield Conduct(
            writers,
            log,
            settings.query_seconds,
            settings.proxies,
            plan,
            settings.per_client,
            settings.prepare_mb,
        )


def _appended(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise UnavailableError(
            f"{path}: the access log cannot be written: {error.strerror}",
            hint="Name another file: --access-log FILE, or none: --no-access-log.",
        ) from error


@contextmanager
def _kept(folder: Path | None) -> Iterator[Releases]:
    """Give a folder of releases: the one that is named, or one that is removed at the end."""
    if folder is not None:
        yield Releases(folder.absolute())
        return
    space = shutil.disk_usage(_SHARED_MEMORY).free if _SHARED_MEMORY.is_dir() else 0
    where = _SHARED_MEMORY if space > _SPACE and os.access(_SHARED_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(
        prefix="kizuna-", dir=where, ignore_cleanup_errors=True
    ) as place:
        yield Releases(Path(place), durable=False)


def _make_empty(releases: Releases, base: str) -> None:
    """Make an empty release where there is none yet."""
    try:
        found = releases.current()
    except NoRelease:
        empty_release(releases, base)
        return
    if found.manifest.merged or found.manifest.base != base:
        raise UsageError(
            f"{releases.folder} holds the releases of {found.manifest.base}",
            hint="Name another folder: kizuna serve --bare --releases DIR.",
        )


def plan_for(
    settings: Settings,
    releases: Releases,
    options: Options,
    environ: Mapping[str, str] = os.environ,
) -> Plan | None:
    """Return how the project is kept up to date, None where it is not.

    What was written over HTTP stays until the project changes.
    """
    if not options.keeps_up:
        return None
    current = releases.current_id()
    written = current and read_manifest(releases.folder / current).parent
    return Plan(
        folder=Folder(settings.root, settings.documents),
        releases=releases.folder,
        watch=options.watch,
        pull=options.pull,
        pull_seconds=settings.pull_seconds,
        build_seconds=settings.build_seconds,
        token=environ.get(HOOK_TOKEN, ""),
        at_once=not written,
    )


def check_together(options: Options, settings: Settings | None) -> None:
    """Pass if keeping up goes together with all else; without settings there is no project.

    Raises UsageError where it does not.
    """
    others = {
        "--bare": (settings is None, "an empty store has no project"),
        "--writable": (options.writable, "a build would undo what was written"),
        "--engine": (
            options.engine or (settings and settings.engine),
            "only kizuna push reaches the engine",
        ),
    }
    for name, (given, why) in others.items():
        if options.keeps_up and given:
            raise UsageError(
                f"--watch and --pull do not go together with {name}: {why}",
                hint="Leave one of them out.",
            )


def end_in_order() -> None:
    """See that the process cleans up when it is told to end (SIGTERM), as it does after Ctrl-C."""

    def end(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)


@contextmanager
def _engines(
    settings: Settings, options: Options, lanes: LaneLimits
) -> Iterator[Callable[[Release], Engine]]:
    """Give the function that returns an engine for a release."""
    address = options.engine or settings.engine
    remote = Remote(address, Credentials.from_environment(os.environ)) if address else None
    nursery, services = Nursery(), services_of(settings)

    def own(release: Release) -> Engine:
        if remote is None:
            return Pool(release.store, settings.limits, lanes, nursery=nursery)
        _compare(remote, release, settings.engine_default_graph or None)
        return RemoteEngine(remote, settings.limits, lanes, _dataset(settings, release))

    def engine_for(release: Release) -> Engine:
        return Federated(own(release), services, settings.limits)

    try:
        yield engine_for
    finally:
        nursery.close()
        services.close()


def _compare(remote: Remote, release: Release, default: str | None) -> None:
    """Warn where the engine is away or holds another number of triples than the release."""
    expected = release.manifest.counts["triples"]
    try:
        found = count(remote, default, COMPARE_SECONDS)
    except KizunaError as error:
        _log.warning("%s cannot be asked now: %s", remote.shown, error.message)
        return
    if found != expected:
        _log.warning(
            "%s holds %d triples, release %s has %d: load it with kizuna push",
            remote.shown,
            found,
            release.id,
            expected,
        )


def _dataset(settings: Settings, release: Release) -> Dataset:
    """Return what an engine elsewhere must be told of a release."""
    default = settings.engine_default_graph
    return Dataset(default, tuple(release.manifest.graphs) if default else (), release.search)


def open_to(
    settings: Settings, options: Options, environ: Mapping[str, str] = os.environ
) -> OpenTo | None:
    """Return to whom the data is open for writing, None where it is not.

    Raises UsageError for ``--writable`` without a token, or with an engine elsewhere.
    """
    if not options.writable:
        return None
    token = environ.get(TOKEN, "")
    if not token:
        raise UsageError(
            "--writable needs a token, which clients then send",
            hint=f"Set it in the environment: {TOKEN}=… kizuna serve --writable",
        )
    if options.engine or settings.engine:
        raise UsageError(
            "--writable and --engine do not go together: writes would not reach the engine",
            hint="Write to the engine itself, or serve without it.",
        )
    limits = WriteLimits(
        seconds=settings.write_seconds,
        memory_bytes=settings.write_memory_mb * 1_000_000,
        body_bytes=settings.write_mb * 1_000_000,
    )
    return OpenTo(token, limits, options.validate, settings.load_from)
