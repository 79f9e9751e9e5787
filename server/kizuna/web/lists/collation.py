"""The order of names: one for all languages, so that a list does not jump when it is translated."""

from __future__ import annotations

import unicodedata

_KATAKANA = range(0x30A1, 0x30F7)
_TO_HIRAGANA = 0x60
_LETTER_LIKE = ("L", "N")


def sort_key(text: str) -> tuple[str, str]:
    """Return the key by which names are sorted, without regard to case and to signs.

    As in dictionaries (DIN 5007-1): a letter with marks counts as the letter, ß as ss, and
    punctuation not at all. Digits come before Latin, then other scripts by code point: kana (both
    kinds as one, in their traditional order) before kanji, whose readings the data does not have.
    Names that are equal so far are told apart by code point.

    >>> sorted(["Zürich", "Ähre", "„Apfel“", "zoo", "Straße", "東京", "アイス"], key=sort_key)
    ['Ähre', '„Apfel“', 'Straße', 'zoo', 'Zürich', 'アイス', '東京']
    """
    return unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS), text


class _Letters(dict[int, str]):
    """What stays of each character; found out when it is first met."""

    def __missing__(self, code: int) -> str:
        is_letter = unicodedata.category(chr(code))[0] in _LETTER_LIKE
        shown = code - _TO_HIRAGANA if code in _KATAKANA else code
        self[code] = chr(shown) if is_letter else ""
        return self[code]


_LETTERS = _Letters()
