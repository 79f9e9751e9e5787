"""Texts as the words that are looked up: without case and accents, Japanese in pairs of signs.

Japanese writes no spaces. A run of its signs becomes overlapping pairs and one last sign:
``神戸市`` becomes ``神戸 戸市 市``. Pairs that follow one another then find any part of a run from
two signs on, and the beginning of a pair finds a single sign.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MOST_WORDS, MOST_SIGNS = 32, 1_000
"""More words and more signs than this are not looked for."""
_ACCENTS = re.compile("[\u0300-\u036f]")
# Kana, ideographs and their iteration marks; Hangul is written with spaces and counts as letters.
_PAIRED = re.compile(
    "[\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_ASCII = re.compile("[0-9A-Za-z]+")
_UMLAUT = re.compile("(?<![aeq])ue|[ao]e")
_PART = re.compile(r'"([^"]*)"|([^\s"]+)')


def folded(text: str) -> str:
    """Return ``text`` as it is compared: compatible signs as one, no case, no Latin accents.

    >>> folded("ÜBERSICHT Straße ＡＢＣ ｶﾞ")
    'ubersicht strasse abc ガ'
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    apart = _ACCENTS.sub("", unicodedata.normalize("NFD", plain))
    return unicodedata.normalize("NFC", apart)


def indexed(text: str) -> str:
    """Return the words of ``text`` for the index, with spaces between them.

    >>> indexed("Hafen-Verein 神戸市")
    'hafen verein 神戸 戸市 市'
    """
    return " ".join(word for run in _runs(folded(text)) for word in _cut(run, last=True))


def plain(text: str) -> str:
    """Return the words of ``text`` with spaces between them, Japanese uncut.

    Two names are the same if this is, and a name begins as another if this does.

    >>> plain("Hafen-Verein 神戸市")
    'hafen verein 神戸市'
    """
    return " ".join(_runs(folded(text[:MOST_SIGNS])))


def forms(word: str) -> tuple[str, ...]:
    """Return what a folded word may stand for: ``ae oe ue`` may be umlauts.

    >>> forms("muenchen"), forms("quelle")
    (('muenchen', 'munchen'), ('quelle',))
    """
    umlaut = _UMLAUT.sub(lambda m: m[0][0], word)
    return (word,) if umlaut == word else (word, umlaut)


def expression(words: str, joined: str = " AND ") -> str:
    """Return the FTS5 expression that finds ``words``; empty where there is nothing to find.

    All words must be there (with ``" OR "``: some), as words or beginnings of words, in any order;
    what stands in quotation marks must be there exactly so. ``ae oe ue`` find umlauts too. One
    letter is a beginning only at the end: nearly every text has a word that begins so.
    Whatever is typed, nothing in it is an operator.

    >>> expression('Hafen "von Kobe"')
    '("hafen" OR "hafen" *) AND "von kobe"'
    """
    parts: list[str] = []
    exact, runs = "", []
    for exact, loose in _PART.findall(words[:MOST_SIGNS]):
        runs = list(_runs(folded(exact or loose)))
        parts += [_exactly(runs)] if exact else map(_word, runs)
    if runs and not exact:
        parts[-1] = _beginning(runs[-1])  # which may be still being typed
    return joined.join(filter(None, parts[:MOST_WORDS]))


def _exactly(runs: list[str]) -> str:
    """Return the expression for whole words in this order."""
    found = [w for run in runs[:-1] for w in _cut(run, last=True)]
    found += _cut(runs[-1], last=False) if runs else []
    loose = " *" if runs and is_paired(runs[-1]) and len(runs[-1]) == 1 else ""
    return f'"{" ".join(found)}"{loose}' if found else ""


def _word(run: str) -> str:
    return _beginning(run) if len(run) > 1 else _exactly([run])


def _beginning(run: str) -> str:
    """Return the expression for one word or its beginning, or for a part of a Japanese run.

    The whole word is named besides, so that it counts more than a mere beginning.
    """
    if is_paired(run):
        return _exactly([run])
    named = (f'"{run}"', *(f'"{form}" *' for form in forms(run)))
    return f"({' OR '.join(named)})"


def _runs(text: str) -> Iterator[str]:
    return (text[start:end] for start, end in places(text))


def places(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the longest runs of letters and digits, and of Japanese signs, stand.

    ``text`` has been folded. Ends are exclusive.
    """
    if text.isascii():  # most texts are, and this is ten times as fast
        yield from (found.span() for found in _ASCII.finditer(text))
        return
    start, paired = -1, False
    for at, sign in enumerate(text):
        joins, letter = is_paired(sign), _is_letter(sign)
        if start >= 0 and (joins != paired or not letter):
            yield start, at
            start = -1
        if letter and start < 0:
            start, paired = at, joins
    if start >= 0:
        yield start, len(text)


def _is_letter(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign)[0] == "M" or bool(_PAIRED.match(sign))


def is_paired(run: str) -> bool:
    """Tell whether a run is one of Japanese signs."""
    return _PAIRED.match(run) is not None


def _cut(run: str, *, last: bool) -> list[str]:
    """Return a run as the words of the index; ``last``: with the last sign of a Japanese one."""
    if not is_paired(run) or len(run) == 1:
        return [run]
    end = len(run) if last else len(run) - 1
    return [run[at : at + 2] for at in range(end)]
