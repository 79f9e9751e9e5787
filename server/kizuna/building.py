"""Checking and building as the command line does it, with progress and findings told."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from kizuna.checks import OUTPUTS, Report, check_project
from kizuna.checks.output import summary
from kizuna.checks.questions import readable_queries
from kizuna.errors import KizunaError, NoRelease, SettingsError, UsageError
from kizuna.project import DocumentState, Project, load_project
from kizuna.project.load import LOCK_FILE
from kizuna.project.lock import lock_of, write_lock
from kizuna.release import Publication, Release, Releases, build_release
from kizuna.release.catalogue.checking import with_catalogue
from kizuna.release.contents import Progress
from kizuna.settings import FILE_NAME, Settings, bare_settings

_NO_BASE = "http://localhost/"


def checked(settings: Settings, told: Console) -> tuple[Project, Report]:
    """Return the project with its report.

    Raises SettingsError for a setting that does not fit the project, and what loading raises.
    """
    with told.status("reading the project") as status:
        project = load_project(
            settings.root, settings.addresses, settings.languages, settings.documents
        )
        _check_full_texts(settings, project, told)
        status.update("checking")
        report = with_catalogue(project, check_project(project), tables_of(project))
    return project, report


def update_lock(project: Project, report: Report, told: Console) -> None:
    """Bring the lock up to date where texts are here; quotes of absent texts keep their place."""
    if not report.conforms or all(d.state is DocumentState.ABSENT for d in project.documents):
        return
    path = project.root / LOCK_FILE
    texts = {d.iri.value: d.sha256 for d in project.documents}
    try:
        if write_lock(path, lock_of(report.located, texts)):
            told.print(f"{path}: brought up to date; commit it with your change.")
    except OSError as error:
        told.print(f"{path}: warning: could not be brought up to date: {error.strerror}")


def built(settings: Settings, releases: Releases, told: Console) -> Release:
    """Return a new release of the project; findings are told, the lock is brought up to date.

    Raises FindingsError when there are violations, and UnavailableError.
    """
    project, report = checked(settings, told)
    update_lock(project, report, told)
    if not report.conforms:
        told.print(OUTPUTS["text"](report))
    with told.status("building") as status:
        release = released(settings, project, report, releases, status.update)
    told.print(summary(report))
    return release


def released(
    settings: Settings,
    project: Project,
    report: Report,
    releases: Releases,
    progress: Progress = lambda _: None,
) -> Release:
    """Return a new release of a project that has been checked.

    Raises what ``build_release`` raises.
    """
    publication = Publication(settings.full_texts, settings.corrections, tables_of(project))
    return build_release(project, report, releases, progress, publication)


def tables_of(project: Project) -> dict[str, str]:
    """Return the saved queries, by name, whose answers are files of the release."""
    queries, _ = readable_queries(project.root / "queries", project.addresses.base)
    return {query.name: query.text for query in queries if query.is_table}


def _check_full_texts(settings: Settings, project: Project, told: Console) -> None:
    """Tell of texts that are to be published whole and are not here.

    Raises SettingsError where one is of no document of the project.
    """
    known = {d.iri.value: d for d in project.documents}
    for iri in settings.full_texts:
        if iri not in known:
            raise SettingsError(
                f"{settings.root / FILE_NAME}: full_texts has {iri!r}, "
                "which is no document of the project",
                hint=f"Documents are: {', '.join(sorted(known)) or 'none'}.",
            )
        if known[iri].text is None:
            told.print(f"{known[iri].path}: is not here, so its page has the quotes alone.")


def current_or_built(settings: Settings, releases: Releases, told: Console) -> None:
    """Build what is to be served where there is nothing yet.

    Raises what ``built`` raises.
    """
    try:
        told.print(f"Serving {releases.current().id} until the project has been looked at.")
    except NoRelease:
        built(settings, releases, told)


def current_or_last_good(settings: Settings, releases: Releases, told: Console) -> None:
    """Build what is to be served; where that fails, pass if there is a good release already.

    A release that was written over HTTP stays: no file of the project has what was written.
    """
    try:
        current = releases.current().manifest
    except NoRelease:
        current = None
    if current is not None and current.parent is not None:
        told.print(
            f"Serving {current.id}, which was written over HTTP on the build {current.origin}. "
            "kizuna build replaces it."
        )
        return
    try:
        built(settings, releases, told)
    except KizunaError as error:
        try:
            release = releases.current()
        except NoRelease:
            raise error from None
        told.print(f"{error}\nServing the last good release {release.id}.")


def last_good_with_defaults(
    root: Path, named: Path | None, error: UsageError, told: Console
) -> tuple[Settings, Releases]:
    """Return with what to serve the last good release of a project whose settings are ``error``.

    Its folder is the one that is ``named``, or that of the environment, or the default one.

    Raises ``error`` when there is no good release, and SettingsError for the environment.
    """
    releases = Releases(named or bare_settings(_NO_BASE, root=root).releases)
    try:
        release = releases.current()
    except NoRelease:
        raise error from None
    told.print(
        f"{error}\nServing the last good release {release.id} of {releases.folder}, with default "
        "settings: nothing is built until this is mended."
    )
    return bare_settings(release.manifest.base, root=root), releases
