"""What the protocol of mementos says in headers and in lists: moments, and where to go from one.

RFC 7089. A thing's description is its own timegate: ``Accept-Datetime`` leads from it to what it
was then, in a release that is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

from kizuna.errors import BadParameter
from kizuna.iris import to_path, to_uri
from kizuna.release.mementos import Memento
from kizuna.web.conditions import http_date
from kizuna.web.links import LINK_FORMAT

# RFC 1123 as RFC 7089 has it, section 2.1.1.1: always in GMT.
_DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


def moment_of(header: str) -> datetime:
    """Return the moment that ``Accept-Datetime`` names.

    Raises BadParameter where it is none (section 4.5.2).
    """
    try:
        return parsedate_to_datetime(_DATE.fullmatch(header)[0])  # type: ignore[index]
    except (TypeError, ValueError, OverflowError) as error:
        raise BadParameter(
            f"Accept-Datetime is {header!r}, which is no date as HTTP writes it",
            hint="Write it like this: Sun, 29 Nov 2026 12:00:00 GMT.",
        ) from error


def memento_path(memento: Memento, path: str) -> str:
    """Return where a memento of what stands at ``path`` (as in IRIs) is, in ASCII with a slash."""
    return f"/releases/{memento.manifest.id}/{to_path(path)}"


def memento_links(
    path: str, known: Sequence[Memento], own: Memento, *, inside: bool
) -> tuple[str, ...]:
    """Return the ``Link`` values beside a memento, or, not ``inside`` it, on the way to it."""
    ascii_path = to_path(path)
    links = [
        f'</{ascii_path}>; rel="original timegate"',
        f'</timemap/link/{ascii_path}>; rel="timemap"; type="{LINK_FORMAT}"',
    ]
    at, last = known.index(own), len(known) - 1
    named = {"first": 0, "last": last} | ({"prev": at - 1, "next": at + 1} if inside else {})
    for number in sorted({at, *named.values()} & set(range(len(known)))):
        words = [word for word, place in named.items() if place == number]
        links.append(_link(memento_path(known[number], path), words, known[number]))
    return tuple(links)


def timemap_links(base: str, path: str, known: Sequence[Memento]) -> Iterator[str]:
    """Yield the lines of a list of mementos (RFC 6690): the addresses are the public ones."""
    original = to_uri(base + path)
    first, last = known[0].moment, known[-1].moment
    yield f'<{original}>; rel="original timegate"'
    yield (
        f'<{to_uri(f"{base}timemap/link/{path}")}>; rel="self"; type="{LINK_FORMAT}"; '
        f'from="{http_date(first)}"; until="{http_date(last)}"'
    )
    for number, memento in enumerate(known):
        words = [word for word, at in (("first", 0), ("last", len(known) - 1)) if at == number]
        yield _link(_public(base, path, memento), words, memento)


def timemap_json(base: str, path: str, known: Sequence[Memento]) -> bytes:
    """Return the same in JSON, as archives have it (mementoweb.org/guide/timemap-json)."""
    listed = [
        {
            "datetime": f"{memento.moment:%Y-%m-%dT%H:%M:%SZ}",
            "uri": [_public(base, path, memento)],
        }
        for memento in known
    ]
    found = {
        "original_uri": to_uri(base + path),
        "timegate_uri": to_uri(base + path),
        "timemap_uri": {
            "link_format": to_uri(f"{base}timemap/link/{path}"),
            "json_format": to_uri(f"{base}timemap/json/{path}"),
        },
        "mementos": {"first": listed[0], "list": listed, "last": listed[-1]},
    }
    return json.dumps(found, indent=1).encode() + b"\n"


def _public(base: str, path: str, memento: Memento) -> str:
    return to_uri(f"{base}releases/{memento.manifest.id}/{path}")


def _link(address: str, words: Sequence[str], memento: Memento) -> str:
    relations = " ".join([*words, "memento"])
    return f'<{address}>; rel="{relations}"; datetime="{http_date(memento.moment)}"'
