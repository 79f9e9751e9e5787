"""Match the columns of a table with ``reconciler``: ``match.py ENDPOINT``, the table as JSON to stdin.

It runs in the Python that ``.ci/reconciler`` sets up, and prints what it has found as JSON.
"""

import json
import sys

import pandas as pd

from reconciler import reconcile

table = pd.DataFrame(json.load(sys.stdin))
found = {
    "plain": reconcile(table["name"], reconciliation_endpoint=sys.argv[1]),
    "all": reconcile(table["name"], top_res="all", reconciliation_endpoint=sys.argv[1]),
    "typed": reconcile(table["name"], type_id="schema-City", reconciliation_endpoint=sys.argv[1]),
    "placed": reconcile(
        table["name"],
        property_mapping={"schema-containedInPlace": table["country"]},
        reconciliation_endpoint=sys.argv[1],
    ),
}
print(
    json.dumps({name: json.loads(each.to_json(orient="records")) for name, each in found.items()})
)
