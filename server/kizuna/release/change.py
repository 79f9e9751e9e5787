"""A write as a value: what is to be done to which graph, with which bytes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from kizuna.release.loads import Loads


class Act(StrEnum):
    """What is done: an update of everything, or one of the Graph Store Protocol's operations."""

    UPDATE = "update"
    PUT = "put"
    POST = "post"
    DELETE = "delete"
    PATCH = "patch"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document that has been fetched for a LOAD; its bytes in Base64."""

    address: str
    content_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Change:
    """One write. ``graph`` is an IRI; None is the default graph, or all of them for an update.

    ``base`` resolves the relative IRIs of an update; those of a document resolve against its
    graph. ``using`` and ``using_named`` are the dataset of an update (SPARQL 1.1 Protocol, section
    2.2.3), ``fetched`` what its LOADs may have. A SHACL report about the write is written in the
    format with the suffix ``report``; without one there is none.
    """

    act: Act
    base: str
    graph: str | None = None
    content_type: str = ""
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    report: str = "ttl"
    fetched: tuple[Fetched, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A change for the writer process: on which release, into which new folder, with what name."""

    change: Change
    parent: str
    folder: str
    identifier: str
    created: str
    validate: bool

    def encode(self) -> bytes:
        """Return the task as JSON."""
        return json.dumps(asdict(self)).encode()


def decode_request(data: bytes) -> Task | Loads:
    """Return the task or question that ``encode`` has written."""
    content = json.loads(data)
    if "change" not in content:
        return Loads(tuple(content["load_from"]))
    change = content.pop("change")
    change |= {name: tuple(change[name]) for name in ("using", "using_named")}
    change["act"] = Act(change["act"])
    change["fetched"] = tuple(Fetched(**document) for document in change["fetched"])
    return Task(change=Change(**change), **content)
