"""Who answers: SPARQL engines, and the term-true index of descriptions."""

from kizuna.engine.comparing import changed_subjects, differing_subjects, lost_subjects
from kizuna.engine.embedded import EmbeddedEngine
from kizuna.engine.fragments import FILE_NAME as FRAGMENTS_FILE
from kizuna.engine.fragments import Fragments, Pattern, write_fragments
from kizuna.engine.fulltext import FILE_NAME as SEARCH_FILE
from kizuna.engine.fulltext import write_search
from kizuna.engine.index import DescriptionIndex, write_index
from kizuna.engine.lanes import LaneLimits
from kizuna.engine.lasting import is_lasting
from kizuna.engine.looking import Hit, TextIndex, opened, search
from kizuna.engine.marking import Piece, pieces, replaced, spelled
from kizuna.engine.pool import Pool
from kizuna.engine.protocol import Answer, Engine, Limits, Query, Stream
from kizuna.engine.watching import Watched

__all__ = [
    "FRAGMENTS_FILE",
    "SEARCH_FILE",
    "Answer",
    "DescriptionIndex",
    "EmbeddedEngine",
    "Engine",
    "Fragments",
    "Hit",
    "LaneLimits",
    "Limits",
    "Pattern",
    "Piece",
    "Pool",
    "Query",
    "Stream",
    "TextIndex",
    "Watched",
    "changed_subjects",
    "differing_subjects",
    "is_lasting",
    "lost_subjects",
    "opened",
    "pieces",
    "replaced",
    "search",
    "spelled",
    "write_fragments",
    "write_index",
    "write_search",
]
