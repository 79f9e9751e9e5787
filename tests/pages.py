"""Every kind of page there is: an address of each, and the status that it has."""

from __future__ import annotations

ROWS = "SELECT%20*%20%7B%20%3Fs%20a%20%3Ftype%20%7D%20LIMIT%205"
LINES = "SELECT%20*%20%7B%20%3Fs%20%3Chttps%3A%2F%2Fw3id.org%2Fkizuna%2Fontology%23party%3E%20%3Fo%20%7D"
# fmt: off
KINDS = {
    "front":           ("/", 200),
    "agreement":       ("/id/agreement/loi-fbri-life-science-nord", 200),
    "cluster":         ("/id/cluster/life-science-nord", 200),
    "person":          ("/id/person/wolfgang-tiefensee", 200),
    "event":           ("/id/event/symposium-2017", 200),
    "place":           ("/id/place/kobe", 200),
    "programme":       ("/id/programme/rit", 200),
    "document":        ("/id/document/dwih-symposium", 200),
    "claim":           ("/id/claim/kobe-001", 200),
    "classes":         ("/classes", 200),
    "class":           ("/classes/Agreement", 200),
    "choice":          ("/classes/Agreement?year-to=2010&sort=-year", 200),
    "empty list":      ("/classes/Agreement?year-from=1900&year-to=1901", 200),
    "members":         ("/members?of=place/japan", 200),
    "compare":         ("/compare", 200),
    "comparison":      ("/compare?a=place/japan&b=place/germany", 200),
    "correction":      ("/correct?of=place/kobe", 200),
    "no correction":   ("/correct?of=place/kobee", 404),
    "questions":       ("/queries", 200),
    "question":        ("/queries/agreements-older-than", 200),
    "choices":         ("/queries/agreements-of-an-organisation", 200),
    "drawn answer":    ("/queries/timeline", 200),
    "bars":            ("/queries/modality-counts", 200),
    "bad value":       ("/queries/agreements-older-than?day=yesterday", 400),
    "sparql":          ("/sparql", 200),
    "rows":            (f"/sparql?query={ROWS}", 200),
    "drawn rows":      (f"/sparql?query={LINES}&picture=network", 200),
    "yes or no":       ("/sparql?query=ASK%20%7B%7D", 200),
    "bad query":       ("/sparql?query=SELEKT", 400),
    "ontology":        ("/ontology", 200),
    "shapes":          ("/shapes", 200),
    "vocabularies":    ("/terms", 200),
    "term":            ("/terms/Event", 200),
    "property":        ("/terms/schema-location", 200),
    "shape":           ("/terms/shapes/Event", 200),
    "catalogue":       ("/catalog", 200),
    "graph":           ("/graph/places", 200),
    "data":            ("/dumps", 200),
    "harvest":         ("/harvest", 200),
    "fragments":       ("/fragments?subject=https%3A%2F%2Fw3id.org%2Fkizuna%2Fid%2Fplace%2Fkobe", 200),
    "no triples":      ("/fragments?predicate=urn%3Anone", 200),
    "pictures":        ("/pictures", 200),
    "changes":         ("/changes", 200),
    "first release":   ("/changes/current", 200),
    "state":           ("/releases/current/doc/place/kobe", 200),
    "profiles":        ("/profiles", 200),
    "no review":       ("/review", 403),
    "nothing":         ("/id/nothing/here", 404),
    "no route":        ("/nowhere", 404),
    "search":          ("/search?q=Kobe", 200),
    "mended search":   ("/search?q=Thürigen", 200),
    "one kind":        ("/search?q=Kobe&type=Claim", 200),
    "nothing found":   ("/search?q=xyzzyqwx", 200),
    "no search":       ("/search", 200),
    "preview":         ("/reconcile/preview?id=organisation/biom", 200),
}
# Of the site in oddities.py.
ODD = {
    "gone":            ("/id/field/gone", 410),
    "whole text":      ("/id/document/fair-report", 200),
    "odd thing":       ("/id/event/fair", 200),
    "odd term":        ("/terms/Fair", 200),
    "change":          ("/changes/current", 200),
}
# The part of a page that a script makes another of; all else is the same without JavaScript.
ENHANCED = {
    "sparql":    "form.sparql",  # the editor stands in place of the form's text field
    "rows":      "form.sparql",
    "drawn rows": "form.sparql",
    "yes or no": "form.sparql",
    "bad query": "form.sparql",
}
# fmt: on
