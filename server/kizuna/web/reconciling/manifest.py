"""The manifest of the service, in the forms of both versions of the specification."""

from __future__ import annotations

from itertools import islice
from typing import Any

from pyoxigraph import NamedNode

from kizuna import __version__
from kizuna.engine.fulltext import NAME_PREDICATES
from kizuna.web.reader import Reader
from kizuna.web.reconciling.asked import MOST_QUERIES
from kizuna.web.reconciling.extending import settings
from kizuna.web.reconciling.saying import Speaker

PATH, DRAFT_PATH = "reconcile", "reconcile/draft"
OLD, DRAFT = "0.2", "1.0-draft"
SUGGESTED = ("entity", "type", "property")
WIDTH, HEIGHT = 420, 260
"""Pixels that a preview takes."""
MOST_TYPES = 16
_PROBED = 3
"""Members of a class that are looked at to see whether they have names."""
Json = dict[str, Any]


def old_manifest(reader: Reader, root: str) -> Json:
    """Return the manifest of 0.2 (section 3.1); the server is reached at ``root``."""
    speaker = Speaker(reader)
    here = f"{root}/{PATH}"
    return {
        "versions": [OLD],
        **_common(speaker, root),
        "identifierSpace": speaker.ids.things,
        "schemaSpace": speaker.ids.schema,
        "view": {"url": f"{here}/view?id={{{{id}}}}{_language(reader, '&')}"},
        "preview": {
            "url": f"{here}/preview?id={{{{id}}}}{_language(reader, '&')}",
            "width": WIDTH,
            "height": HEIGHT,
        },
        "suggest": {
            what: {
                "service_url": here,
                "service_path": f"/suggest/{what}",
                "flyout_service_url": here,
                "flyout_service_path": f"/flyout/{what}?id=${{id}}{_language(reader, '&')}",
            }
            for what in SUGGESTED
        },
        "extend": {
            "propose_properties": {"service_url": here, "service_path": "/extend/propose"},
            "property_settings": list(settings(reader, "name", "label", "help_text")),
        },
    }


def draft_manifest(reader: Reader, root: str) -> Json:
    """Return the manifest of the draft (section "Service Manifest")."""
    return {
        "versions": [DRAFT],
        **_common(Speaker(reader, named=True), root),
        "lang": reader.language,
        "view": {"url": f"{root}/id/{{+id}}"},
        "preview": {"width": WIDTH, "height": HEIGHT},
        "suggest": dict.fromkeys(SUGGESTED, True),
        "extend": {
            "proposeProperties": True,
            "propertySettings": list(settings(reader, "id", "name", "helpText")),
        },
        "standardizedScore": True,
    }


def _common(speaker: Speaker, root: str) -> Json:
    reader = speaker.reader
    return {
        "name": reader.best(reader.site.about.titles).text or reader.site.addresses.base,
        "documentation": f"{root}/catalog",
        "logo": f"{root}/static/favicon.svg",
        "serviceVersion": __version__,
        "defaultTypes": [speaker.kind(kind) for kind in _default_kinds(speaker)],
        "batchSize": MOST_QUERIES,
    }


def _language(reader: Reader, sign: str) -> str:
    return f"{sign}lang={reader.language}" if reader.chosen else ""


def _default_kinds(speaker: Speaker) -> list[NamedNode]:
    """Return classes whose members have names, those first that somebody looks for.

    That is what the project's pages lead to and compare, then what has the most members, then what
    is only there to have narrower classes. A class is left out where a narrower one has as many:
    that says more of the same things.
    """
    pages, classes = speaker.reader.site.pages, speaker.reader.site.classes
    led_to = (kind for group in pages.all_navigation for kind in group.classes)
    named = list(dict.fromkeys((*led_to, *pages.compared)))

    def place(kind: NamedNode) -> tuple[int, int, str]:
        if kind in named:
            return 0, named.index(kind), kind.value
        if 2 * classes.counts.get(kind, 0) >= classes.count(kind):
            return 1, -classes.count(kind), kind.value
        return 2, classes.count(kind), kind.value

    telling = (
        kind
        for kind in sorted(classes.slugs.values(), key=place)
        if kind in named
        or all(classes.count(n) < classes.count(kind) for n in classes.narrower.get(kind, ()))
    )
    return list(islice((kind for kind in telling if _has_names(speaker, kind)), MOST_TYPES))


def _has_names(speaker: Speaker, kind: NamedNode) -> bool:
    site = speaker.reader.site
    things = (t for t in site.classes.members(kind) if site.addresses.is_thing(t.value))
    probed = list(islice(things, _PROBED))
    return bool(probed) and all(
        any(quad.predicate in NAME_PREDICATES for quad in site.index.outgoing(thing))
        for thing in probed
    )
