"""Generated data like that of a catalogue: the same seed and size give the same bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

EX = "https://example.org/bench/"
ID, ONT = f"{EX}id/", f"{EX}ontology#"
RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
XSD = "http://www.w3.org/2001/XMLSchema#"
WORDS = (
    "air water soil traffic energy health school budget forest harbour noise rail weather market "
    "wage patent cluster robot battery hydrogen semiconductor museum library tourism housing crime "
    "flood census vaccine research startup export import tax vote register map bridge river"
).split()
LANGUAGES = ("en", "de", "ja")
FORMATS = ("csv", "json", "xml", "ttl", "xlsx", "pdf", "shp", "geojson")
TRIPLES_PER_DATASET = 19.0
"""About how many triples come with one dataset: its distributions, publisher and place too."""


def write_data(path: Path, triples: int, seed: int = 7) -> int:
    """Write about ``triples`` N-Triples lines to ``path`` and return how many they are."""
    lines = list(dict.fromkeys(_lines(random.Random(seed), triples)))
    path.write_text("".join(lines), encoding="utf-8")
    return len(lines)


def _lines(chance: random.Random, triples: int) -> Iterator[str]:
    datasets = max(10, int(triples / TRIPLES_PER_DATASET))
    organisations, places = max(5, datasets // 25), max(8, datasets // 50)
    yield from _places(chance, places)
    yield from _organisations(chance, organisations, places)
    for number in range(datasets):
        yield from _dataset(chance, number, organisations, places)


def _places(chance: random.Random, places: int) -> Iterator[str]:
    for number in range(places):
        yield _typed(f"place/{number}", "Place")
        yield _text(f"place/{number}", "label", f"Place {number}", "en")
        if number:
            yield _link(f"place/{number}", "within", f"place/{chance.randrange(number)}")


def _organisations(chance: random.Random, organisations: int, places: int) -> Iterator[str]:
    for number in range(organisations):
        one = f"organisation/{number}"
        yield _typed(one, "Organisation")
        yield _text(one, "label", f"{chance.choice(WORDS).title()} office {number}", "en")
        yield _link(one, "seat", f"place/{chance.randrange(places)}")
        for _ in range(3):
            yield _link(one, "partner", f"organisation/{chance.randrange(organisations)}")
        if chance.random() < 0.7:
            yield _text(one, "homepage", f"https://org{number}.example/")


def _dataset(chance: random.Random, number: int, organisations: int, places: int) -> Iterator[str]:
    one = f"dataset/{number}"
    yield _typed(one, "Dataset")
    words = chance.sample(WORDS, 4)
    for language in chance.sample(LANGUAGES, chance.randint(1, 2)):
        yield _text(one, "title", f"{' '.join(words)} {number}", language)
    yield _text(one, "description", " ".join(chance.choices(WORDS, k=12)), "en")
    for word in words[: chance.randint(1, 3)]:
        yield _text(one, "keyword", word)
    yield _link(one, "publisher", f"organisation/{_skewed(chance, organisations)}")
    yield _link(one, "place", f"place/{chance.randrange(places)}")
    day = f"{chance.randint(2005, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    yield _literal(one, "issued", day, "date")
    if number and chance.random() < 0.4:
        yield _link(one, "related", f"dataset/{chance.randrange(number)}")
    if chance.random() < 0.8:
        yield _link(one, "license", f"license/{chance.randrange(6)}")
    for part in range(chance.randint(1, 3)):
        file = f"file/{number}-{part}"
        yield _typed(file, "File")
        yield _link(one, "file", file)
        yield _text(file, "format", chance.choice(FORMATS))
        yield _literal(file, "bytes", str(int(10 ** chance.uniform(2, 9))), "integer")
        if chance.random() < 0.5:
            yield _text(file, "checksum", f"{chance.getrandbits(128):032x}")


def _skewed(chance: random.Random, most: int) -> int:
    """Return a number below ``most``, small ones more often: a few publish much."""
    return int(most * chance.random() ** 2)


def _typed(subject: str, kind: str) -> str:
    return f"<{ID}{subject}> {RDF_TYPE} <{ONT}{kind}> .\n"


def _link(subject: str, name: str, other: str) -> str:
    return f"<{ID}{subject}> <{ONT}{name}> <{ID}{other}> .\n"


def _text(subject: str, name: str, text: str, language: str = "") -> str:
    tag = f"@{language}" if language else ""
    return f'<{ID}{subject}> <{ONT}{name}> "{text}"{tag} .\n'


def _literal(subject: str, name: str, text: str, datatype: str) -> str:
    return f'<{ID}{subject}> <{ONT}{name}> "{text}"^^<{XSD}{datatype}> .\n'
