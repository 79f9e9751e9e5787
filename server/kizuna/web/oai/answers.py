"""Answers of OAI-PMH in XML (version 2.0, sections 3 and 4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from pyoxigraph import Literal, NamedNode

from kizuna.vocabulary import DCT_TITLE, term
from kizuna.web.markup import element
from kizuna.web.oai.asked import PREFIX, TOKEN, Wrong
from kizuna.web.oai.formats import FORMATS, MetadataFormat, format_of
from kizuna.web.oai.records import Record, written
from kizuna.web.oai.tokens import read_selection
from kizuna.web.respond import Representation
from kizuna.web.site import Site

PER_PART = 5
"""Records in a part of a list: one of a dataset with many files has 100 kB."""
PATH = "oai"
NO_ADDRESS = "nobody@example.invalid"
"""Where the data names nobody's address: there must be one, and this can belong to no one."""
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ \
http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">"""
_IDENTIFIERS = "http://www.openarchives.org/OAI/2.0/oai-identifier"
_ADDRESS = re.compile(r"(?:mailto:)?([^\s@<>]+@(?:[^\s@.<>]+\.)+[^\s@.<>]+)")
_DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+")
_MALFORMED = {"badVerb", "badArgument"}
"""After these an answer does not repeat the arguments (section 3.2)."""
_MAILBOX = {term("vcard:hasEmail"), term("foaf:mbox")}
Arguments = Mapping[str, str]


def answer(site: Site, arguments: Arguments, moment: datetime) -> str:
    """Return the answer to a request whose arguments have been read. Raises Wrong."""
    verb = arguments["verb"]
    inner = "\n".join(_ANSWERS[verb](site, arguments))
    return _document(site, moment, arguments, f"<{verb}>\n{inner}\n</{verb}>")


def refusal(site: Site, arguments: Arguments, moment: datetime, wrong: Wrong) -> str:
    """Return the answer that says what is wrong with a request (section 3.6)."""
    repeated = {} if wrong.code in _MALFORMED else arguments
    return _document(site, moment, repeated, element("error", wrong.message, code=wrong.code))


def _document(site: Site, moment: datetime, arguments: Arguments, inner: str) -> str:
    asked = element("request", f"{site.addresses.base}{PATH}", **arguments)
    return f"{_HEAD}\n{element('responseDate', written(moment))}\n{asked}\n{inner}\n</OAI-PMH>\n"


def _identify(site: Site, arguments: Arguments) -> Iterator[str]:
    del arguments
    found = site.repository
    yield element("repositoryName", _name(site))
    yield element("baseURL", f"{site.addresses.base}{PATH}")
    yield element("protocolVersion", "2.0")
    yield from (element("adminEmail", address) for address in _mailboxes(site))
    yield element("earliestDatestamp", found.records[0].datestamp)
    yield element("deletedRecord", "transient")
    yield element("granularity", "YYYY-MM-DDThh:mm:ssZ")
    if _DOMAIN.fullmatch(found.host):
        yield (
            f'<description><oai-identifier xmlns="{_IDENTIFIERS}" '
            f'xsi:schemaLocation="{_IDENTIFIERS} {_IDENTIFIERS}.xsd">'
        )
        yield element("scheme", "oai")
        yield element("repositoryIdentifier", found.host)
        yield element("delimiter", ":")
        yield element("sampleIdentifier", found.records[0].identifier)
        yield "</oai-identifier></description>"


def _name(site: Site) -> str:
    """Return the title of the catalogue, in the first of the site's languages that it has."""
    stated = site.repository.said[site.source.facts.catalog]
    titles = [t.object for t in stated if t.predicate == DCT_TITLE]
    by_language = {v.language or "": v.value for v in titles if isinstance(v, Literal)}
    order = [tag for tag in (*site.languages, "") if tag in by_language] or sorted(by_language)
    return by_language[order[0]]


def _mailboxes(site: Site) -> list[str]:
    """Return the addresses of those whom the catalogue names for questions, or as publisher."""
    facts, said = site.source.facts, site.repository.said
    whom = [*facts.values(facts.dataset, "dcat:contactPoint"), facts.publisher]
    named = [t.object for who in whom for t in said.get(who, ()) if t.predicate in _MAILBOX]
    texts = [value.value for value in named if isinstance(value, NamedNode | Literal)]
    found = [match[1] for match in map(_ADDRESS.fullmatch, texts) if match]
    return list(dict.fromkeys(found)) or [NO_ADDRESS]


def _list_formats(site: Site, arguments: Arguments) -> Iterator[str]:
    if "identifier" in arguments:
        _find(site, arguments["identifier"])  # each record has each format
    for form in FORMATS.values():
        yield "<metadataFormat>"
        yield element(PREFIX, form.prefix)
        yield element("schema", form.schema)
        yield element("metadataNamespace", form.namespace)
        yield "</metadataFormat>"


def _list_sets(site: Site, arguments: Arguments) -> Iterator[str]:
    del site, arguments
    raise _no_sets()


def _no_sets() -> Wrong:
    return Wrong("noSetHierarchy", "this repository has no sets: ask without one")


def _get_record(site: Site, arguments: Arguments) -> Iterator[str]:
    form = format_of(arguments[PREFIX])
    yield _record(site, form, _find(site, arguments["identifier"]))


def _find(site: Site, identifier: str) -> Record:
    found = site.repository.find(identifier)
    if found is None:
        raise Wrong(
            "idDoesNotExist", f"there is no record {identifier!r}: ListIdentifiers has all of them"
        )
    return found


def _list_identifiers(site: Site, arguments: Arguments) -> Iterator[str]:
    return _listed(site, arguments, lambda _, record: _header(record))


def _list_records(site: Site, arguments: Arguments) -> Iterator[str]:
    return _listed(site, arguments, lambda form, record: _record(site, form, record))


def _listed(
    site: Site, arguments: Arguments, write: Callable[[MetadataFormat, Record], str]
) -> Iterator[str]:
    """Yield the records of a part of a list, and the token of the next (section 3.5)."""
    if "set" in arguments:
        raise _no_sets()
    chosen = read_selection(arguments, site.repository.edition)
    form = format_of(chosen.prefix)
    records = site.repository.between(chosen.since, chosen.until)
    if not records:
        raise Wrong("noRecordsMatch", "no record was changed in that time")
    if chosen.start >= len(records):
        raise Wrong("badResumptionToken", "the list has no such part: begin anew")
    end = chosen.start + PER_PART
    yield from (write(form, record) for record in records[chosen.start : end])
    if chosen.start or end < len(records):
        onward = replace(chosen, start=end).token(site.repository.edition)
        size, cursor = str(len(records)), str(chosen.start)
        token = onward if end < len(records) else ""
        yield element(TOKEN, token, completeListSize=size, cursor=cursor)


def _header(record: Record) -> str:
    """Return the head of a record, which is all there is of one that is gone (section 2.5.1)."""
    head = '<header status="deleted">' if record.gone else "<header>"
    identifier = element("identifier", record.identifier)
    return f"{head}{identifier}{element('datestamp', record.datestamp)}</header>"


def _record(site: Site, form: MetadataFormat, record: Record) -> str:
    if record.gone:
        return f"<record>{_header(record)}</record>"

    def make() -> Representation:
        return Representation(form.write(site, record.node).encode(), "text/xml")

    held = site.cache.get(("oai", form.prefix, record.identifier), make)
    return f"<record>{_header(record)}<metadata>\n{held.body.decode()}\n</metadata></record>"


_ANSWERS: Mapping[str, Callable[[Site, Arguments], Iterator[str]]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
    "GetRecord": _get_record,
}
