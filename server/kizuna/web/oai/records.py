"""The records of the catalogue for harvesters: its datasets, their series, and the services."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from pyoxigraph import NamedNode, Triple

from kizuna.iris import to_uri
from kizuna.release.catalogue import Source, release_node
from kizuna.release.history import Step, ends, first_moments
from kizuna.vocabulary import RDF_TYPE, term

_KINDS = {term(f"dcat:{kind}") for kind in ("Dataset", "DatasetSeries", "DataService")}
_UNQUOTED = "-_.!~*'();/?:@&=+$,%"
"""What an identifier may hold besides letters and digits (OAI Identifier Format, section 2.3)."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its identifier, when it last changed (UTC, in seconds), and what it describes.

    One that is ``gone`` describes what the catalogue has no more.
    """

    identifier: str
    datestamp: str
    node: NamedNode
    gone: bool = False


@dataclass(frozen=True)
class Repository:
    """All records, the oldest first; ``said`` has the statements of the catalogue by subject.

    ``edition`` is another one wherever a list of records may be another one.
    """

    host: str
    records: tuple[Record, ...]
    said: Mapping[object, Sequence[Triple]]
    edition: str

    def find(self, identifier: str) -> Record | None:
        """Return the record with this identifier."""
        return next((one for one in self.records if one.identifier == identifier), None)

    def between(self, since: str, until: str) -> list[Record]:
        """Return the records of a period with both its ends, which may be open: empty."""
        return [
            one
            for one in self.records
            if since <= one.datestamp and (not until or one.datestamp <= until)
        ]


def repository(
    source: Source, triples: Sequence[Triple], since: datetime, steps: Sequence[Step]
) -> Repository:
    """Return the records of a catalogue, whose release is the current one ``since`` then.

    ``steps`` tell which releases were current before. A release as a dataset has the date at which
    it first was: nobody could harvest it before, however long its making took. All else describes
    what is current, and so changes whenever another release becomes that, an older one too.
    """
    said: defaultdict[object, list[Triple]] = defaultdict(list)
    for triple in triples:
        said[triple.subject].append(triple)
    first = first_moments(steps)
    made = {release_node(source.facts, m.id): first.get(m.id, m.created) for m in source.manifests}
    place = urlsplit(to_uri(source.facts.base))
    host, root = place.hostname or "", f"{place.scheme}://{place.netloc}/"

    def record(node: NamedNode, moment: datetime, *, gone: bool = False) -> Record:
        name = quote(node.value.removeprefix(root), safe=_UNQUOTED)
        return Record(f"oai:{host}:{name}", written(moment), node, gone)

    found = [
        record(node, datetime.fromisoformat(made[node]) if node in made else since)
        for node in _described(said)
    ]
    for identifier, moment in ends(steps).items():
        node = release_node(source.facts, identifier)
        if node not in made:
            found.append(record(node, datetime.fromisoformat(moment), gone=True))
    records = tuple(sorted(found, key=lambda one: (one.datestamp, one.identifier)))
    rows = [f"{one.datestamp} {one.identifier} {one.gone}" for one in records]
    named = "\n".join((source.current.id, since.isoformat(), *rows))
    edition = hashlib.sha256(named.encode()).hexdigest()[:12]
    return Repository(host, records, dict(said), edition)


def _described(said: Mapping[object, Sequence[Triple]]) -> Iterator[NamedNode]:
    for node, stated in said.items():
        kinds = {t.object for t in stated if t.predicate == RDF_TYPE}
        if isinstance(node, NamedNode) and kinds & _KINDS:
            yield node


def written(moment: datetime) -> str:
    """Return a moment as the protocol writes it (section 3.3).

    >>> written(datetime.fromisoformat("2026-01-01T09:00:00.7+09:00"))
    '2026-01-01T00:00:00Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
