"""No query calls another server: random spellings of SERVICE, and a socket that counts.

Nothing but the guard stands in the way here: no seccomp, no other process.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, Store

from kizuna.engine import EmbeddedEngine, Limits, Query, write_search
from kizuna.engine.complaints import check_syntax
from kizuna.engine.finding import with_hits
from kizuna.engine.guard import guard
from kizuna.engine.tokens import unescaped
from kizuna.errors import BadQuery, KizunaError, Refused
from kizuna.formats import BY_SUFFIX, TURTLE, Kind
from kizuna.vocabulary import SKOS_PREF_LABEL

LIMITS = Limits()
BASE = "http://b/"
FORMATS = {Kind.ROWS: BY_SUFFIX["json"], Kind.TRUTH: BY_SUFFIX["json"], Kind.GRAPH: TURTLE}


class Sink:
    """A server that hangs up on everyone, and counts them."""

    def __init__(self) -> None:
        self.calls = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.calls += 1  # before it is closed, and so before the engine goes on
                connection.close()


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.socket.close()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    content = [
        Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("x")),
        Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("x"), NamedNode("urn:g")),
        Quad(NamedNode("urn:s"), SKOS_PREF_LABEL, Literal("Kobe")),
    ]
    index = tmp_path_factory.mktemp("calls") / "search.sqlite"
    write_search(index, content)
    store = Store()
    store.extend(content)
    return EmbeddedEngine(store, index=index)


def spelt(word: str) -> st.SearchStrategy[str]:
    """The word in any case, and perhaps with an escape in it."""
    cases = st.tuples(*(st.sampled_from([c.upper(), c.lower()]) for c in word)).map("".join)
    escaped = st.tuples(
        cases, st.integers(0, len(word) - 1), st.sampled_from(["\\u{:04X}", "\\U{:08x}"])
    )
    return cases | cases | cases | escaped.map(
        lambda t: t[0][: t[1]] + t[2].format(ord(t[0][t[1]])) + t[0][t[1] + 1 :]
    )  # fmt: skip


gap = st.sampled_from(["", "", " ", "\n", "\t", "#\n", "# { ' \" <\n", "#>'''\r", "  "])
silent = st.just("") | st.just("") | spelt("SILENT")
# ADDRESS is that of the sink; the prefixes are declared below, or some of them.
name = st.sampled_from(
    ["<ADDRESS>", "<ADDRESS#'>", "<ADDRESS?a=\\u0027>", ":x", "e:x", "s:", "service:x", "h:\\#", "e:a.b",
     "?a", "$a", "e:service", "e:"]
)  # fmt: skip
group = st.sampled_from(["{?s ?p ?o}", "{}", "{ ?x ?y ?z }", "{ SELECT * {} }"])
before = st.sampled_from(
    ["", "", "", "?s ?p ?o.", "?s ?p ?o . ", "?s ?p 'x'.", "?s ?p 'x'@en.", "?s ?p 1", "?s ?p 1.", "?s ?p true",
     "?s ?p true.", "?s ?p e:", "?s ?p e:.", "?s ?p e:a.b.", "?s ?p bad:", "?s ?p h:", "?s e:p e:a\\'",
     "?s ?p <urn:a'b>", "?s ?p 'it\\u0027s'", "?s ?p 'a\\'", "BIND(<ADDRESS> AS ?a)", "VALUES ?a {<ADDRESS>}",
     "VALUES ?a {:x}", "BIND(1 AS ?a1)", "FILTER(1<2)", "FILTER(?a<?b)", "FILTER('a'<'x>')", "FILTER(1<#>'''\n2)",
     "{}UNION", "{}UNION{}", "OPTIONAL", "MINUS", "GRAPH ?g", "GRAPH<urn:g>", "GRAPH :g {} ", "GRAPH e:GRAPH{?s ?p ?o}",
     "FILTER EXISTS", "FILTER NOT EXISTS", "LATERAL", "# SERVICE\n", "'''", "?s ?p '''x'''.", '?s ?p """x"""', "#"]
)  # fmt: skip
after = st.sampled_from(
    ["", "", "", "'", "'''", "#", ".", "FILTER('x>'!='')", "#'''\n", "?s ?p ?o", "UNION{}"]
)
wrap = st.sampled_from(
    ["{X}", "{X}", "{X}", "{{X}}", "{OPTIONAL{X}}", "{GRAPH ?g{X}}", "{GRAPH<urn:g>{X}}", "{{SELECT * {X}}}",
     "{{SELECT(COUNT(*)AS ?n){X}}}", "{{}UNION{X}}", "{FILTER EXISTS{X}}", "{BIND(EXISTS{X}AS ?e)}", "{MINUS{X}}",
     "{?s ?p ?o MINUS{X}}", "{GRAPH ?g{?s ?p ?o}X}", "{GRAPH:g{}X}", '{?s kz:search "kobe" X}', '{?s kz:search "kobe" .X}',
     '{{?s kz:search "kobe"}X}']
)  # fmt: skip
head = st.sampled_from(
    ["SELECT *", "SELECT*", "ASK", "ASK FROM <urn:g>", "ASK FROM NAMED<urn:g>", "SELECT * FROM :g", "SELECT(COUNT(*)AS ?n)",
     "CONSTRUCT{?s ?p ?o}WHERE", "DESCRIBE ?s", "SELECT ?s"]
)  # fmt: skip
PROLOGUES = [
    "PREFIX : <ADDRESS> ",
    "PREFIX : <ADDRESS> PREFIX e: <ADDRESS> PREFIX s: <ADDRESS> ",
    "PREFIX:<ADDRESS>PREFIX e: <ADDRESS> PREFIX h: <ADDRESS#> PREFIX bad: <http://a:> ",
    "PREFIX e: <ADDRESS> PREFIX bad: <http://a:> PREFIX service: <ADDRESS> PREFIX : <urn:x:>",
    "BASE <ADDRESS> PREFIX : <> PREFIX e: <#> PREFIX h: <#>",
    "PREFIX ſervice: <ADDRESS> PREFIX e: <ADDRESS>",
]
KZ = "PREFIX kz: <https://w3id.org/kizuna/ontology#> "


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A query that would call, or something very much like one."""
    call = "".join(map(draw, (spelt("SERVICE"), gap, silent, gap, name, gap, group)))
    inner = f"{draw(before)}{draw(gap)}{call}{draw(after)}"
    body = draw(wrap).replace("X", inner)
    return f"{KZ}{draw(st.sampled_from(PROLOGUES))}{draw(head)}{body}"


def addressed(query: str, sink: Sink) -> str:
    return query.replace("ADDRESS", f"http://127.0.0.1:{sink.port}/")


@settings(max_examples=1_500, deadline=None)
@given(queries())
def test_no_engine_calls(sink: Sink, engine: EmbeddedEngine, query: str) -> None:
    text, calls = addressed(query, sink), sink.calls
    with suppress(KizunaError):
        engine.answer(Query(text, BASE), FORMATS)
    assert sink.calls == calls
    if "\\" in text:  # an engine that decodes escapes before it reads the query
        with suppress(KizunaError, SyntaxError, ValueError, OSError, RuntimeError):
            guard(text, LIMITS)
            answer = engine.store.query(unescaped(text), base_iri=BASE)
            if not isinstance(answer, QueryBoolean):
                list(answer)
        assert sink.calls == calls


@settings(max_examples=300, deadline=None)
@given(queries())
def test_nothing_is_evaluated_for_its_syntax(
    sink: Sink, engine: EmbeddedEngine, query: str
) -> None:
    text, calls = addressed(query, sink), sink.calls
    with suppress(BadQuery):
        check_syntax(text, BASE)
    with suppress(KizunaError):
        with_hits(text, engine.index, BASE)
    assert sink.calls == calls


# fmt: off
CALLS = [
    # query                                                  calls the sink, were it not for the guard
    "ASK FROM <urn:g> { SERVICE:x { ?s ?p ?o } }",
    "SELECT * { GRAPH ?g { ?s ?p ?o } SERVICE:x { ?a ?b ?c } }",
    "SELECT * { SERVICEe:x { ?a ?b ?c } }",
    "SELECT * { SERVICESILENTe:x { ?a ?b ?c } }",
    "SELECT * { ?s <urn:p> 'x' OPTIONAL { BIND(e: AS ?q) SERVICE SILENT e: {} } }",
    "SELECT * { {} UNION { BIND(bad: AS ?q) } UNION { SERVICE<ADDRESS>{} } }",
]
# fmt: on


@pytest.mark.parametrize("query", CALLS)
def test_the_sink_would_notice(sink: Sink, engine: EmbeddedEngine, query: str) -> None:
    prologue = "PREFIX : <ADDRESS> PREFIX e: <ADDRESS> PREFIX bad: <http://a:> "
    text, calls = addressed(prologue + query, sink), sink.calls
    with suppress(OSError):
        found = engine.store.query(text)
        list(found) if query.startswith("SELECT") else bool(found)  # type: ignore[arg-type]
    assert sink.calls == calls + 1
    with pytest.raises(Refused, match="SERVICE in line 1"):
        engine.answer(Query(text, BASE), FORMATS)


def test_no_time_is_spent_on_the_answer(tmp_path: Path) -> None:
    """A query that would take an age to answer is read in no time."""
    values = " ".join(map(str, range(100)))
    text = (
        "ASK { "
        + "".join(f"VALUES ?v{n} {{ {values} }} " for n in range(8))
        + " FILTER(false && ?v0) }"
    )
    start = time.process_time()
    check_syntax(text, BASE)
    assert time.process_time() - start < 1
