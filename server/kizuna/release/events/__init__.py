"""The events of dataset and catalogue: what came, changed and went by members, kept for good."""

from kizuna.release.events.log import Event, EventLog, Feed, Kind, Page
from kizuna.release.events.telling import tell, told

__all__ = ["Event", "EventLog", "Feed", "Kind", "Page", "tell", "told"]
