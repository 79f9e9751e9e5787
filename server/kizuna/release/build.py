"""From a checked project to a release: same input, same bytes, all or nothing."""

from __future__ import annotations

import hashlib
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from kizuna.checks import Report
from kizuna.errors import FindingsError, UnavailableError
from kizuna.project import Project, Role
from kizuna.release.contents import Progress, Statements, members, write_contents
from kizuna.release.derive import derived_quads, reifier_quads
from kizuna.release.folder import Releases
from kizuna.release.manifest import Manifest, record_all, write_manifest
from kizuna.release.release import Release
from kizuna.release.terms import forms_of, write_forms
from kizuna.release.times import now

ID_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Publication:
    """What is published beside statements.

    ``full_texts`` are the documents (IRIs) whose whole text is, ``corrections`` is the address to
    which readers are sent who have one, ``tables`` are the queries, by name, whose answers are
    files.
    """

    full_texts: tuple[str, ...] = ()
    corrections: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """The statements of a release: those of the files and derived ones, and the reifiers.

    ``texts`` are those of the documents (by IRI) that are published whole, ``tables`` the queries
    (by name) whose answers are files.
    """

    published: tuple[Quad, ...]
    reifiers: tuple[Quad, ...]
    texts: Mapping[str, str]
    tables: Mapping[str, str] = field(default_factory=dict)

    @property
    def identifier(self) -> str:
        """The beginning of the SHA-256 of the sorted N-Quads, and of texts and tables if any."""
        digest = hashlib.sha256()
        for line in sorted(map(str, self.published)):
            digest.update(line.encode() + b" .\n")
        for name, text in (*sorted(self.texts.items()), *sorted(self.tables.items())):
            digest.update(f"{name}\n{text}".encode())
        return digest.hexdigest()[:ID_DIGITS]


_USUAL = Publication()


def build_release(
    project: Project,
    report: Report,
    releases: Releases,
    progress: Progress = lambda _: None,
    publication: Publication = _USUAL,
) -> Release:
    """Return the release of ``project``, made current in ``releases``.

    Raises FindingsError when the report has violations, and UnavailableError when the disk is
    full or not writable; in both cases the current release stays as it was.
    """
    if not report.conforms:
        raise FindingsError(
            "the project has violations: no release was built",
            hint="Mend what kizuna check reports.",
        )
    content = gather(project, report, publication)
    with releases.building() as folder:
        try:
            _write_all(folder, content, progress, _manifest(project, content, publication))
            progress("switching")
            return releases.publish(folder, content.identifier)
        except OSError as error:
            raise UnavailableError(
                f"{releases.folder}: the release could not be written: {error.strerror or error}",
                hint="Free some space or give permission; the current release is untouched.",
            ) from error


def gather(project: Project, report: Report, publication: Publication = _USUAL) -> Content:
    """Return all that the release of ``project`` publishes.

    Of the documents to be published whole those are left out that are not here.
    """
    quads = [q for file in project.files for q in file.quads]
    quads.extend(derived_quads(project, report.located))
    reifiers = reifier_quads(project, project.claims)
    wanted = publication.full_texts
    texts = {d.iri.value: d.text for d in project.documents if d.iri.value in wanted and d.text}
    return Content(
        tuple(sorted(set(quads), key=str)),
        tuple(sorted(set(reifiers), key=str)),
        texts,
        publication.tables,
    )


def _write_all(folder: Path, content: Content, progress: Progress, manifest: Manifest) -> None:
    """Write every file of the release into ``folder``, the manifest last."""
    progress("store")
    _write_store(folder / "store", content)
    forms = forms_of(content.published)
    write_forms(folder, forms)
    statements = Statements(content.published, content.reifiers, forms)
    write_contents(folder, folder / "store", statements, manifest, progress)
    for iri, name in manifest.texts.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content.texts[iri], encoding="utf-8", newline="")
    progress("manifest")
    write_manifest(folder, replace(manifest, files=record_all(folder)))


def _write_store(path: Path, content: Content) -> None:
    """Load the named graphs, and their merge as default graph, each triple once."""
    store = Store(str(path))
    merge = {Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in content.published}
    store.bulk_extend([*content.published, *content.reifiers, *sorted(merge, key=str)])
    store.optimize()
    store.flush()


def _manifest(project: Project, content: Content, publication: Publication) -> Manifest:
    """Return what is known of the release before its files are written."""
    created = now()
    identifier = content.identifier
    triples = {q.triple for q in content.published}
    classes = members(q for f in project.having(Role.DATA) for q in f.quads)
    graphs = Counter(
        q.graph_name.value for q in content.published if isinstance(q.graph_name, NamedNode)
    )
    return Manifest(
        id=identifier,
        version=f"{created:%Y-%m-%d}-{identifier}",
        created=created.isoformat(),
        commit=_commit(project.root),
        base=project.addresses.base,
        languages=project.languages,
        counts={
            "triples": len(triples),
            "things": len(project.types),
            "documents": len(project.documents),
            "claims": len(project.claims),
        },
        classes=dict(sorted(classes.items())),
        graphs=dict(sorted(graphs.items())),
        prefixes=project.prefixes,
        value_classes=tuple(sorted(c.value for c in project.value_classes)),
        files={},
        roles={f.graph.value: f.role.value for f in project.files if f.role is not Role.DATA},
        corrections=publication.corrections,
        texts={iri: f"texts/{n}.txt" for n, iri in enumerate(sorted(content.texts), 1)},
        tables=dict(sorted(content.tables.items())),
    )


def _commit(root: Path) -> str | None:
    """Return the git commit of the project's folder, None where there is none."""
    try:
        found = subprocess.run(  # noqa: S603 - no shell, nothing from outside but the folder
            ["git", "-C", str(root), "rev-parse", "HEAD"],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() or None
