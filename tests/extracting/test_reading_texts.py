"""From files and pages to text: formats, encodings, and what is refused."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import docx
import pypdf
import pytest

from kizuna.errors import KizunaError, ProjectError, Refused, UnavailableError, UsageError
from kizuna.extracting.fetching import Bounds
from kizuna.extracting.reading import read_source


def bomb() -> bytes:
    """Return a small file that unpacks to a large one."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"x" * 60_000_000)
    return data.getvalue()


SENTENCE = "Die Universität Jena und die Stadt Köln haben am 3. Mai 2021 einen Vertrag geschlossen."
PAGE = f"""<!doctype html><html lang="de"><head><title>Ein Vertrag</title></head><body>
<nav><ul><li>Startseite</li><li>Kontakt</li></ul></nav>
<article><h1>Ein Vertrag</h1><p>{SENTENCE} Er gilt für drei Jahre und kann verlängert werden, wenn
beide Seiten es wollen.</p><p>Die Feier war im Rathaus. Viele Gäste kamen aus beiden Städten und
blieben bis zum Abend.</p></article><footer>© Nachrichten 2021 · Impressum</footer></body></html>"""
# fmt: off
ENCODINGS = [
    # bytes                                         what they are
    (SENTENCE.encode(),                             "UTF-8"),
    (b"\xef\xbb\xbf" + SENTENCE.encode(),           "UTF-8 with a mark"),
    (SENTENCE.encode("utf-16"),                     "UTF-16"),
    ((SENTENCE * 5).encode("latin-1"),              "Latin-1"),
]
WRONG = [
    # name, bytes                                   error, what it says
    ("x.xyz", b"",                                  UsageError, "not read"),
    ("x.txt", b" \n ",                              UsageError, "has no text"),
    ("x.pdf", b"%PDF-1.4 nonsense",                 UsageError, "no PDF"),
    ("x.docx", b"PK nonsense",                      UsageError, "no Word document"),
    ("x.docx", bomb(),                              UsageError, "unpacks to"),
]
REFUSED = [
    # address                                       error
    ("file:///etc/passwd",                          UsageError),
    ("ftp://example.org/x",                         UsageError),
    ("http://169.254.169.254/latest/meta-data",     Refused),
    ("http://localhost:1/",                         Refused),
    ("http://[::1",                                 UsageError),
    ("http://" + "x" * 70 + ".example/",            UsageError),
    ("http://exämple.invalid/ü",                    UnavailableError),
    ("http://[::ffff:127.0.0.1]:1/",                Refused),
]
# fmt: on


@pytest.mark.parametrize(("data", "what"), ENCODINGS)
def test_the_encoding_is_found(tmp_path: Path, data: bytes, what: str) -> None:
    (tmp_path / "x.txt").write_bytes(data)
    assert read_source(str(tmp_path / "x.txt"), Bounds()).text.startswith(SENTENCE), what


def test_markdown_loses_its_marks(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(f"# Ein Vertrag\n\n- {SENTENCE}\n\n[mehr](http://x) **fett**\n")
    assert (
        read_source(str(tmp_path / "x.md"), Bounds()).text
        == f"Ein Vertrag\n\n{SENTENCE}\n\nmehr fett\n"
    )


def test_a_page_loses_its_menus(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text(PAGE, encoding="utf-8")
    reading = read_source(str(tmp_path / "x.html"), Bounds())
    assert SENTENCE in reading.text
    assert (reading.title, reading.language) == ("Ein Vertrag", "de")
    assert "Startseite" not in reading.text
    assert "Impressum" not in reading.text


def test_a_word_document_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Ein Vertrag")
    document.add_paragraph(SENTENCE)
    document.save(str(tmp_path / "x.docx"))
    assert read_source(str(tmp_path / "x.docx"), Bounds()).text == f"Ein Vertrag\n\n{SENTENCE}\n"


def test_a_pdf_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(pdf("Both cities signed an agree-", "ment in May."))
    assert "agreement in May." in read_source(str(tmp_path / "x.pdf"), Bounds()).text


def pdf(*lines: str) -> bytes:
    """Return a PDF of one page with these lines of ASCII."""
    drawn = "".join(f"({line}) Tj 0 -14 Td " for line in lines)
    stream = f"BT /F1 12 Tf 72 720 Td {drawn} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    whole = out + end % (table, len(out))
    assert pypdf.PdfReader(io.BytesIO(whole)).pages
    return whole


@pytest.mark.parametrize(("name", "data", "error", "message"), WRONG)
def test_what_is_no_text_is_told(
    tmp_path: Path, name: str, data: bytes, error: type[KizunaError], message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(error, match=message):
        read_source(str(tmp_path / name), Bounds())


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="vanished"):
        read_source(str(tmp_path / "x.txt"), Bounds())


@pytest.mark.parametrize(("address", "error"), REFUSED)
def test_addresses_that_are_not_of_the_open_web_are_refused(
    address: str, error: type[KizunaError]
) -> None:
    with pytest.raises(error):
        read_source(address, Bounds(seconds=2))


class Handler(BaseHTTPRequestHandler):
    """Pages of a site in the own network."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.answer(302, b"", ("Location", "/page"))
        elif self.path == "/away":
            self.answer(302, b"", ("Location", "http://127.0.0.2:9/"))
        elif self.path == "/loop":
            self.answer(302, b"", ("Location", "/loop"))
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "9000")
            self.end_headers()
            self.wfile.write(PAGE.encode())
            self.close_connection = True
        elif self.path == "/%C3%BC?q=%C3%A4":
            self.answer(200, PAGE.encode(), ("Content-Type", "text/html"))
        elif self.path == "/slow":
            time.sleep(1.5)
            self.close_connection = True
        elif self.path == "/large":
            self.answer(200, b"x" * 2_000_000)
        elif self.path == "/image":
            self.answer(200, b"x", ("Content-Type", "image/png"))
        elif self.path == "/page":
            self.answer(200, PAGE.encode("latin-1"), ("Content-Type", "text/html; charset=latin-1"))
        else:
            self.answer(404, b"")

    def answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up: they are to."""


@contextmanager
def serving() -> Iterator[str]:
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


# fmt: off
PAGES = [
    # path, own network allowed             what comes
    ("/page",  True,                        None),
    ("/moved", True,                        None),
    ("/page",  False,                       Refused),
    ("/away",  True,                        Refused),           # redirects are looked at too
    ("/loop",  True,                        UnavailableError),
    ("/slow",  True,                        UnavailableError),
    ("/cut",   True,                        UnavailableError),  # a part is not the whole
    ("/large", True,                        UnavailableError),
    ("/image", True,                        UsageError),
    ("/none",  True,                        UnavailableError),
]
# fmt: on


def test_tables_are_read_where_they_stand(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Vor der Tabelle steht ein Satz.")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Universität Jena", "Partner"
    document.add_paragraph("Danach auch.")
    document.save(str(tmp_path / "x.docx"))
    text = read_source(str(tmp_path / "x.docx"), Bounds()).text
    assert "Satz.\n\nUniversität Jena | Partner\n\nDanach" in text


def test_addresses_of_any_letters_are_fetched() -> None:
    with serving() as site:
        reading = read_source(f"{site}/ü?q=ä", Bounds(seconds=5, own=(site,)))
    assert SENTENCE in reading.text
    assert reading.url == f"{site}/ü?q=ä"


@pytest.mark.parametrize(("path", "own", "error"), PAGES)
def test_pages_are_fetched_within_bounds(
    path: str, *, own: bool, error: type[KizunaError] | None
) -> None:
    with serving() as site:
        bounds = Bounds(megabytes=1, seconds=1, own=(site,) if own else ())
        if error is None:
            reading = read_source(site + path, bounds)
            assert SENTENCE in reading.text
            assert reading.url == site + path
        else:
            with pytest.raises(error):
                read_source(site + path, bounds)
