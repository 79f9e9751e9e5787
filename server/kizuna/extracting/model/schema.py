"""What the model must fill: a JSON schema made from the ontology and the shapes of the project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from kizuna.extracting.patterns import Patterns
from kizuna.extracting.things import Known
from kizuna.project import Project, Role
from kizuna.vocabulary import PREFIXES, RDF_TYPE, shortened, term

MODALITIES = ("stated", "claimedByPerson", "evaluative", "planned")
KINDS = ("thing", "text", "date", "number")
_PATH, _TARGET, _CONCEPT = term("sh:path"), term("sh:targetClass"), term("skos:Concept")


@dataclass(frozen=True, slots=True)
class Terms:
    """The properties, classes and constants that answers may use, by their names."""

    predicates: dict[str, str]
    classes: dict[str, str]
    constants: dict[str, str]


def terms(project: Project, patterns: Patterns, known: Known) -> Terms:
    """Return the properties that facts may have, and the classes that new things may be of.

    Properties are those that shapes constrain and claims use, without editorial ones; classes those
    that the patterns and the shapes name.
    """
    paths, classes = set(), {c for slot in patterns.slots.values() for c in slot.accepts}
    for file in project.having(Role.SHAPES):
        for triple in file.triples:
            if isinstance(triple.object, NamedNode):
                if triple.predicate == _PATH:
                    paths.add(triple.object)
                elif triple.predicate == _TARGET:
                    classes.add(triple.object.value)
    used = {t.predicate for t in project.data} - project.editorial
    claimed = {c.fact.predicate for c in project.claims if c.fact is not None} | (paths & used)
    claimed -= {RDF_TYPE, *(p for p in claimed if p.value.startswith(PREFIXES["rdf"]))}
    classes |= {c for c, above in known.above.items() if above & classes}
    values = {c.value for c in project.value_classes}
    constants = {
        t.subject.value
        for file in project.having(Role.ONTOLOGY)
        for t in file.triples
        if t.predicate == RDF_TYPE and t.object == _CONCEPT and isinstance(t.subject, NamedNode)
    }
    return Terms(
        {shortened(p.value): p.value for p in sorted(claimed, key=str)},
        {shortened(c): c for c in sorted(classes - values)},
        {shortened(c): c for c in sorted(constants)},
    )


def schema(names: Terms) -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12, in the part that structured outputs allow)."""
    thing = _object(
        id={"type": "string"}, **{"class": {"enum": list(names.classes)}}, label={"type": "string"}
    )
    claim = _object(
        subject={"type": "string"},
        predicate={"enum": list(names.predicates)},
        object={"type": "string"},
        object_kind={"enum": list(KINDS)},
        quote={"type": "string"},
        modality={"enum": list(MODALITIES)},
        speaker={"type": "string"},
    )
    return _object(
        things={"type": "array", "items": thing}, claims={"type": "array", "items": claim}
    )


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON is any
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
