"""The model as an extractor: what it is told, and what of its answer is kept.

Nothing is believed. A quote must stand in the content of the text; a date, a number and words must
stand in the quote; things must be known or new ones with a printed name; properties and classes
must be those of the project. What fails is dropped and counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kizuna.extracting.dates import values
from kizuna.extracting.forms import forms
from kizuna.extracting.mentions import Mentions
from kizuna.extracting.minting import Mint
from kizuna.extracting.model.client import Client
from kizuna.extracting.model.schema import KINDS, MODALITIES, Terms, schema, terms
from kizuna.extracting.passages import Sentence, sentences
from kizuna.extracting.patterns import Pattern, Patterns, load_patterns
from kizuna.extracting.proposing import numbering, propose
from kizuna.extracting.protocol import Extracted, Source
from kizuna.extracting.said import Said, Text
from kizuna.extracting.things import Known, Thing, known
from kizuna.project import Project
from kizuna.project.documents import find
from kizuna.vocabulary import shortened

PROMPT = Path(__file__).with_name("prompt.md")
_CHUNK = 6_000
_SCORE = 0.5


@dataclass(slots=True)
class Model:
    """The extractor by a model over a project."""

    project: Project
    client: Client
    patterns: Patterns = field(init=False)
    data: Known = field(init=False)
    names: Terms = field(init=False)

    def __post_init__(self) -> None:
        self.patterns = load_patterns(self.project.root)
        self.data = known(self.project)
        self.names = terms(self.project, self.patterns, self.data)

    def extract(self, source: Source) -> Extracted:
        """Return the claims of the model that the text bears out.

        Raises UnavailableError where the endpoint does not answer or the budget is spent.
        """
        patterns, data, names = self.patterns, self.data, self.names
        reader = Answers(source, data, patterns, names, sentences(source.text, source.language))
        for part in reader.parts():
            answer = self.client.ask(_messages(part, reader.mentioned(part), names), schema(names))
            reader.take(answer)
        mint = Mint(
            data, forms(self.project, data), patterns, self.project.addresses.things, reader.said
        )
        numbered = (source.document, *numbering(data, source.document, self.project))
        proposals = propose(reader.said, source.text, mint, numbered, reader.dropped)
        return Extracted(proposals, dict(sorted(reader.dropped.items())))


def _messages(part: str, mentioned: list[str], names: Terms) -> list[dict[str, str]]:
    """Return what is said to the model: the rules, the things, and the text as data."""
    listed = "\n".join(mentioned) or "(none)"
    properties = ", ".join(names.predicates)
    text = json.dumps(part, ensure_ascii=False)
    constants = ", ".join(names.constants)
    asked = (
        f"Known things:\n{listed}\n\nProperties: {properties}\n\nConstants, which are things too: "
        f"{constants}\n\nText, as a JSON string:\n{text}"
    )
    return [
        {"role": "system", "content": PROMPT.read_text(encoding="utf-8")},
        {"role": "user", "content": asked},
    ]


@dataclass(slots=True)
class Answers:
    """The answers about one text, taken apart."""

    source: Source
    data: Known
    patterns: Patterns
    names: Terms
    read: list[Sentence]
    said: list[Said] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    things: dict[str, Thing] = field(default_factory=dict)
    document: Thing = field(init=False)
    new: dict[tuple[str, str], Thing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.document = Thing(self.source.document.value, frozenset())
        self.things = {iri: Thing(iri, classes) for iri, classes in self.data.classes.items()}
        for name, iri in self.names.constants.items():
            self.things[name] = Thing(iri, frozenset())

    def parts(self) -> Iterator[str]:
        """Yield the content in pieces of whole sentences."""
        part = ""
        for sentence in self.read:
            words = self.source.text[sentence.start : sentence.end]
            if part and len(part) + len(words) > _CHUNK:
                yield part
                part = ""
            part = f"{part}\n{words}" if part else words
        if part:
            yield part

    def mentioned(self, part: str) -> list[str]:
        """Return the known things that a piece of the text names, a line for each."""
        mentions = Mentions(self.data, self.patterns, part)
        lines: dict[str, None] = {f"{self.document.iri} — this document": None}
        for number, sentence in enumerate(sentences(part, self.source.language)):
            for token in mentions.read(number, sentence):
                for thing in token.things:
                    if thing.iri:
                        kinds = ", ".join(shortened(c) for c in sorted(thing.classes))
                        lines[f"{thing.iri} — {token.text} ({kinds})"] = None
        return list(lines)

    def take(self, answer: str) -> None:
        """Keep what the text bears out of one answer."""
        try:
            found = json.loads(answer)
            claims, things = found["claims"], found.get("things", [])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.dropped["answer is no JSON of the schema"] += 1
            return
        local = self._new_things(things if isinstance(things, list) else [])
        for claim in claims if isinstance(claims, list) else []:
            reason = self._claim(claim, local) if isinstance(claim, dict) else "claim is no object"
            if reason:
                self.dropped[reason] += 1

    def _new_things(self, rows: list[Any]) -> dict[str, Thing]:
        """Return the things that an answer adds, by its names for them, if the text names them."""
        found: dict[str, Thing] = {}
        for row in rows:
            if not isinstance(row, dict):
                continue
            cls, label = (
                self.names.classes.get(str(row.get("class"))),
                str(row.get("label", "")).strip(),
            )
            if cls is None:
                self.dropped["unknown class"] += 1
            elif not label or not any(find(label, self.source.text)):
                self.dropped["name not in text"] += 1
            else:
                thing = self.new.setdefault((cls, label), Thing("", frozenset({cls}), label))
                found[str(row.get("id"))] = thing
        return found

    def _claim(self, row: dict[str, Any], local: dict[str, Thing]) -> str:
        """Keep one claim, or return why it is dropped."""
        fields = {
            k: str(row.get(k) or "")
            for k in (
                "subject",
                "predicate",
                "object",
                "object_kind",
                "quote",
                "modality",
                "speaker",
            )
        }
        predicate = self.names.predicates.get(fields["predicate"])
        if predicate is None:
            return "unknown property"
        if fields["object_kind"] not in KINDS or fields["modality"] not in MODALITIES:
            return "not of the schema"
        place = self._place(fields["quote"])
        if place is None:
            return "quote not in text"
        subject = self._thing(fields["subject"], local)
        value = self._value(fields, place, local)
        if subject is None or value is None:
            return (
                "unknown thing"
                if subject is None or fields["object_kind"] == "thing"
                else "value not in quote"
            )
        speaker = self._thing(fields["speaker"], local) if fields["speaker"] else None
        if fields["modality"] == "claimedByPerson" and speaker is None:
            return "speaker not known"
        mode = fields["modality"] if fields["modality"] == "evaluative" else ""
        pattern = Pattern("model#model", (), (), (), (), "", 0, _SCORE, mode, "")
        sentence, start, end = place
        self.said.append(
            Said(
                subject,
                predicate,
                value,
                start,
                end,
                pattern,
                fields["modality"] == "planned",
                speaker if fields["modality"] == "claimedByPerson" else None,
                sentence,
            )
        )
        return ""

    def _place(self, quote: str) -> tuple[Sentence, int, int] | None:
        """Return where a quote stands in the content: in one sentence, or from one to the next."""
        for start, end in find(quote, self.source.text):
            first = next((s for s in self.read if s.start <= start < s.end), None)
            if first is not None and any(s.start < end <= s.end for s in self.read):
                return first, start, end
        return None

    def _thing(self, name: str, local: dict[str, Thing]) -> Thing | None:
        if name == self.document.iri:
            return self.document
        return local.get(name) or self.things.get(name)

    def _value(
        self, fields: dict[str, str], place: tuple[Sentence, int, int], local: dict[str, Thing]
    ) -> Thing | Text | None:
        """Return the object if the words bear it out."""
        sentence, start, end = place
        kind, words = fields["object_kind"], fields["object"]
        if kind == "thing":
            return self._thing(words, local)
        if kind == "text":
            spot = next(find(words, self.source.text[start:end]), None)
            return (
                Text(words, sentence.language, start + spot[0], start + spot[1]) if spot else None
            )
        wanted = {"date": ("date",), "number": ("figure", "number", "duration")}[kind]
        for found in values(self.source.text, start, end, sentence.language):
            printed = self.source.text[found.start : found.end]
            if found.kind in wanted and (words in printed or printed in words):
                return Thing("", frozenset(), value=found.value, kind=found.kind)
        return None
