"""Turtle as people write it in ``data/ttl/``: one block a thing, prefixes by kind, claims short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.vocabulary import PREFIXES, RDF_OBJECT, RDF_PREDICATE, RDF_SUBJECT, RDF_TYPE, shortened

_KIND = re.compile(r"(https?://\S+/id/([a-z]+)/)[^/#\s]+$")
_EXTRACTION = {"kzx": "https://w3id.org/kizuna/extraction#"}
_WIDTH = 110
_DECIMAL = re.compile(r"[+-]?[0-9]*\.[0-9]+")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_XSD = PREFIXES["xsd"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, and the statements of each thing below it."""

    heading: str
    things: Sequence[tuple[Triple, ...]]


def written(head: str, blocks: Iterable[Block], known: Mapping[str, str] = PREFIXES) -> str:
    """Return a Turtle file: a comment, the ``known`` prefixes that are used, the blocks."""
    filled = [b for b in blocks if b.things]
    used = prefixes((t for b in filled for rows in b.things for t in rows), known)
    lines = [f"# {head}", ""]
    lines += [f"@prefix {name}: <{iri}> ." for name, iri in sorted(used.items())]
    for block in filled:
        lines += ["", f"# {block.heading}"]
        for rows in block.things:
            lines += ["", thing(rows, used)]
    return "\n".join(lines) + "\n"


def prefixes(triples: Iterable[Triple], known: Mapping[str, str] = PREFIXES) -> dict[str, str]:
    """Return the prefixes that a file with these statements needs: one for each kind of thing."""
    found: dict[str, str] = {}
    for triple in triples:
        for part in triple:
            if part == RDF_TYPE:
                continue
            iri = (
                part.datatype.value
                if isinstance(part, Literal)
                else str(getattr(part, "value", ""))
            )
            kind = _KIND.match(iri)
            if kind:
                found[kind[2]] = kind[1]
            for name, namespace in {**known, **_EXTRACTION}.items():
                local = iri[len(namespace) :]
                short = iri.startswith(namespace) and local and not {"/", "#"} & set(local)
                if short and not (isinstance(part, Literal) and _plain(part)):
                    found[name] = namespace
    return found


def thing(rows: Sequence[Triple], known: dict[str, str]) -> str:
    """Return the statements of one thing, its class first; a claim has its triple on one line."""
    grouped: dict[NamedNode, list[str]] = {}
    for triple in rows:
        grouped.setdefault(triple.predicate, []).append(term(triple.object, known))
    parts: list[str] = []
    if RDF_TYPE in grouped:
        parts.append("a " + " , ".join(grouped.pop(RDF_TYPE)))
    said = [grouped.pop(p) for p in (RDF_SUBJECT, RDF_PREDICATE, RDF_OBJECT) if p in grouped]
    if len(said) == 3:
        pieces = [
            f"rdf:{n} {v[0]}" for n, v in zip(("subject", "predicate", "object"), said, strict=True)
        ]
        line = " ; ".join(pieces)
        parts += [line] if len(line) < _WIDTH + 20 else [" ; ".join(pieces[:2]), pieces[2]]
    parts += [line_of(predicate, values, known) for predicate, values in grouped.items()]
    subject = term(rows[0].subject, known)
    return f"{subject} " + " ;\n    ".join(parts) + " ."


def line_of(predicate: NamedNode, values: list[str], known: dict[str, str]) -> str:
    """Return a predicate with its values: texts stand on lines of their own."""
    texts = any(v.startswith('"') for v in values) or sum(map(len, values)) > _WIDTH
    return f"{shortened(predicate.value, known)} " + (" ,\n        " if texts else " , ").join(
        values
    )


def term(value: object, known: dict[str, str]) -> str:
    """Return a term as Turtle writes it (W3C Turtle 1.1, section 6.5)."""
    if isinstance(value, NamedNode):
        return shortened(value.value, known)
    if isinstance(value, Literal):
        plain = _plain(value)
        if plain is not None:
            return plain
        text = (
            value.value.replace("\\", "\\\\")
            .replace('"', '\\"')
            .replace("\n", "\\n")
            .replace("\r", "\\r")
        )
        if value.language:
            return f'"{text}"@{value.language}'
        datatype = value.datatype.value
        return (
            f'"{text}"'
            if datatype == _XSD + "string"
            else f'"{text}"^^{shortened(datatype, known)}'
        )
    return str(value)


def _plain(value: Literal) -> str | None:
    """Return a number as Turtle writes it without quotes, None for other literals."""
    datatype = value.datatype.value
    if datatype == _XSD + "integer" and _INTEGER.fullmatch(value.value):
        return value.value
    return value.value if datatype == _XSD + "decimal" and _DECIMAL.fullmatch(value.value) else None
