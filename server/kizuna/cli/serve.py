"""``serve``: a release over HTTP."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from kizuna.building import current_or_built, current_or_last_good, last_good_with_defaults
from kizuna.cli.common import HERE, Directory, EngineOption, ReleasesOption, told
from kizuna.errors import UsageError
from kizuna.release import Releases
from kizuna.serving import (
    STANDARD_ERROR,
    Options,
    check_together,
    open_to,
    serve_bare,
    serve_project,
)
from kizuna.settings import load_settings


def serve(
    directory: Directory = HERE,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    releases: ReleasesOption = None,
    workers: Annotated[
        int | None, typer.Option(help="Queries that run at the same time (light).", min=1)
    ] = None,
    engine: EngineOption = None,
    writable: Annotated[
        bool, typer.Option("--writable", help="Open it to writes with the token in KIZUNA_TOKEN.")
    ] = False,
    validate: Annotated[
        bool, typer.Option(help="Refuse writes that would break the shapes.")
    ] = True,
    bare: Annotated[
        bool, typer.Option("--bare", help="Serve an empty store of its own, without a project.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check, build and serve the project when it changes.")
    ] = False,
    pull: Annotated[
        bool, typer.Option("--pull", help="Fetch new commits of the checkout and serve them.")
    ] = False,
    access_log: Annotated[
        str, typer.Option(help="File for a line of JSON per request; - is standard error.")
    ] = STANDARD_ERROR,
    no_access_log: Annotated[
        bool, typer.Option("--no-access-log", help="Write no access log.")
    ] = False,
    log_queries: Annotated[
        bool, typer.Option("--log-queries", help="Write the texts of queries into it, too.")
    ] = False,
) -> None:
    """Serve the current release; build it first if the project has changed.

    When the project has violations, the last good release is served and the findings are told; when
    kizuna.toml cannot be read, it is served with default settings.
    A release that is built while the server runs is taken over without dropping a request.

    With --watch, a change of the project's folder is checked, built and served, with --pull a new
    commit, looked for every pull_seconds; nothing that was changed in the checkout is touched. What
    does not pass leaves the last good release served, and /readyz and the log say why. With a
    token in KIZUNA_HOOK_TOKEN, POST /hooks/update asks for a look at once. See docs/keeping-up.md.

    With --engine, queries go to another SPARQL endpoint, into which `kizuna push` has loaded the
    release; all else is served from here. See docs/engines.md for credentials.

    With --writable, SPARQL Update and the Graph Store Protocol make new releases, which stay
    served until `kizuna build` or `kizuna rollback`. See docs/writing.md.

    Examples: `kizuna serve` · `kizuna serve --host 0.0.0.0 --port 80` ·
    `kizuna serve --watch` ·
    `KIZUNA_HOOK_TOKEN=secret kizuna serve --pull` ·
    `kizuna serve --engine http://localhost:7878/query` ·
    `KIZUNA_TOKEN=secret kizuna serve --bare --writable`
    """
    log = "" if no_access_log else access_log
    options = Options(
        (host, port), workers, engine, writable, validate, log, log_queries, watch, pull
    )
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    if bare:
        check_together(options, None)
        serve_bare(releases, options)
        return
    try:
        settings = load_settings(directory)
    except UsageError as error:
        settings, folder = last_good_with_defaults(directory, releases, error, told)
    else:
        open_to(settings, options)  # whatever is wrong with it is told before the work begins
        check_together(options, settings)
        folder = Releases(releases or settings.releases)
        start = current_or_built if options.keeps_up else current_or_last_good
        start(settings, folder, told)
    serve_project(settings, folder, directory / "queries", options)
