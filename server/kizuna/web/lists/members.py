"""What belongs to a thing: whatever points to it, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

from pyoxigraph import NamedNode, Triple

from kizuna.engine import DescriptionIndex
from kizuna.vocabulary import (
    KZ_CLAIM,
    OA_HAS_SOURCE,
    PROV_ATTRIBUTED_TO,
    PROV_QUOTED_FROM,
    RDF_OBJECT,
    RDF_PREDICATE,
    RDF_SUBJECT,
    RDF_TYPE,
    term,
)
from kizuna.web.names import Names

INSIDE = (term("schema:containedInPlace"), term("skos:broader"))
"""Properties by which something lies in a larger thing: what points to the smaller belongs here."""
NO_ROLES = frozenset(
    {RDF_SUBJECT, RDF_OBJECT, RDF_PREDICATE, RDF_TYPE, OA_HAS_SOURCE, PROV_ATTRIBUTED_TO}
)
"""Properties by which nothing becomes a member: claims are no members, nor what is of a class."""
Roles = Mapping[NamedNode, frozenset[NamedNode]]
_SUBJECT = frozenset({str(RDF_SUBJECT)})
_INSIDE = frozenset(map(str, INSIDE))


def members_of(names: Names, thing: NamedNode) -> Roles:
    """Return the things that point to ``thing`` or to what lies in it, with the properties.

    What a document is quoted for belongs to the document.
    """
    found: dict[NamedNode, set[NamedNode]] = {}
    for place in inside(names.index, thing):
        for member, role in pointing(names, place):
            found.setdefault(member, set()).add(role)
    found.pop(thing, None)
    return {member: frozenset(roles) for member, roles in sorted(found.items(), key=str)}


def weighs_more(index: DescriptionIndex, thing: NamedNode, most: int) -> bool:
    """Tell whether there are more bytes than ``most`` about ``thing`` and what lies in it.

    No more than that is read to find out.
    """
    return any(bytes_ > most for bytes_ in accumulate(map(index.weight, inside(index, thing))))


def inside(index: DescriptionIndex, thing: NamedNode) -> Iterator[NamedNode]:
    """Yield ``thing`` and all that lies in it, the nearest first."""
    found, seen = [thing], {thing}
    for place in found:
        yield place
        for quad in index.incoming(place, _INSIDE):
            if isinstance(quad.subject, NamedNode) and quad.subject not in seen:
                seen.add(quad.subject)
                found.append(quad.subject)


def pointing(names: Names, place: NamedNode) -> Iterator[tuple[NamedNode, NamedNode]]:
    """Yield what points to a thing, and by which property; claims stand for what they speak of."""
    for quad in names.index.incoming(place):
        subject, role = quad.subject, quad.predicate
        if role == PROV_QUOTED_FROM:
            if isinstance(subject, Triple):
                continue
            for claimed in names.index.outgoing(subject, _SUBJECT):
                if isinstance(claimed.object, NamedNode) and not names.is_value(claimed.object):
                    yield claimed.object, role
        elif role not in NO_ROLES and isinstance(subject, NamedNode):
            types = names.types(subject)
            if KZ_CLAIM not in types and names.value_classes.isdisjoint(types):
                yield subject, role
