"""Texts of our own and what a careful reader takes from them: see ``extracting/texts/``.

They were written before the rules, in other words than the rules were made from. A line of an
``.expected`` file is ``@name class label`` for a new thing, or ``subject | predicate | object |
quote``, where an object may be ``edtf:…`` or ``figure:qualifier count``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.extracting.evaluating import Comparison, Evaluation, Expected
from kizuna.extracting.protocol import Source
from kizuna.extracting.rules import Rules
from kizuna.extracting.things import Known
from kizuna.vocabulary import EDTF, PREFIXES, RDF_TYPE, SKOS_PREF_LABEL, term
from support import ID

TEXTS = Path(__file__).parent / "extracting" / "texts"
NAMES = sorted(p.name.removesuffix(".txt") for p in TEXTS.glob("*.txt"))
DOCUMENT = NamedNode(ID + "document/unseen")


@dataclass
class Reader:
    """The lines of one file as facts about things with addresses of their own."""

    text: str
    language: str
    triples: list[Triple] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)

    def line(self, line: str) -> None:
        parts = [p.strip() for p in line.split(" | ")]
        if line.startswith("@") and len(parts) == 1:
            name, cls, *label = line.split(maxsplit=2)
            node = self.node(name)
            self.triples.append(Triple(node, RDF_TYPE, term(cls)))
            self.triples += [
                Triple(node, SKOS_PREF_LABEL, Literal(x, language="en")) for x in label
            ]
            return
        subject, predicate, value, quote = parts
        start = self.text.index(quote)
        fact = Triple(self.node(subject), term(predicate), self.value(value))
        self.expected.append(Expected(fact, start, start + len(quote)))
        self.triples.append(fact)

    def node(self, name: str) -> NamedNode:
        if name == "document":
            return DOCUMENT
        if name.startswith("@"):
            return NamedNode(ID + "expected/" + name[1:])
        prefix, _, local = name.partition(":")
        return term(name) if prefix in PREFIXES else NamedNode(f"{ID}{prefix}/{local}")

    def value(self, text: str) -> NamedNode | Literal:
        if text.startswith('"'):
            return Literal(text.strip('"'), language=self.language)
        kind, _, rest = text.partition(":")
        if kind == "edtf":
            return self.made("kz:TimeReference", [(term("kz:edtf"), Literal(rest, datatype=EDTF))])
        if kind == "figure":
            qualifier, count = rest.split()
            over = qualifier == "moreThan"
            number = Literal(str(int(count) + over), datatype=term("xsd:integer"))
            bound = term("schema:minValue" if over else "schema:value")
            return self.made(
                "kz:AttendanceFigure",
                [(bound, number), (term("kz:qualifier"), term(f"kz:{qualifier}"))],
            )
        return self.node(text)

    def made(self, cls: str, rows: list[tuple[NamedNode, NamedNode | Literal]]) -> NamedNode:
        node = NamedNode(f"{ID}expected/value-{len(self.triples)}")
        self.triples.append(Triple(node, RDF_TYPE, term(cls)))
        self.triples += [Triple(node, p, v) for p, v in rows]
        return node


def compare(rules: Rules, name: str) -> Evaluation:
    """Return what the rules find in a text of ours, beside what was expected."""
    text = (TEXTS / f"{name}.txt").read_text(encoding="utf-8")
    reader = Reader(text, name.rpartition(".")[2])
    for line in (TEXTS / f"{name}.expected").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            reader.line(line)
    before = rules.data
    proposals = rules.extract(Source(DOCUMENT, text, reader.language)).proposals
    return Comparison(before, _with(before, reader.triples), proposals).of(name, reader.expected)


def _with(before: Known, triples: list[Triple]) -> Known:
    about = {s: list(rows) for s, rows in before.about.items()}
    classes = dict(before.classes)
    for triple in triples:
        subject = str(getattr(triple.subject, "value", ""))
        about.setdefault(subject, []).append(triple)
        if triple.predicate == RDF_TYPE and "/expected/" in subject:
            classes[subject] = classes.get(subject, frozenset()) | {
                str(getattr(triple.object, "value", ""))
            }
    return replace(before, about=about, classes=classes)
