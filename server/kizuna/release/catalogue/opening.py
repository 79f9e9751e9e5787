"""What the catalogue of a release on disk is made of."""

from __future__ import annotations

from contextlib import suppress

from pyoxigraph import NamedNode, RdfFormat, parse

from kizuna.engine import DescriptionIndex
from kizuna.errors import ReleaseBroken
from kizuna.release.archive import folder_of, lasting
from kizuna.release.catalogue.facts import Facts, read_facts
from kizuna.release.catalogue.whole import Source
from kizuna.release.dumps import FACTS, statements_of
from kizuna.release.figures import Figures, read_figures
from kizuna.release.manifest import Manifest
from kizuna.release.release import Release
from kizuna.vocabulary import DCAT_DATASET, RDF_TYPE


def source_of(release: Release, index: DescriptionIndex) -> Source:
    """Return of what the catalogue is made when ``release``, which is whole, is the current one.

    One that an older kizuna has built has no figures.
    """
    manifest = release.manifest
    datasets = (q.subject for q in index.incoming(DCAT_DATASET) if q.predicate == RDF_TYPE)
    described = (NamedNode(f"{manifest.base}catalog"), *datasets)
    graphs = {
        q.graph_name
        for node in described
        if isinstance(node, NamedNode)
        for q in index.outgoing(node)
    }
    named = sorted((g for g in graphs if isinstance(g, NamedNode)), key=str)
    quads = (q for graph in named for q in statements_of(release.dumps, graph))
    others = [m for m in lasting(release.folder.parent) if m.id != manifest.id]
    facts = read_facts(quads, manifest.base)
    own = {m.id: said for m in others if (said := _said_then(release, m)) is not None}
    return Source(facts, _figures(release), manifest, tuple(others), own)


def _said_then(release: Release, other: Manifest) -> Facts | None:
    """Return what an earlier release says of itself; None where an older kizuna has built it."""
    folder = folder_of(release.folder.parent, other.id)
    if folder is None or FACTS not in other.files or other.base != release.manifest.base:
        return None
    try:
        return read_facts(parse((folder / FACTS).read_bytes(), RdfFormat.N_QUADS), other.base)
    except (OSError, SyntaxError):
        return None


def _figures(release: Release) -> Figures | None:
    with suppress(ReleaseBroken):
        return read_figures(release.folder)
    return None
