"""``query``: a question to the current release or to any endpoint."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.common import HERE, Directory, ReleasesOption, say, told
from kizuna.engine import Engine, LaneLimits, Limits, Pool, Query
from kizuna.engine.federation import Federated
from kizuna.engine.remote import Credentials, Remote, RemoteEngine
from kizuna.engine.tokens import prefixes as declared
from kizuna.engine.tokens import tokens
from kizuna.errors import BadQuery, UsageError
from kizuna.formats import Format, Kind
from kizuna.querying import (
    TABLE,
    Asker,
    ask,
    pointed,
    query_source,
    shown_rows,
    shown_truth,
    term_of,
    wanted_formats,
    with_prefixes,
)
from kizuna.querying.asking import Sink
from kizuna.release import Releases
from kizuna.settings import load_settings, services_of
from kizuna.vocabulary import PREFIXES

NO_LIMIT = 1_000_000_000
_LANES = LaneLimits(light=1, heavy=1)


def query(
    question: Annotated[
        str,
        typer.Argument(
            metavar="FILE|NAME|TEXT|-",
            help="A file, a saved query's name, the query itself, or - for standard input.",
            show_default=False,
        ),
    ],
    directory: Directory = HERE,
    endpoint: Annotated[
        str, typer.Option(help="Ask this SPARQL endpoint instead.", show_default=False)
    ] = "",
    form: Annotated[
        str,
        typer.Option(
            "--format", "-f", help="table, csv, tsv, json, xml, ttl, jsonld, nt, rdf, trig, nq."
        ),
    ] = "",
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", help="name=value: give a variable a value; may be repeated."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="Seconds that the query may take.", min=0.001, show_default="any")
    ] = NO_LIMIT,
    releases: ReleasesOption = None,
) -> None:
    """Ask a query of the current release, or of any SPARQL endpoint.

    Prefixes of the release need no declaration. People get a table, with names shortened by them;
    where the output goes into a file or a program it is CSV, and Turtle for graphs. A value of
    --param is a term as in Turtle (names with the prefixes of the release or the query), an http
    address, or else a plain text.

    The query runs in a process of its own: Ctrl-C ends it and leaves nothing behind. Exit status:
    0 answered, 2 no query or wrong usage, 3 no answer (too long, too large, no release).

    Examples: `kizuna query letters` · `kizuna query 'ASK { ?s ?p "Lindenau"@en }'` ·
    `kizuna query question.rq --param thing=letter:first --format json` ·
    `kizuna query - --endpoint https://query.wikidata.org/sparql < question.rq`
    """
    source = query_source(question, directory / "queries")
    wanted = wanted_formats(form, terminal=sys.stdout.isatty())
    asked = _there(endpoint, seconds) if endpoint else _here(directory, releases, seconds)
    known = {**PREFIXES, **asked.prefixes, **declared(list(tokens(source.text)))}
    source = with_prefixes(source, known)
    values = dict(_value(given, known) for given in param or ())
    output = _Output(known, raw=form not in {"", TABLE}, table=form == TABLE or sys.stdout.isatty())
    began = time.monotonic()
    with told.status("asking") as status:
        output.before = status.stop
        asker = Asker(asked.engine, lambda passed: status.update(f"asking, {passed:.0f} s"))
        try:
            ask(asker, Query(source.text, asked.base, bindings=values), wanted, output.begin)
        except BadQuery as error:
            status.stop()
            told.print(f"kizuna: {pointed(source, error)}")
            raise typer.Exit(error.exit_code) from error
    output.end(time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is asked, what relative IRIs mean there, and the prefixes known there."""

    engine: Callable[[], Engine]
    base: str
    prefixes: dict[str, str]


def _here(directory: Path, named: Path | None, seconds: float) -> _Asked:
    """Return the current release, in processes that may be killed."""
    settings = load_settings(directory)
    release = Releases(named or settings.releases).current()
    limits = replace(settings.limits, seconds=seconds, answer_bytes=NO_LIMIT)
    services = services_of(settings)

    def engine() -> Engine:
        pool = Pool(release.store, limits, _LANES, copy=0)
        return Federated(pool, services, limits) if services else pool

    return _Asked(
        engine,
        f"{release.manifest.base}sparql",
        dict(release.manifest.prefixes),
    )


def _there(endpoint: str, seconds: float) -> _Asked:
    """Return an endpoint elsewhere; credentials come from the environment."""
    remote = Remote(endpoint, Credentials.from_environment(os.environ))
    limits = Limits(seconds=seconds, answer_bytes=NO_LIMIT)
    return _Asked(lambda: RemoteEngine(remote, limits, _LANES), endpoint, {})


def _value(given: str, known: Mapping[str, str]) -> tuple[str, str]:
    name, found, value = given.partition("=")
    if not found or not name.strip("?$ "):
        raise UsageError(f"--param {given!r} gives no value", hint="Write --param name=value.")
    return name.strip("?$ "), term_of(value, known)


@dataclass(slots=True)
class _Output:
    """Where the answer goes: as it comes to standard output, or into a table at its end."""

    prefixes: Mapping[str, str]
    raw: bool
    table: bool
    before: Callable[[], None] = lambda: None
    held: bytearray | None = None
    kind: Kind | None = None

    def begin(self, kind: Kind, _: Format) -> Sink:
        """Return where the bytes of an answer go."""
        self.before()
        self.kind = kind
        if self.raw or kind is Kind.GRAPH or (kind is Kind.ROWS and not self.table):
            return sys.stdout.buffer.write
        self.held = bytearray()
        return self.held.extend

    def end(self, seconds: float) -> None:
        """Write what has been held; tell people how much it is and how long it took."""
        if self.held is None:
            sys.stdout.flush()
            return
        if self.kind is Kind.TRUTH:
            say(shown_truth(bytes(self.held)))
            return
        width = told.width if sys.stdout.isatty() else None
        text, number = shown_rows(bytes(self.held), self.prefixes, width)
        say(text)
        told.print(f"{number} {'row' if number == 1 else 'rows'}, {seconds:.2f} s")
