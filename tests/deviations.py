"""Where engines of others answer otherwise than SPARQL 1.1 wants, or than kizuna's own engine does.

Each is an expected failure of the tests that it names, and one that fails no more is an error. The
same rows stand in ``docs/engines.md``, where a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Deviation:
    """What an engine does, as the first column in docs/engines.md says it, and where it shows.

    ``at_times``: tests that fail in some runs, as which rows are lost differs from run to run.
    """

    engine: str
    what: str
    tests: tuple[str, ...]
    at_times: tuple[str, ...] = ()


def _rows(*names: str) -> tuple[str, ...]:
    return tuple(f"test_engines.py::test_rows[{name}]" for name in names)


def _errors(*names: str) -> tuple[str, ...]:
    return tuple(f"test_engines.py::test_errors[{name}]" for name in names)


def _questions(*names: str) -> tuple[str, ...]:
    test = "test_queries.py::test_is_answered_as_the_documents_answer_it"
    return tuple(f"{test}[{name}]" for name in names)


V = "virtuoso"
DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        V,
        "a path with `*` beside other patterns may find nothing: "
        "`?x a/rdfs:subClassOf* kz:Event ; skos:prefLabel ?l`",
        (
            *_rows("path joined"),
            "test_sparql.py::test_saved_queries",
            *_questions("agreements", "agreements-older-than", "different-roles"),
            *_questions("events-in-japan"),
            "test_queries.py::test_undated_agreement_is_neither_old_nor_new",
            "test_queries.py::test_taking_part_and_supporting_stay_apart",
        ),
        at_times=("test_queries.py::test_memorandum_of_2010_has_no_thuringian_party",),
    ),
    Deviation(
        V,
        "an `OPTIONAL` that holds `UNION` or `EXISTS` beside others may bind nothing",
        _questions("quoted-persons", "rit-participants", "speakers"),
    ),
    Deviation(
        V,
        "`ORDER BY` a computed label, and `GROUP_CONCAT` over an ordered subquery, order otherwise",
        _questions("documents", "events-at-a-place", "open-questions", "timeline"),
    ),
    Deviation(
        V,
        "a `FILTER` beside an `OPTIONAL` that joins with other endpoints may be left out",
        _questions(
            "areas-in-wikidata", "other-agreements-in-wikidata", "partner-cities-in-wikidata"
        ),
    ),
    Deviation(
        V,
        r"`\u…` in IRIs and `\/` in prefixed names are syntax errors",
        _rows("escaped iri", "escaped name"),
    ),
    Deviation(V, "`1 / 2` is 0", _rows("division")),
    Deviation(V, "`LANGMATCHES` gives 1, not true, as a column", _rows("matches")),
    Deviation(
        V,
        "`BNODE()` is not implemented, a computed `true` is the integer 1",
        ("test_sparql.py::test_computed_terms_in_a_table",),
    ),
    Deviation(V, '`sameTerm(?x, "a")` finds nothing', _rows("same term")),
    Deviation(V, '`IRI("…")` does not resolve relative IRIs', _rows("iri")),
    Deviation(
        V,
        '`ENCODE_FOR_URI` leaves letters beyond ASCII and adds `%00`; `UCASE("ß")` is `ß`',
        _rows("encode", "sharp s"),
    ),
    Deviation(
        V,
        "`ASK { GRAPH <…> {} }` is true for graphs that are not there",
        ("test_engines.py::test_truths[ask no graph]",),
    ),
    Deviation(
        V,
        "variables that are not grouped or bound twice are no error",
        _errors("grouped wrongly", "bound twice"),
    ),
    Deviation(
        V,
        "of a syntax error it tells the line, not the column",
        ("test_sparql.py::test_a_bad_query_says_in_which_column",),
    ),
    Deviation(
        "fuseki",
        "an unknown function is no error of the query: `FILTER` drops the row, a column stays empty",
        ("test_sparql.py::test_an_unknown_function_is_named",),
    ),
)
