"""The process that makes releases out of changes, one after the other; it may be killed any time.

``python -m kizuna.release.writer RELEASES MEMORY TEXT``: each request on standard input is a frame
with a task or a question and one with the document; the answer on standard output is a frame END
with what was done, or FAIL with the error (``kizuna.engine.frames``). The process keeps a store
open, the head: a copy of the release on which it wrote last, by hard links, in a folder of its own
in RELEASES. MEMORY is the number of bytes that it may take beyond what it has at the beginning,
TEXT the length of the longest update.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from kizuna.engine import Limits
from kizuna.engine.frames import END, HEAD, fail_frame, frame
from kizuna.engine.sandbox import cap_memory, deny_network, die_with_parent
from kizuna.errors import KizunaError, QueryCrashed, UnavailableError
from kizuna.iris import UPDATES, Addresses
from kizuna.release.apply import Done, apply
from kizuna.release.change import Task, decode_request
from kizuna.release.loads import Loads
from kizuna.release.manifest import Manifest, read_manifest, write_manifest
from kizuna.release.merging import merge
from kizuna.release.successor import check_shapes, successor
from kizuna.release.terms import Forms, forms_of, read_forms, still_there, write_forms

STACK_BYTES = 256 * 1024 * 1024
HEADS = ".head-"


@dataclass
class Head:
    """The store that is written to, and the name of the release that it equals."""

    folder: Path
    limits: Limits
    equals: str = ""
    store: Store | None = field(default=None, repr=False)
    number: int = 0

    def at(self, parent: Path) -> Store:
        """Return the store, equal to that of the release in ``parent``."""
        if self.store is None or self.equals != parent.name:
            self.drop()
            self.folder.mkdir(parents=True)
            self.number += 1
            place = str(self.folder / str(self.number))
            Store.read_only(str(parent / "store")).backup(place)
            self.store = Store(place)
            self.equals = parent.name
        return self.store

    def drop(self) -> None:
        """Forget the store: it may hold half of a change. Traces of errors may keep it open."""
        self.store, self.equals = None, ""
        shutil.rmtree(self.folder, ignore_errors=True)
        gc.collect()


def do(head: Head, task: Task, body: bytes) -> tuple[Manifest, Done]:
    """Write the release that ``task`` wants into its folder; return its manifest and what was done.

    Raises what ``apply`` raises, and NotConforming.
    """
    parent = Path(task.parent)
    manifest = read_manifest(parent)
    store = head.at(parent)
    try:
        done = apply(store, task.change, body, head.limits)
    except KizunaError:
        raise  # and the head is as it was
    except BaseException:
        head.drop()
        raise
    try:
        made = _finished(store, task, manifest, done)
    except BaseException:
        head.drop()
        raise
    head.equals = task.identifier
    return made, done


def _finished(store: Store, task: Task, manifest: Manifest, done: Done) -> Manifest:
    """Write the release of the changed ``store``; return its manifest."""
    parent, folder = Path(task.parent), Path(task.folder)
    if manifest.merged:
        merge(store, Store.read_only(str(parent / "store")), Addresses(manifest.base))
    forms = _forms(manifest, parent, store, done)
    if task.validate:
        check_shapes(store, manifest, forms, task.change.report)
    store.backup(str(folder / "store"))
    write_forms(folder, forms)
    for name in manifest.texts.values():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).hardlink_to(parent / name)
    made = successor(store, task, manifest)
    write_manifest(folder, made)
    return made


def _forms(manifest: Manifest, parent: Path, store: Store, done: Done) -> Forms:
    """Return how the statements of ``store`` were written, as far as that is known.

    What an update brings is known only as the store has it.
    """
    updates = NamedNode(Addresses(manifest.base).graph(UPDATES))
    forms = {
        kept: written
        for kept, written in read_forms(parent).items()
        if kept.graph_name != done.replaced
    }
    brought = [
        Quad(q.subject, q.predicate, q.object, updates)
        if manifest.merged and q.graph_name == DefaultGraph()
        else q
        for q in done.brought
    ]
    for quad in brought:
        if quad in forms:  # now it is also stated as the store has it
            forms[quad] = forms[quad] | {quad}
    for kept, written in forms_of(brought).items():
        known = forms.get(kept) or _as_before(parent, kept, done)
        forms[kept] = known | written
    return still_there(forms, store)


def _as_before(parent: Path, kept: Quad, done: Done) -> set[Quad]:
    """Return a statement in the form of the store, if it was stated before, and so in that form."""
    if kept.graph_name == done.replaced:
        return set()
    return {kept} if kept in Store.read_only(str(parent / "store")) else set()


def serve(head: Head, requests: BinaryIO, answers: BinaryIO) -> None:
    """Do what is asked until there is no more; the first frame says that all is ready."""
    answers.write(frame(END))
    answers.flush()
    while (request := _frame(requests)) is not None:
        body = _frame(requests) or b""
        answers.write(_answer(head, decode_request(request), body))
        answers.flush()


def _frame(requests: BinaryIO) -> bytes | None:
    start = requests.read(HEAD.size)
    return requests.read(HEAD.unpack(start)[1]) if len(start) == HEAD.size else None


def _answer(head: Head, request: Task | Loads, body: bytes) -> bytes:
    try:
        if isinstance(request, Loads):
            return frame(END, json.dumps(request.in_text(body)).encode())
        made, done = do(head, request, body)
    except KizunaError as error:
        return fail_frame(error)
    except MemoryError:
        return fail_frame(QueryCrashed("the write needs more memory than it may have"))
    except OSError as error:
        return fail_frame(UnavailableError(f"the release could not be written: {error}"))
    return frame(END, json.dumps({"id": made.id, "created": done.created}).encode())


def remove_stale_heads(releases: Path) -> None:
    """Remove the heads that killed writers have left."""
    for folder in releases.glob(f"{HEADS}*"):
        if not Path("/proc", folder.name.removeprefix(HEADS)).exists():
            shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Run the process; Ctrl-C is for the front, which closes standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    deny_network()
    releases, memory, text = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    remove_stale_heads(releases)
    head = Head(releases / f"{HEADS}{os.getpid()}", replace(Limits(), query_bytes=text))
    cap_memory(memory + STACK_BYTES)
    threading.stack_size(STACK_BYTES)
    with suppress(BrokenPipeError):
        thread = threading.Thread(target=serve, args=(head, sys.stdin.buffer, sys.stdout.buffer))
        thread.start()
        thread.join()
    head.drop()
    os._exit(0)


if __name__ == "__main__":
    main()
