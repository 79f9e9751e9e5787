"""The preview of the reconciliation service, as it stands in a frame of another program."""

from __future__ import annotations

import pytest

from browsing import Visitor
from kizuna.web.reconciling.manifest import HEIGHT, WIDTH

THINGS = (
    "event/symposium-2017", "organisation/tum", "place/muenchen", "agreement/mou-biom-kawasaki",
    "document/dwih-symposium",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_a_preview_fits_into_its_frame(visitor: Visitor, language: str) -> None:
    visit = visitor.visit(language=language, size=(WIDTH, HEIGHT))
    for thing in THINGS:
        visit.open(f"/reconcile/preview?id={thing}")
        page = visit.page
        assert page.evaluate("document.documentElement.scrollHeight") <= HEIGHT, thing
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, thing
        labels = page.locator("dt").all_inner_texts()
        last = page.locator("dd").last.bounding_box()
        assert labels, thing
        assert last is not None, thing
        assert last["y"] + last["height"] <= HEIGHT, thing
