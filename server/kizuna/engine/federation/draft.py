"""The text of a query while its ``SERVICE`` clauses become rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kizuna.engine.federation.clauses import Clause


@dataclass(frozen=True, slots=True)
class Draft:
    """A text with rows at offsets in it; they count as nothing of the text (``Query.rows``)."""

    text: str
    rows: tuple[tuple[int, str], ...] = ()

    def cut(self, start: int, end: int) -> Draft:
        """Return what stands between two offsets."""
        kept = tuple((at - start, row) for at, row in self.rows if start <= at <= end)
        return Draft(self.text[start:end], kept)

    def __add__(self, more: Draft | str) -> Draft:
        """Return both, one after the other."""
        if isinstance(more, str):
            return Draft(self.text + more, self.rows)
        shift = len(self.text)
        return Draft(
            self.text + more.text, self.rows + tuple((at + shift, row) for at, row in more.rows)
        )

    def with_rows(self, clause: Clause, columns: Sequence[str], rows: Sequence[str]) -> Draft:
        """Return the draft with a group of ``VALUES`` in the place of a clause.

        Line numbers stay the same, so that errors are told where they are.
        """
        names = " ".join(f"?{name}" for name in columns)
        values = Draft(f"{{ VALUES ({names}) {{ ") + Draft("", ((0, " ".join(rows)),))
        lines = self.text.count("\n", clause.start, clause.end) * "\n"
        rest = self.cut(clause.end, len(self.text))
        return self.cut(0, clause.start) + values + f" }} }}{lines}" + rest
