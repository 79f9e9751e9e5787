"""A release is described as it described itself, whatever the files say later."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Triple

from kizuna.engine import DescriptionIndex
from kizuna.release import Release, Releases
from kizuna.release.archive import archive
from kizuna.release.catalogue import Parts, catalogue, datasets, source_of
from kizuna.vocabulary import term
from support import BASE, build, copy_bridge, edit


def test_old_releases_stand_without_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "MOST_WITH_FILES", 1)
    root = copy_bridge(tmp_path / "bridge")
    (root / FILE).write_text(ABOUT, encoding="utf-8")
    first = build(root)
    edit(root / FILE, '"Bridge"@en', '"New bridge"@en')
    second = build(root)
    index = DescriptionIndex(second.index)
    source = source_of(second, index)
    index.close()
    found = catalogue(source)
    node = f"{BASE}dumps/{first.id}#dataset"
    assert not values(found, node, "dcat:distribution")
    assert values(found, node, "dct:license") == {BY}
    assert values(found, f"{BASE}dumps/{second.id}#dataset", "dcat:distribution")
    assert values(found, f"{BASE}catalog#releases", "dcat:first") == {node}
    own = Parts(source, found).of(NamedNode(node))
    files = values(own, node, "dcat:distribution")
    assert f"{BASE}dumps/{first.id}#dataset.ttl.gz" in files
    for file in files:
        assert values(own, file, "dcat:byteSize")
        for form in values(own, file, "dct:format"):
            assert values(own, form, "skos:inScheme")


FILE = "data/ttl/about.ttl"
BY = "https://creativecommons.org/licenses/by/4.0/"
ZERO = "https://creativecommons.org/publicdomain/zero/1.0/"
ABOUT = f"""@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .

<{BASE}id/dataset/bridge> a dcat:Dataset ;
    dct:title "Bridge"@en , "Brücke"@de ;
    dct:description "Invented facts about a bridge between two ports, for tests."@en ;
    dct:license <{BY}> ;
    dct:publisher <{BASE}catalog#keepers> .

<{BASE}catalog#keepers> a foaf:Agent ; foaf:name "Bridge keepers"@en .
<{BY}> a dct:LicenseDocument ; dct:title "CC BY"@en .
"""


def described(release: Release) -> list[Triple]:
    index = DescriptionIndex(release.index)
    found = catalogue(source_of(release, index))
    index.close()
    return found


def values(triples: list[Triple], subject: str, name: str) -> set[str]:
    return {
        str(getattr(t.object, "value", ""))
        for t in triples
        if t.subject == NamedNode(subject) and t.predicate == term(name)
    }


@pytest.mark.parametrize("is_archived", [False, True], ids=["kept", "archived"])
def test_an_earlier_release_keeps_its_title_and_licence(
    tmp_path: Path, *, is_archived: bool
) -> None:
    root = copy_bridge(tmp_path / "bridge")
    (root / FILE).write_text(ABOUT, encoding="utf-8")
    first = build(root)
    for old, new in (
        ('"Bridge"@en', '"New bridge"@en'),
        (f"dct:license <{BY}>", f"dct:license <{ZERO}>"),
    ):
        edit(root / FILE, old, new)
    edit(root / FILE, f"<{BY}> a dct", f"<{ZERO}> a dct")
    second = build(root)
    if is_archived:
        archive(first.folder)
    found = described(Releases(root / "releases").get(second.id))
    for release, title, code in ((first, "Bridge", "cc-by/4.0"), (second, "New bridge", "cc-zero")):
        place = f"{BASE}dumps/{release.id}"
        assert f"{title} ({release.manifest.version})" in values(
            found, f"{place}#dataset", "dct:title"
        )
        licence = f"http://dcat-ap.de/def/licenses/{code}"
        assert values(found, f"{place}#dataset.ttl", "dct:license") == {licence}
        assert values(found, licence, "dct:title")
    assert "New bridge" in values(found, f"{BASE}id/dataset/bridge", "dct:title")
    assert values(found, f"{BASE}catalog#dataset.ttl", "dct:license") == {
        "http://dcat-ap.de/def/licenses/cc-zero"
    }
