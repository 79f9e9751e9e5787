"""Wikidata's interfaces: search by name, its SPARQL endpoint, and items as they are now."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Reading
from dataclasses import dataclass
from typing import TypeVar

from pyoxigraph import Literal, NamedNode

from kizuna.linking.client import Busy, Client, Gone, Wrong
from kizuna.linking.items import DESCRIPTION, DIRECT, Entity, Item, entities_in, from_rows
from kizuna.linking.mapping import ITEM, Mapping, item_iri, item_of, number

BATCH = 50
"""Items and identifiers in one request: as many as the API takes."""
FOUND = 7
"""Candidates that one search gives."""
MAX_LAG = "5"
"""Seconds by which the servers may lag behind before this client steps back (Wikimedia)."""
_COMPARED = ("P31", "P17", "P27", "P131", "P159", "P276", "P749", "P361", "P463", "P108", "P39",
             "P112", "P101", "P625", "P569", "P571", "P576", "P580", "P582", "P585")  # fmt: skip
"""Properties whose values are fetched, besides those that the project maps."""
_PREFIXES = f"""PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wd: <{item_iri("")}>
PREFIX wdt: <{DIRECT}>
"""


Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the interfaces of Wikidata are; ``reconciliation`` may have ``{lang}`` in it."""

    sparql: str
    api: str
    entities: str
    reconciliation: str


@dataclass(frozen=True)
class Wikidata:
    """Wikidata by way of a client, for a project's mapping and languages."""

    client: Client
    addresses: Addresses
    mapping: Mapping
    languages: tuple[str, ...]

    def search(self, name: str, language: str) -> tuple[str, ...]:
        """Return the items that have a name, or one that begins with it, the best first.

        Raises UnavailableError.
        """
        parameters = {
            "action": "wbsearchentities",
            "search": name,
            "language": language,
            "uselang": language,
            "type": "item",
            "limit": str(FOUND),
            "format": "json",
            "maxlag": MAX_LAG,
        }
        return self.client.json(self.addresses.api, parameters, _searched)

    def reconciled(self, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """Return what the reconciliation service has for each (name, language).

        Reconciliation Service API 0.2, section 4.3: a batch of queries is sent as a form.
        """
        found: dict[tuple[str, str], list[str]] = {}
        languages = dict.fromkeys(language for _, language in names)
        for language in languages:
            url = self.addresses.reconciliation.replace("{lang}", language)
            for batch in batches([n for n in names if n[1] == language]):
                queries = {f"q{i}": {"query": n, "limit": FOUND} for i, (n, _) in enumerate(batch)}
                form = {"queries": _compact(queries)}
                answer = self.client.json(url, {}, _reconciled, form=form)
                for i, pair in enumerate(batch):
                    found[pair] = answer.get(f"q{i}", [])
        return found

    def holders(self, identifiers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """Return the items that have each of these (property, value)."""
        found: dict[tuple[str, str], list[str]] = {}
        for batch in batches(sorted(set(identifiers))):
            rows = " ".join(f"(wdt:{prop} {Literal(value)})" for prop, value in batch)
            query = (
                f"{_PREFIXES}SELECT ?item ?property ?value WHERE {{\n"
                f"  VALUES (?property ?value) {{ {rows} }}\n  ?item ?property ?value .\n}}"
            )
            for row in self.client.select(self.addresses.sparql, query):
                item, prop, value = (row.get(name) for name in ("item", "property", "value"))
                if isinstance(item, NamedNode) and isinstance(prop, NamedNode):
                    key = (prop.value.removeprefix(DIRECT), getattr(value, "value", ""))
                    found.setdefault(key, []).extend(filter(None, [item_of(item.value)]))
        return {key: sorted(set(items), key=number) for key, items in found.items()}

    def items(self, wanted: Iterable[str]) -> dict[str, Item]:
        """Return what Wikidata says of these items, fetched by SPARQL in batches."""
        found: dict[str, Item] = {}
        for batch in batches(sorted(set(wanted), key=number)):
            rows = self.client.select(self.addresses.sparql, self._details(batch))
            found |= from_rows(rows, batch)
        return found

    def _details(self, batch: Sequence[str]) -> str:
        items = " ".join(f"wd:{item}" for item in batch)
        properties = " ".join(f"wdt:{prop}" for prop in self._compared())
        types = " ".join(f"wd:{kind}" for kind in self.mapping.all_types)
        languages = ", ".join(str(Literal(code)) for code in (*self.languages, "mul"))
        return f"""{_PREFIXES}SELECT ?item ?property ?value WHERE {{
  VALUES ?item {{ {items} }}
  {{
    VALUES ?property {{ rdfs:label skos:altLabel <{DESCRIPTION}> }}
    ?item ?property ?value .
    FILTER(LANG(?value) IN ({languages}))
  }} UNION {{
    VALUES ?property {{ {properties} }}
    ?item ?property ?value .
  }} UNION {{
    VALUES ?value {{ {types} }}
    ?item wdt:P31/wdt:P279* ?value .
    BIND(wdt:P279 AS ?property)
  }}
}}"""

    def _compared(self) -> list[str]:
        mapped = (*self.mapping.properties.values(), *self.mapping.patterns)
        return sorted({*_COMPARED, *mapped}, key=number)

    def entities(self, wanted: Iterable[str]) -> dict[str, Entity | None]:
        """Return items as they are now, None for one that is gone; by wbgetentities, in batches.

        One that has been merged is there under the identifier that was asked for, and has another.
        """
        found: dict[str, Entity | None] = {}
        for batch in batches(sorted(set(wanted), key=number)):
            parameters = {
                "action": "wbgetentities",
                "ids": "|".join(batch),
                "props": "claims",
                "redirects": "yes",
                "format": "json",
                "maxlag": MAX_LAG,
            }
            answer = self.client.json(self.addresses.api, parameters, _whole(batch))
            found |= {item: answer[item] for item in batch}
        return found

    def entity(self, item: str) -> Entity | None:
        """Return one item as it is now, from Special:EntityData; None where it is gone."""
        url = f"{self.addresses.entities}{item}.json"
        try:
            found = self.client.json(url, {}, _only)
        except Gone:
            return None
        return found


def batches(values: Sequence[Kind]) -> Iterator[Sequence[Kind]]:
    """Yield ``values`` in pieces of at most ``BATCH``."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _checked(answer: object) -> Reading[str, object]:
    """Return the answer of the API. Raises Busy where it lags, and Wrong where it refuses."""
    if not isinstance(answer, dict):
        raise Wrong("it is no object")
    error = answer.get("error")
    if isinstance(error, dict):
        code, info = str(error.get("code")), str(error.get("info", ""))
        if code in {"maxlag", "ratelimited", "readonly"}:
            raise Busy(f"it says {code}: {info}", 5.0 if code == "maxlag" else None)
        raise Wrong(f"it says {code}: {info}")
    return answer


def _searched(answer: object) -> tuple[str, ...]:
    listed = _checked(answer).get("search")
    if not isinstance(listed, list):
        raise Wrong("it has no list of results")
    return tuple(_identifiers(listed))


def _identifiers(listed: Iterable[object]) -> Iterator[str]:
    """Yield the identifiers of items among results; what is none is left out."""
    for result in listed:
        found = result.get("id") if isinstance(result, dict) else None
        if isinstance(found, str) and ITEM.fullmatch(found):
            yield found


def _reconciled(answer: object) -> dict[str, list[str]]:
    found = {}
    for key, told in _checked(answer).items():
        listed = told.get("result") if isinstance(told, dict) else None
        if not isinstance(listed, list):
            raise Wrong("it has no list of results")
        found[key] = list(_identifiers(listed))
    return found


def _whole(batch: Sequence[str]) -> Callable[[object], dict[str, Entity | None]]:
    def read(answer: object) -> dict[str, Entity | None]:
        found = entities_in(_checked(answer))
        if any(item not in found for item in batch):
            raise Wrong("it leaves items out")
        return found

    return read


def _only(answer: object) -> Entity | None:
    found = entities_in(_checked(answer))
    if len(found) != 1:
        raise Wrong("it has not one item")
    return next(iter(found.values()))
