"""Terms as they were written, where the store keeps another form of the same value.

Oxigraph's store keeps values (``"007"^^xsd:int`` comes back as ``"7"^^xsd:integer``). Beside the
store of a release, ``terms.nq`` holds the statements for which this makes a difference; with it,
what is read from the store becomes what was written, term for term.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize

from kizuna.vocabulary import RDF_LANG_STRING, XSD_STRING

FILE_NAME = "terms.nq"
_KEPT = {XSD_STRING, RDF_LANG_STRING}
_SAYS = NamedNode("urn:x:says")

Forms = dict[Quad, set[Quad]]
"""Statements as the store has them, each with the forms in which it was written."""


def forms_of(quads: Iterable[Quad]) -> Forms:
    """Return the forms of those among ``quads`` that the store does not keep as they are."""
    perhaps = [q for q in quads if isinstance(q.object, Literal) and q.object.datatype not in _KEPT]
    stored = _stored_literals({q.object for q in perhaps if isinstance(q.object, Literal)})
    found: Forms = {}
    for quad in perhaps:
        if isinstance(quad.object, Literal) and quad.object in stored:
            kept = Quad(quad.subject, quad.predicate, stored[quad.object], quad.graph_name)
            found.setdefault(kept, set()).add(quad)
    changed = {kept.triple for kept in found}
    for quad in perhaps:
        if quad.triple in changed:  # it is also stated as the store has it, here or in other graphs
            found.setdefault(quad, set()).add(quad)
    return found


def _stored_literals(literals: set[Literal]) -> dict[Literal, Literal]:
    """Return what the store makes of literals, for those that it changes."""
    numbered = dict(enumerate(sorted(literals, key=str)))
    store = Store()
    store.extend(Quad(NamedNode(f"urn:x:{n}"), _SAYS, text) for n, text in numbered.items())
    found = {}
    for quad in store:
        literal = numbered[int(str(quad.subject.value).rpartition(":")[2])]
        if isinstance(quad.object, Literal) and quad.object != literal:
            found[literal] = quad.object
    return found


def read_forms(folder: Path) -> Forms:
    """Return the forms that the release in ``folder`` keeps, none where it has no such file."""
    path = folder / FILE_NAME
    return forms_of(parse(path.read_bytes(), RdfFormat.N_QUADS)) if path.exists() else {}


def write_forms(folder: Path, forms: Forms) -> None:
    """Write the forms into the release in ``folder``; without any, there is no file."""
    written = sorted({q for quads in forms.values() for q in quads}, key=str)
    if written:
        serialize(written, folder / FILE_NAME, format=RdfFormat.N_QUADS)


def still_there(forms: Forms, store: Store) -> Forms:
    """Return the forms of those statements that ``store`` has."""
    return {kept: written for kept, written in forms.items() if kept in store}


def as_written(quads: Iterable[Quad], forms: Forms) -> Iterator[Quad]:
    """Yield the stored ``quads`` as they were written."""
    for quad in quads:
        yield from forms.get(quad, (quad,))
