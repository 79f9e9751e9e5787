"""Every setting as a row; checking, help and the manual are made from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its key in kizuna.toml, type, default (None: must be given), and help."""

    key: str
    type: type[str | int | float | list[str]]
    default: str | int | float | tuple[str, ...] | None
    help: str
    env: str = ""
    example: str = ""
    may_be_empty: bool = False


# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting("base", str, None,
            "The IRI under which everything is published; it ends with a slash.",
            example='base = "https://w3id.org/kizuna/"'),
    Setting("languages", list, ("en", "de", "ja"),
            "Languages of labels and pages, the fallback order first to last.",
            example='languages = ["en", "de", "ja"]'),
    Setting("documents", str, "data/documents",
            "Folder of the source documents' texts, relative to the project.",
            env="KIZUNA_DOCUMENTS", example='documents = "data/documents"'),
    Setting("full_texts", list, (),
            "Documents whose whole text is published, by IRI: only where their rights allow it.",
            env="KIZUNA_FULL_TEXTS",
            example='full_texts = ["https://w3id.org/kizuna/id/document/press-release"]',
            may_be_empty=True),
    Setting("corrections", str, "",
            "Where readers suggest corrections: an address of http, https or mailto, in which "
            "{iri} and {title} stand for those of the page.",
            env="KIZUNA_CORRECTIONS",
            example='corrections = "mailto:editors@example.org?subject={title}&body={iri}"'),
    Setting("releases", str, "releases",
            "Folder of the releases, relative to the project.",
            env="KIZUNA_RELEASES", example='releases = "releases"'),
    Setting("build_seconds", float, 600.0,
            "Seconds by the clock that check and build may take beside a server (--watch, --pull).",
            env="KIZUNA_BUILD_SECONDS", example="build_seconds = 600"),
    Setting("pull_seconds", float, 60.0,
            "Seconds between two looks for new commits (--pull).",
            env="KIZUNA_PULL_SECONDS", example="pull_seconds = 60"),
    Setting("query_seconds", float, 30.0,
            "Seconds by the clock that one query may take.",
            env="KIZUNA_QUERY_SECONDS", example="query_seconds = 30"),
    Setting("query_memory_mb", int, 1_000,
            "Megabytes that one query may use beyond the open store.",
            env="KIZUNA_QUERY_MEMORY_MB", example="query_memory_mb = 1000"),
    Setting("answer_mb", int, 50,
            "Megabytes that one answer may have.",
            env="KIZUNA_ANSWER_MB", example="answer_mb = 50"),
    Setting("query_kb", int, 1_000,
            "Kilobytes that the text of one query may have.",
            env="KIZUNA_QUERY_KB", example="query_kb = 1000"),
    Setting("query_depth", int, 100,
            "Brackets that may stand in one another in a query.",
            env="KIZUNA_QUERY_DEPTH", example="query_depth = 100"),
    Setting("light", int, 16,
            "Queries that run at the same time before they have run long.",
            env="KIZUNA_LIGHT", example="light = 16"),
    Setting("heavy", int, 2,
            "Queries that have run long and go on at the same time, at the lowest priority.",
            env="KIZUNA_HEAVY", example="heavy = 2"),
    Setting("waiting", int, 256,
            "Queries that may wait for a place; more are sent away.",
            env="KIZUNA_WAITING", example="waiting = 256"),
    Setting("standing", int, 6,
            "Long queries that stand still until one of the heavy ones ends; more are refused.",
            env="KIZUNA_STANDING", example="standing = 6"),
    Setting("per_client", int, 128,
            "Queries that may run and wait for one client, told by its address.",
            env="KIZUNA_PER_CLIENT", example="per_client = 128"),
    Setting("proxies", list, (),
            "Addresses and networks of the proxies in front that are believed who the client is.",
            env="KIZUNA_PROXIES", example='proxies = ["127.0.0.1", "10.0.0.0/8"]'),
    Setting("write_seconds", float, 8.0,
            "Seconds by the clock that one write over HTTP may take.",
            env="KIZUNA_WRITE_SECONDS", example="write_seconds = 8"),
    Setting("write_memory_mb", int, 800,
            "Megabytes that the process that writes may use.",
            env="KIZUNA_WRITE_MEMORY_MB", example="write_memory_mb = 800"),
    Setting("write_mb", int, 32,
            "Megabytes that the body of one write may have.",
            env="KIZUNA_WRITE_MB", example="write_mb = 32"),
    Setting("load_from", list, (),
            "Beginnings of the addresses from which SPARQL LOAD may fetch; without any, none.",
            env="KIZUNA_LOAD_FROM", example='load_from = ["https://example.org/data/"]'),
    Setting("services", list, ("https://query.wikidata.org/sparql",),
            "SPARQL endpoints that queries may call by SERVICE; an empty list: none.",
            env="KIZUNA_SERVICES", example='services = ["https://query.wikidata.org/sparql"]',
            may_be_empty=True),
    Setting("service_seconds", float, 10.0,
            "Seconds by the clock that one SERVICE may take.",
            env="KIZUNA_SERVICE_SECONDS", example="service_seconds = 10"),
    Setting("extract_from", list, (),
            "Beginnings of addresses in the own network from which kizuna extract may fetch.",
            env="KIZUNA_EXTRACT_FROM", example='extract_from = ["http://intranet.example.org/press/"]'),
    Setting("extract_mb", int, 20,
            "Megabytes that a page may have from which kizuna extract fetches.",
            env="KIZUNA_EXTRACT_MB", example="extract_mb = 20"),
    Setting("extract_seconds", float, 20.0,
            "Seconds by the clock in which such a page must come.",
            env="KIZUNA_EXTRACT_SECONDS", example="extract_seconds = 20"),
    Setting("model", str, "",
            "Address of an OpenAI-compatible endpoint for kizuna extract --by model; the key "
            "stands in KIZUNA_MODEL_KEY alone.",
            env="KIZUNA_MODEL", example='model = "https://models.example.org/v1"'),
    Setting("model_name", str, "",
            "Name of the model at that endpoint.",
            env="KIZUNA_MODEL_NAME", example='model_name = "some-model-7b"'),
    Setting("model_tokens", int, 60_000,
            "Tokens that one text may cost there, question and answer together.",
            env="KIZUNA_MODEL_TOKENS", example="model_tokens = 60000"),
    Setting("model_seconds", float, 120.0,
            "Seconds by the clock that one answer of the model may take.",
            env="KIZUNA_MODEL_SECONDS", example="model_seconds = 120"),
    Setting("engine", str, "",
            "Address of a SPARQL endpoint that answers the queries; empty: kizuna itself.",
            env="KIZUNA_ENGINE", example='engine = "http://localhost:7878/query"'),
    Setting("engine_default_graph", str, "",
            "The graph that stands for the default graph, for engines that have none (Virtuoso).",
            env="KIZUNA_ENGINE_DEFAULT_GRAPH",
            example='engine_default_graph = "https://example.org/graph/all"'),
)
# fmt: on
