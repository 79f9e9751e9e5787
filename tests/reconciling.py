"""The schemas of the Reconciliation Service API, and requests to a service of it."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft7, Draft7Validator, Registry

HERE = Path(__file__).parent / "reconciliation"
OLD, DRAFT = "0.2", "1.0-draft"
_AT = "https://reconciliation-api.github.io/specs"
# Of Swagger 2, for the security scheme of a manifest; the services here have none.
_OTHERS = {
    "http://swagger.io/v2/schema.json": {
        "definitions": {"securityDefinitions": {"additionalProperties": {"type": "object"}}}
    }
}


def _schemas(version: str) -> dict[str, Any]:
    """Return the schemas of a version by name, each with an address of this version."""
    found = {}
    for path in (HERE / "schemas" / version).glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        found[path.stem] = schema | {"$id": f"{_AT}/{version}/schemas/{path.name}"}
    return found


@lru_cache
def _registry(version: str) -> Registry:
    schemas = [(schema["$id"], schema) for schema in _schemas(version).values()]
    return Registry([*schemas, *_OTHERS.items()], draft=Draft7)


@lru_cache
def validator(version: str, name: str) -> Draft7Validator:
    """Return the validator of one of the schemas (``manifest`` …)."""
    return Draft7Validator(_schemas(version)[name], registry=_registry(version))


def check(version: str, name: str, document: object) -> None:
    """Pass if a document is as the schema wants it."""
    validator(version, name).validate(document)


def examples(version: str, name: str, which: str) -> dict[str, Any]:
    """Return the examples of the specification, valid or invalid, by their names."""
    folder = HERE / "examples" / version / name / which
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*")}
