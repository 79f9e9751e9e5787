"""The addresses for programs, in one table; ``tests/web/test_openapi.py`` compares the routes."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from kizuna.formats import FORMATS, HTML, JSON_LD, N_QUADS, TRIG, Format, Kind, carrying
from kizuna.web.described import OFFERED as DESCRIBED
from kizuna.web.exposition import MEDIA_TYPE as METRICS
from kizuna.web.links import LINK_FORMAT
from kizuna.web.linksets import OFFERED as LINKSETS
from kizuna.web.lists.files import CSV, JSON
from kizuna.web.lists.files import OFFERED as LISTED
from kizuna.web.oai.asked import VERBS
from kizuna.web.views.feeds import ATOM

GRAPHS = carrying(Kind.GRAPH)
FEEDS = (TRIG, JSON_LD, N_QUADS)
_PLAIN, _XML, _ANY = "text/plain", "application/xml", "*/*"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: what it does, its values if they are few, and whether it must be given."""

    name: str
    does: str
    values: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """What stands at a path: its formats, or its media types where they are no formats.

    ``suffixed``: each format has an address of its own as well, which ends in its suffix.
    ``bodies`` are the media types that POST takes, which is all there is where it is ``posted``.
    ``status`` is that of success.
    """

    path: str
    does: str
    forms: tuple[Format, ...] = ()
    types: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    suffixed: bool = False
    bodies: tuple[str, ...] = ()
    posted: bool = False
    status: HTTPStatus = HTTPStatus.OK

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types of what is sent."""
        return tuple(dict.fromkeys((*(form.media_type for form in self.forms), *self.types)))


# fmt: off
_QUERY = (
    Parameter("query", "A query in SPARQL 1.1; without one the service is described."),
    Parameter("default-graph-uri", "A graph of which the default graph is made."),
    Parameter("named-graph-uri", "A named graph."),
    Parameter("picture", "On a page, and for .svg and .png: map, timeline, network or bar."),
)
_PATTERN = (
    Parameter("subject", "An IRI, or nothing for any."),
    Parameter("predicate", "An IRI, or nothing for any."),
    Parameter("object", 'An IRI, a literal as "text"@en, or nothing for any.'),
    Parameter("page", "Which page, from 1."),
    Parameter("values", "Values for variables, as brTPF sends them."),
)
_PAGE = (Parameter("page", "Which page, from 1."),)
_WORDS = (Parameter("q", "Words."),)
_SEARCH = (*_WORDS, Parameter("type", "Of which class things are, by its slug."))
_HARVEST = (
    Parameter("verb", "What is asked for.", tuple(VERBS), needed=True),
    Parameter("metadataPrefix", "In which format: oai_dc or dcat_ap."),
    Parameter("identifier", "The identifier of a record."),
    Parameter("from", "Records changed since then: a day, or a second in UTC."),
    Parameter("until", "Records changed until then."),
    Parameter("set", "There are no sets."),
    Parameter("resumptionToken", "The token of the next part of a list."),
)
_MATCHED = (
    Parameter("queries", "A batch of queries, as JSON (0.2); without one the manifest is given."),
    Parameter("extend", "Things and the properties of which values are wanted, as JSON (0.2)."),
    Parameter("query", "One name, or one query as JSON (0.1)."),
)
_TYPED = (
    Parameter("prefix", "What has been typed, or an id."),
    Parameter("cursor", "How many suggestions are left out (0.2)."),
    Parameter("offset", "The same in the draft."),
    Parameter("limit", "How many are wanted."),
)
_PROPOSED = (
    Parameter("type", "The id of a type."),
    Parameter("limit", "How many properties are wanted."),
)
_ONE = (Parameter("id", "The id of what is shown.", needed=True),)
_CORRECTED = (Parameter("of", "The path of a thing: kind/name.", needed=True),)
_FORM = "application/x-www-form-urlencoded"
_SEE, _ELSEWHERE = HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT

OPERATIONS = (
    Operation("/sparql", "Answers a query, or describes the service.",
              FORMATS, parameters=_QUERY, suffixed=True,
              bodies=(_FORM, "application/sparql-query")),
    Operation("/fragments", "Gives the triples that fit a pattern, page by page.",
              (*GRAPHS, HTML), parameters=_PATTERN, suffixed=True),
    Operation("/graphs", "Gives a named graph, or the merge of all (?default).",
              GRAPHS, parameters=(Parameter("graph", "The IRI of a graph."),
                                  Parameter("default", "The merge of all graphs."))),
    Operation("/graph/{name}", "Gives a named graph at its own address.", DESCRIBED, suffixed=True),
    Operation("/id/{kind}/{name}", "Leads from a thing to its description.", status=_SEE),
    Operation("/doc/{kind}/{name}", "Describes a thing.", DESCRIBED, suffixed=True),
    Operation("/ontology", "Gives the ontology.", DESCRIBED, suffixed=True),
    Operation("/ontology/{version}", "Leads from its version to the ontology.", status=_SEE),
    Operation("/shapes", "Gives the shapes (SHACL).", DESCRIBED, suffixed=True),
    Operation("/shapes/{version}", "Leads from their version to the shapes.", status=_SEE),
    Operation("/terms/{name}", "Describes a term of the vocabulary.", DESCRIBED, suffixed=True),
    Operation("/profiles", "Describes the profiles of the data.", DESCRIBED, suffixed=True),
    Operation("/catalog", "Gives the catalogue (DCAT-AP).", (*GRAPHS, HTML), suffixed=True),
    Operation("/.well-known/void", "Leads to the catalogue.", status=_SEE),
    Operation("/dumps/current", "Leads to the current release.", status=_ELSEWHERE),
    Operation("/dumps/current/{name}", "Leads to a file of the current release.",
              status=_ELSEWHERE),
    Operation("/dumps/{release}", "Describes a release.", DESCRIBED, suffixed=True),
    Operation("/dumps/{release}/{name}", "Gives a file of a release.", types=(_ANY,)),
    Operation("/classes/{name}", "Lists the things of a class.",
              LISTED, parameters=_PAGE, suffixed=True),
    Operation("/members", "Lists what points to a thing.",
              LISTED, parameters=(Parameter("of", "The path of a thing: kind/name."), *_PAGE),
              suffixed=True),
    Operation("/compare", "Compares two things.", (HTML, CSV, JSON),
              parameters=(Parameter("a", "The path of a thing."),
                          Parameter("b", "The path of another.")), suffixed=True),
    Operation("/correct", "Says where a thing is stated, and how a correction is sent.", (HTML,),
              parameters=_CORRECTED),
    Operation("/correct.txt", "Gives the text of a correction, to be filled in and sent.",
              types=(_PLAIN,), parameters=_CORRECTED),
    Operation("/queries/{name}", "Answers a saved question.",
              FORMATS, ("application/sparql-query",)),
    Operation("/queries/{name}.{suffix}", "Answers a saved question in one format.",
              tuple(form for form in FORMATS if form is not HTML)),
    Operation("/changes", "Lists the releases.", (HTML, ATOM, JSON), suffixed=True),
    Operation("/changes/feed", "Is the feed of what changes in the data (LDES).",
              FEEDS, suffixed=True),
    Operation("/changes/feed/{name}", "Gives a page of events, or a row of pages.", FEEDS),
    Operation("/catalog/feed", "Is the feed of what changes in the catalogue (LDES).",
              FEEDS, suffixed=True),
    Operation("/catalog/feed/{name}", "Gives a page of events, or a row of pages.", FEEDS),
    Operation("/releases/{release}/doc/{kind}/{name}", "Describes a thing as a release has it.",
              DESCRIBED, suffixed=True),
    Operation("/timemap/link/{page}", "Lists how a description was, as links (Memento).",
              types=(LINK_FORMAT,)),
    Operation("/timemap/json/{page}", "Lists the same as JSON.", (JSON,)),
    Operation("/changes/{name}", "Tells what came with a release.",
              (HTML, JSON), ("application/rdf-patch",)),
    Operation("/search", "Finds things by words.", (JSON, HTML), parameters=_SEARCH,
              suffixed=True),
    Operation("/search/suggest", "Completes words, as OpenSearch suggestions.",
              types=("application/x-suggestions+json",), parameters=_WORDS),
    Operation("/opensearch.xml", "Describes the search.",
              types=("application/opensearchdescription+xml",)),
    Operation("/reconcile", "Matches names with things, or describes that service (0.2).",
              (JSON,), parameters=_MATCHED, bodies=(_FORM,)),
    Operation("/reconcile/draft", "Describes the service in the words of the draft.", (JSON,)),
    Operation("/reconcile/draft/match", "Matches names with things, as the draft has it.",
              (JSON,), bodies=("application/json",), posted=True),
    Operation("/reconcile/draft/extend", "Gives values of properties, as the draft has it.",
              (JSON,), bodies=("application/json",), posted=True),
    *(operation for root in ("/reconcile", "/reconcile/draft") for operation in (
        Operation(f"{root}/suggest/{{what}}", "Completes what is typed: entity, type, property.",
                  (JSON,), parameters=_TYPED),
        Operation(f"{root}/extend/propose", "Names the properties that things of a type have.",
                  (JSON,), parameters=_PROPOSED),
        Operation(f"{root}/preview", "Shows a thing in a small page.", (HTML,), parameters=_ONE),
    )),
    Operation("/reconcile/flyout/{what}", "Shows what is suggested (0.2).",
              (JSON,), parameters=_ONE),
    Operation("/reconcile/view", "Leads from an id to its thing.", parameters=_ONE, status=_SEE),
    Operation("/complete", "Completes a word to what it may become in a query.",
              (JSON,), parameters=(*_WORDS, Parameter("kind", "Of what.",
                                                      ("class", "property", "thing")))),
    Operation("/oai", "Gives harvesters the records of the catalogue (OAI-PMH 2.0).",
              types=("text/xml",), parameters=_HARVEST, bodies=(_FORM,)),
    Operation("/robots.txt", "Says what robots may read.", types=(_PLAIN,)),
    Operation("/sitemap.xml", "Names the parts of the map of the site.", types=(_XML,)),
    Operation("/sitemap/{name}.xml", "Gives a part of the map.", types=(_XML,)),
    Operation("/linkset/{page}", "Gives all links of a page.", LINKSETS, suffixed=True),
    Operation("/.well-known/api-catalog", "Names the interfaces.",
              types=("application/linkset+json",)),
    Operation("/openapi.json", "Is this description.", (JSON,)),
    Operation("/llms.txt", "Says what the site is, for language models.", types=("text/markdown",)),
    Operation("/healthz", "Says that the server runs.", types=(_PLAIN,)),
    Operation("/readyz", "Says that the server answers, and with which release.", (JSON,)),
    Operation("/metrics", "Gives figures of the operation.",
              types=(METRICS.partition(";")[0],)),
)
FOR_PEOPLE = (
    "/", "/static/{name}", "/favicon.ico", "/classes", "/dumps", "/harvest", "/pictures",
    "/pictures/{file}", "/queries", "/terms", "/graphs/{rest:path}", "/hooks/update",
    "/review", "/reconcile/",
)
"""Routes of pages and of what belongs to them; other forms of an address; the publisher's own."""
# fmt: on
