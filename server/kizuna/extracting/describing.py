"""A new document: its text put into the folder of documents, and its description proposed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.errors import UsageError
from kizuna.extracting.forms import languages, slug
from kizuna.extracting.passages import content, first_and_last, is_heading
from kizuna.extracting.reading import Reading
from kizuna.project import Project
from kizuna.vocabulary import (
    DCT_IDENTIFIER,
    DCT_LANGUAGE,
    DCT_TITLE,
    FOAF_PAGE,
    KZ_CONTENT_END,
    KZ_FURNITURE,
    KZ_SHA256,
    KZ_SOURCE_DOCUMENT,
    RDF_TYPE,
    SKOS_PREF_LABEL,
)

_AUTHORITY = "http://publications.europa.eu/resource/authority/language/"
_LONGEST = 40
_NAMES = {"de": "DEU", "en": "ENG", "ja": "JPN"}


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document: its IRI, the name of its text file, and what describes it.

    ``describes`` is empty for a document that the data already has.
    """

    iri: NamedNode
    file_name: str
    describes: tuple[Triple, ...]


def document_of(project: Project, reading: Reading) -> NewDocument:
    """Return the document of a text: the one in the data with the same text, or a new one."""
    digest = hashlib.sha256(reading.text.encode()).hexdigest()
    for document in project.documents:
        if document.sha256 == digest:
            return NewDocument(document.iri, document.file_name, ())
    name = slug(_title(reading), _LONGEST)
    name = slug(reading.name, _LONGEST) if name == "unnamed" else name
    taken = {d.iri.value.rpartition("/")[2] for d in project.documents}
    number, free = 1, name
    while free in taken or _is_other(project.documents_folder / f"{free}.txt", reading):
        number += 1
        free = f"{name}-{number}"
    iri = NamedNode(f"{project.addresses.things}document/{free}")
    file_name = f"{free}.txt"
    return NewDocument(
        iri, file_name, tuple(_described(iri, file_name, digest, reading, languages(project)))
    )


def _is_other(path: Path, reading: Reading) -> bool:
    """Tell whether a file is there with other words than those of the text."""
    return path.exists() and path.read_bytes() != reading.text.encode()


def _described(
    iri: NamedNode, file_name: str, digest: str, reading: Reading, codes: tuple[str, ...]
) -> list[Triple]:
    title = _title(reading)
    label = title or reading.name
    rows = [Triple(iri, RDF_TYPE, KZ_SOURCE_DOCUMENT)]
    rows += [Triple(iri, SKOS_PREF_LABEL, Literal(label, language=code)) for code in codes]
    if title:
        rows.append(Triple(iri, DCT_TITLE, Literal(title, language=reading.language)))
    rows += [
        Triple(iri, DCT_IDENTIFIER, Literal(file_name)),
        Triple(iri, DCT_LANGUAGE, NamedNode(_AUTHORITY + _NAMES[reading.language])),
        Triple(iri, KZ_SHA256, Literal(digest)),
    ]
    if reading.url:
        rows.append(Triple(iri, FOAF_PAGE, NamedNode(reading.url)))
    lines = content(reading.text)
    if lines and reading.text[lines[-1][1] :].strip():
        end = first_and_last(reading.text, *lines[-1])
        rows.append(Triple(iri, KZ_CONTENT_END, Literal(end)))
    rows += [Triple(iri, KZ_FURNITURE, Literal(words)) for words in _between(reading.text, lines)]
    return rows


def _title(reading: Reading) -> str:
    """Return the title that came with the text, or its first line of content if it is a heading."""
    lines = content(reading.text)
    first = reading.text[slice(*lines[0])].strip() if len(lines) > 1 else ""
    return reading.title or (first if is_heading(first) else "")


def _between(text: str, lines: list[tuple[int, int]]) -> list[str]:
    """Return the furniture before the end of the content."""
    gaps = zip([(0, 0), *lines[:-1]], lines, strict=True)
    found = (text[a[1] : b[0]].strip() for a, b in gaps)
    return sorted(
        {line.strip() for words in found if words for line in words.split("\n") if line.strip()}
    )


def save_text(folder: Path, document: NewDocument, reading: Reading) -> Path:
    """Write the text into the folder of documents; never over another text. Return its path.

    Raises UsageError where a file of that name has other words, and OSError.
    """
    path = folder / document.file_name
    data = reading.text.encode()
    if path.exists():
        if path.read_bytes() != data:
            raise UsageError(
                f"{path}: there is another text of this name",
                hint="Rename the file that you extract from.",
            )
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)
    return path
