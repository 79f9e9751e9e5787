"""A store elsewhere, written by the Graph Store Protocol (SPARQL 1.1, W3C 2013). Blocks."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, QuerySolution

from kizuna.engine.protocol import Limits
from kizuna.engine.remote.access import Remote
from kizuna.engine.remote.failures import explained, failure
from kizuna.engine.remote.sending import AGENT, Sending
from kizuna.errors import StoreRefused, UnavailableError
from kizuna.formats import N_TRIPLES, TURTLE

SECONDS = 600.0
"""How long a store may say nothing while it loads a graph."""
_CHUNK = 1024 * 1024
_CLOSED = "Set KIZUNA_ENGINE_TOKEN, or KIZUNA_ENGINE_USER and KIZUNA_ENGINE_PASSWORD."
_HINTS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: _CLOSED,
    HTTPStatus.FORBIDDEN: _CLOSED,
    HTTPStatus.NOT_FOUND: "Name the address of the graph store, for example http://host/store.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Name the address of the graph store, not of the endpoint.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Let the store, or the proxy before it, take more bytes.",
}


@dataclass(frozen=True, slots=True)
class _File:
    """A file that can be sent more than once: after the question for a password, say."""

    path: Path

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as stream:
            while data := stream.read(_CHUNK):
                yield data


class GraphStore:
    """The graphs of a store; None stands for its default graph."""

    def __init__(self, remote: Remote) -> None:
        self.remote = remote

    def put(self, graph: str | None, path: Path) -> None:
        """Make the N-Triples in the file at ``path`` the content of a graph (section 5.3).

        Raises UnavailableError; StoreRefused where the store answers and does not take it.
        """
        try:
            self._knock(graph)
            self._send("PUT", graph, path, N_TRIPLES.media_type)
        except HTTPError as error:
            if error.code != HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
                raise self._refused(f"PUT of {_named(graph)}", error) from error
            error.close()
            self._put_as_turtle(graph, path)
        except (OSError, HTTPException) as error:
            raise self._away(error) from error

    def _knock(self, graph: str | None) -> None:
        """Let the store ask for the password now; in the midst of an upload it might hang up.

        Nothing is added to the graph (section 5.5); if that fails, so will what comes next.
        """
        if self.remote.login is not None and not self.remote.login.is_known:
            with suppress(HTTPError):
                self._send("POST", graph, Path(os.devnull), N_TRIPLES.media_type)

    def _put_as_turtle(self, graph: str | None, path: Path) -> None:
        """Put the same file as Turtle, of which N-Triples are a part."""
        try:
            self._send("PUT", graph, path, TURTLE.media_type)
        except HTTPError as error:
            raise self._refused(f"PUT of {_named(graph)}", error) from error
        except (OSError, HTTPException) as error:
            raise self._away(error) from error

    def delete(self, graph: str) -> None:
        """Remove a graph (section 5.4); one that is not there is fine. Raises UnavailableError."""
        try:
            self._send("DELETE", graph)
        except HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise self._refused(f"DELETE of {_named(graph)}", error) from error
            error.close()
        except (OSError, HTTPException) as error:
            raise self._away(error) from error

    def _send(
        self, method: str, graph: str | None, path: Path | None = None, media_type: str = ""
    ) -> None:
        """Send a request; the graph is identified indirectly (section 4.2)."""
        which = "default" if graph is None else f"graph={quote(graph, safe='')}"
        joint = "&" if "?" in self.remote.url else "?"
        request = urllib.request.Request(  # noqa: S310 - Remote takes http and https alone
            f"{self.remote.url}{joint}{which}", method=method, headers={"User-Agent": AGENT}
        )
        if path is not None:
            request.data = _File(path)
            request.add_header("Content-Type", media_type)
            request.add_header("Content-Length", str(path.stat().st_size))
        with self.remote.open(request, SECONDS) as response:
            response.read()

    def _refused(self, what: str, error: HTTPError) -> StoreRefused:
        return StoreRefused(
            f"{self.remote.shown}: {what} was answered with {error.code}: {explained(error)}",
            hint=_HINTS.get(error.code, ""),
        )

    def _away(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            f"{self.remote.shown}: the store cannot be reached: {getattr(error, 'reason', error)}",
            hint="See whether it runs there, and whether it asks for a password.",
        )


def count(remote: Remote, graph: str | None, seconds: float = SECONDS) -> int:
    """Return how many triples a graph has, as the SPARQL endpoint at ``remote`` counts them.

    Raises KizunaError where there is no answer.
    """
    pattern = "?s ?p ?o" if graph is None else f"GRAPH <{graph}> {{ ?s ?p ?o }}"
    text = f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}"
    values = [row["n"] for row in _rows(remote, text, seconds)]
    return int(values[0].value) if values and isinstance(values[0], Literal) else 0


def graph_names(remote: Remote, beginning: str) -> list[str]:
    """Return the named graphs whose IRI begins so, of those that the SPARQL endpoint tells.

    Raises KizunaError where there is no answer.
    """
    condition = f"STRSTARTS(STR(?g), {Literal(beginning)})"
    text = f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER({condition}) }}"
    rows = _rows(remote, text, SECONDS)
    return [row["g"].value for row in rows if isinstance(row["g"], NamedNode)]


def _rows(remote: Remote, text: str, seconds: float) -> list[QuerySolution]:
    try:
        return list(Sending(remote, text, (), Limits(seconds=seconds)).solutions())
    except (OSError, HTTPException, ValueError, SyntaxError) as error:
        raise failure(error, text, remote.shown) from error


def _named(graph: str | None) -> str:
    return "the default graph" if graph is None else f"<{graph}>"
