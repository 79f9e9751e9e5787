"""The operations of an update, told by its tokens alone."""

from __future__ import annotations

import time

import pytest

from kizuna.engine.updates import operations

# fmt: off
OPERATIONS = [
    # update                                              first word and groups of each operation
    ("",                                                  []),
    ("INSERT DATA { <a> <b> '}' }",                       [("INSERT", ["{ <a> <b> '}' }"])]),
    ("DELETE { ?s ?p ?o } WHERE { { ?s ?p ?o } }",        [("DELETE", ["{ ?s ?p ?o }", "{ { ?s ?p ?o } }"])]),
    ("{ } LOAD <x> ; { 1 } ; CLEAR ALL ; {2}",            [("LOAD", []), ("CLEAR", [])]),
    ("LOAD <x> {} {} ; DROP ALL {}",                      [("LOAD", ["{}", "{}"]), ("DROP", ["{}"])]),
    ("NONSENSE {} INSERT DATA {1} DELETE {2}",            [("INSERT", ["{1}", "{2}"])]),
]
# fmt: on


@pytest.mark.parametrize(("text", "expected"), OPERATIONS)
def test_operations(text: str, expected: list[tuple[str, list[str]]]) -> None:
    found = [(o.first, [text[a:b] for a, b in o.groups]) for o in operations(text)]
    assert found == expected


def test_time_grows_with_the_text_alone() -> None:
    number, begin = 400_000, time.process_time()
    (found,) = operations("LOAD <x> " + "{}" * number)
    assert len(found.groups) == number
    assert time.process_time() - begin < 30  # by the square it would be six minutes
