"""The catalogue of a publication: DCAT-AP 3.0.1 that also satisfies DCAT-AP.de 3.0, with VoID.

What the data says of itself (title, publisher, licence …) is taken as it stands; what can be
measured (files, sizes, checksums, counts, dates) is added from the releases.
"""

from kizuna.release.catalogue.datasets import release_node
from kizuna.release.catalogue.distributions import dumps_of
from kizuna.release.catalogue.facts import Facts, read_facts
from kizuna.release.catalogue.mqa import MOST, Metric, Score, score
from kizuna.release.catalogue.opening import source_of
from kizuna.release.catalogue.parts import Parts
from kizuna.release.catalogue.whole import Source, catalogue, draft

__all__ = [
    "MOST",
    "Facts",
    "Metric",
    "Parts",
    "Score",
    "Source",
    "catalogue",
    "draft",
    "dumps_of",
    "read_facts",
    "release_node",
    "score",
    "source_of",
]
