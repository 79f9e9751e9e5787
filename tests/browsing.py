"""A real browser on a real server of the shipped project."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Response,
    sync_playwright,
)
from starlette.types import ASGIApp

from live import serving
from support import ROOT, real_texts

CHROMIUM = shutil.which("chromium")
# Chromium does not start as root with its sandbox; the rest keeps it from asking hosts of its maker.
OPTIONS = [
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WIDE, PHONE = (1400, 900), (360, 740)


@contextmanager
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium here; Debian has it: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield found
        found.close()


@contextmanager
def shipped(releases: Path) -> Iterator[str]:
    """Give the address of a server of the shipped project."""
    texts = real_texts()
    known = {"KIZUNA_DOCUMENTS": str(texts)} if texts else {}
    with serving(str(ROOT), "--releases", str(releases), **known) as live:
        yield live.base.rstrip("/")


@contextmanager
def on_a_port(app: ASGIApp) -> Iterator[str]:
    """Give the address of a server of ``app`` in a thread of this process."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


@dataclass
class Visit:
    """A tab on the site; what went wrong in it is collected as it happens."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)
    status: int = 0

    def __post_init__(self) -> None:
        self.page.on("response", self._answered)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("dialog", self._interrupted)

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status

    def _heard(self, message: ConsoleMessage) -> None:
        kind, text = message.type, message.text
        told = str(self.status) in text  # the browser tells of a page that is an error page
        if kind in {"error", "warning"} and not (self.status >= 400 and told):
            self.wrong.append(f"console: {text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((f"{self.address}/", "data:")):
            self.wrong.append(f"request: {url}")

    def _interrupted(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str) -> None:
        assert self.page.goto(self.address + path) is not None

    @property
    def path(self) -> str:
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def violations(self, only: str = "", without: str = "") -> list[str]:
        """Return what axe finds wrong with the page for people with impairments, by all rules."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        chosen: dict[str, object] = {"resultTypes": ["violations"]}
        if only:
            chosen["runOnly"] = [only]
        if without:
            chosen["rules"] = {without: {"enabled": False}}
        found = self.page.evaluate("(chosen) => axe.run(document, chosen)", chosen)
        return [
            f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(wide))


@dataclass
class Visitor:
    """Opens tabs with a language, a width, a colour scheme, with JavaScript or without."""

    browser: Browser
    address: str
    contexts: list[BrowserContext] = field(default_factory=list)

    def visit(
        self,
        path: str = "/",
        *,
        language: str = "en",
        size: tuple[int, int] = WIDE,
        dark: bool = False,
        scripts: bool = True,
    ) -> Visit:
        context = self.browser.new_context(
            locale=language,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        visit = Visit(context.new_page(), self.address)
        visit.open(path)
        return visit

    def leave(self) -> None:
        """Close all tabs."""
        for context in self.contexts:
            context.close()


@dataclass
class Tabs:
    """A tab for each language, in which one page is opened after the other: a new one takes long."""

    visitor: Visitor
    held: dict[str, Visit] = field(default_factory=dict)

    def open(self, path: str, language: str) -> Visit:
        """Return the tab with a page, as if it were new: wide, light, nothing wrong yet."""
        visit = self.held.get(language)
        if visit is None:
            visit = self.held[language] = self.visitor.visit(path, language=language)
            return visit
        visit.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        visit.page.emulate_media(color_scheme="light")
        visit.wrong.clear()
        visit.open(path)
        return visit
