"""The events of the dataset: what came, changed and went, member by member, kept for good."""

from kizuna.release.events.log import Event, EventLog, Kind, Page
from kizuna.release.events.telling import tell, told

__all__ = ["Event", "EventLog", "Kind", "Page", "tell", "told"]
