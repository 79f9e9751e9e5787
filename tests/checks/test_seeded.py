"""Every check finds the mistakes that it is for, where they are.

A row breaks a fresh copy of a small whole project in one place, and says which check must tell
it, in which file and at which words; the line is looked up in the broken file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kizuna.checks import CHECKS, Finding, Severity
from kizuna.checks.run import check_names
from kizuna.project.files import MAX_BYTES
from support import check, copy_bridge, edit, line_of

HARBOUR = "data/ttl/harbour-news.ttl"
LETTER = "data/ttl/bay-letter.ttl"
SHARED = "data/ttl/shared.ttl"
DOCUMENTS = "data/ttl/documents.ttl"
NEW = "data/ttl/new.ttl"
EVIDENCE = "shapes/evidence-shapes.ttl"
TEXT = "data/documents/harbour-news.txt"
FLOOR = 75
BY_BUILDING = "catalogue-points"
"""Found in the catalogue that a build would publish: tests/release/test_catalogue_checking.py."""

Break = Callable[[Path], None]


HIDDEN = (
    "<https://w3id.org/kizuna/id/agreement/mou-alpha-beta> <https://w3id.org/kizuna/ontology#party>"
    " <https://w3id.org/kizuna/id/organisation/nobody-said> .\n"
)


@dataclass(frozen=True)
class Seed:
    """One mistake. ``at``: the words in whose line it is told, or the line; 0 for the whole file.

    ``alone``: it is the only violation. A check that ends in ``*`` stands for all that begin so.
    """

    name: str
    check: str
    file: str
    at: str | int
    breaks: Break
    alone: bool = True


def seed(
    name: str, check: str, file: str, at: str, old: str, new: str, *, alone: bool = True
) -> Seed:
    """Return a mistake that is made and told in the same file."""
    return Seed(name, check, file, at, edited(file, old, new), alone)


def edited(file: str, old: str, new: str) -> Break:
    """Return a step that replaces ``old`` by ``new`` in a file."""
    return lambda root: edit(root / file, old, new)


def encoded(file: str, encoding: str) -> Break:
    """Return a step that saves a file in another encoding."""

    def save(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        (root / file).write_text(text.replace("👋", ""), encoding=encoding)

    return save


def added(file: str, text: str) -> Break:
    """Return a step that appends ``text`` to a file, or makes the file."""

    def append(root: Path) -> None:
        with (root / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return append


def queried(text: str) -> Break:
    """Return a step that adds a saved query."""

    def add(root: Path) -> None:
        (root / "queries").mkdir()
        (root / "queries" / "a.rq").write_text(text, encoding="utf-8")

    return add


def emptied(root: Path) -> None:
    for path in (root / "data" / "ttl").glob("*.ttl"):
        path.unlink()


def nul(root: Path) -> None:
    data = (root / LETTER).read_bytes()
    (root / LETTER).write_bytes(data.replace(b"31 ;", b"3\x001 ;"))


def linked(root: Path) -> None:
    shutil.move(root / SHARED, root / "elsewhere.ttl")
    (root / SHARED).symlink_to(root / "elsewhere.ttl")


def huge(root: Path) -> None:
    with (root / NEW).open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)  # sparse: takes no space


def together(*steps: Break) -> Break:
    """Return all steps as one."""

    def run(root: Path) -> None:
        for step in steps:
            step(root)

    return run


SHOUTED = "@prefix : <https://w3id.org/kizuna/id/place/> .\n"
PREF = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
MANY = SHOUTED + "\n".join(f":alpha :near [ :n {n} ] ." for n in range(2_001))
CLAIM_7 = (
    "    rdf:subject event:signing ; rdf:predicate kz:signedBy ; rdf:object person:anna-example ;"
)

# fmt: off
FILES = [
    Seed("byte order mark", "file", SHARED, 1, encoded(SHARED, "utf-8-sig"), alone=False),
    Seed("UTF-16", "file", HARBOUR, 1, encoded(HARBOUR, "utf-16"), alone=False),
    Seed("Latin-1", "file", LETTER, "Mehr als 30 G", encoded(LETTER, "latin-1")),
    Seed("NUL byte", "file", LETTER, "schema:minValue", nul),
    Seed("symbolic link", "file", SHARED, 0, linked),
    Seed("link to itself", "file", NEW, 0, lambda root: (root / NEW).symlink_to("new.ttl")),
    Seed("folder named as a file", "file", NEW, 0, lambda root: (root / NEW).mkdir()),
    Seed("named pipe", "file", NEW, 0, lambda root: os.mkfifo(root / NEW)),
    Seed("larger than can be", "file", NEW, 0, huge),
    Seed("blank nodes without end", "file", NEW, 0, added(NEW, MANY)),
    Seed("same name in two folders", "graph-name", "data/ttl/kizuna.ttl", 0,
         added("data/ttl/kizuna.ttl", "# nothing yet\n")),
    Seed("name that the build takes", "graph-name", "data/ttl/derived.ttl", 0,
         added("data/ttl/derived.ttl", "# nothing yet\n")),
]
SYNTAX = [
    seed("no full stop", "syntax", LETTER, "event:signing kz:attendance",
         "kz:party organisation:beta-bay .\n", "kz:party organisation:beta-bay\n"),
    seed("unknown prefix", "syntax", LETTER, "nope:attendance",
         "event:signing kz:attendance", "event:signing nope:attendance"),
    seed("string not closed", "syntax", LETTER, '"Mehr als 30', 'Gäste"@de', "Gäste@de",
         alone=False),
    seed("bracket not closed", "syntax", LETTER, "event:signing kz:attendance",
         "kz:attendance attendance:signing-bay .",
         "kz:attendance [ kz:asStated 'x'@de ."),
    seed("space in an IRI", "syntax", LETTER, "<https://w3id.org/a b>",
         "organisation:beta-bay kz:technologyField", "<https://w3id.org/a b> kz:technologyField"),
    seed("literal as subject", "syntax", LETTER, "'Beta' kz:tech",
         "organisation:beta-bay kz:technologyField", "'Beta' kz:technologyField"),
    seed("language tag of nothing", "syntax", LETTER, '"Mehr als 30 Gäste"@',
         'Gäste"@de', 'Gäste"@'),
    seed("bracket that none opened", "syntax", LETTER, "] kz:qualifier",
         "schema:minValue 31 ;\n    kz:qualifier", "schema:minValue 31 ;\n    ] kz:qualifier",
         alone=False),
    seed("triple term of RDF 1.2", "syntax", LETTER, "event:signing kz:attendance",
         "kz:attendance attendance:signing-bay .",
         "kz:attendance <<( event:signing kz:when event:signing )>> ."),
    seed("annotation of RDF 1.2", "syntax", LETTER, "event:signing kz:attendance",
         "kz:attendance attendance:signing-bay .",
         "kz:attendance attendance:signing-bay {| kz:asStated 'x'@de |} ."),
    seed("text direction of RDF 1.2", "syntax", LETTER, "Mehr als 30",
         'Gäste"@de', 'Gäste"@de--ltr'),
]
EVIDENCE_RULE = [
    seed("fact without claim", "claim-for-fact", HARBOUR, "kz:follows event:signing ",
         "kz:follows event:signing ;", "kz:follows event:signing , agreement:mou-alpha-beta ;",
         alone=False),
    seed("claim removed", "claim-for-fact", HARBOUR, "kz:signedBy person:anna-example ;",
         f"claim:harbour-007 a kz:Claim ;\n{CLAIM_7}", "claim:harbour-007 a kz:Claim ;\n"
         + CLAIM_7.replace("kz:signedBy", "kz:witness"), alone=False),
    seed("claim without fact", "fact-for-claim", HARBOUR, "rdf:object person:bela-sample ;",
         CLAIM_7, CLAIM_7.replace("anna-example", "bela-sample"), alone=False),
    seed("fact removed", "fact-for-claim", HARBOUR,
         "rdf:predicate schema:location", "    schema:location place:alpha ;\n", ""),
    seed("fact in another language", "fact-for-claim", HARBOUR,
         'rdf:object "the strongest', 'kz:assessment "the strongest cluster of the north"@en .',
         'kz:assessment "the strongest cluster of the north"@de .', alone=False),
]
DOCUMENT = [
    Seed("text changed", "document-text", DOCUMENTS,
         'kz:sha256 "', edited(TEXT, "About 40", "About 41")),
    Seed("text no longer UTF-8", "document-text", DOCUMENTS, 'kz:sha256 "',
         encoded(TEXT, "utf-16")),
    Seed("text gone", "document-absent", DOCUMENTS, "document:harbour-news a",
         lambda root: (root / TEXT).unlink(), alone=False),
    Seed("text gone, quotes never checked", "quote-in-document", HARBOUR,
         'kz:quote "Anna Example signed"', lambda root: (root / TEXT).unlink(), alone=False),
    seed("file name that leads out", "document-absent", DOCUMENTS, "document:harbour-news a",
         '"harbour-news.txt"', '"../documents/harbour-news.txt"', alone=False),
    seed("digest of another text", "document-text", DOCUMENTS, 'kz:sha256 "',
         'dct:identifier "harbour-news.txt"', 'dct:identifier "bay-letter.txt"'),
    seed("end of content not there", "document-content", DOCUMENTS, "kz:contentEnd",
         "wrote the editors.", "wrote the editor."),
    seed("furniture not there", "document-content", DOCUMENTS, "kz:furniture",
         "photo desk", "picture desk"),
]
QUOTES = [
    seed("quote from no document", "quote-document", HARBOUR,
         "prov:wasQuotedFrom document:harbour-nws",
         CLAIM_7 + "\n    prov:wasQuotedFrom document:harbour-news ;",
         CLAIM_7 + "\n    prov:wasQuotedFrom document:harbour-nws ;", alone=False),
    seed("one letter wrong", "quote-in-document", HARBOUR, '"Anna Exemple signed"',
         '"Anna Example signed"', '"Anna Exemple signed"'),
    seed("capital for small", "quote-in-document", HARBOUR, '"anna Example signed"',
         '"Anna Example signed"', '"anna Example signed"'),
    seed("typewriter quotation marks", "quote-in-document", HARBOUR, '"\\"Beta Bay is',
         '"Beta Bay is the strongest cluster of the north" ;',
         '"\\"Beta Bay is the strongest cluster of the north\\"" ;'),
    seed("words left out", "quote-in-document", HARBOUR, '"Anna Example for',
         '"signed for the City of Alpha"', '"Anna Example for the City of Alpha"'),
    seed("claim on the other document", "quote-in-document", LETTER, 'kz:quote "Beta Bay arb',
         'rdf:object field:optics ;\n    prov:wasQuotedFrom document:bay-letter ;',
         'rdf:object field:optics ;\n    prov:wasQuotedFrom document:harbour-news ;'),
    seed("ambiguous quote", "quote-once", HARBOUR, 'kz:quote "workshop"',
         '"workshop in 2020"', '"workshop"'),
    seed("ambiguous without its prefix", "quote-once", HARBOUR, 'kz:quote "Optics is"',
         '    kz:quotePrefix "for the City of Alpha." ;\n', ""),
    seed("prefix that does not stand before", "quote-in-document", HARBOUR,
         'kz:quote "Optics is"', '"for the City of Alpha."', '"the City of Beta."'),
    seed("quote after the content", "quote-in-content", HARBOUR, '"Optics is everywhere"',
         '    kz:quotePrefix "for the City of Alpha." ;\n    kz:quote "Optics is"',
         '    kz:quote "Optics is everywhere"'),
    seed("quote across the end of the content", "quote-in-content", HARBOUR,
         '"the editors. Read more"', '"Anna Example signed"', '"the editors. Read more"'),
    seed("quote from a photo credit", "quote-in-content", HARBOUR, '"Harbour News photo"',
         '"Anna Example signed"', '"Harbour News photo"'),
]
TERMS = [
    seed("property misspelt", "unknown-term", HARBOUR, "kz:signdBy", "    kz:signedBy person",
         "    kz:signdBy person", alone=False),
    seed("outside property misspelt", "unknown-term", HARBOUR, "org#memberOff>",
         "    kz:onBehalfOf organisation",
         "    <http://www.w3.org/ns/org#memberOff> organisation", alone=False),
    seed("capital forgotten", "unknown-term", SHARED, "skos:preflabel",
         'skos:prefLabel "Beta Bay"@de ,', 'skos:preflabel "Beta Bay"@de ,', alone=False),
    seed("class misspelt", "unknown-term", HARBOUR, "kz:MemorandumOfUnderstandin ;",
         "agreement:mou-alpha-beta a kz:MemorandumOfUnderstanding ;",
         "agreement:mou-alpha-beta a kz:MemorandumOfUnderstandin ;", alone=False),
    seed("class of our own never defined", "unknown-term", SHARED, "kz:Agrement",
         "a kz:PublicAuthority", "a kz:PublicAuthority , kz:Agrement", alone=False),
    seed("datatype misspelt", "unknown-term", HARBOUR, '"40"^^<http://www.w3.org/2001/XMLSchema#',
         "schema:value 40", 'schema:value "40"^^<http://www.w3.org/2001/XMLSchema#integr>',
         alone=False),
    seed("value of a list misspelt", "unknown-term", HARBOUR, "kz:statedd",
         '"Anna Example signed" ;\n    kz:modality kz:stated',
         '"Anna Example signed" ;\n    kz:modality kz:statedd', alone=False),
    seed("word of SHACL misspelt", "unknown-term", EVIDENCE, "sh:minCout 1",
         "sh:path rdf:subject ;", "sh:path rdf:subject ;\n    sh:minCout 1 ;"),
    seed("word of the ontology misspelt", "unknown-term", "ontology/alignments.ttl",
         "skos:closeMach", "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n",
         "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
         "<https://w3id.org/kizuna/ontology#Claim> skos:closeMach <urn:x> .\n"),
    seed("schema.org with http", "unknown-term", HARBOUR, "<http://schema.org/location>",
         "    schema:location place:alpha ;\n    kz:follows",
         "    <http://schema.org/location> place:alpha ;\n    kz:follows", alone=False),
]
LINKS = [
    seed("link misspelt", "dangling-link", HARBOUR, "attendance:signing-harbor ;",
         "kz:attendance attendance:signing-harbour ;\n    kz:when",
         "kz:attendance attendance:signing-harbor ;\n    kz:when", alone=False),
    seed("link between shared things", "dangling-link", SHARED, "field:optic .",
         "skos:hasTopConcept field:optics .", "skos:hasTopConcept field:optic .", alone=False),
    seed("link to a shape", "dangling-link", EVIDENCE, "shape:Claim-subjct ,",
         "sh:property shape:Claim-subject ,", "sh:property shape:Claim-subjct ,", alone=False),
    seed("no label", "label", HARBOUR, "event:workshop a kz:Workshop",
         '    skos:prefLabel "Workshop in Alpha"@de , "Workshop in Alpha"@en ;\n', "",
         alone=False),
    seed("no class", "class", SHARED, 'organisation:beta-bay skos:prefLabel',
         "organisation:beta-bay a kz:ClusterOrganisation ;\n   ", "organisation:beta-bay",
         alone=False),
]
PAGES = "pages.toml"
SHOWN = [
    seed("no TOML", "pages", PAGES, "[map\n", "[map]\n", "[map\n"),
    seed("class that there is not", "pages", PAGES, '["kz:Clusters"]', '["kz:Cluster"]', '["kz:Clusters"]'),
    seed("prefix that there is not", "pages", PAGES, '["kx:Cluster"]', '["kz:Cluster"]', '["kx:Cluster"]'),
    seed("a key that there is not", "pages", PAGES, "partner =", "partners =", "partner ="),
    seed("a table that there is not", "pages", PAGES, "[time]", "[times]", "[time]"),
    seed("a label in no language", "pages", PAGES, 'label = "Clusters"', "{ en = \"Clusters\", de = \"Cluster\", ja = \"クラスター\" }", '"Clusters"'),
    seed("no path", "pages", PAGES, "kz:topic|", "kz:topic|dct:subject", "kz:topic|/"),
    seed("the name of another parameter", "pages", PAGES, '"page"', 'name = "field"', 'name = "page"'),
    seed("path with an end that is none", "pages", PAGES, '"kz:topic|"', '"kz:technologyField|kz:topic|dct:subject"', '"kz:topic|"'),
    seed("path that goes nowhere", "pages", PAGES, '"^"', '"org:memberDuring|dct:issued"', '"^"'),
    seed("sign that paths have not", "pages", PAGES, "kz:when+", "kz:hasSigning?/kz:when", "kz:hasSigning?/kz:when+"),
    seed("property of a path that there is not", "pages", PAGES, "kz:wen", "kz:hasSigning?/kz:when", "kz:hasSigning?/kz:wen"),
    seed("class with the prefix of things", "pages", PAGES, '["place:Cluster"]', '["kz:Cluster"]', '["place:Cluster"]'),
    seed("label that is missing in the second of its tables", "pages", PAGES, '[[lanes]]\nname = "journeys"', '[[lanes]]\nname = "journeys"\nlabel = { en = "Journeys", de = "Reisen", ja = "視察・出張" }', '[[lanes]]\nname = "journeys"'),
    seed("key that is missing in a table of its own", "pages", PAGES, '[map]', 'partners = ["kz:party", "kz:partner"]\n', ""),
    seed("key that is missing in a row", "pages", PAGES, "through = ", 'from = "kz:participant", to', "to"),
    seed("two of one name", "pages", PAGES, 'name = "field"\nlabel = { en = "Programme"', 'name = "programme"\nlabel = { en = "Programme", de = "Programm"', 'name = "field"\nlabel = { en = "Programme", de = "Programm"'),
    seed("two classes behind one link", "pages", PAGES, '["kz:Cluster", "kz:Event"]', '["kz:Cluster"]', '["kz:Cluster", "kz:Event"]'),
    seed("no class at all", "pages", PAGES, "classes = []", 'classes = ["kz:Cluster"]', "classes = []"),
    seed("label that a language has not", "pages", PAGES, '{ en = "Clusters", ja', ', de = "Cluster", ja', ", ja", alone=False),
    seed("no word of schema.org", "pages", PAGES, "a Corporation", '"Corporation"', '"a Corporation"'),
]
TWICE = [
    seed("statement twice", "duplicate-statement", LETTER, "kz:party organisation:beta-bay",
         "kz:party organisation:beta-bay .",
         "kz:party organisation:beta-bay , organisation:beta-bay ."),
    Seed("claim twice", "duplicate-claim", HARBOUR, "claim:harbour-099 a",
         added(HARBOUR, "\nclaim:harbour-099 a kz:Claim ;\n" + CLAIM_7 + """
    prov:wasQuotedFrom document:harbour-news ;
    kz:quote "Anna Example signed" ;
    kz:modality kz:stated .
""")),
    Seed("thing twice", "duplicate-thing", SHARED, '"A. Example"@de , "Anna Example"@en',
         added(SHARED, '\nperson:a-example a foaf:Person ;\n'
               '    skos:prefLabel "A. Example"@de , "Anna Example"@en .\n')),
    Seed("class differs between files", "declared-differently", SHARED,
         "organisation:beta-bay a kz:ClusterOrganisation",
         edited(LETTER, "organisation:beta-bay kz:technologyField",
                "organisation:beta-bay a kz:Company ; kz:technologyField")),
    Seed("name differs between files", "declared-differently", SHARED,
         'skos:prefLabel "Beta Bay"@de',
         together(edited(LETTER, "organisation:beta-bay kz:technologyField",
                         'organisation:beta-bay skos:prefLabel "Betabay"@en ; kz:technologyField'),
                  edited(LETTER, "@prefix schema:", PREF + "@prefix schema:")), alone=False),
]
DATES = [
    seed("date as people write it", "date", HARBOUR, '"03.05.2019"', '"2019-05-03"^^',
         '"03.05.2019"^^', alone=False),
    seed("month that is none", "date", HARBOUR, '"2019-13-03"', '"2019-05-03"^^',
         '"2019-13-03"^^', alone=False),
    seed("day that is none", "date", HARBOUR, '"2019-02-30"', '"2019-05-03"^^',
         '"2019-02-30"^^', alone=False),
    seed("end before its beginning", "date", HARBOUR, '"2020/2019"', '"2020"^^edtf',
         '"2020/2019"^^edtf'),
]
SHAPES = [
    seed("two names in one language", "shape/*", SHARED, '"Bay Beta"@de',
         '"Beta Bay"@de , "Beta Bay"@en', '"Beta Bay"@de , "Bay Beta"@de , "Beta Bay"@en'),
    seed("name in one language only", "shape/*", SHARED, '    skos:prefLabel "Beta Bay"@en .',
         '"Beta Bay"@de , "Beta Bay"@en', '"Beta Bay"@en'),
    seed("name without language", "shape/*", SHARED, '"Beta Bay" ,',
         '"Beta Bay"@de , "Beta Bay"@en', '"Beta Bay" , "Beta Bay"@de , "Beta Bay"@en'),
    seed("latitude as text", "shape/*", SHARED, 'schema:latitude "1.50"',
         "schema:latitude 1.50", 'schema:latitude "1.50"'),
    seed("latitude beyond the pole", "shape/*", SHARED, "schema:latitude 101.50",
         "schema:latitude 1.50", "schema:latitude 101.50"),
    seed("attendance without a number", "shape/*", HARBOUR, "attendance:signing-harbour a",
         "    schema:value 40 ;\n", ""),
    seed("more than, as exact value", "shape/*", LETTER, "attendance:signing-bay a",
         "schema:minValue 31", "schema:value 30"),
    seed("quote with language tag", "shape/*", HARBOUR, '"Anna Example signed"@en',
         '"Anna Example signed"', '"Anna Example signed"@en'),
    seed("words without language tag", "shape/*", HARBOUR, 'kz:asStated "About 40 guests" .',
         '"About 40 guests"@en', '"About 40 guests"'),
    seed("modality of another list", "shape/*", HARBOUR, "kz:modality kz:held",
         '"Anna Example signed" ;\n    kz:modality kz:stated',
         '"Anna Example signed" ;\n    kz:modality kz:held'),
    seed("no modality", "shape/*", HARBOUR, "claim:harbour-007 a",
         '"Anna Example signed" ;\n    kz:modality kz:stated .', '"Anna Example signed" .'),
    seed("inferred without rule", "shape/*", HARBOUR, "claim:harbour-014 a",
         '    kz:inferenceRule "2020 is after 3 May 2019."@en ,\n'
         '        "2020 liegt nach dem 3. Mai 2019."@de ;\n', ""),
    seed("said by nobody", "shape/*", HARBOUR, "claim:harbour-015 a",
         "    prov:wasAttributedTo person:bela-sample ;\n", ""),
    seed("party that is a person", "shape/*", HARBOUR, "kz:party person:anna-example ,",
         "kz:party organisation:city-of-alpha ,", "kz:party person:anna-example ,", alone=False),
    seed("status that is none", "shape/*", HARBOUR, "kz:status kz:stated",
         "kz:status kz:announced ;", "kz:status kz:stated ;", alone=False),
    seed("no quote", "shape/*", HARBOUR, "claim:harbour-007 a",
         '    kz:quote "Anna Example signed" ;\n', ""),
    Seed("slug with capitals", "shape/*", NEW, "<https://w3id.org/kizuna/id/person/Zoe",
         added(NEW, PREF + "<https://w3id.org/kizuna/id/person/Zoe> a "
               "<http://xmlns.com/foaf/0.1/Person> ;\n"
               '    skos:prefLabel "Zoe"@de , "Zoe"@en .\n')),
    seed("pattern that is none", "shape-syntax", EVIDENCE, "shape:Claim a sh:NodeShape",
         '"/id/claim/[a-z0-9]+(-[a-z0-9]+)*$"', '"("'),
    seed("count that is none", "shape-syntax", EVIDENCE, "shape:Claim-subject a",
         "sh:path rdf:subject ;", 'sh:path rdf:subject ; sh:minLength "abc" ;'),
    seed("shape without path", "shape-syntax", EVIDENCE, "shape:Claim-subject a",
         "    sh:path rdf:subject ;\n", ""),
    seed("SPARQL that is none", "shape-syntax", EVIDENCE, "shape:Claim-subject a",
         "sh:path rdf:subject ;", 'sh:path rdf:subject ; sh:sparql [ sh:select "SELEC" ] ;'),
    seed("SPARQL that would ask others", "shape-syntax", EVIDENCE, "shape:Claim-subject a",
         "sh:path rdf:subject ;", "sh:path rdf:subject ; sh:sparql [ sh:select "
         '"SELECT $this WHERE { SERVICE <http://x.example/> { $this ?p ?o } }" ] ;'),
    Seed("query without title", "query", "queries/a.rq", 1, queried("ASK {}\n")),
    Seed("query that is none", "query", "queries/a.rq", 3,
         queried("# title@en: Why?\nSELECT {\n")),
    Seed("no data at all", "base", "data/ttl", 0, emptied, alone=False),
    Seed("fact hidden in the ontology", "claim-for-fact", "ontology/hidden.ttl", 1,
         added("ontology/hidden.ttl", HIDDEN), alone=False),
    Seed("fact hidden in the shapes", "claim-for-fact", "shapes/hidden.ttl", 1,
         added("shapes/hidden.ttl", HIDDEN), alone=False),
    Seed("fact about a thing of others", "claim-for-fact", LETTER, "<http://www.wikidata.org/e",
         added(LETTER, '<http://www.wikidata.org/entity/Q1> kz:aim "more"@en .\n'), alone=False),
    Seed("ontology broken, checks left out", "not-run", "ontology/kizuna.ttl", 0,
         added("ontology/kizuna.ttl", "\nkz:Broken a"), alone=False),
]
# fmt: on
SEEDS = [
    *FILES,
    *SYNTAX,
    *EVIDENCE_RULE,
    *DOCUMENT,
    *QUOTES,
    *TERMS,
    *LINKS,
    *SHOWN,
    *TWICE,
    *DATES,
]
SEEDS += SHAPES


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_bridge(tmp_path / "bridge")


def test_the_project_is_in_order_before_it_is_broken(root: Path) -> None:
    assert check(root).findings == ()


@pytest.mark.parametrize("case", SEEDS, ids=lambda case: case.name)
def test_mistake_is_told_where_it_is(case: Seed, root: Path) -> None:
    case.breaks(root)
    line = case.at if isinstance(case.at, int) else line_of(root / case.file, case.at)
    report = check(root)
    assert any(_tells(f, case, line) for f in report.findings), _listed(report.findings)
    violations = [f for f in report.findings if f.severity is Severity.VIOLATION]
    if case.alone:
        assert len(violations) == 1, _listed(report.findings)
    for finding in report.findings:
        assert finding.message
        assert finding.hint
        assert "Traceback" not in finding.message


def _tells(finding: Finding, case: Seed, line: int) -> bool:
    right = (
        finding.check.startswith(case.check[:-1])
        if case.check.endswith("*")
        else finding.check == case.check
    )
    return right and (finding.path, finding.line) == (case.file, line)


def _listed(findings: tuple[Finding, ...]) -> str:
    return "\n".join(f"{f.path}:{f.line} {f.check} {f.message}" for f in findings)


def test_there_are_enough_and_each_check_has_one() -> None:
    assert len(SEEDS) >= FLOOR
    assert len({case.name for case in SEEDS}) == len(SEEDS)
    told = {case.check.partition("/")[0] for case in SEEDS} | {BY_BUILDING}
    assert told == set(check_names())
    assert len({row.name for row in CHECKS}) == len(CHECKS)
