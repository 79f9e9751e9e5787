"""Results as bytes: up to a limit, and in XML only what XML can say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO, cast

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, Triple
from pyoxigraph import serialize as serialize_triples

from kizuna.engine.protocol import Sink
from kizuna.errors import AnswerTooLarge, NotAcceptable
from kizuna.formats import RDF_XML, Format
from kizuna.vocabulary import PREFIXES

Results = QuerySolutions | QueryBoolean | Iterable[Triple]

_UNSAYABLE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Characters that no XML document holds, not even escaped (XML 1.0, section 2.2), in UTF-8."""
_ANOTHER = "Ask for another format, for example text/turtle, JSON or CSV."


def write_results(results: Results, form: Format, sink: Sink, limit: int) -> None:
    """Write the results in ``form``; rows are in the order in which the engine finds them.

    Raises AnswerTooLarge past ``limit`` bytes, and NotAcceptable for what XML cannot say; a part
    may then have been written already.
    """
    is_xml = form is RDF_XML or form.results == QueryResultsFormat.XML
    guarded = _Guarded(sink, limit, is_xml=is_xml)
    try:
        if isinstance(results, QuerySolutions | QueryBoolean):
            results.serialize(cast("IO[bytes]", guarded), form.results)
        else:
            triples = _named(results) if form is RDF_XML else results
            serialize_triples(triples, cast("IO[bytes]", guarded), form.rdf, prefixes=PREFIXES)
    except OSError as error:
        if guarded.reason is not None:
            raise guarded.reason from error
        raise


def check_predicate(iri: str) -> None:
    """Pass if RDF/XML can name the property (RDF 1.1 XML Syntax, section 2.14).

    Raises NotAcceptable.
    """
    if not is_nameable(iri):
        raise NotAcceptable(f"RDF/XML cannot name the property <{iri}>", hint=_ANOTHER)


def is_nameable(iri: str) -> bool:
    """Tell whether RDF/XML can name a property: whether its IRI ends like a name of XML."""
    tail = iri.rstrip("0123456789-.")[-1:]
    return tail.isalpha() or tail == "_"


def _named(triples: Iterable[Triple]) -> Iterator[Triple]:
    for triple in triples:
        check_predicate(triple.predicate.value)
        yield triple


class _Guarded:
    """Passes bytes on until they must not go on; ``reason`` then says why."""

    def __init__(self, sink: Sink, limit: int, *, is_xml: bool) -> None:
        self.sink = sink
        self.limit = limit
        self.is_xml = is_xml
        self.written = 0
        self.reason: AnswerTooLarge | NotAcceptable | None = None
        self._last = b""

    def write(self, data: bytes) -> int:
        """Pass ``data`` on; raises OSError for the ``reason``, which stops the engine at once."""
        self.written += len(data)
        if self.written > self.limit:
            self._stop(
                AnswerTooLarge(
                    f"the answer is larger than {self.limit} bytes",
                    hint="Ask for less: LIMIT and OFFSET, or fewer columns.",
                )
            )
        if self.is_xml:
            if _UNSAYABLE.search(self._last + data):
                self._stop(
                    NotAcceptable("XML cannot hold a character of the answer", hint=_ANOTHER)
                )
            self._last = data[-2:]
        return self.sink.write(data)

    def flush(self) -> None:
        """Pass the wish on."""
        self.sink.flush()

    def _stop(self, reason: AnswerTooLarge | NotAcceptable) -> None:
        self.reason = reason
        raise OSError(reason.message)
