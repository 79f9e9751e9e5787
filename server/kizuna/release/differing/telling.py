"""A difference between two releases in words, as JSON, and as a patch, bit by bit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import groupby

from pyoxigraph import NamedNode

from kizuna.iris import is_iri
from kizuna.release.differing import difference as d
from kizuna.release.differing.lines import parts
from kizuna.release.manifest import Manifest
from kizuna.vocabulary import shortened

SIGNS = {d.ADDED: "+", d.REMOVED: "-"} | dict.fromkeys(d.EVIDENCE, "~")


def told_as_text(found: d.Difference, old: Manifest, new: Manifest) -> Iterator[str]:
    """Yield what differs in lines: ``+`` and ``-`` for facts, ``~`` for evidence, by thing."""
    counts = found.counts
    yield f"from {old.id} ({old.created}) to {new.id} ({new.created})\n"
    if counts.nothing:
        yield "They say the same.\n"
        return
    yield f"{summary(counts)}\n"
    prefixes = {**old.prefixes, **new.prefixes}
    for key, rows in groupby(found.rows(), key=lambda row: row.thing):
        thing = found.thing(key)
        name = f"  {thing.names[0]}" if thing.names else ""
        yield f"\n{_term(key, prefixes)}  ({thing.how}){name}\n"
        for row in rows:
            yield f"  {SIGNS[row.what]} {_row_text(row, prefixes)}\n"


def summary(counts: d.Counts) -> str:
    """Return in one line how much differs.

    >>> summary(d.Counts(came=1, added=3, evidence=1))
    '1 thing came, 0 went, 0 changed: 3 facts added, 0 removed, the evidence of 1 changed'
    """
    if counts.too_many:
        return "so much differs that it is not counted here"
    things = "thing" if counts.came == 1 else "things"
    facts = "fact" if counts.added == 1 else "facts"
    moved = f"; {counts.moved} say the same in another file" if counts.moved else ""
    return (
        f"{counts.came} {things} came, {counts.went} went, {counts.changed} changed: "
        f"{counts.added} {facts} added, {counts.removed} removed, "
        f"the evidence of {counts.evidence} changed{moved}"
    )


def told_as_json(found: d.Difference, old: Manifest, new: Manifest) -> Iterator[str]:
    """Yield what differs as one JSON object; terms stand in it as in N-Triples."""
    head = {
        "from": _release(old),
        "to": _release(new),
        "counts": asdict(found.counts),
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "things": ['
    between = "\n"
    for key, rows in groupby(found.rows(), key=lambda row: row.thing):
        thing = found.thing(key)
        told = {
            "thing": key,
            "how": thing.how,
            "names": list(thing.names),
            "rows": [_row_json(row) for row in rows],
        }
        yield between + json.dumps(told, ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def told_as_patch(found: d.Difference, old: Manifest, new: Manifest) -> Iterator[str]:
    """Yield an RDF Patch that makes the named graphs of ``old`` those of ``new``.

    The default graph is their merge, and is not patched. Blank nodes are called as in the dump of
    ``old``; those that are added have labels that it has not.

    RDF Delta, RDF Patch version 1.
    """
    yield f"H id <{_change(new)}> .\nH prev <{_change(old)}> .\nTX .\n"
    for prefix, namespace in sorted(new.prefixes.items()):
        if old.prefixes.get(prefix) != namespace and is_iri(namespace):
            yield f"PA {json.dumps(prefix)} {NamedNode(namespace)} .\n"
    for prefix in sorted(old.prefixes.keys() - new.prefixes.keys()):
        yield f"PD {json.dumps(prefix)} .\n"
    for sign, line in found.quads():
        yield f"{'A' if sign == '+' else 'D'} {line}\n"
    yield "TC .\n"


def _change(known: Manifest) -> str:
    return f"{known.base}changes/{known.id}"


def _release(known: Manifest) -> dict[str, str]:
    return {"id": known.id, "version": known.version, "created": known.created}


def _row_json(row: d.Row) -> dict[str, str]:
    subject, predicate, value, _ = parts(f"{row.fact} .")
    told = {"what": row.what, "subject": subject, "predicate": predicate, "object": value}
    return told | ({"claim": row.claim} if row.claim else {})


def _row_text(row: d.Row, prefixes: Mapping[str, str]) -> str:
    subject, predicate, value, _ = parts(f"{row.fact} .")
    terms = [predicate, value] if subject == row.thing else [subject, predicate, value]
    said = " ".join(_terms(terms, prefixes))
    how = d.EVIDENCE.get(row.what)
    return f"{said}  evidence {how}: {_term(row.claim, prefixes)}" if how else said


def _terms(terms: Iterable[str], prefixes: Mapping[str, str]) -> Iterator[str]:
    return (_term(term, prefixes) for term in terms)


def _term(term: str, prefixes: Mapping[str, str]) -> str:
    """Return a term shortened if it is an IRI, else as it stands."""
    named = term.startswith("<") and not term.startswith("<<")
    return shortened(term[1:-1], dict(prefixes)) if named else term
