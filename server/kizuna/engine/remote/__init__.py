"""Engines elsewhere: any SPARQL 1.1 endpoint, and its graph store. The home of SPARQLWrapper."""

from kizuna.engine.remote.access import Credentials, Remote
from kizuna.engine.remote.engine import Dataset, RemoteEngine
from kizuna.engine.remote.graphs import GraphStore, count, graph_names

__all__ = ["Credentials", "Dataset", "GraphStore", "Remote", "RemoteEngine", "count", "graph_names"]
