"""The heads of requests: h11 reads them, and their bytes leave it one reading alone.

A proxy in front, h11 and the answers that are held (``kizuna.web.hot``) must find the same requests
in the same bytes. So each line ends with CR LF and nothing else does, and no line is folded.
"""

from __future__ import annotations

import re
from http import HTTPStatus

import h11

from kizuna.web.middleware import EVERYWHERE
from kizuna.web.problems import PROBLEM, Problem

_END = re.compile(rb"\n\r?\n")
_UNCLEAR = re.compile(rb"(?<!\r)\n|\r(?!\n)|\n[ \t]|\0")
_NO_REQUEST = Problem(
    HTTPStatus.BAD_REQUEST,
    "BadRequest",
    "this is no HTTP request",
    "Send one as RFC 9112 says.",
)
_BAD_LINES = Problem(
    HTTPStatus.BAD_REQUEST,
    "BadRequest",
    "the head of the request can be read in more than one way",
    "End each line with CR LF, fold none, and send no NUL (RFC 9112, section 2.2).",
)


class Heads(h11.Connection):
    """h11's side of a server, which refuses what is not clear; ``problem`` says why."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER)
        self.problem = _NO_REQUEST
        self._searched = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        """Return what comes next. Raises h11.RemoteProtocolError for what is refused."""
        if self.their_state is h11.IDLE:
            self._look()
        return super().next_event()

    def _look(self) -> None:
        """Pass if what is here of a head is fit to be read."""
        held = self.trailing_data[0]
        end = _END.search(held, self._searched)
        self._searched = 0 if end else max(0, len(held) - 2)
        if end and _UNCLEAR.search(held, 0, end.end()):
            self.problem = _BAD_LINES
            raise h11.RemoteProtocolError(_BAD_LINES.detail)


def answer_of(problem: Problem) -> bytes:
    """Return an answer as it goes out where there is no request that could get one."""
    body = problem.document()
    headers = EVERYWHERE | {
        "content-type": PROBLEM.media_type,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {problem.status.value} {problem.status.phrase}\r\n{lines}\r\n"
    return head.encode("ascii") + body
