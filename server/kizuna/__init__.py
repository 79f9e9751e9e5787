"""kizuna: a git folder of documents, ontology, shapes and Turtle becomes a linked-data site."""

__version__ = "0.1.0"
