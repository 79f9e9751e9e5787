"""The extractor by a language model: what it answers is believed as far as the text bears it out."""

from kizuna.extracting.model.client import Client, Endpoint
from kizuna.extracting.model.extractor import Model

__all__ = ["Client", "Endpoint", "Model"]
