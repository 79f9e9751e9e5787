"""Whatever is asked, a real server answers it or says why not, and lives."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import SMALL
from kizuna.formats import FORMATS
from kizuna.release import Release
from live import Live, serving
from wild import QUERIES

BODIES = (
    QUERIES.map(str.encode) | st.text().map(lambda t: t.encode("utf-8", "replace")) | st.binary()
)
RANGES = st.tuples(
    st.sampled_from([*(name for form in FORMATS for name in form.media_types), "*/*", "text/*"]),
    st.sampled_from(["", ";q=0", ";q=0.5", ";q=1", ";q=2", ";charset=utf-8", ";"]),
).map("".join)
ACCEPTS = st.lists(RANGES, max_size=4).map(", ".join) | st.text(
    st.characters(min_codepoint=32, max_codepoint=126), max_size=60
)
TOLD = {200, 400, 403, 406, 413, 422, 504}
"""An answer, or what is wrong with the request; 504 for a query past its second."""


@pytest.fixture(scope="module")
def live(small_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("anything")
    project = shutil.copytree(SMALL, folder / "project")
    releases = shutil.copytree(small_release.folder.parent, folder / "releases", symlinks=True)
    with serving(str(project), "--releases", str(releases), KIZUNA_QUERY_SECONDS="1") as server:
        yield server


@pytest.mark.embedded("what another engine makes of nonsense is its own affair")
@settings(max_examples=300, deadline=None)
@given(body=BODIES, accept=ACCEPTS)
def test_any_query_in_any_format_is_answered_or_refused(
    live: Live, body: bytes, accept: str
) -> None:
    headers = {"content-type": "application/sparql-query", "accept": accept}
    answer = live.client.post("/sparql", content=body, headers=headers)
    assert answer.status_code in TOLD, answer.text
    assert live.ask("ASK { ?s ?p ?o }", "application/sparql-results+json").endswith("true}")
