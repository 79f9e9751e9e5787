"""A query from the shell: where its text comes from, who answers it, how the answer is shown."""

from kizuna.querying.asking import Asker, ask
from kizuna.querying.pointing import pointed
from kizuna.querying.source import Source, query_source, term_of, with_prefixes
from kizuna.querying.table import shown_rows, shown_truth
from kizuna.querying.wishes import TABLE, wanted_formats

__all__ = [
    "TABLE",
    "Asker",
    "Source",
    "ask",
    "pointed",
    "query_source",
    "shown_rows",
    "shown_truth",
    "term_of",
    "wanted_formats",
    "with_prefixes",
]
