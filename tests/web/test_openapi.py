"""The description of the interfaces: it has every route, and what is served is as it says."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route

from conftest import SMALL, SMALL_BASE, Client
from kizuna.formats import Kind, carrying
from kizuna.release import Release
from kizuna.web import Site
from kizuna.web.openapi.document import openapi
from kizuna.web.openapi.table import FOR_PEOPLE, OPERATIONS, Operation
from kizuna.web.routes import ROUTERS
from live import Live, serving

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]
DOCUMENT: Mapping[str, Any] = json.loads(openapi("Small", SMALL_BASE))
pytestmark = pytest.mark.embedded("no engine has a part in it")


def route_of(path: str) -> str:
    """Return the route that answers at a path of the description."""
    sample = path.replace("{suffix}", "ttl")
    sample = re.sub(r"\{\w+\}", "x", sample)
    return next(route.path for route in ROUTES if route.path_regex.match(sample))


def test_every_route_is_described_or_for_people() -> None:
    described = {route_of(path) for path in DOCUMENT["paths"]}
    assert described.isdisjoint(FOR_PEOPLE)
    with_suffix = {f"{path}.{{suffix}}" for path in described}
    assert {route.path for route in ROUTES} - with_suffix - described == set(FOR_PEOPLE)


def test_the_document_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(dict(DOCUMENT)).validate()
    with pytest.raises(ValueError, match="object"):
        schemathesis.openapi.from_dict({**DOCUMENT, "paths": {"/": {"get": 1}}}).validate()


def test_methods_are_those_of_the_routes() -> None:
    for path, item in DOCUMENT["paths"].items():
        methods = {m for r in ROUTES if r.path == route_of(path) for m in r.methods or ()}
        assert {method.upper() for method in item} <= methods, path


# fmt: off
SELECT = "/sparql{}?query=SELECT%20*%20%7B%20%3Fs%20a%20%3Ft%20%7D"
CONSTRUCT = "/sparql{}?query=CONSTRUCT%20WHERE%20%7B%20%3Fs%20a%20%3Ft%20%7D"
SAMPLES = {
    # path                          real ones, each with all types between them
    "/sparql":                      (SELECT, CONSTRUCT),
    "/graphs":                      ("/graphs{}?default",),
    "/graph/{name}":                ("/graph/fair-report{}",),
    "/id/{kind}/{name}":            ("/id/event/fair{}",),
    "/doc/{kind}/{name}":           ("/doc/event/fair{}",),
    "/terms/{name}":                ("/terms/Fair{}",),
    "/dumps/current/{name}":        ("/dumps/current/dataset.nt{}",),
    "/dumps/{release}":             ("/dumps/{release}{}",),
    "/dumps/{release}/{name}":      ("/dumps/{release}/dataset.nt{}",),
    "/classes/{name}":              ("/classes/Fair{}",),
    "/members":                     ("/members{}?of=event/fair",),
    "/correct":                     ("/correct{}?of=event/fair",),
    "/correct.txt":                 ("/correct.txt{}?of=event/fair",),
    "/compare":                     ("/compare{}?a=organisation/guild&b=organisation/harbour",),
    "/queries/{name}":              ("/queries/events{}", "/queries/parties{}"),
    "/queries/{name}.{suffix}":     (*(f"/queries/events.{s}" for s in ("json", "xml", "csv", "tsv")),
                                     *(f"/queries/parties.{f.suffix}" for f in carrying(Kind.GRAPH))),
    "/releases/{release}/doc/{kind}/{name}": ("/releases/{release}/doc/event/fair{}",),
    "/timemap/link/{page}":         ("/timemap/link/doc/event/fair{}",),
    "/timemap/json/{page}":         ("/timemap/json/doc/event/fair{}",),
    "/search":                      ("/search{}?q=fair",),
    "/search/suggest":              ("/search/suggest{}?q=fair",),
    "/complete":                    ("/complete{}?q=fair",),
    "/oai":                         ("/oai{}?verb=Identify",),
    "/reconcile/suggest/{what}":   ("/reconcile/suggest/entity{}?prefix=fair",),
    "/reconcile/draft/suggest/{what}": ("/reconcile/draft/suggest/type{}",),
    "/reconcile/flyout/{what}":    ("/reconcile/flyout/entity{}?id=event/fair",),
    "/reconcile/preview":          ("/reconcile/preview{}?id=event/fair",),
    "/reconcile/draft/preview":    ("/reconcile/draft/preview{}?id=event/fair",),
    "/reconcile/view":             ("/reconcile/view{}?id=event%2Ffair",),
    "/sitemap/{name}.xml":          ("/sitemap/things-1.xml{}",),
    "/linkset/{page}":              ("/linkset/doc/event/fair{}",),
}
NONE_HERE = {"/ontology/{version}", "/shapes/{version}", "/changes/{name}",
             "/changes/feed", "/changes/feed/{name}", "/catalog/feed", "/catalog/feed/{name}"}
"""The small project has no versions of its vocabulary, one release, and no log of events."""
# fmt: on


@pytest.mark.parametrize(
    "operation",
    [o for o in OPERATIONS if o.path not in NONE_HERE and not o.posted],
    ids=lambda operation: operation.path,
)
def test_what_is_served_has_the_status_and_types_that_are_described(
    client: Client, site: Site, operation: Operation
) -> None:
    found = SAMPLES.get(operation.path, (operation.path + "{}",))
    samples = [sample.replace("{release}", site.release.id) for sample in found]
    for kind in operation.media_types or ("*/*",):
        answers = [client.get(sample.format(""), headers={"accept": f"{kind}, */*;q=0.1"}) for sample in samples]  # fmt: skip
        assert {answer.status_code for answer in answers} == {operation.status}
        assert kind == "*/*" or kind in {type_of(answer) for answer in answers}
    for form in operation.forms if operation.suffixed else ():
        answers = [client.get(sample.format(f".{form.suffix}")) for sample in samples]
        assert (200, form.media_type) in {(a.status_code, type_of(a)) for a in answers}, form


def type_of(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", "")).partition(";")[0]


def test_the_document_is_found(client: Client) -> None:
    answer = client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert found["info"]["title"] == "A small dataset"
    assert found["servers"] == [{"url": SMALL_BASE.rstrip("/")}]
    assert found["paths"] == DOCUMENT["paths"]
    assert 'href="/openapi.json"' in client.get("/dumps", headers={"accept": "text/html"}).text
    listed = client.get("/.well-known/api-catalog").json()["linkset"]
    named = [t["href"] for context in listed for t in context.get("service-desc", [])]
    assert f"{SMALL_BASE}openapi.json" in named
    known = {"if-none-match": answer.headers["etag"]}
    assert client.get("/openapi.json", headers=known).status_code == 304


@pytest.fixture(scope="module")
def live(small_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("openapi")
    project = shutil.copytree(SMALL, folder / "project")
    releases = shutil.copytree(small_release.folder.parent, folder / "releases", symlinks=True)
    with serving(str(project), "--releases", str(releases)) as server:
        until = time.monotonic() + 60
        for feed in ("/changes/feed", "/catalog/feed"):  # they are written once it serves
            while server.client.get(feed).status_code == 503:
                assert time.monotonic() < until
                time.sleep(0.1)
        yield server


@schemathesis.serializer("application/sparql-query")
def as_text(_: schemathesis.SerializationContext, value: object) -> bytes:
    return str(value).encode()


@schemathesis.openapi.from_dict(dict(DOCUMENT)).parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_the_description_allows_is_answered_as_it_says(
    live: Live, case: schemathesis.Case[Any]
) -> None:
    case.call_and_validate(
        base_url=live.base.rstrip("/"),
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
