"""``documents.lock``: where every quote was found by the last check that had the texts.

The file is committed. With it, a machine without the third-party texts builds the same release,
byte for byte. It holds digests and offsets only, none of the words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from kizuna.errors import ProjectError
from kizuna.project.evidence import Claim, Located, Place
from kizuna.project.files import Unreadable, read_text, replace_text

_ABOUT = "Written by kizuna check. Where each quote stands in its document, in code points."


@dataclass(frozen=True, slots=True)
class LockedQuote:
    """The place of one claim's quote, bound to the text and the words that were checked."""

    text_sha256: str
    quote_digest: str
    place: Place


Lock = dict[str, LockedQuote]
"""Locked quotes by the IRI of their claim."""


def read_lock(path: Path) -> Lock:
    """Return what the lock file holds; nothing where there is none.

    Raises ProjectError when the file is no lock.
    """
    if not path.exists():
        return {}
    try:
        content = json.loads(read_text(path))
        return {
            iri: LockedQuote(row["text"], row["quote"], _place(**row["place"]))
            for iri, row in content["quotes"].items()
        }
    except Unreadable as error:
        raise ProjectError(f"{path}: {error.message}", hint=error.hint) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProjectError(
            f"{path}: is no lock of kizuna: {error!r}",
            hint="Restore it from git, or remove it and run kizuna check where the texts are.",
        ) from error


def _place(start: object, end: object) -> Place:
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end:
        return Place(start, end)
    raise ValueError(f"no place: {start!r} to {end!r}")


def lock_of(located: Iterable[Located], texts: dict[str, str]) -> Lock:
    """Return the lock for these quotes; ``texts`` gives each document's digest by IRI."""
    return {
        found.claim.iri.value: LockedQuote(
            texts[found.claim.document.value], found.claim.quote_digest, found.place
        )
        for found in located
        if found.claim.document is not None
    }


def recall(lock: Lock, claim: Claim, text_sha256: str) -> Place | None:
    """Return the locked place of a claim's quote if neither text nor quote has changed since."""
    row = lock.get(claim.iri.value)
    if row and row.text_sha256 == text_sha256 and row.quote_digest == claim.quote_digest:
        return row.place
    return None


def write_lock(path: Path, lock: Lock) -> bool:
    """Write the lock in one step; return False where it already says the same.

    Raises OSError when the file cannot be written.
    """
    rows = {
        iri: {"text": row.text_sha256, "quote": row.quote_digest, "place": asdict(row.place)}
        for iri, row in sorted(lock.items())
    }
    content = json.dumps({"about": _ABOUT, "quotes": rows}, ensure_ascii=False, indent=1) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return False
    replace_text(path, content)
    return True
