"""Which saved questions ask with which terms."""

from __future__ import annotations

from functools import lru_cache

from pyoxigraph import NamedNode

from kizuna.checks.questions import SavedQuery
from kizuna.engine.tokens import iri, prefixes, tokens
from kizuna.web.site import Site

REMEMBERED = 1_000


def questions_with(site: Site, term: NamedNode) -> list[SavedQuery]:
    """Return the saved questions whose SPARQL has ``term``, by name."""
    return [q for q in site.queries if term.value in iris_in(q.text)]


@lru_cache(REMEMBERED)
def iris_in(text: str) -> frozenset[str]:
    """Return the IRIs in a query, written out or with a prefix; comments do not count.

    >>> sorted(iris_in("PREFIX a: <urn:x#> ASK { ?s a:b <urn:y> } # a:c"))
    ['urn:x#', 'urn:x#b', 'urn:y']
    """
    found = list(tokens(text))
    namespaces = prefixes(found)
    named = {iri(token) for token in found if token.lastgroup == "iri"}
    for token in found:
        prefix, colon, local = token[0].partition(":")
        if colon and local and prefix in namespaces:
            named.add(namespaces[prefix] + local)
    return frozenset(named)
