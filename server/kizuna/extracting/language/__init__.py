"""What the rules know of German, English and Japanese: word lists, kept as data."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TONGUES = ("de", "en", "ja")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, eq=False)
class Tongue:
    """One language; ``words`` are the lists of its file by name, compared in lower case."""

    code: str
    words: dict[str, Any]

    @property
    def spaced(self) -> bool:
        """Whether words stand apart."""
        return self.code != "ja"

    def has(self, kind: str, word: str) -> bool:
        """Tell whether ``word`` is in the list ``kind``."""
        return word.lower() in self.words[kind]

    def stem(self, word: str) -> str:
        """Return the form in which names are compared: without case and common endings.

        Abbreviations stay as they are, so that no common word is taken for one.

        >>> tongue("de").stem("Bundesministeriums"), tongue("de").stem("TI")
        ('bundesministerium', 'TI')
        """
        if word.isupper() and len(word) > 1:
            return word
        low = word.lower()
        while True:
            endings = (e for e in self.words["endings"] if low.endswith(e))
            ending = max((e for e in endings if len(low) - len(e) >= 4), key=len, default="")
            if not ending:
                return low
            low = low.removesuffix(ending)


@cache
def tongue(code: str) -> Tongue:
    """Return the language with this code; English stands for all that have no file."""
    code = code if code in TONGUES else "en"
    path = Path(__file__).with_name(f"{code}.toml")
    return Tongue(code, tomllib.loads(path.read_text(encoding="utf-8")))


def recognise(text: str, otherwise: str = "en") -> str:
    """Return the language of a passage: by its script, then by its commonest words.

    A passage that shows nothing (a name, a date) has the language ``otherwise``.

    >>> recognise("Die Reise wurde verschoben."), recognise("締結した。"), recognise("Kobe", "de")
    ('de', 'ja', 'de')
    """
    if _KANA.search(text) or len(_HAN.findall(text)) * 2 > len(text.strip()):
        return "ja"
    words = [w.lower() for w in _WORD.findall(text)]
    counts = {c: sum(w in tongue(c).words["stopwords"] for w in words) for c in ("de", "en")}
    best = max(counts, key=lambda code: (counts[code], code == otherwise))
    clear = counts[best] > 1 or otherwise not in counts
    return best if counts[best] and (clear or best == otherwise) else otherwise
