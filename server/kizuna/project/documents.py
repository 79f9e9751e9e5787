"""The source documents that facts are quoted from, present or absent on this machine."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.project.files import Unreadable, as_text, read_bytes
from kizuna.vocabulary import (
    DCT_IDENTIFIER,
    DCT_SOURCE,
    FOAF_PAGE,
    KZ_CONTENT_END,
    KZ_FURNITURE,
    KZ_SHA256,
    KZ_SOURCE_DOCUMENT,
    RDF_TYPE,
)


class DocumentState(Enum):
    """What this machine knows of a document's text."""

    PRESENT = "the text is here and is the one that was recorded"
    ABSENT = "the text is not here"
    CHANGED = "the text here differs from the one that was recorded"
    UNREADABLE = "the text is here and cannot be read"


@dataclass(frozen=True, slots=True)
class Document:
    """A source document as recorded in the data, with its text where this machine has it.

    ``text`` is None unless the state is PRESENT. ``content_end`` and ``furniture`` are the
    recorded words that bound the content; see ``ranges``.
    """

    iri: NamedNode
    file_name: str
    sha256: str
    source_url: str | None
    content_end: str
    furniture: tuple[str, ...]
    state: DocumentState
    path: str
    text: str | None
    problem: str = ""

    def ranges(self) -> tuple[int, tuple[tuple[int, int], ...]] | str:
        """Return where the content ends and which passages within are furniture, in code points.

        A message instead when a recorded passage does not stand in the text.
        """
        text = self.text or ""
        end = len(text)
        if self.content_end:
            found = list(find(self.content_end, text))
            if not found:
                return f"kz:contentEnd {self.content_end!r} is not in the text"
            end = found[0][1]
        passages = []
        for words in self.furniture:
            spots = list(find(words, text))
            if not spots:
                return f"kz:furniture {words!r} is not in the text"
            passages.extend(spots)
        return end, tuple(sorted(passages))


def find(quote: str, text: str) -> Iterator[tuple[int, int]]:
    r"""Yield each place where ``quote`` stands in ``text``.

    Offsets count code points, end exclusive, as in ``text[start:end]``. A run of white space
    in the quote matches any run in the text, since line breaks are not the author's words. All
    else must be equal, letter for letter: case is not folded and Unicode is not normalised. An
    empty quote stands nowhere.

    >>> list(find("a letter of thanks", "Both signed a letter\n  of thanks."))
    [(12, 32)]
    """
    words = quote.split()
    if words:
        pattern = r"\s+".join(map(re.escape, words))
        # A look-ahead finds overlapping places too: an ambiguous quote must not pass as unique.
        for match in re.finditer(f"(?=({pattern}))", text):
            yield match.span(1)


def read_documents(triples: Iterable[Triple], folder: Path) -> tuple[Document, ...]:
    """Return every ``kz:SourceDocument`` in ``triples``, its text read from ``folder``."""
    values: dict[NamedNode, dict[NamedNode, list[str]]] = {}
    documents: set[NamedNode] = set()
    for triple in triples:
        subject = triple.subject
        if not isinstance(subject, NamedNode):
            continue
        if triple.predicate == RDF_TYPE and triple.object == KZ_SOURCE_DOCUMENT:
            documents.add(subject)
        if isinstance(triple.object, Literal | NamedNode):
            properties = values.setdefault(subject, {})
            properties.setdefault(triple.predicate, []).append(triple.object.value)
    described = {subject.value for subject in values}
    return tuple(
        _document(iri, values.get(iri, {}), folder, described) for iri in sorted(documents, key=str)
    )


def _document(
    iri: NamedNode, values: dict[NamedNode, list[str]], folder: Path, described: set[str]
) -> Document:
    """Return one document; a name that leads out of the folder counts as absent.

    Its page on the web is a source, or else a page, that is no thing described in the data.
    """
    pages = [*sorted(values.get(DCT_SOURCE, [])), *sorted(values.get(FOAF_PAGE, []))]
    name = next(iter(values.get(DCT_IDENTIFIER, [])), "")
    recorded = next(iter(values.get(KZ_SHA256, [])), "")
    state, text, problem = DocumentState.ABSENT, None, ""
    path = folder / name
    if name and Path(name).name == name and os.path.exists(path):  # noqa: PTH110 - a wild name is absent
        state, text, problem = _read(path, recorded)
    return Document(
        iri=iri,
        file_name=name,
        sha256=recorded,
        source_url=next((u for u in pages if u.startswith("http") and u not in described), None),
        content_end=next(iter(values.get(KZ_CONTENT_END, [])), ""),
        furniture=tuple(sorted(values.get(KZ_FURNITURE, []))),
        state=state,
        path=path.as_posix(),
        text=text,
        problem=problem,
    )


def _read(path: Path, recorded: str) -> tuple[DocumentState, str | None, str]:
    """Return the state of the text at ``path``, the recorded text itself, and any trouble."""
    try:
        data = read_bytes(path, links=True)
        text = as_text(data)
    except Unreadable as error:
        return DocumentState.UNREADABLE, None, error.message
    digest = hashlib.sha256(data).hexdigest()
    if digest != recorded:
        return DocumentState.CHANGED, None, f"its SHA-256 is {digest}, recorded is {recorded}"
    return DocumentState.PRESENT, text, ""
