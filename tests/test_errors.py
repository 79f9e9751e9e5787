"""The family of errors: each says its exit code, its message and what to do."""

from __future__ import annotations

import inspect

import pytest

from kizuna import errors

FAMILY = [c for c in vars(errors).values() if inspect.isclass(c)]


@pytest.mark.parametrize("kind", FAMILY, ids=lambda kind: str(kind.__name__))
def test_each_error_is_told_whole(kind: type[errors.KizunaError]) -> None:
    error = kind("what", hint="do this")
    assert str(error) == "what\n    do this"
    assert str(kind("what")) == "what"
    assert error.exit_code in {1, 2, 3}
    assert kind.__name__ in (errors.__doc__ or ""), "the tree at the top names it"
