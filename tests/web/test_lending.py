"""What is lent stays open while somebody uses it, and few things stay open beyond that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest

from kizuna.web.lending import Lending


class Shelf:
    """Notes what is opened and closed."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def opener(self, name: str) -> Callable[[], AbstractContextManager[str]]:
        @contextmanager
        def opened() -> Iterator[str]:
            self.notes.append(f"+{name}")
            yield name
            self.notes.append(f"-{name}")

        return opened


# fmt: off
CASES = [
    # most, used one after the other,   opened and closed
    (2,     "aba",                      "+a +b"),              # what is open is not opened again
    (2,     "abc",                      "+a +b +c -a"),
    (2,     "abac",                     "+a +b +c -b"),        # the one that was used longest ago
    (1,     "aab",                      "+a +b -a"),
    (0,     "aa",                       "+a -a +a -a"),        # nothing stays
]
# fmt: on


@pytest.mark.parametrize(("most", "used", "expected"), CASES)
def test_in_turn(most: int, used: str, expected: str) -> None:
    shelf, lending = Shelf(), Lending[str](most)
    for name in used:
        with lending.lend(name, shelf.opener(name)) as lent:
            assert lent == name
    assert shelf.notes == expected.split()
    lending.close()
    assert sorted(x[1:] for x in shelf.notes if x[0] == "+") == sorted(
        x[1:] for x in shelf.notes if x[0] == "-"
    )


def test_what_is_used_is_not_closed() -> None:
    shelf, lending = Shelf(), Lending[str](1)
    with ExitStack() as using:
        using.enter_context(lending.lend("a", shelf.opener("a")))
        for name in "bc":
            with lending.lend(name, shelf.opener(name)):
                pass
        lending.close()
        assert shelf.notes == ["+a", "+b", "+c", "-b", "-c"]
    assert shelf.notes[-1] == "-a"


def test_what_cannot_be_opened_is_tried_again() -> None:
    shelf, lending = Shelf(), Lending[str](1)

    def broken() -> AbstractContextManager[str]:
        raise OSError("no")

    for _ in range(2):
        with pytest.raises(OSError, match="no"), lending.lend("a", broken):
            pass
    with lending.lend("a", shelf.opener("a")) as lent:
        assert lent == "a"


def test_others_are_lent_while_one_is_opened() -> None:
    shelf, lending = Shelf(), Lending[str](2)
    begun, go_on = threading.Event(), threading.Event()

    @contextmanager
    def slow() -> Iterator[str]:
        begun.set()
        assert go_on.wait(10)
        yield "slow"

    def use() -> None:
        with lending.lend("slow", slow) as lent:
            assert lent == "slow"

    thread = threading.Thread(target=use)
    thread.start()
    assert begun.wait(10)
    with lending.lend("a", shelf.opener("a")) as lent:
        assert lent == "a"
    go_on.set()
    thread.join()
    lending.close()
    assert shelf.notes == ["+a", "-a"]


def test_many_threads_open_once() -> None:
    shelf, lending = Shelf(), Lending[str](1)

    def use() -> None:
        for _ in range(50):
            with lending.lend("a", shelf.opener("a")) as lent:
                assert lent == "a"

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shelf.notes == ["+a"]
