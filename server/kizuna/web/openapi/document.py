"""The document that describes the interfaces (OpenAPI 3.1), made from the table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from kizuna.web.openapi.table import OPERATIONS, Operation, Parameter
from kizuna.web.problems import PROBLEM, STATUS
from kizuna.web.reporting import RDF, TOLD_IN_RDF

_IN_PATH = re.compile(r"\{(\w+)\}")
_SUCCESS = {
    HTTPStatus.OK: "What is asked for.",
    HTTPStatus.SEE_OTHER: "It is described there.",
    HTTPStatus.TEMPORARY_REDIRECT: "It stands there now.",
}
_CONDITIONAL = {
    HTTPStatus.PARTIAL_CONTENT: "The range of it that was asked for.",
    HTTPStatus.NOT_MODIFIED: "The client has it already.",
}
_OF_HTTP = {
    HTTPStatus.GONE,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
}
"""Statuses of problems that no error of the program stands for (``web.problems``)."""
_MEMBERS = {
    "type": "string",
    "title": "string",
    "status": "integer",
    "detail": "string",
    "hint": "string",
    "kind": "string",
    "line": "integer",
    "column": "integer",
}
Json = dict[str, Any]


def openapi(title: str, base: str) -> bytes:
    """Return the document of the site at ``base``, which has this title."""
    problems = sorted({*STATUS.values(), *_OF_HTTP})
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "servers": [{"url": base.rstrip("/")}],
        "paths": dict(_paths()),
        "components": {
            "schemas": {"Problem": _problem()},
            "responses": {_key(status): _told(status) for status in problems},
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _paths() -> Iterator[tuple[str, Json]]:
    for operation in OPERATIONS:
        yield operation.path, _path(operation, operation.path)
        if operation.suffixed:
            path = f"{operation.path}.{{suffix}}"
            yield path, _path(operation, path)


def _path(operation: Operation, path: str) -> Json:
    """Return what may be done at a path, which may end in the suffix of a format."""
    suffixes = tuple(form.suffix for form in operation.forms)
    named = [
        _parameter(Parameter(name, "", suffixes if name == "suffix" else (), needed=True), "path")
        for name in _IN_PATH.findall(path)
    ]
    asked = [_parameter(each, "query") for each in operation.parameters]
    found: Json = {} if operation.posted else {"get": _described(operation, [*named, *asked])}
    if operation.bodies:
        content = {kind: {"schema": _body(operation, kind)} for kind in operation.bodies}
        posted = _described(operation, named)
        found["post"] = posted | {"requestBody": {"required": True, "content": content}}
    return found


def _described(operation: Operation, parameters: list[Json]) -> Json:
    sent: Json = {"description": _SUCCESS[operation.status]}
    if operation.media_types:
        sent["content"] = {kind: {} for kind in operation.media_types}
    responses: Json = {str(operation.status.value): sent}
    for status, words in _CONDITIONAL.items() if operation.media_types else ():
        responses[str(status.value)] = {"description": words}
    for status in sorted({*STATUS.values(), *_OF_HTTP} - {HTTPStatus.UNAUTHORIZED}):
        responses[str(status.value)] = {"$ref": f"#/components/responses/{_key(status)}"}
    return {"summary": operation.does, "parameters": parameters, "responses": responses}


def _parameter(parameter: Parameter, place: str) -> Json:
    return {
        "name": parameter.name,
        "in": place,
        "required": parameter.needed,
        "schema": _schema(parameter),
    } | ({"description": parameter.does} if parameter.does else {})


def _schema(parameter: Parameter) -> Json:
    few = {"enum": list(parameter.values)} if parameter.values else {}
    return {"type": "string", "minLength": int(parameter.needed)} | few


def _body(operation: Operation, kind: str) -> Json:
    if kind == "application/json":
        return {"type": "object"}
    if kind != "application/x-www-form-urlencoded":
        return {"type": "string"}
    fields = {each.name: _schema(each) for each in operation.parameters}
    return {"type": "object", "properties": fields}


def _problem() -> Json:
    return {
        "type": "object",
        "description": "What is wrong, and what to do (RFC 9457).",
        "properties": {name: {"type": kind} for name, kind in _MEMBERS.items()},
        "required": ["type", "title", "status", "detail", "kind"],
    }


def _told(status: HTTPStatus) -> Json:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    told = [form.media_type for form in RDF] if status in TOLD_IN_RDF else []
    content = {PROBLEM.media_type: problem, "text/html": {}} | {kind: {} for kind in told}
    return {"description": status.phrase, "content": content}


def _key(status: HTTPStatus) -> str:
    return status.phrase.title().replace(" ", "").replace("-", "")
