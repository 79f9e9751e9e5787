from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages import Message

from kizuna.web.texts import LANGUAGES, catalogue, day, number, period, text
from kizuna.web.views.page import HERE

KEY = re.compile(r"[a-z]+(?:[._][a-z0-9_]+)*")
CALLED = re.compile(r"""(?:\bt|\.text)\(\s*["']([a-z0-9._]+)["']""")
# What a template writes between its tags, and what its attributes say to readers.
JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
MARKUP = re.compile(r"""<[^>]*>|&#?\w+;|[\w-]+="[^"]*\"""")
SAID = re.compile(r"""\b(?:title|alt|aria-label|placeholder)="([^"]*)\"""")
# Names that are the same in every language.
NAMES = {"SHA-256", "SPARQL", "IRI", "CSV", "JSON", "SVG", "PNG"}


def messages(language: str) -> dict[str, Message]:
    return {str(m.id if isinstance(m.id, str) else m.id[0]): m for m in catalogue(language) if m.id}


def strings(message: Message) -> tuple[str, ...]:
    found = message.string
    return (found,) if isinstance(found, str) else tuple(str(form) for form in found or ())


def sources(suffix: str) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in HERE.rglob(f"*{suffix}")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language: str) -> None:
    english, translated = messages("en"), messages(language)
    assert list(translated) == sorted(english)
    for key, message in translated.items():
        assert KEY.fullmatch(key)
        assert not message.fuzzy, key
        assert all(strings(message)), key
        fields = [set(re.findall(r"{(\w+)}", form)) for form in strings(message)]
        wanted = set(re.findall(r"{(\w+)}", strings(english[key])[-1]))
        assert all(f in (wanted, wanted - {"n"}) for f in fields), key
        assert fields[-1] == wanted, key


def test_every_text_is_used_and_every_text_that_is_used_is_there() -> None:
    known = messages("en").keys()
    code = "\n".join((*sources(".html").values(), *sources(".py").values()))
    assert set(CALLED.findall(code)) <= known
    named = {key for key in known if f'"{key}"' in code or f"'{key}'" in code}
    assert known - named == set()


def test_a_translation_is_not_the_english_text_again() -> None:
    """A language may share a word with English; a sentence in it is one that was forgotten."""
    english = messages("en")
    for language in set(LANGUAGES) - {"en"}:
        for key, message in messages(language).items():
            if len(strings(english[key])[0].split()) > 2:
                assert strings(message) != strings(english[key]), (language, key)


@pytest.mark.parametrize("path", sources(".html"), ids=lambda path: path.name)
def test_templates_hold_no_text_of_their_own(path: Path) -> None:
    template = path.read_text(encoding="utf-8")
    bare = JINJA.sub("", template)
    texts = [*MARKUP.sub("\n", bare).split("\n"), *SAID.findall(bare)]
    found = {t.strip() for t in texts if re.search(r"[^\W\d_]{2}", t)}
    assert found - NAMES == set()


def test_a_language_without_texts_gets_english_ones() -> None:
    assert text("nav", "fr") == text("nav", "en")


# fmt: off
DAYS = [
    ("2017-09-20", "en", "20 September 2017"),
    ("2017-09-20", "de", "20. September 2017"),
    ("2017-09-20", "ja", "2017年9月20日"),
    ("2017-13-20", "en", "2017-13-20"),
    ("soon",       "en", "soon"),
]
PERIODS = [
    ("2013-01-01", "2013-12-31", "en", "2013"),
    ("2013-01-01", "2013-12-31", "ja", "2013年"),
    ("2020-02-01", "2020-02-29", "de", "Februar 2020"),
    ("2020-02-01", "2020-02-29", "ja", "2020年2月"),
    ("2020-02-01", "2020-02-28", "en", ""),
    ("2020-02-02", "2020-02-29", "en", ""),
    ("2020-01-01", "2021-12-31", "en", ""),
    ("x",          "2021-12-31", "en", ""),
]
NUMBERS = [
    (0,     "en", "0"),
    (10269, "en", "10,269"),
    (10269, "de", "10.269"),
    (10269, "ja", "10,269"),
    (-1000, "fr", "-1,000"),
]
ROWS = [
    (0,    "en", "0 rows"),
    (1,    "en", "1 row"),
    (1,    "de", "1 Zeile"),
    (1000, "de", "1.000 Zeilen"),
    (1,    "ja", "1行"),
]
# fmt: on


@pytest.mark.parametrize(("iso", "language", "words"), DAYS)
def test_days(iso: str, language: str, words: str) -> None:
    assert day(iso, language) == words


@pytest.mark.parametrize(("first", "last", "language", "words"), PERIODS)
def test_periods(first: str, last: str, language: str, words: str) -> None:
    assert period(first, last, language) == words


@pytest.mark.parametrize(("value", "language", "words"), NUMBERS)
def test_numbers(value: int, language: str, words: str) -> None:
    assert number(value, language) == words


@pytest.mark.parametrize(("n", "language", "words"), ROWS)
def test_plurals(n: int, language: str, words: str) -> None:
    assert text("sparql.rows", language, n=n) == words
