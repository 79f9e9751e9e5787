"""``llms.txt``: the site in a few lines of Markdown, made of what catalogue and ontology say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from kizuna.iris import to_uri
from kizuna.vocabulary import SKOS_DEFINITION
from kizuna.web.interfaces import INTERFACES
from kizuna.web.reader import Reader
from kizuna.web.views.questions import questions

MOST_CLASSES = 60
_MARKUP = re.compile(r"[\\`*_\[\]<>#]")
_READING = (
    "Every thing has an IRI that answers with its description: as a page, or as Turtle, JSON-LD, "
    "N-Triples, RDF/XML, TriG or N-Quads by `Accept` or by a suffix (`.ttl`, `.jsonld` …). Claims "
    "(`kz:Claim`) quote the document on which a statement rests, word for word, and say whether it "
    "is stated, judged, planned or inferred; cite them, not this file."
)


def llms_text(reader: Reader) -> str:
    """Return the file."""
    about = reader.site.about
    title = reader.best(about.titles).text or reader.site.addresses.base
    sections = [f"# {_plain(title)}"]
    if about.descriptions:
        sections.append(f"> {_plain(reader.best(about.descriptions).text)}")
    sections.append(_READING)
    sections += [
        f"## {name}\n\n" + "\n".join(rows)
        for name, rows in (
            ("Interfaces", list(_interfaces(reader))),
            ("Vocabulary", list(_vocabulary(reader))),
            ("Kinds of things", list(_classes(reader))),
            ("Questions with answers", list(_questions(reader))),
        )
        if rows
    ]
    return "\n\n".join(sections) + "\n"


def _interfaces(reader: Reader) -> Iterator[str]:
    for interface in INTERFACES:
        yield _row(reader, interface.path, interface.name, interface.does)


def _vocabulary(reader: Reader) -> Iterator[str]:
    for path, name, does in (
        ("ontology", "Ontology", "The classes and properties, with definitions and examples."),
        ("shapes", "Shapes", "What every thing must have (SHACL)."),
        ("terms", "Terms", "Each term on a page of its own, others' terms too."),
    ):
        if path == "terms" or reader.site.index.has(NamedNode(reader.site.addresses.base + path)):
            yield _row(reader, path, name, does)


def _classes(reader: Reader) -> Iterator[str]:
    """Yield the classes with members, those with the most first."""
    classes = reader.site.classes
    rows = [(classes.count(kind), slug, kind) for slug, kind in classes.slugs.items()]
    for count, slug, kind in sorted(rows, key=lambda row: (-row[0], row[1]))[:MOST_CLASSES]:
        defined = _definition(reader, kind)
        words = f"{count} of them" + (f". {defined}" if defined else "")
        yield _row(reader, f"classes/{slug}", reader.name(kind).text, words)


def _definition(reader: Reader, kind: NamedNode) -> str:
    stated = reader.site.index.outgoing(kind, {str(SKOS_DEFINITION)})
    return reader.best(q.object for q in stated if isinstance(q.object, Literal)).text


def _questions(reader: Reader) -> Iterator[str]:
    for asked in questions(reader):
        yield _row(reader, f"queries/{asked.name}", asked.title.text, asked.description.text)


def _row(reader: Reader, path: str, name: str, words: str) -> str:
    address = to_uri(reader.site.addresses.base + path)
    return f"- [{_plain(name)}]({address})" + (f": {_plain(words)}" if words else "")


def _plain(text: str) -> str:
    """Return a text in one line that is no markup: it comes from the data."""
    return _MARKUP.sub(lambda sign: f"\\{sign[0]}", " ".join(text.split()))
