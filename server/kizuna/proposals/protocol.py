"""What any proposal is, whatever it proposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from kizuna.iris import Addresses
from kizuna.project import Project, load_project

FOLDER = Path("data/proposals")
"""Where proposals and decisions stand in a project; no check and no release reads it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A project as proposals see it; from ``accept`` on a score recommends to accept."""

    root: Path
    addresses: Addresses
    accept: float = 0.85
    languages: tuple[str, ...] = ("en",)
    documents: Path | None = None
    """The folder of the documents' texts, by default that in the project."""

    def project(self) -> Project:
        """Return the project as its files say it now. Raises ProjectError."""
        texts = self.documents or self.root / "data" / "documents"
        return load_project(self.root, self.addresses, self.languages, texts)

    @property
    def folder(self) -> Path:
        """The folder of proposals and decisions."""
        return self.root / FOLDER


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what is proposed; ``href`` leads to what the value names, if anywhere."""

    label: str
    value: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """A quote between the words that stand around it."""

    before: str
    quote: str
    after: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who decides, and when."""

    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to a proposal: its name for machines, its key at the terminal, what it does."""

    name: str
    key: str
    about: str


ACCEPT = Choice("accept", "a", "accept as proposed")
REJECT = Choice("reject", "r", "reject, and remember it")
DEFER = Choice("defer", "d", "decide later")


class Proposal(Protocol):
    """Something to be decided by a person."""

    @property
    def id(self) -> str:
        """The IRI by which it is named."""
        ...

    @property
    def kind(self) -> str:
        """The name of its row in ``kizuna.proposals.kinds``."""
        ...

    @property
    def score(self) -> float:
        """How sure the machine is, from 0 to 1."""
        ...

    @property
    def recommended(self) -> bool:
        """Whether the score alone would suffice, by the threshold and without a rival."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, as lines."""
        ...

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is proposed."""
        ...

    @property
    def context(self) -> Context | None:
        """The words that it rests on, where there are any."""
        ...

    @property
    def choices(self) -> Sequence[Choice]:
        """The answers that it takes, ``DEFER`` among them."""
        ...

    def decide(self, choice: Choice, verdict: Verdict) -> str:
        """Do what ``choice`` says and return a line about what was done.

        Raises ProjectError where a file cannot be changed safely, and OSError; then nothing was.
        """
        ...
