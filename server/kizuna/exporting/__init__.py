"""A release as files that any web server serves: the answers of the application, copied."""

from kizuna.exporting.copying import Copied, Progress, copied
from kizuna.exporting.placing import check_place, placed

__all__ = ["Copied", "Progress", "check_place", "copied", "placed"]
