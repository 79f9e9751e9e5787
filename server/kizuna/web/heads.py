"""The heads of requests: h11 reads them, and their bytes leave it one reading alone.

A proxy in front, h11 and the answers that are held (``kizuna.web.hot``) must find the same requests
in the same bytes. So each line ends with CR LF and nothing else does, and no line is folded.
"""

from __future__ import annotations

import re
from http import HTTPStatus

import h11

from kizuna.web.middleware import EVERYWHERE
from kizuna.web.problems import COME_AGAIN, PROBLEM, RETRY_AFTER, Problem

LONGEST_LINE = 65_536
"""Bytes of a request line, address included, with its CR LF."""
LONGEST_FIELDS = 32_768
"""Bytes of all header lines together."""
MOST_FIELDS = 200
_END = re.compile(rb"\n\r?\n")
_UNCLEAR = re.compile(rb"(?<!\r)\n|\r(?!\n)|\n[ \t]|\0")
_HOST = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)
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
_LONG_ADDRESS = Problem(
    HTTPStatus.REQUEST_URI_TOO_LONG,
    "AddressTooLong",
    f"the request line is longer than {LONGEST_LINE} bytes",
    "Send the query by POST.",
)
_LARGE_HEADERS = Problem(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "HeadersTooLarge",
    f"the request has more than {MOST_FIELDS} headers, or {LONGEST_FIELDS} bytes of them",
    "Send fewer and shorter ones.",
)


class Heads(h11.Connection):
    """h11's side of a server, which refuses what is not clear; ``problem`` says why."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, LONGEST_LINE + LONGEST_FIELDS)
        self.problem = _NO_REQUEST
        self._searched = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        """Return what comes next. Raises h11.RemoteProtocolError for what is refused."""
        if self.their_state is h11.IDLE:
            self._look()
        event = super().next_event()
        return _in_origin_form(event) if isinstance(event, h11.Request) else event

    def _look(self) -> None:
        """Pass if what is here of a head is fit to be read."""
        held = self.trailing_data[0]
        end = _END.search(held, self._searched)
        self._searched = 0 if end else max(0, len(held) - 2)
        problem = _fault(held[: end.end()] if end else held, whole=end is not None)
        if problem is not None:
            self.problem = problem
            raise h11.RemoteProtocolError(problem.detail)


def _fault(head: bytes, *, whole: bool) -> Problem | None:
    """Return what is wrong with a head, or with its beginning.

    How much of it has come makes no difference: what is too long is so before its end is here.
    """
    line_end = head.find(b"\n") + 1 or len(head)
    if line_end > LONGEST_LINE:
        return _LONG_ADDRESS
    fields = head.count(b"\n", line_end) - whole
    if fields > MOST_FIELDS or len(head) - line_end > LONGEST_FIELDS:
        return _LARGE_HEADERS
    return _BAD_LINES if whole and _UNCLEAR.search(head) else None


def _in_origin_form(request: h11.Request) -> h11.Request:
    """Return a request whose target is a path (RFC 9112, section 3.2).

    The host of an absolute one makes no difference, as that of the ``Host`` header makes none. What
    OPTIONS asks of the whole server (``*``) is told of the front page.
    """
    target = request.target
    host = _HOST.match(target)
    if host is not None:
        target = target[host.end() :]
        target = target if target.startswith(b"/") else b"/" + target
    elif target == b"*" and request.method == b"OPTIONS":
        target = b"/"
    else:
        return request
    return h11.Request(
        method=request.method,
        target=target,
        headers=request.headers,
        http_version=request.http_version,
    )


def answer_of(problem: Problem) -> bytes:
    """Return an answer as it goes out where there is no request that could get one."""
    body = problem.document()
    headers = EVERYWHERE | {
        "content-type": PROBLEM.media_type,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "connection": "close",
    }
    if problem.status in COME_AGAIN:
        headers["retry-after"] = str(RETRY_AFTER)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {problem.status.value} {problem.status.phrase}\r\n{lines}\r\n"
    return head.encode("ascii") + body
