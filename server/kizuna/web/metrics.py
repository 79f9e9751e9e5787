"""What has happened since the server began, as Prometheus reads it. Nothing tells who asked."""

from __future__ import annotations

import resource
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from kizuna.engine import Watched
from kizuna.engine.crew import Numbers
from kizuna.keeping import Keeper, Reason
from kizuna.web.cache import CacheNumbers
from kizuna.web.exposition import Histogram, Sample, family, histograms
from kizuna.web.site import Site

MOST_WATCHED = 16
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(eq=False)
class Metrics:
    """The numbers of one server; they outlive the releases that it serves one after another."""

    kinds: frozenset[str] = frozenset()
    requests: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    seconds: defaultdict[str, Histogram] = field(default_factory=lambda: defaultdict(Histogram))
    sent: Counter[str] = field(default_factory=Counter)
    cut: int = 0
    running: int = 0
    _engines: list[Numbers] = field(default_factory=list)
    _caches: list[CacheNumbers] = field(default_factory=list)

    def kind(self, path: str) -> str:
        """Return what kind of address ``path`` is: its first part, if the site has such addresses.

        >>> Metrics(frozenset({"doc"})).kind("/doc/x"), Metrics().kind("/"), Metrics().kind("/wp")
        ('doc', 'front', 'other')
        """
        first = path.lstrip("/").partition("/")[0].partition(".")[0]
        if not first:
            return "front"
        return first if first in self.kinds else "other"

    def count(self, path: str, method: str, status: int, seconds: float, sent: int) -> None:
        """Count a request that has ended; ``status`` is 0 where its client had gone before."""
        kind = self.kind(path)
        known = method if method in _METHODS else "other"
        self.requests[kind, known, str(status) if status else "gone"] += 1
        self.seconds[kind].add(seconds)
        self.sent[kind] += sent

    def watch(self, site: Site) -> None:
        """Count what happens on ``site``, too; of sites long gone only the sums are kept."""
        if isinstance(site.engine, Watched):
            self._engines.append(site.engine.numbers)
        self._caches.append(site.cache.numbers)
        if len(self._engines) > MOST_WATCHED:
            self._engines[:2] = [Numbers.sum(self._engines[:2])]
        if len(self._caches) > MOST_WATCHED:
            self._caches[:2] = [CacheNumbers.sum(self._caches[:2])]

    def text(self, site: Site, refused: str | None, dropped: int) -> str:
        """Return all numbers; ``refused`` is a release that could not be taken over."""
        return "".join((*self._of_requests(dropped), *self._of_queries(), *_of_site(site, refused)))

    def _of_requests(self, dropped: int) -> tuple[str, ...]:
        by = [
            ({"kind": kind, "method": method, "status": status}, number)
            for (kind, method, status), number in self.requests.items()
        ]
        took = [({"kind": kind}, histogram) for kind, histogram in self.seconds.items()]
        sent = [({"kind": kind}, number) for kind, number in self.sent.items()]
        return (
            family("kizuna_requests_total", "counter", "Requests answered.", by),
            family("kizuna_requests_running", "gauge", "Requests under way.", _one(self.running)),
            histograms("kizuna_request_seconds", "Time to the last byte of an answer.", took),
            family("kizuna_sent_bytes_total", "counter", "Bytes of bodies sent.", sent),
            family("kizuna_cut_total", "counter", "Answers broken off.", _one(self.cut)),
            family("kizuna_log_dropped_total", "counter", "Log lines dropped.", _one(dropped)),
        )

    def _of_queries(self) -> tuple[str, ...]:
        numbers, cache = Numbers.sum(self._engines), CacheNumbers.sum(self._caches)
        outcomes: list[Sample] = [
            ({"outcome": "answered"}, numbers.answered),
            ({"outcome": "failed"}, numbers.failed),
        ]
        ended = [({"reason": reason}, number) for reason, number in numbers.ended.items()]
        return (
            family("kizuna_queries_total", "counter", "Queries put to the engine.", outcomes),
            family("kizuna_queries_heavy_total", "counter", "Queries that ran long.",
                   _one(numbers.heavy)),
            family("kizuna_workers_started_total", "counter", "Workers started.",
                   _one(numbers.started)),
            family("kizuna_workers_ended_total", "counter", "Workers ended, by reason.", ended),
            family("kizuna_cache_hits_total", "counter", "Answers from the cache.",
                   _one(cache.hits)),
            family("kizuna_cache_misses_total", "counter", "Answers not in the cache.",
                   _one(cache.misses)),
        )  # fmt: skip


def _of_site(site: Site, refused: str | None) -> tuple[str, ...]:
    manifest = site.manifest
    release = {"id": manifest.id, "version": manifest.version, "created": manifest.created}
    lanes: list[Sample] = []
    workers = 0
    if isinstance(site.engine, Watched):
        workers = site.engine.workers
        lanes = [({"place": name}, number) for name, number in site.engine.lanes.places().items()]
    return (
        family("kizuna_queries", "gauge", "Queries by where they are.", lanes),
        family("kizuna_workers", "gauge", "Worker processes.", _one(workers)),
        family("kizuna_cache_bytes", "gauge", "Bytes held in the cache.", _one(site.cache.size)),
        family("kizuna_prepared", "gauge", "Representations that are made ahead and ready.",
               _one(site.prepared.number)),
        family("kizuna_release_info", "gauge", "The release that is served.", [(release, 1)]),
        family("kizuna_release_triples", "gauge", "Its triples.",
               _one(manifest.counts.get("triples", 0))),
        family("kizuna_release_refused", "gauge", "Whether a newer release could not be opened.",
               _one(int(refused is not None))),
        *_of_process(),
    )  # fmt: skip


def of_keeper(keeper: Keeper | None) -> str:
    """Return the numbers of who keeps the site up to date; all are 0 where nobody does."""
    ended = keeper.ended if keeper else {}
    found = keeper.troubles if keeper else ()
    outcomes = ("taken", *(reason.value for reason in Reason if reason is not Reason.PULL))
    builds: list[Sample] = [({"outcome": name}, ended.get(name, 0)) for name in outcomes]
    troubles: list[Sample] = [
        ({"reason": trouble.reason.value, "place": str(next(iter(trouble.places), ""))}, 1)
        for trouble, _ in found
    ]
    return "".join((
        family("kizuna_updates_total", "counter", "Checks and builds, by how they ended.", builds),
        family("kizuna_update_running", "gauge", "Whether one runs.",
               _one(int(keeper is not None and keeper.running))),
        family("kizuna_update_trouble", "gauge", "Why the newest change is not served.", troubles),
    ))  # fmt: skip


def _of_process() -> tuple[str, ...]:
    """Return the metrics that every exporter has, of the front alone, without its workers."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return (
        family("process_cpu_seconds_total", "counter", "Processor time of the front.",
               _one(used.ru_utime + used.ru_stime)),
        family("process_resident_memory_bytes", "gauge", "Memory of the front.",
               _one(pages * resource.getpagesize())),
        family("process_open_fds", "gauge", "Open files of the front.",
               _one(len(list(Path("/proc/self/fd").iterdir())))),
        family("process_start_time_seconds", "gauge", "When this process began.", _one(_BEGAN)),
    )  # fmt: skip


def _one(value: float) -> list[Sample]:
    return [({}, value)]


_BEGAN = time.time()
