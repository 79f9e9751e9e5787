"""What cannot be ordered by the engine is ordered by kind first, and else as it would have been."""

from __future__ import annotations

import asyncio
import json
import random
import struct
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions, Store

from kizuna.engine import Answer, Limits, Pool, Query, orders
from kizuna.engine.orders import by_kind
from kizuna.errors import QueryCrashed
from kizuna.formats import BY_SUFFIX, Kind
from wild import CIRCLES

FORMATS = {Kind.ROWS: BY_SUFFIX["json"]}
XSD = "http://www.w3.org/2001/XMLSchema#"
PROLOGUE = f"PREFIX xsd: <{XSD}>\n"
NUMBERS = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "float", "int")}

# fmt: off
REWRITTEN = [
    # what follows the pattern                what follows it then, with each condition as it is read
    ("ORDER BY ?x",                           "ORDER BY  ASC((?x)) "),
    ("ORDER BY ?x LIMIT 3",                   "ORDER BY  ASC((?x))  LIMIT 3"),
    ("order by desc(?x)offset 1",             "order by  DESC((?x)) offset 1"),
    ("ORDERBY?x LIMIT5",                      "ORDERBY ASC((?x))  LIMIT5"),
    ("ORDER BY ASC(?x) $y DESC(?z+1)",        "ORDER BY  ASC((?x))   ASC(($y))   DESC((?z+1)) "),
    ("ORDER # BY ?z\nBY # why\n ?x # x\n",    "ORDER # BY ?z\nBY # why\n  ASC((?x))  # x\n"),
    ("ORDER BY (?x + ?y) STR(?z)",            "ORDER BY  ASC((?x + ?y))   ASC((STR(?z))) "),
    ("ORDER BY (?x) + 1",                     "ORDER BY  ASC((?x))  + 1"),  # no query before either
    ("ORDER BY xsd:int(?x) <u:f>(?y, 1)",     "ORDER BY  ASC((xsd:int(?x)))   ASC((<u:f>(?y, 1))) "),
    ("ORDER BY COUNT(*)",                     "ORDER BY  ASC((COUNT(*))) "),
    ("GROUP BY ?x HAVING(?x) ORDER BY ?x",    "GROUP BY ?x HAVING(?x) ORDER BY  ASC((?x)) "),
    ("ORDER BY limit:x(?y) VALUES ?x { 1 }",  "ORDER BY  ASC((limit:x(?y)))  VALUES ?x { 1 }"),
    ("ORDER BY NOT EXISTS { ?a ?b ?x } ?x",   "ORDER BY NOT EXISTS { ?a ?b ?x }  ASC((?x)) "),
    ("ORDER BY (')' = ?x) ?y",                "ORDER BY  ASC((')' = ?x))   ASC((?y)) "),
    ("ORDER BY STR(<http://x/a)>) ?y",        "ORDER BY  ASC((STR(<http://x/a)>)))   ASC((?y)) "),
]
LEFT = [
    # query                                                          why its order is not known
    ("SELECT ?x { ?s ?p ?x }",                                       "there is none"),
    ("SELECT ?x { ?s ?p ?x } # ORDER BY ?x",                         "in a comment"),
    ("SELECT ?x { ?s ?p 'ORDER BY ?x' }",                            "in a string"),
    ("SELECT ?x { ?s ?p ?x } ORDER BY",                              "no condition"),
    ("SELECT ?x { ?s ?p ?x } ORDER BY x",                            "no call"),
    ("SELECT ?x { ?s ?p ?x } ORDER BY (?x",                          "does not end"),
    ("SELECT ?x { ?s ?p ?x FILTER(?x<'#>') } ORDER BY ?x # '",       "perhaps no IRI"),
    ("SELECT ?x { ?s ?p ?x } ORDER BY (?x<(?s)&&(?s)>?x)",           "an IRI hides brackets"),
    (f"SELECT ?x {{ ?s ?p ?x }} ORDER BY ({'?x + ' * 5_000} ?x)",    "it would be too long"),
]
# fmt: on


def bare(whole: str) -> list[str]:
    return [whole]


@pytest.mark.parametrize(("after", "expected"), REWRITTEN)
def test_what_is_ordered(after: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "_keys", bare)
    before = "SELECT ?x { ?s ?p ?x } "
    assert by_kind(before + after) == before + expected


def test_subqueries_are_ordered_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "_keys", bare)
    text = "SELECT ?x { { SELECT ?x { ?s ?p ?x } ORDER BY ?s LIMIT 1 } } ORDER BY DESC(?x)"
    assert by_kind(text) == (
        "SELECT ?x { { SELECT ?x { ?s ?p ?x } ORDER BY  ASC((?s))  LIMIT 1 } } ORDER BY  DESC((?x)) "
    )


@pytest.mark.parametrize(("query", "reason"), LEFT)
def test_what_is_not_clear_is_left(query: str, reason: str) -> None:
    assert by_kind(query) is None, reason


# fmt: off
ORDERED = [
    # values in the order that is expected
    ("UNDEF <u:a> <u:b> 1 'a'",                                            "kinds"),
    ("-3 9 10 1e2 'a' 'b'",                                                "numbers and texts"),
    ("9 10 '10 m' '9 m'",                                                  "a circle"),
    ("'-INF'^^xsd:double -1 0.5 'INF'^^xsd:float 'NaN'^^xsd:double",       "what is no finite number"),
    ("9007199254740992 9007199254740993 9007199254740994",                 "what doubles do not hold"),
    ("0.1 '0.1'^^xsd:float 0.2",                                           "a float is not a decimal"),
    ("'01'^^xsd:int 2 '3'^^xsd:int",                                       None),
    ("'2019-12-31'^^xsd:date '2020-01-01+09:00'^^xsd:date '2020-01-01'^^xsd:date", "dates"),
    ("'x'^^xsd:date '2020-01-01'^^xsd:date",                               "what is no date"),
    ("'2020-01-01T09:00:00+09:00'^^xsd:dateTime '2020-01-01T00:30:00'^^xsd:dateTime "
     "'2020-01-01T01:00:00Z'^^xsd:dateTime",                               "with and without a zone"),
    ("'-0600'^^xsd:gYear '-0500'^^xsd:gYear '2020'^^xsd:gYear",            "years"),
    ("'P9D'^^xsd:dayTimeDuration 'P10D'^^xsd:dayTimeDuration",             "durations"),
    ("'a'@de 'a'@en 'a' 'b' 'c'@en",                                       "texts in languages"),
    ("5 '0005'^^xsd:gYear '2020'^^xsd:gYear '3'",                          "kinds of literals"),
    ("'z' <<( <u:a> <u:p> 9 )>> <<( <u:a> <u:p> 10 )>> <<( <u:a> <u:p> '10 m' )>> "
     "<<( <u:a> <u:q> 1 )>> <<( <u:b> <u:p> 1 )>>",                        "triples"),
]
# fmt: on


def rows(text: str) -> list[str]:
    found = Store().query(PROLOGUE + text)
    assert isinstance(found, QuerySolutions)
    return [str(row[0]) for row in found]


@pytest.mark.parametrize(("values", "what"), ORDERED)
def test_order(values: str, what: str) -> None:
    expected = rows(f"SELECT ?x {{ VALUES ?x {{ {values} }} }}")
    for direction, turned in (("ASC", expected), ("DESC", expected[::-1])):
        pattern = f"{{ SELECT ?x {{ VALUES ?x {{ {values} }} }} }} BIND(RAND() AS ?r)"
        changed = by_kind(f"SELECT ?x {{ {pattern} }} ORDER BY {direction}(?x) ?r")
        assert changed is not None
        assert rows(changed) == turned, what


_instants = st.datetimes().map(lambda d: d.isoformat())
_zones = st.sampled_from(["", "Z", "+09:00", "-11:30"])
_typed = st.one_of(
    st.tuples(_instants, _zones, st.just("dateTime")),
    st.tuples(st.dates().map(str), _zones, st.just("date")),
    st.tuples(st.integers(-3000, 3000).map(lambda y: f"{y:05}" if y < 0 else f"{y:04}"), _zones,
              st.just("gYear")),
    st.tuples(st.sampled_from(["P1M", "P30D", "P31D", "PT5H", "-P1Y", "P1M2D"]), st.just(""),
              st.sampled_from(["duration", "dayTimeDuration", "yearMonthDuration"])),
    st.tuples(st.sampled_from(["", "x", "1", "true", "2020", "99999999999999999999"]), st.just(""),
              st.sampled_from(["date", "integer", "boolean", "string", "unknown", "double"])),
    st.tuples(st.floats(width=32).map(str), st.just(""), st.just("float")),
    st.tuples(st.floats().map(str), st.just(""), st.just("double")),
).map(lambda t: f'"{t[0]}{t[1]}"^^xsd:{t[2]}')  # fmt: skip
_plain = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.integers(0, 120).map(str),
    st.decimals(-1000, 1000, places=3).map(lambda d: f"{d:f}"),
    st.integers(2**53 - 3, 2**53 + 3).flatmap(
        lambda n: st.sampled_from([str(n), f"{n}.0", f"{n}.5", f"{n}e0", f'"{n}"^^xsd:float'])
    ),
    st.integers(0, 120).map(lambda n: f'"{n} m"'),
    st.tuples(st.integers(0, 120), st.sampled_from(["de", "en"])).map(lambda t: f'"{t[0]}"@{t[1]}'),
    st.sampled_from(["<u:a>", "<u:1>", "true", "false", "UNDEF"]),
)
_terms = _plain | _typed
MIXED = st.lists(
    _terms | _terms.filter(lambda t: t != "UNDEF").map(lambda t: f"<<( <u:a> <u:p> {t} )>>"),
    max_size=150,
)
Row = dict[str, Any]


class Kept:
    """One pool and its event loop for many examples."""

    def __init__(self, store: Path) -> None:
        self.runner = asyncio.Runner()
        self.pool = self.runner.run(self._made(store))

    async def _made(self, store: Path) -> Pool:
        return Pool(store, Limits(seconds=60))

    def ask(self, text: str, *, ordered: bool = False) -> list[Row]:
        """Return what ?x is in each row, nothing where it is unbound."""
        query = Query(PROLOGUE + text, "http://x/", by_kind=ordered)
        found = self.runner.run(self.pool.ask(query, FORMATS))
        assert isinstance(found, Answer)
        return [row.get("x", {}) for row in json.loads(found.body)["results"]["bindings"]]

    def close(self) -> None:
        self.pool.close()
        self.runner.close()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    path = tmp_path_factory.mktemp("orders") / "store"
    Store(str(path)).flush()
    made = Kept(path)
    yield made
    made.close()


def ordering(values: list[str], condition: str = "?x") -> str:
    return f"SELECT ?x {{ VALUES ?x {{ {' '.join(values)} }} }} ORDER BY {condition}"


@settings(max_examples=150, deadline=None)
@given(MIXED)
def test_any_values_are_put_in_order(kept: Kept, values: list[str]) -> None:
    assert len(kept.ask(ordering(values, "DESC(?x)"))) == len(values)


@settings(max_examples=150, deadline=None)
@given(MIXED, st.randoms(use_true_random=False))
@example(["9007199254740993", "9007199254740992e0", "9007199254740992"], random.Random(1))
@example(["9007199000000001", '"9007199254740989"^^xsd:float'], random.Random(1))
def test_the_order_is_total(kept: Kept, values: list[str], chance: random.Random) -> None:
    found = kept.ask(ordering(values), ordered=True)
    chance.shuffle(values)
    assert written(kept.ask(ordering(values), ordered=True)) == written(found)
    assert written(kept.ask(ordering(values, "DESC(?x)"), ordered=True)) == written(found)[::-1]
    numbers = [value for row in found if (value := number(row)) is not None]
    assert numbers == sorted(numbers)
    kinds = [kind(row) for row in found]
    assert kinds == sorted(kinds)


def written(found: list[Row]) -> list[str]:
    """Return the rows as far as they differ: 1 and 1.0 are the same number."""
    terms = (row["value"]["object"] if row.get("type") == "triple" else row for row in found)
    return [term.get("value", "") for term in terms]


def number(row: Row) -> Decimal | None:
    """Return the number that the engine sees, if it sees one: its integers have 64 bits.

    A float is written with as few digits as tell it from other floats: 2^53 as 9007199000000000.
    """
    datatype = row.get("datatype", "")
    if datatype not in NUMBERS:
        return None
    try:
        value = Decimal(row["value"].replace("INF", "Infinity"))
    except ArithmeticError:
        return None
    if datatype.endswith("float"):
        value = Decimal(struct.unpack("f", struct.pack("f", value))[0])
    is_held = not datatype.endswith("integer") or -(2**63) <= value < 2**63
    return value if is_held and not value.is_nan() else None


def kind(row: Row) -> int:
    ranks = {"": 0, "uri": 2, "triple": 9}
    return ranks.get(row.get("type", ""), 4 if number(row) is None else 3)


def test_columns_are_in_the_order_of_the_text(kept: Kept) -> None:
    text = f"SELECT * {{ VALUES ?x {{ {' '.join(CIRCLES)} }} BIND(1 AS ?a) }} ORDER BY ?q ?x"
    assert len(kept.ask(text)) == len(CIRCLES)


def test_a_form_that_is_no_query_is_not_asked(kept: Kept) -> None:
    text = ordering(CIRCLES, "(EXISTS { _:b ?p ?x }) ?x")
    with pytest.raises(QueryCrashed, match="into one order"):
        kept.ask(text)


def test_a_query_is_asked_again_where_the_engine_breaks_down(kept: Kept) -> None:
    numbers = kept.pool.numbers
    before = (numbers.ended["order"], numbers.answered, numbers.failed)
    found = kept.ask(ordering(CIRCLES))
    assert (numbers.ended["order"], numbers.answered, numbers.failed) == (
        before[0] + 1,
        before[1] + 1,
        before[2],
    )
    ordered = [int(row["value"]) for row in found if row.get("datatype")]
    assert ordered == sorted(ordered)
    assert found == kept.ask(ordering(CIRCLES), ordered=True)


def test_what_cannot_be_ordered_at_all_is_told(kept: Kept) -> None:
    unclear = ordering(CIRCLES).replace("} }", "} FILTER(1 = 1 || ?x<'#>') }")
    failed = kept.pool.numbers.failed
    with pytest.raises(QueryCrashed, match="into one order") as caught:
        kept.ask(unclear)
    assert "ORDER BY STR(?x)" in caught.value.hint
    assert kept.pool.numbers.failed == failed + 1
