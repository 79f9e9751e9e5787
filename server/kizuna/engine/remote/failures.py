"""What went wrong at a remote engine: words for those who asked, a line in the log for others."""

from __future__ import annotations

import html
import logging
import re
import traceback
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException, RemoteDisconnected
from urllib.error import HTTPError, URLError

from kizuna.engine.complaints import SPECIFICATION, complaint, unknown_function
from kizuna.engine.remote.reading import garbled, silent
from kizuna.errors import BadQuery, EngineAway, EngineFailed, KizunaError, Unsupported

MESSAGE_BYTES = 20_000
MESSAGE_LENGTH = 300
_TAG = re.compile(r"<(style|script|head)\b.*?</\1\s*>|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_ECHO = re.compile(r"\n\s*\n\s*SPARQL query:.*", re.DOTALL)
_FIRST_LINE = re.compile(r"(\bline:? 1, column:? |^error at 1:)(\d+)", re.IGNORECASE)
_LOG_HINT = "Whoever runs the site sees in the log which engine it is."
_log = logging.getLogger("kizuna.engine.remote")


def failure(error: Exception, text: str, shown: str, before: int = 0) -> KizunaError:
    """Return the error that is told to who sent ``text``; ``shown`` is for the log alone.

    The first ``before`` characters of ``text`` are not theirs, and no column counts them.
    """
    if isinstance(error, KizunaError):
        told = error
    elif isinstance(error, HTTPError):
        told = _of_status(error, text, before)
    elif isinstance(error, TimeoutError) or _reason(error, TimeoutError):
        told = silent()
    elif isinstance(error, RemoteDisconnected) or not isinstance(error, HTTPException | ValueError):
        told = EngineAway(
            "the engine behind this site cannot be reached now", hint="Try again in a minute."
        )
    else:
        told = garbled(error)
    if not isinstance(told, BadQuery | Unsupported):
        _log.warning("engine %s: %s: %s", shown, type(error).__name__, one_line(str(error)))
    return told


def let_go(error: BaseException | None) -> None:
    """Free what the frames of an error hold: pyoxigraph's objects may not leave their thread."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _reason(error: Exception, kind: type[Exception]) -> bool:
    return isinstance(error, URLError) and isinstance(error.reason, kind)


def _of_status(error: HTTPError, text: str, before: int) -> KizunaError:
    """Return what a status means to the asker (RFC 9110, section 15)."""
    code = error.code
    told = _TOLD.get(code) or (_moved if 300 <= code < 400 else _broken)
    message = _FIRST_LINE.sub(
        lambda place: f"{place[1]}{max(int(place[2]) - before, 1)}", explained(error)
    )
    return told(message, text[before:])


def explained(error: HTTPError) -> str:
    """Return what the server says, as one short line without markup and without the query."""
    said = b""
    with error, suppress(OSError, HTTPException, ValueError):
        said = error.read(MESSAGE_BYTES)
    words = said.decode("utf-8", "replace")
    if "html" in str(error.headers.get("Content-Type", "")).lower():
        words = html.unescape(_TAG.sub(" ", words))
    return one_line(_ECHO.sub("", words))


def one_line(words: str) -> str:
    """Return ``words`` as one short line without what cannot be seen."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line if len(line) <= MESSAGE_LENGTH else line[: MESSAGE_LENGTH - 1] + "…"


def _bad(message: str, text: str) -> KizunaError:
    """Return the complaint of another Oxigraph as our own, others as they are."""
    if message.startswith("error at "):
        return complaint(text, message)
    place = re.search(r"\bline:? (\d+)(?:, column:? (\d+))?", message, re.IGNORECASE)
    line, column = (int(place[1]), int(place[2] or 0)) if place else (0, 0)
    said = message or "it does not say why"
    return BadQuery(
        f"the engine refuses the query: {said}", line=line, column=column, hint=SPECIFICATION
    )


def _closed(message: str, text: str) -> KizunaError:
    del message, text
    return EngineFailed("the engine behind this site does not let it in", hint=_LOG_HINT)


def _too_long_a_text(message: str, text: str) -> KizunaError:
    del message, text
    return BadQuery("the query is too long for the engine", hint="Ask in several steps.")


def _slow(message: str, text: str) -> KizunaError:
    del message, text
    return silent()


def _away(message: str, text: str) -> KizunaError:
    del message, text
    return EngineAway(
        "the engine behind this site takes no more queries now", hint="Try again in a minute."
    )


def _moved(message: str, text: str) -> KizunaError:
    del message, text
    return EngineFailed("the engine behind this site has moved elsewhere", hint=_LOG_HINT)


def _broken(message: str, text: str) -> KizunaError:
    del text
    said = f": {message}" if message else ""
    failed = EngineFailed(f"the engine behind this site failed{said}", hint=_LOG_HINT)
    return unknown_function(message) or failed


_TOLD: dict[int, Callable[[str, str], KizunaError]] = {
    400: _bad,
    401: _closed,
    403: _closed,
    407: _closed,
    408: _slow,
    413: _too_long_a_text,
    414: _too_long_a_text,
    429: _away,
    503: _away,
    504: _slow,
}
