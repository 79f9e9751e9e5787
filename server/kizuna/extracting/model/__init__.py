"""The extractor by a language model: its answers are kept as far as the text bears them out."""

from kizuna.extracting.model.client import Client, Endpoint
from kizuna.extracting.model.extractor import Model

__all__ = ["Client", "Endpoint", "Model"]
