"""Mappings as SSSOM records in Turtle: written in a canonical order, so that git shows what is new.

https://mapping-commons.github.io/sssom/spec-formats-rdf/: a record is an ``owl:Axiom``; slots that
stand for terms of other vocabularies have their IRIs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kizuna.errors import ProjectError
from kizuna.project.editing import written
from kizuna.project.files import Unreadable, read_text, replace_text
from kizuna.vocabulary import PREFIXES, RDF_TYPE, XSD_DATE, term

_SSSOM = "https://w3id.org/sssom/"
_SEMAPV = "https://w3id.org/semapv/vocab/"
NO_TERM = NamedNode(f"{_SSSOM}NoTermFound")
"""In the place of the target: there is none."""
COMPARED = NamedNode(f"{_SEMAPV}CompositeMatching")
CHAINED = NamedNode(f"{_SEMAPV}MappingChaining")
BY_HAND = NamedNode(f"{_SEMAPV}ManualMappingCuration")
_NEGATED = NamedNode(f"{_SSSOM}NegatedPredicate")
_UNSPECIFIED = NamedNode("https://w3id.org/sssom/license/unspecified")
_AXIOM = term("owl:Axiom")
_OWN = "record"
"""The prefix of the records themselves."""
_XSD_DOUBLE = term("xsd:double")
_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Record:
    """One mapping: what is linked how with what, how sure, since when, by what or whom, and why.

    ``is_negated``: it is known not to hold. ``comment`` has a reason per line.
    """

    subject: NamedNode
    predicate: NamedNode
    target: NamedNode
    subject_label: str
    target_label: str
    justification: NamedNode
    confidence: float
    on: date
    tool: str = ""
    reviewer: str = ""
    comment: str = ""
    is_negated: bool = False

    @property
    def register(self) -> str:
        """The beginning of the target's IRI that all of its register have."""
        return register_of(self.target.value)


def register_of(iri: str) -> str:
    """Return the beginning of an IRI that all of its register have.

    >>> register_of("https://sws.geonames.org/1859171/"), register_of("https://ror.org/04pz7b180")
    ('https://sws.geonames.org/', 'https://ror.org/')
    """
    return iri.rstrip("/").rpartition("/")[0] + "/"


def _slots(record: Record) -> dict[NamedNode, NamedNode | Literal | None]:
    """Return what the record says, by property, in the order of the file."""
    sure = Literal(f"{record.confidence:.2f}", datatype=_XSD_DOUBLE)
    return {
        RDF_TYPE: _AXIOM,
        term("owl:annotatedSource"): record.subject,
        term("owl:annotatedProperty"): record.predicate,
        _slot("predicate_modifier"): _NEGATED if record.is_negated else None,
        term("owl:annotatedTarget"): record.target,
        _slot("subject_label"): _text(record.subject_label),
        _slot("object_label"): _text(record.target_label),
        _slot("mapping_justification"): record.justification,
        _slot("confidence"): sure,
        term("dct:created"): Literal(record.on.isoformat(), datatype=XSD_DATE),
        _slot("mapping_tool"): _text(record.tool),
        _slot("reviewer_label"): _text(record.reviewer),
        term("rdfs:comment"): _text(record.comment),
    }


def _slot(name: str) -> NamedNode:
    return NamedNode(_SSSOM + name)


def _text(text: str) -> Literal | None:
    return Literal(text) if text else None


def read_records(path: Path) -> tuple[Record, ...]:
    """Return the records of a file, none where there is no file.

    Raises ProjectError where it cannot be read; a record that lacks what it must have is left out.
    """
    if not path.exists():
        return ()
    try:
        quads = list(parse(read_text(path).encode(), RdfFormat.TURTLE))
    except (Unreadable, SyntaxError) as error:
        raise ProjectError(
            f"{path}: cannot be read: {error}", hint="Mend it, or take the one from git."
        ) from error
    told: dict[object, dict[NamedNode, NamedNode | Literal]] = {}
    for quad in quads:
        if isinstance(quad.object, NamedNode | Literal):
            told.setdefault(quad.subject, {})[quad.predicate] = quad.object
    found = (_record(said) for said in told.values() if said.get(RDF_TYPE) == _AXIOM)
    return tuple(sorted(filter(None, found), key=_order))


def _record(said: Mapping[NamedNode, NamedNode | Literal]) -> Record | None:
    ends = [said.get(term(f"owl:annotated{end}")) for end in ("Source", "Property", "Target")]
    subject, predicate, target = (e if isinstance(e, NamedNode) else None for e in ends)
    justification = said.get(_slot("mapping_justification"))
    if not (subject and predicate and target and isinstance(justification, NamedNode)):
        return None

    def text(prop: NamedNode) -> str:
        return getattr(said.get(prop), "value", "")

    with suppress(ValueError):
        return Record(
            subject,
            predicate,
            target,
            text(_slot("subject_label")),
            text(_slot("object_label")),
            justification,
            float(text(_slot("confidence")) or 1),
            date.fromisoformat(text(term("dct:created"))),
            text(_slot("mapping_tool")),
            text(_slot("reviewer_label")),
            text(term("rdfs:comment")),
            said.get(_slot("predicate_modifier")) == _NEGATED,
        )
    return None


def _order(record: Record) -> tuple[object, ...]:
    """Sort by thing, then by target, numbers by their size."""
    parts = tuple(int(p) if p.isdecimal() else p for p in _NUMBERS.split(record.target.value))
    return (
        record.subject.value,
        record.register,
        len(parts),
        tuple(map(str, parts[:1])),
        parts[1::2],
    )


def write_records(path: Path, about: str, base: str, records: Iterable[Record]) -> None:
    """Write the records in canonical order, in one step; without any the file goes.

    ``about`` is its first line. Raises OSError.
    """
    ordered = sorted(set(records), key=_order)
    if not ordered:
        path.unlink(missing_ok=True)
        return
    prefixes = _prefixes(base, ordered) | {_OWN: f"{base}proposals/{path.stem}#"}
    name = NamedNode(f"{base}proposals/{path.stem}")
    ids = [record_iri(base, path.stem, record) for record in ordered]
    listed = " ,\n        ".join(written(i, prefixes) for i in ids)
    head = "".join(f"@prefix {p}: <{prefixes[p]}> .\n" for p in sorted(prefixes))
    whole = (
        f"# {about}\n\n{head}\n{written(name, prefixes)} a sssom:MappingSet ;\n"
        f"    dct:license <{_UNSPECIFIED.value}> ;\n    sssom:mappings {listed} .\n"
    )
    blocks = "".join(f"\n{_block(i, r, prefixes)}" for i, r in zip(ids, ordered, strict=True))
    replace_text(path, whole + blocks)


def record_iri(base: str, stem: str, record: Record) -> NamedNode:
    """Return the IRI of a record: made of the thing and the target, so that it stays the same."""
    thing = record.subject.value.removeprefix(base).removeprefix("id/")
    target = record.target.value.rstrip("/").rpartition("/")[2]
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{thing}-{target}").strip("-")
    return NamedNode(f"{base}proposals/{stem}#{name}")


def _prefixes(base: str, records: Iterable[Record]) -> dict[str, str]:
    names = ("dct", "owl", "rdfs", "skos", "xsd")
    own = {"sssom": _SSSOM, "semapv": _SEMAPV, "wd": "http://www.wikidata.org/entity/"}
    kinds = {r.subject.value.removeprefix(f"{base}id/").partition("/")[0] for r in records}
    things = {kind: f"{base}id/{kind}/" for kind in kinds if kind.isidentifier()}
    return things | {name: PREFIXES[name] for name in names} | own


def _block(name: NamedNode, record: Record, prefixes: Mapping[str, str]) -> str:
    lines = [
        f"{'a' if prop == RDF_TYPE else written(prop, prefixes)} {_value(value, prefixes)}"
        for prop, value in _slots(record).items()
        if value is not None
    ]
    return f"{written(name, prefixes)} " + " ;\n    ".join(lines) + " .\n"


def _value(value: NamedNode | Literal, prefixes: Mapping[str, str]) -> str:
    """Return a value as Turtle; a text of several lines is written in several lines."""
    if isinstance(value, Literal) and "\n" in value.value:
        safe = value.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"""{safe}"""'
    return written(value, prefixes)
