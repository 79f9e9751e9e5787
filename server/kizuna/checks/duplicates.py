"""The same thing said twice, and one thing declared differently in two files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.checks.findings import Finding, Spot, finding_at
from kizuna.checks.grounding import told
from kizuna.iris import RESERVED_STEMS
from kizuna.project import Claim, Project, Role, SourceFile
from kizuna.vocabulary import DCT_TITLE, RDF_TYPE, SKOS_PREF_LABEL

_SINGLE = {SKOS_PREF_LABEL, DCT_TITLE}


def repeated_stems(project: Project) -> Iterator[Finding]:
    """Yield each file whose name is taken: both would be the same named graph."""
    first: dict[str, SourceFile] = {}
    for file in project.files:
        if file.stem in RESERVED_STEMS:
            message = f"would be graph/{file.stem}, which the build makes itself"
            spot = Spot("")
            yield finding_at(
                project, "graph-name", spot, message, "Rename the file.", path=file.path
            )
        other = first.setdefault(file.stem, file)
        if other is not file:
            yield finding_at(
                project,
                "graph-name",
                Spot(""),
                f"has the same name as {other.path}: both would be graph/{file.stem}",
                "Rename one of the two files.",
                path=file.path,
            )


def repeated_statements(project: Project) -> Iterator[Finding]:
    """Yield each statement that a file makes more than once."""
    for file in project.files:
        for triple, number in Counter(file.triples).items():
            if number > 1:
                yield finding_at(
                    project,
                    "duplicate-statement",
                    Spot(*(getattr(term, "value", "") for term in triple)),
                    f"says {number} times {told(triple)}",
                    "Keep one of the statements.",
                    path=file.path,
                )


def repeated_claims(project: Project) -> Iterator[Finding]:
    """Yield each claim that repeats another: same fact, same document, same words."""
    first: dict[tuple[Triple, NamedNode | None, str], Claim] = {}
    for claim in project.claims:
        if claim.fact is None:
            continue
        other = first.setdefault((claim.fact, claim.document, claim.quote), claim)
        if other is not claim:
            yield finding_at(
                project,
                "duplicate-claim",
                Spot(claim.iri.value),
                f"repeats <{other.iri.value}> of {other.path}",
                "Remove one of the two claims.",
                path=claim.path,
            )


def repeated_things(project: Project) -> Iterator[Finding]:
    """Yield each thing that looks like another: same class, same label in the same language."""
    first: dict[tuple[NamedNode, Literal], NamedNode] = {}
    told_pairs: set[frozenset[NamedNode]] = set()
    for file in project.having(Role.DATA):
        for triple in file.triples:
            subject, label = triple.subject, triple.object
            if triple.predicate != SKOS_PREF_LABEL or not isinstance(subject, NamedNode):
                continue
            for kind in sorted(project.types.get(subject, ()), key=str):
                other = first.setdefault((kind, label), subject)  # type: ignore[arg-type]
                pair = frozenset({subject, other})
                if other != subject and pair not in told_pairs:
                    told_pairs.add(pair)
                    yield _same_name(project, file.path, triple, other)


def _same_name(project: Project, path: str, triple: Triple, other: NamedNode) -> Finding:
    return finding_at(
        project,
        "duplicate-thing",
        Spot(*(getattr(term, "value", "") for term in triple)),
        f"has class and label of <{other.value}>: {triple.object}",
        "If it is the same thing, use one IRI; if not, tell the labels apart.",
        path=path,
    )


def different_declarations(project: Project) -> Iterator[Finding]:
    """Yield each thing to which two files give different classes or different names."""
    first: dict[tuple[object, NamedNode, str], tuple[str, set[object]]] = {}
    for file in project.having(Role.DATA):
        for key, values in _declared(file).items():
            path, others = first.setdefault(key, (file.path, values))
            if others == values:
                continue
            subject, predicate, _ = key
            new = min(map(str, values - others or values))
            yield finding_at(
                project,
                "declared-differently",
                Spot(getattr(subject, "value", ""), predicate.value),
                f"declares <{getattr(subject, 'value', '')}> as {new}, "
                f"{path} as {min(map(str, others))}",
                "Declare classes and names of a thing in one file.",
                path=file.path,
            )


def _declared(file: SourceFile) -> dict[tuple[object, NamedNode, str], set[object]]:
    """Return the classes and the names by language that ``file`` gives to each subject."""
    found: dict[tuple[object, NamedNode, str], set[object]] = {}
    for triple in file.triples:
        if triple.predicate == RDF_TYPE or triple.predicate in _SINGLE:
            language = getattr(triple.object, "language", "") or ""
            found.setdefault((triple.subject, triple.predicate, language), set()).add(triple.object)
    return found
