"""From a file or a page to its plain text, title and day, as far as they are printed in it.

Libraries that read formats are loaded when a text of that format comes; they are the optional
dependencies ``kizuna[extract]``.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from kizuna.errors import ProjectError, UnavailableError, UsageError
from kizuna.extracting.fetching import Bounds, fetch
from kizuna.extracting.language import recognise
from kizuna.project.files import Unreadable, as_text, read_bytes

_BLANK_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t\u00a0\u3000]+(?=\n|$)")
_MARKDOWN = re.compile(r"^(?:#{1,6}\s+|>\s?|[-*+]\s+|\d+\.\s+)", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
MOST_UNPACKED = 50_000_000
"""Bytes of a packed document once it is unpacked."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the folder of documents will hold it, and what is known of it.

    ``title`` is empty where none came beside the text; ``url`` where it was not fetched.
    """

    name: str
    text: str
    title: str
    language: str
    url: str = ""
    verbatim: bool = False
    """Whether the text is what the file holds, so that its digest is the file's."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes that came from a file or a page; ``charset`` is what the sender says."""

    name: str
    data: bytes
    charset: str = ""
    url: str = ""


def read_source(where: str, bounds: Bounds) -> Reading:
    """Return the text of a file or of a page of http or https.

    Raises UsageError for a format that is not read and for a text that is empty, ProjectError
    for a file that cannot be read, and what ``fetch`` raises.
    """
    if re.match(r"[a-z][a-z0-9+.-]+://", where, re.IGNORECASE):
        page = fetch(where, bounds)
        stem = Path(urlsplit(page.url).path).stem or (urlsplit(page.url).hostname or "page")
        return _finished(
            _READERS[_kind_of(page.media_type, page.url)](
                Raw(stem, page.data, page.charset, where)
            ),
            where,
        )
    path = Path(where)
    try:
        data = read_bytes(path, links=True)
    except Unreadable as error:
        raise ProjectError(f"{where}: {error.message}", hint=error.hint) from error
    kind = path.suffix.lower().lstrip(".")
    if kind not in _READERS:
        raise UsageError(
            f"{where}: texts of this kind are not read", hint=f"Read are: {', '.join(_READERS)}."
        )
    return _finished(_READERS[kind](Raw(path.stem, data)), where)


def _kind_of(media_type: str, url: str) -> str:
    kind = _MEDIA_TYPES.get(media_type)
    if kind is None:
        raise UsageError(
            f"{url}: is {media_type}, which is not read",
            hint=f"Read are: {', '.join(sorted(_MEDIA_TYPES))}.",
        )
    return kind


def _finished(read: Reading, where: str) -> Reading:
    """Return the reading with its language. Raises UsageError where there is no text."""
    text = read.text if read.verbatim else _even(read.text)
    if not text.strip():
        raise UsageError(
            f"{where}: has no text",
            hint="A scanned PDF has pictures alone: recognise its text first.",
        )
    return replace(read, text=text, title=read.title.strip(), language=recognise(text))


def _even(text: str) -> str:
    """Return a text with even line ends, without spaces at them and without marks of the file."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").removeprefix("\ufeff")
    return _BLANK_LINES.sub("\n\n", _SPACES.sub("", text)).strip() + "\n"


def _plain(raw: Raw) -> Reading:
    """Return a plain text; one that a project can hold as it is stays as it is."""
    try:
        return Reading(raw.name, as_text(raw.data), "", "", raw.url, verbatim=True)
    except Unreadable:
        return Reading(raw.name, decoded(raw), "", "", raw.url)


def decoded(raw: Raw) -> str:
    """Return bytes as text: by the sender's word, as UTF-8, or as their bytes suggest."""
    for charset in filter(None, (raw.charset, "utf-8-sig")):
        try:
            return raw.data.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    if raw.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.data.decode("utf-16", "replace")
    best = _library("charset_normalizer").from_bytes(raw.data).best()
    return str(best) if best is not None else raw.data.decode("latin-1")


def _markdown(raw: Raw) -> Reading:
    """Return Markdown without its marks."""
    text = _LINK.sub(r"\1", _MARKDOWN.sub("", decoded(raw)))
    return Reading(raw.name, re.sub(r"(\*\*|__|`)", "", text), "", "", raw.url)


def _html(raw: Raw) -> Reading:
    """Return the article of a web page, without menus and teasers."""
    trafilatura = _library("trafilatura")
    page = decoded(raw)
    text = (
        trafilatura.extract(
            page, include_comments=False, include_tables=False, favor_precision=True
        )
        or ""
    )
    metadata: Any = trafilatura.extract_metadata(page)
    title = str(getattr(metadata, "title", None) or "")
    if title and not text.lstrip().startswith(title):
        text = f"{title}\n\n{text}"
    return Reading(raw.name, text, title, "", raw.url)


def _pdf(raw: Raw) -> Reading:
    """Return the text layer of a PDF, words divided at line ends joined again."""
    pypdf = _library("pypdf")
    try:
        pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw.data)).pages]
    except Exception as error:
        raise UsageError(
            f"{raw.name}: is no PDF that can be read: {error}",
            hint="Save it anew, without a password.",
        ) from error
    joined = "\n\n".join(pages)
    joined = re.sub(r"(?<=[a-zäöüß])-\n(?=[a-zäöüß])", "", joined)
    return Reading(raw.name, re.sub(r"(?<=[^\n.!?:])\n(?=[^\n])", " ", joined), "", "", raw.url)


def _docx(raw: Raw) -> Reading:
    docx = _library("docx")
    try:
        _check_unpacked(raw)
        document = docx.Document(io.BytesIO(raw.data))
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(
            f"{raw.name}: is no Word document that can be read: {error}", hint="Save it as .docx."
        ) from error
    return Reading(raw.name, "\n\n".join(_blocks(document)), "", "", raw.url)


def _blocks(document: Any) -> Iterator[str]:  # noqa: ANN401 - of a library without types
    """Yield paragraphs, and the rows of tables, in their order."""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                cells = (cell.text.strip() for cell in row.cells)
                yield " | ".join(dict.fromkeys(filter(None, cells)))
        else:
            yield block.text


def _check_unpacked(raw: Raw) -> None:
    """Pass if a packed file is not much larger when it is unpacked. Raises UsageError."""
    with zipfile.ZipFile(io.BytesIO(raw.data)) as packed:
        size = sum(part.file_size for part in packed.infolist())
    if size > MOST_UNPACKED:
        raise UsageError(
            f"{raw.name}: unpacks to {size} bytes, more than {MOST_UNPACKED}",
            hint="Save the text alone, as txt or md.",
        )


def _library(name: str) -> ModuleType:
    """Return a library that reads a format. Raises UnavailableError where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise UnavailableError(
            f"the library {name} is not installed",
            hint="Install it: pip install 'kizuna[extract]'.",
        ) from error


_READERS: dict[str, Callable[[Raw], Reading]] = {
    "txt": _plain,
    "md": _markdown,
    "html": _html,
    "htm": _html,
    "pdf": _pdf,
    "docx": _docx,
}
_MEDIA_TYPES = {
    "text/plain": "txt",
    "text/markdown": "md",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
