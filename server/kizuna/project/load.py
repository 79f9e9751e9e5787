"""A project: everything that its folder holds, read once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from kizuna.errors import ProjectError
from kizuna.iris import Addresses
from kizuna.project.documents import Document, read_documents
from kizuna.project.evidence import Claim, read_claims
from kizuna.project.lock import Lock, read_lock
from kizuna.project.turtle import Fault, Role, SourceFile, read_turtle
from kizuna.vocabulary import KZ_EDITORIAL, KZ_VALUE_CLASS, PREFIXES, RDF_TYPE

LOCK_FILE = Path("data/documents.lock")


@dataclass(frozen=True)
class Project:
    """The loaded folder. ``faults`` says which files are missing from ``files`` and why."""

    root: Path
    addresses: Addresses
    languages: tuple[str, ...]
    documents_folder: Path
    files: tuple[SourceFile, ...]
    faults: tuple[Fault, ...]
    documents: tuple[Document, ...]
    claims: tuple[Claim, ...]
    lock: Lock

    def having(self, *roles: Role) -> Iterator[SourceFile]:
        """Yield the files of these roles."""
        return (file for file in self.files if file.role in roles)

    @cached_property
    def data(self) -> frozenset[Triple]:
        """The triples of all data files, each once."""
        return frozenset(t for file in self.having(Role.DATA) for t in file.triples)

    @cached_property
    def types(self) -> dict[NamedNode, set[NamedNode]]:
        """The asserted classes of each subject in the data."""
        types: dict[NamedNode, set[NamedNode]] = {}
        for triple in self.data:
            subject, kind = triple.subject, triple.object
            if triple.predicate != RDF_TYPE:
                continue
            if isinstance(subject, NamedNode) and isinstance(kind, NamedNode):
                types.setdefault(subject, set()).add(kind)
        return types

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The general prefixes, and those of the files where these agree; theirs win."""
        found: dict[str, set[str]] = {}
        for file in self.files:
            for prefix, namespace in file.prefixes.items():
                if prefix:
                    found.setdefault(prefix, set()).add(namespace)
        return PREFIXES | {p: min(ns) for p, ns in sorted(found.items()) if len(ns) == 1}

    @cached_property
    def editorial(self) -> frozenset[NamedNode]:
        """The predicates whose statements need no claim."""
        return self._marked(KZ_EDITORIAL)

    @cached_property
    def value_classes(self) -> frozenset[NamedNode]:
        """The classes whose members only spell out a value: no label, no claims."""
        return self._marked(KZ_VALUE_CLASS)

    def is_value(self, subject: NamedNode) -> bool:
        """Tell whether ``subject`` only spells out a value."""
        return not self.value_classes.isdisjoint(self.types.get(subject, ()))

    def _marked(self, mark: NamedNode) -> frozenset[NamedNode]:
        return frozenset(
            t.subject
            for file in self.having(Role.ONTOLOGY)
            for t in file.triples
            if t.predicate == mark and isinstance(t.subject, NamedNode) and _true(t)
        )


def _true(triple: Triple) -> bool:
    return getattr(triple.object, "value", "") in {"true", "1"}


def load_project(
    root: Path, addresses: Addresses, languages: tuple[str, ...], documents_folder: Path
) -> Project:
    """Return the project in ``root``; what is wrong with single files stands in its faults.

    Raises ProjectError when a folder that every project has is missing.
    """
    files: list[SourceFile] = []
    faults: list[Fault] = []
    for role in Role:
        for path in _turtle_files(root, role):
            read = read_turtle(root, path, role, addresses.graph(path.name.removesuffix(".ttl")))
            if isinstance(read, SourceFile):
                files.append(read)
            else:
                faults.extend(read)
    triples = [t for file in files if file.role is Role.DATA for t in file.triples]
    return Project(
        root=root,
        addresses=addresses,
        languages=languages,
        documents_folder=documents_folder,
        files=tuple(files),
        faults=tuple(faults),
        documents=read_documents(triples, documents_folder),
        claims=tuple(c for file in files if file.role is Role.DATA for c in read_claims(file)),
        lock=read_lock(root / LOCK_FILE),
    )


def _turtle_files(root: Path, role: Role) -> list[Path]:
    """Return the Turtle files directly in the role's folder, in the order of their names."""
    folder = root / role.value
    if not folder.is_dir():
        raise ProjectError(
            f"{folder}: there is no such folder",
            hint=f"A project keeps its {role.name.lower()} in {role.value}/. "
            "Is this the project's folder?",
        )
    try:
        return sorted(p for p in folder.iterdir() if p.suffix == ".ttl")
    except OSError as error:
        raise ProjectError(
            f"{folder}: cannot be listed: {error.strerror}",
            hint="Give yourself permission: chmod u+rx FOLDER.",
        ) from error
