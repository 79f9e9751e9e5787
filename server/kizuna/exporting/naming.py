"""Which file an address of the site becomes, and which addresses become none.

A page ``doc/place/kobe`` is the file ``doc/place/kobe.html``, in German ``doc/place/kobe.de.html``;
what has a suffix of its own keeps it. All is decided by the address alone, so that a link can be
written before what it leads to has been asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode

from kizuna.formats import FORMATS, VERSIONED
from kizuna.iris import Addresses, from_path
from kizuna.web.copied import NOTE

NOTED = frozenset({"/search", "/sparql", "/compare", "/fragments"})
"""Addresses at which that page stands, too: people know them."""
WITH_A_SERVER = (
    *NOTED, "/catalog/feed", "/changes/feed", "/complete", "/graphs", "/healthz", "/hooks",
    "/metrics", "/oai", "/openapi.json", "/opensearch.xml", "/readyz", "/reconcile",
)  # fmt: skip
"""Addresses that need somebody who answers; what stands below them, too."""
LANGUAGE = "lang"
_IGNORED = frozenset({"v"})
"""Parameters of which the answer does not depend."""
_SUFFIXES = frozenset(f.suffix for f in (*FORMATS, *VERSIONED)) | {
    "atom", "css", "gz", "ico", "js", "jsonl", "md", "png", "rdfp", "rq", "svg", "txt", "zip",
}  # fmt: skip
_THING = re.compile(r"(?:[A-Za-z0-9._~-]|[^\x00-\x7f])+(?:/(?:[A-Za-z0-9._~-]|[^\x00-\x7f])+)*")
_LONGEST = 200
"""Bytes that a part of a file's path may have; file systems take 255."""


@dataclass(frozen=True)
class Naming:
    """The files of a site at ``addresses`` in ``languages``, of which the first needs no naming."""

    addresses: Addresses
    languages: tuple[str, ...]
    of_things: dict[str, Callable[[str], str]] = field(init=False)
    """The parameters that name a thing, and how: what they say becomes part of the path."""

    def __post_init__(self) -> None:
        things = {"iri": self._by_iri, "of": self._by_end}
        object.__setattr__(self, "of_things", things)

    def canonical(self, address: str) -> tuple[str, str]:
        """Return an address as it is asked for, and its language.

        The same is asked for once: fragment, default language and what changes nothing are left
        out, and parameters are in order.
        """
        path, _, query = address.partition("#")[0].partition("?")
        asked = dict(parse_qsl(query, keep_blank_values=True))
        language = asked.pop(LANGUAGE, self.languages[0])
        kept = sorted((name, value) for name, value in asked.items() if name not in _IGNORED)
        if language != self.languages[0]:
            kept.append((LANGUAGE, language))
        return path + (f"?{urlencode(kept)}" if kept else ""), language

    def file(self, address: str) -> str | None:
        """Return the path of the file of a canonical address, None where it has none.

        That is so where an answer needs a server or the file's name would be another's or unsafe.
        """
        path, _, query = address.partition("?")
        if path not in NOTED and is_with_a_server(path):
            return None
        return self._named(path, dict(parse_qsl(query, keep_blank_values=True)))

    def _named(self, path: str, asked: dict[str, str]) -> str | None:
        language = asked.pop(LANGUAGE, "")
        stem, suffix = self._split(path)
        for name, value in asked.items():
            thing = self.of_things[name](value) if name in self.of_things else ""
            if not thing:
                return None
            stem += f"/{thing}"
        parts = [_safe(part) for part in stem[1:].split("/")]
        if not all(parts) or (language and language not in self.languages):
            return None
        if any(part.rpartition(".")[2] in _SUFFIXES for part in parts[:-1]):
            return None  # a file may have this name
        if suffix == "" and parts[-1].endswith(tuple(f".{x}" for x in self.languages)):
            return None  # the page of another in that language
        name = "/".join(parts) + (f".{language}" if language else "")
        return name + (f".{suffix}" if suffix else ".html")

    def _split(self, path: str) -> tuple[str, str]:
        """Return a path without its suffix, and the suffix; "" for a page."""
        if path.endswith("/"):
            return f"{path}index", ""
        if path.startswith("/id/"):
            return f"{path}/index", ""  # at the very address of the thing, wherever it is served
        stem, _, suffix = path.rpartition(".")
        known = suffix in _SUFFIXES and stem.rpartition("/")[2] != ""
        return (stem, suffix) if known else (path, "")

    def _by_iri(self, iri: str) -> str:
        return (
            self._by_end(iri.removeprefix(self.addresses.things))
            if self.addresses.is_thing(iri)
            else ""
        )

    def _by_end(self, end: str) -> str:
        return quote(end) if _THING.fullmatch(end) else ""


def note_for(address: str) -> str:
    """Return what is asked for to have what stands at an address: itself, mostly.

    >>> note_for("/search?lang=de"), note_for("/classes")
    ('/copied?lang=de', '/classes')
    """
    path, mark, query = address.partition("?")
    return f"{NOTE if path in NOTED else path}{mark}{query}"


def is_with_a_server(path: str) -> bool:
    """Tell whether what stands at ``path`` needs somebody who answers."""
    return any(
        path == known or path.startswith((f"{known}/", f"{known}.")) for known in WITH_A_SERVER
    )


def _safe(part: str) -> str:
    """Return a part of a path as the name of a file; "" where it is none, or would mean another."""
    text = unquote(from_path(part))
    if text in {".", ".."} or text.startswith(".ht") or "%2F" in part.upper():
        return ""
    if any(c in "/\\" or not c.isprintable() for c in text) or len(text.encode()) > _LONGEST:
        return ""
    return text


def relative(source: str, target: str) -> str:
    """Return the link from one file to another.

    >>> relative("doc/place/kobe.html", "doc/event/fair.html"), relative("index.html", "a b.html")
    ('../event/fair.html', 'a%20b.html')
    """
    here, there = source.split("/")[:-1], target.split("/")
    common = 0
    while common < min(len(here), len(there) - 1) and here[common] == there[common]:
        common += 1
    return quote("/".join([".."] * (len(here) - common) + there[common:]))
