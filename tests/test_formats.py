"""The one table of formats: complete, without doubt, and as the engine knows it."""

from __future__ import annotations

import pytest

from kizuna.formats import BY_SUFFIX, FORMATS, HTML, RDF_XML, TURTLE, Format, Kind, carrying


@pytest.mark.parametrize("form", FORMATS, ids=lambda f: f.name)
def test_the_engine_knows_the_format_by_the_same_names(form: Format) -> None:
    engine = form.rdf or form.results
    if form is HTML:
        assert engine is None
        return
    assert engine is not None
    assert engine.media_type == form.media_type or form.suffix in {"csv", "tsv"}
    assert type(engine).from_media_type(form.media_type) == engine
    assert form.suffix in {"rdf", "xml", "json"} or engine.file_extension == form.suffix


@pytest.mark.parametrize("form", FORMATS, ids=lambda f: f.name)
def test_what_a_format_carries_fits_what_writes_it(form: Format) -> None:
    graphs = {Kind.GRAPH, Kind.DATASET}
    assert bool(form.kinds & graphs) == (form.rdf is not None)
    assert bool(form.kinds & {Kind.ROWS, Kind.TRUTH}) == (form.results is not None)
    if form.rdf and form.suffix != "jsonld":
        assert form.rdf.supports_datasets == (Kind.DATASET in form.kinds)
    assert form.file_type.startswith("http://publications.europa.eu/")
    assert form.content_type.partition(";")[0] == form.media_type


def test_a_media_type_means_one_format_per_kind() -> None:
    for kind in Kind:
        types = [m for f in carrying(kind) for m in f.media_types]
        assert len(types) == len(set(types)), kind
        assert types, kind
    assert len(BY_SUFFIX) == len(FORMATS)
    assert len({f.file_type for f in FORMATS}) == len(FORMATS)


def test_charset_is_told_where_text_needs_it() -> None:
    assert TURTLE.content_type == "text/turtle; charset=utf-8"
    assert RDF_XML.content_type == "application/rdf+xml"
    for form in FORMATS:
        assert form.charset or not form.media_type.startswith("text/")
