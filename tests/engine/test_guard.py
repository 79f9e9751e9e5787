"""The guard refuses what no engine may see, and nothing else."""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kizuna.engine import Limits
from kizuna.engine.guard import MAX_CLAUSES, MAX_OPERATORS, guard
from kizuna.errors import BadQuery, Refused

LIMITS = Limits()
PREFIXES = (
    "PREFIX ex: <urn:ex:> PREFIX : <http://127.0.0.1:1/> "
    "PREFIX port: <http://a:> PREFIX hash: <http://a/#> "
)
# Port 1 may not be asked: the engine says so the moment it would call, and no packet leaves.
CALLED = "port 1 is not allowed"

# What may stand before the call, in one solution that the engine finds: every way in which the
# grammar lets SERVICE follow without a space, or lets other text look like a string or an IRI.
BEFORE = [
    "",
    "?s ?p ?o.",                          # a variable has no dot in its name
    "?s ?p 'x' .",
    "?s ?p 'x'. # SERVICE is not in this comment\n",
    "BIND(1 AS ?a1)",
    "BIND('a\\'b' AS ?a1)",               # an escaped quotation mark
    "BIND('''a'b''' AS ?a1)",
    'BIND("""a"b\\"""" AS ?a1)',
    "BIND(<urn:a'b> AS ?a1)",             # a quotation mark in an IRI
    "BIND(<urn:\\u0041#b> AS ?a1)",       # an escape in an IRI, before what looks like a comment
    "OPTIONAL{?s ?q ex:a\\'}",            # an escape in a local name
    "OPTIONAL{?s ?q ex:a\\#}",
    "OPTIONAL{?s ?q ex:}",                # an empty local name
    "OPTIONAL{?s ?q ex:.}",
    "OPTIONAL{?s ?q 1.}",
    "OPTIONAL{?s ?q true}",
    "FILTER(1<2)",
    "FILTER('a'!='x>')",
    "FILTER('a'<'x>')",                   # a comparison that looks like an IRI
    "FILTER(1<#>'''\n2)",                 # one with a comment in it
    "FILTER EXISTS{?s ?p ?o}",
    "{}UNION{}",
    "VALUES ?a1 {1}",
    "MINUS{?s ex:q ?o}",
]  # fmt: skip
# The call itself, in its spellings.
CALLS = [
    "SERVICE <http://127.0.0.1:1/> {?a ?b ?c}",
    "service<http://127.0.0.1:1/>{?a ?b ?c}",
    "SeRvIcE\n\t<http://127.0.0.1:1/>\n{}",
    "SERVICE#>'''\"\"\"\n<http://127.0.0.1:1/>#'\n{}",
    "SERVICE:x{?a ?b ?c}",                # the empty prefix
    "SERVICE:x # {\n {}",
    "SERVICE<http://127.0.0.1:1/#'>{}",
    "SERVICE<http://127.0.0.1:1/>{}FILTER('x'!='')#'''\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("x")))
    return store


@pytest.mark.parametrize("before", BEFORE, ids=lambda text: text[:24])
def test_service_is_refused_in_all_disguises(store: Store, before: str) -> None:
    for call in CALLS:
        query = f"{PREFIXES}SELECT * {{{before}{call}}}"
        with pytest.raises(Refused, match="SERVICE in line"):
            guard(query, LIMITS)
        with pytest.raises(OSError, match=CALLED):  # the case is one: without the guard, it calls
            list(store.query(query, base_iri="http://b/"))  # type: ignore[arg-type]


# Calls whose solutions the engine drops or hides, so that it shows no sign: refused all the same.
# fmt: off
HIDDEN = [
    "SERVICE SILENT <http://x/> {}",
    "SERVICESILENT<http://x/>{}",
    "SERVICESILENT:x{}",
    "SERVICE ?x {}",
    "SERVICE?x{}",
    "SERVICE$x{}",
    "?s ?p 1SERVICE<http://x/>{}",           # a number ends where letters begin
    "?s ?p 1.5SERVICE:x{}",
    "?s ?p -1e5SERVICE<http://x/>{}",
    "?s ?p 1.SERVICE<http://x/>{}",
    "?s ?p trueSERVICE<http://x/>{}",
    "?s ?p falseSERVICE:x{}",
    "?s ?p true.SERVICE:x{}",
    "?s ?p ex:.SERVICE<http://x/>{}",
    "?s ?p ex:.SERVICE:x{}",
    "?s ?p 'x'@en.SERVICE<http://x/>{}",
    "?s ?p 'x'^^<urn:t>SERVICE<http://x/>{}",
    "GRAPH<urn:g>{}SERVICE<http://x/>{}",
    "GRAPH ?g {SERVICE<http://x/>{}}",
    "FILTER NOT EXISTS{SERVICE<http://x/>{}}",
    "{SELECT * {SERVICE<http://x/>{}}}",
    "FILTER(?a<?b)SERVICE#>\n<http://x/>{}",  # a comparison up to the comment
    "GRAPH ?g {?s ?p ?o} SERVICE:x{}",       # the word before GRAPH's name is long past
    "GRAPH <urn:g> {SERVICE:x{}}",
    "SERVICEex:x{}",                         # the word ends where a name begins
    "SERVICESILENTex:x # {\n {}",
    "trueSERVICEex:x{}",
    "?s ?p ex:a.b.SERVICE<http://x/>{}",     # a name ends at its second dot
    "?s ?p port:SERVICE<http://x/>{}",       # a name of which the prefix alone is an IRI
    "?s ?p port:SERVICE SILENT ex:x{}",
    "?s ?p port:SERVICESILENT?x{}",
    "?s ?p hash:SERVICE:x\\#{}",
    "?s ?p port:1.SERVICE:x{}",
]
# fmt: on


@pytest.mark.parametrize("body", HIDDEN)
@pytest.mark.parametrize("head", ["SELECT * ", "ASK FROM <urn:g> ", "ASK FROM NAMED ex:g"])
def test_service_is_refused_where_nobody_would_notice(head: str, body: str) -> None:
    with pytest.raises(Refused, match="SERVICE in line 1"):
        guard(f"{PREFIXES}{head}{{{body}}}", LIMITS)


# fmt: off
HARMLESS = [
    # query                                                    where the word stands
    "SELECT * {?s ?p 'SERVICE <x> {}'}",                       # a string
    'SELECT * {?s ?p "SERVICE"@en}',
    "SELECT * {?s ?p '''\nSERVICE <x> {}\n'''}",
    "SELECT * {?s ?p 'it\\'s SERVICE'}",
    "SELECT * {?s ?p <http://x/service>}",                     # an IRI
    "SELECT * {?s ?p <http://service.example/#SERVICE>}",
    "SELECT * {?s ?p <urn:service>}",
    "SELECT * {?s ?p <service>}",
    "# SERVICE <x> {}\nSELECT * {}",                           # a comment
    "SELECT * {} # SERVICE",
    "SELECT ?service {?service ?p $SERVICE}",                  # variables
    "PREFIX ex: <x> SELECT * {?s ex:service ex:SERVICE}",      # local names
    "PREFIX ex: <x> SELECT * {?s ex:aSERVICE ex:SERVICE.x}",
    "PREFIX service: <x> SELECT * {?s service:p service:o}",   # prefixes
    "PREFIX service: <x> SELECT * {?s a service:C . {} }",
    "PREFIX service: <x> SELECT * {GRAPH service:g {?s ?p ?o}}",
    "PREFIX service: <x> SELECT * FROM service:g {?s ?p ?o}",
    "PREFIX service: <x> SELECT * FROM NAMED service:g {?s ?p ?o}",
    "PREFIX myservice: <x> SELECT * {GRAPH myservice:g{?s ?p ?o}}",
    "PREFIX service: <x> SELECT * {?s ?p service:o {} UNION {}}",
    "PREFIX d: <x> SELECT * {?s d:accessService ?o {?o ?p ?s}}",
    "PREFIX d: <x> SELECT * {?s d:service ?o . {?o ?p ?s}}",
    r"SELECT * {?s <http://x/service> '\u795E\u6238 caf\u00e9'}",  # escapes that the grammar never needs
    "SELECT * {_:service ?p _:SERVICE}",                       # blank nodes
    "SELECT * {?s ?p 'x'@en-service}",
    "SELECT * {?s <#p> ?o FILTER(?o<5)}",                      # a relative IRI, no such word
]
# fmt: on


@pytest.mark.parametrize("query", HARMLESS)
def test_the_word_alone_harms_nobody(query: str) -> None:
    guard(query, LIMITS)


def test_a_word_in_doubt_is_refused() -> None:
    """With an IRI that may be a comparison, only the grammar knows what is a comment."""
    with pytest.raises(Refused, match="line 2"):
        guard("SELECT * {?s <#p> ?o}\n# SERVICE", LIMITS)


@pytest.mark.parametrize(
    "query",
    [
        r"SELECT * {\u0053ERVICE <http://x/> {}}",
        r"SELECT * {S\U00000045RVICE <http://x/> {}}",
        r"SELECT * {?s ?p 'a\u0027 . SERVICE <http://x/> {} # '}",
        r"SELECT * {?s ?p <urn:a\u003e . SERVICE <http://x/> {} } #>",
        r"SELECT * {?s ?p 'a'} #\u000A SERVICE",
    ],
)
def test_no_escape_makes_the_word(query: str) -> None:
    """Engines may decode escapes before they read a query (SPARQL 1.1 Query, section 19.2)."""
    with pytest.raises(Refused, match="SERVICE in line"):
        guard(query, LIMITS)


PIECE = st.sampled_from([
    "SERVICE", "service", "SILENT", " ", "\n", "<http://127.0.0.1:1/>", ":x", "?z", "{?a ?b ?c}", "{",
    "}", "#", "'", "'''", '"', '"""', "<", ">", "?a", "1", "true", ".", ";", ",", "(", ")", "FILTER(",
    "BIND(", " AS ?q)", "ex:a", "ex:", "\\'", "\\#", "\\", "@en", "^^", "=", "&&", "GRAPH", "OPTIONAL",
    "UNION", "<#>", "<urn:a\\u0041#b>", "<'x>", "?o", "_:b", "a", "1.", "-1e5", "!", "*", "/", "|",
])  # fmt: skip


@given(st.lists(PIECE, max_size=9).map("".join), st.lists(PIECE, max_size=9).map("".join))
def test_what_passes_does_not_call(store: Store, before: str, after: str) -> None:
    query = f"{PREFIXES}SELECT * {{{before}SERVICE<http://127.0.0.1:1/>{{}}{after}}}"
    try:
        guard(query, LIMITS)
    except (Refused, BadQuery):
        return
    try:
        list(store.query(query, base_iri="http://b/"))  # type: ignore[arg-type]
    except OSError as error:  # pragma: no cover
        raise AssertionError(f"the guard let a call through: {query!r}") from error
    except (SyntaxError, ValueError, RuntimeError):
        pass


@given(st.text() | st.lists(PIECE).map("".join))
def test_any_text_passes_or_is_refused(text: str) -> None:
    try:
        guard(text, LIMITS)
    except (Refused, BadQuery) as error:
        assert error.hint


DEEP = 100
# fmt: off
TOO_MUCH = [
    # query                                              what                             line, column
    ("SELECT * " + "{" * 101 + "}" * 101,                "nests deeper than 100 brackets",  (1, 110)),
    ("ASK\n{FILTER(" + "(" * 99 + "1" + ")" * 100 + "}", "nests deeper than 100 brackets",  (2, 107)),
    ("ASK{?s ?p " + "[" * 100 + "]" * 100 + "}",         "nests deeper than 100 brackets",  (1, 110)),
    ("ASK{FILTER(1<" + "(" * 99 + "1" + ")" * 100 + "}", "nests deeper than 100 brackets",  (1, 112)),
    ("ASK{FILTER(1<((((" + "(" * 99 + "1)" + ")" * 99 + ")))&&2>1)}", "nests deeper",       (1, 112)),
    ("ASK{FILTER(" + "!" * 1_501 + "true)}",             "more than 1500 operators",        (1, 1512)),
    ("ASK{?s " + "<urn:p>/" * 1_501 + "<urn:p> ?o}",     "more than 1500 operators",        None),
    ("ASK{FILTER(" + "1-" * 1_501 + "1 > 0)}",           "more than 1500 operators",        None),
    ("ASK{FILTER(" + "true-" * 1_501 + "?x)}",           "more than 1500 operators",        None),
    ("ASK{FILTER(" + "true-" * 1_501 + "ex:a)}",         "more than 1500 operators",        None),
    ("ASK{FILTER(" + "ex:-" * 1_501 + "1)}",             "more than 1500 operators",        None),
    ("ASK{FILTER(" + "?x-" * 1_501 + "1)}",              "more than 1500 operators",        None),
    ("ASK{" + "?s ?p 1OPTIONAL{}" * 501 + "}",           "more than 500 clauses",           None),
    ("ASK{" + "?s ?p true.OPTIONAL{}" * 501 + "}",       "more than 500 clauses",           None),
    ("ASK{" + "FILTERex:f()" * 501 + "}",                "more than 500 clauses",           None),
    ("ASK{" + "OPTIONAL{}" * 501 + "}",                  "more than 500 clauses",           None),
    ("ASK{" + "{}UNION" * 501 + "{}}",                   "more than 500 clauses",           None),
    ("# " + "x" * 1_000_000,                             "has 1000002 bytes, more than",    (0, 0)),
]
# fmt: on


@pytest.mark.parametrize(("query", "what", "place"), TOO_MUCH, ids=lambda v: str(v)[:20])
def test_too_much(query: str, what: str, place: tuple[int, int] | None) -> None:
    with pytest.raises(BadQuery, match=what) as caught:
        guard(query, LIMITS)
    if place:
        assert (caught.value.line, caught.value.column) == place


# fmt: off
ENOUGH = [
    "ASK" + "{" * 100 + "}" * 100,
    "ASK{" + "{}" * 5_000 + "}",                        # beside each other, not in each other
    "ASK{?s ?p '" + "{" * 500 + "'}",                   # in a string
    "ASK{?s ?p ?o} #" + "{" * 500,
    "ASK{?s <http://x/" + "(" * 500 + "> ?o}",          # in an IRI
    "ASK{" + "?s <http://x/a/b/c/d> ?o." * 2_000 + "}",
    "ASK{FILTER(" + "!" * MAX_OPERATORS + "true)}",
    "PREFIX my-own: <x> ASK{" + "?s my-own:a-b-c ex:d-e-f ." * 2_000 + "}",  # no minus signs
    "PREFIX filter: <x> ASK{" + "?s filter:a ?o ." * 2_000 + "}",
    "ASK{" + "OPTIONAL{}" * MAX_CLAUSES + "}",
]
# fmt: on


@pytest.mark.parametrize("query", ENOUGH, ids=lambda query: query[:20])
def test_not_too_much(query: str) -> None:
    guard(query, LIMITS)


# fmt: off
SLOW = [  # texts that make careless patterns run for minutes
    '"' * 300_000, "'" * 300_000, '"""' + '\\"""' * 70_000, "'''" + "''x" * 100_000,
    "<" * 300_000, "<a" * 150_000, "<a(" * 100_000, "'\\" * 150_000, "\\" * 300_000,
    "ex:" * 100_000, "::" * 150_000, "a." * 150_000, "#" * 300_000, "#\n" * 150_000,
    "SERVICE: " * 30_000, "SERVICE:x" + " " * 300_000, ("SERVICE:x #" + "a" * 40 + "\n") * 5_000,
    "1" * 300_000, "@" * 300_000, "?" * 300_000, '"\\\n' * 100_000, "<\\u0041" * 40_000,
]
# fmt: on


@pytest.mark.parametrize("text", SLOW, ids=lambda text: repr(text[:12]))
def test_time_grows_with_the_text_alone(text: str) -> None:
    start = time.process_time()
    with suppress(Refused, BadQuery):
        guard(text, LIMITS)
    assert time.process_time() - start < 2


def test_the_tables_are_not_empty() -> None:
    assert len(list(product(BEFORE, CALLS))) >= 150
