"""A site: one release with all that a request handler may use of it."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kizuna.checks.pages import Pages
from kizuna.checks.questions import SavedQuery, readable_queries
from kizuna.checks.showing import FILE as PAGES_FILE
from kizuna.checks.showing import read_pages
from kizuna.engine import FRAGMENTS_FILE, DescriptionIndex, Engine, Fragments
from kizuna.engine.federation import Federated
from kizuna.engine.remote import RemoteEngine
from kizuna.errors import ProjectError
from kizuna.iris import Addresses
from kizuna.release import (
    Manifest,
    News,
    Release,
    Tombstone,
    news_of,
    read_tombstones,
    read_touched,
)
from kizuna.release.catalogue import Parts, Source, catalogue, source_of
from kizuna.release.catalogue.services import SERVICES, Service
from kizuna.release.dumps import statements_of
from kizuna.release.history import read_history
from kizuna.vocabulary import (
    DCAT_DATASET,
    DCT_DESCRIPTION,
    DCT_TITLE,
    PREFIXES,
    RDF_TYPE,
    term,
)
from kizuna.web.cache import Cache
from kizuna.web.classes import Classes, read_classes
from kizuna.web.crawling.parts import ThingParts
from kizuna.web.holding import Holding
from kizuna.web.lending import Lending
from kizuna.web.lists.store import ListStore
from kizuna.web.names import Names
from kizuna.web.oai.records import Repository, repository
from kizuna.web.ordering import Ordering
from kizuna.web.prepared.naming import place
from kizuna.web.prepared.reading import Prepared
from kizuna.web.reconciling.ways import Ways
from kizuna.web.terms.known import Terms, read_terms
from kizuna.web.turns import MOST_EACH, Turns

_log = logging.getLogger(__name__)
_LICENSE, _CREATOR, _PUBLISHER = (term(f"dct:{n}") for n in ("license", "creator", "publisher"))
FRESH_SECONDS = 5.0
"""How long answers of an engine elsewhere are kept: what it holds may change."""
MATCHING_PLACES = 2
MOST_PAST = 3
"""How many earlier releases are open at once."""


@dataclass(frozen=True, slots=True)
class About:
    """What the catalogue says of the dataset; empty where it says nothing."""

    titles: tuple[Literal, ...] = ()
    descriptions: tuple[Literal, ...] = ()
    license: NamedNode | None = None
    authors: tuple[NamedNode, ...] = ()
    dataset: NamedNode | None = None


@dataclass(frozen=True, repr=False)
class Site(Holding):
    """A release, who answers queries on it, and what was read from it when it was opened."""

    release: Release
    index: DescriptionIndex
    engine: Engine
    queries: tuple[SavedQuery, ...]
    pages: Pages
    addresses: Addresses
    languages: tuple[str, ...]
    prefixes: dict[str, str]
    about: About
    names: Names
    classes: Classes
    terms: Terms
    ordering: Ordering
    cache: Cache
    things: ThingParts
    fragments: Fragments | None = None
    """None where the release has none: not yet, or it is older than they are."""
    prepared: Prepared = field(default_factory=Prepared)
    """What was made before anybody asked for it."""
    lists: ListStore = field(default_factory=ListStore)
    tombstones: Mapping[str, Tombstone] = field(default_factory=dict)
    examples: Mapping[str, str] = field(default_factory=dict)
    """Turtle by the local name of the own class that it shows in use."""
    plans: dict[bytes, Any] = field(default_factory=dict)
    """What is decided already of requests that differ in the thing alone (``web.plans``)."""
    readers: dict[tuple[str, bool], Any] = field(init=False, default_factory=dict)
    """Its readers by language, and whether they chose it (``web.reader``)."""
    turns: Turns = field(default_factory=Turns)
    """Of those who search."""
    drawing: Turns = field(default_factory=Turns)
    """Of those who want lists, comparisons and pictures."""
    matching: Turns = field(default_factory=lambda: Turns(MATCHING_PLACES))
    """Of those who match their names with things."""
    past: Lending[Site] = field(default_factory=lambda: Lending(MOST_PAST))
    """This site with earlier releases (``web.past``)."""
    services: tuple[Service, ...] = SERVICES
    """The interfaces for programs that there are."""
    wanted: threading.Event = field(default_factory=threading.Event)
    """Set when somebody asks for what the release has only once it is filled."""

    def __repr__(self) -> str:
        return f"<site of release {self.release.id}>"

    @property
    def manifest(self) -> Manifest:
        """The manifest of the release."""
        return self.release.manifest

    @cached_property
    def modified(self) -> datetime:
        """When what is served here last may have changed."""
        return self.release.since

    @cached_property
    def ways(self) -> Ways:
        """The facets of the project's lists as properties."""
        return Ways(self.names, self.pages)

    @property
    def endpoint(self) -> str:
        """The IRI of the SPARQL endpoint, the base of relative IRIs in queries."""
        return f"{self.addresses.base}sparql"

    @cached_property
    def dataset_page(self) -> str | None:
        """The path of the page of the dataset, None where it has none: it links to all files."""
        dataset = self.about.dataset
        return self.addresses.page(dataset.value) if dataset is not None else None

    @cached_property
    def news(self) -> News | None:
        """What is new in the release; it is looked for once, when somebody wants to know."""
        return news_of(self.release.folder.parent, self.manifest)

    @cached_property
    def source(self) -> Source:
        """Of what the catalogue is made."""
        return replace(source_of(self.release, self.index), services=self.services)

    @cached_property
    def catalogue(self) -> list[Triple]:
        """The catalogue; it is made once, when somebody wants it."""
        return catalogue(self.source)

    @cached_property
    def parts(self) -> Parts:
        """The catalogue, by what it describes."""
        return Parts(self.source, self.catalogue)

    @cached_property
    def repository(self) -> Repository:
        """The records of the catalogue for harvesters; they are looked up once as well."""
        steps = read_history(self.release.folder.parent)
        return repository(self.source, self.catalogue, self.modified, steps)

    def query(self, name: str) -> SavedQuery | None:
        """Return the saved query with this name."""
        return next((query for query in self.queries if query.name == name), None)

    def full_text(self, document: NamedNode) -> str | None:
        """Return the whole text of a document, None where it is not published."""
        name = self.manifest.texts.get(document.value)
        if name is None:
            return None
        with (self.release.folder / name).open(encoding="utf-8", newline="") as file:
            return file.read()

    def graph(self, graph: NamedNode) -> Iterator[Quad]:
        """Yield the statements of one named graph as they were parsed."""
        return statements_of(self.release.dumps, graph)

    def close(self) -> None:
        """Give back the engine and the index; no request may be using them.

        Readers know their site. Without that ring it goes as soon as nobody uses it, which the
        collector would not see to: it looks at nothing that the process began with.
        """
        for holder in (self, *self.readers.values()):
            holder.forget()
        self.readers.clear()
        self.past.close()
        self.engine.close()
        self.index.close()
        self.prepared.close()
        if self.fragments is not None:
            self.fragments.close()


def open_site(
    release: Release, engine: Engine, queries_folder: Path, per_client: int = MOST_EACH
) -> Site:
    """Return the site that serves ``release``, its queries answered by ``engine``.

    ``per_client`` batches of names may be under way for one client.
    A saved query that is none is left out and logged: it must not keep the good ones from readers.
    The examples of the ontology's classes, and what pages show, stand in the same project as they.

    Raises ReleaseBroken when the index is unreadable.
    """
    manifest = release.manifest
    queries, unreadable = readable_queries(queries_folder, manifest.base)
    for error in unreadable:
        _log.warning("left out: %s", error.message)
    folder = queries_folder.parent
    index = DescriptionIndex(release.index if manifest.filled else None)
    facts = facts_of(index, manifest)
    prepared = Prepared(place(release, folder))
    prepared.look()
    return Site(
        release=release,
        index=index,
        engine=engine,
        queries=queries,
        pages=_pages(folder, manifest),
        **facts,
        tombstones=read_tombstones(release.folder.parent),
        things=ThingParts(
            index, facts["names"], facts["addresses"], read_touched(release.folder.parent, manifest)
        ),
        examples=_examples(folder / "ontology" / "examples"),
        fragments=Fragments(release.fragments) if FRAGMENTS_FILE in manifest.files else None,
        prepared=prepared,
        matching=Turns(MATCHING_PLACES, most_each=per_client),
        cache=Cache(seconds=FRESH_SECONDS if _is_elsewhere(engine) else math.inf),
    )


def facts_of(index: DescriptionIndex, manifest: Manifest) -> dict[str, Any]:
    """Return what a site reads from its release when it is opened, by the names of its fields."""
    languages = manifest.languages or ("en",)
    prefixes = {**manifest.prefixes, **PREFIXES}
    value_classes = frozenset(map(NamedNode, manifest.value_classes))
    return {
        "addresses": Addresses(manifest.base),
        "languages": languages,
        "prefixes": prefixes,
        "about": _about(index),
        "names": Names(index, languages, prefixes, value_classes),
        "classes": read_classes(index, manifest),
        "terms": read_terms(index, manifest),
        "ordering": Ordering(index),
    }


def _pages(folder: Path, manifest: Manifest) -> Pages:
    """Return what the project's file says of its pages; what cannot be read is as if not there."""
    try:
        return read_pages(folder / PAGES_FILE, manifest.prefixes)
    except ProjectError as error:
        _log.warning("left out: %s", error.message)
        return Pages()


def _is_elsewhere(engine: Engine) -> bool:
    own = engine.engine if isinstance(engine, Federated) else engine
    return isinstance(own, RemoteEngine)


def _examples(folder: Path) -> dict[str, str]:
    """Return the texts of the Turtle files in ``folder``, by stem; what is no UTF-8 is left out."""
    found = {}
    for path in sorted(folder.glob("*.ttl")):
        with suppress(OSError, UnicodeDecodeError):
            found[path.stem] = path.read_text(encoding="utf-8")
    return found


def _about(index: DescriptionIndex) -> About:
    """Return what is said of the first dataset that the catalogue describes."""
    incoming = index.incoming(DCAT_DATASET)
    datasets = sorted((q.subject for q in incoming if q.predicate == RDF_TYPE), key=str)
    if not datasets or not isinstance(datasets[0], NamedNode):
        return About()
    stated = index.outgoing(datasets[0])
    return About(
        titles=_literals(stated, DCT_TITLE),
        descriptions=_literals(stated, DCT_DESCRIPTION),
        license=next(iter(_nodes(stated, _LICENSE)), None),
        authors=_nodes(stated, _CREATOR) or _nodes(stated, _PUBLISHER),
        dataset=datasets[0],
    )


def _nodes(quads: tuple[Quad, ...], predicate: NamedNode) -> tuple[NamedNode, ...]:
    found = {q.object for q in quads if q.predicate == predicate}
    return tuple(sorted((x for x in found if isinstance(x, NamedNode)), key=str))


def _literals(quads: tuple[Quad, ...], predicate: NamedNode) -> tuple[Literal, ...]:
    return tuple(
        quad.object
        for quad in quads
        if quad.predicate == predicate and isinstance(quad.object, Literal)
    )
