"""How Wikidata is asked, as the settings say."""

from __future__ import annotations

from importlib.metadata import version

from kizuna import __version__
from kizuna.linking.cache import Cache
from kizuna.linking.client import Client, Manners
from kizuna.linking.mapping import Mapping
from kizuna.linking.wikidata import Addresses, Wikidata
from kizuna.proposals import Place
from kizuna.settings.reading import Settings

_HOUR, _DAY = 3_600.0, 86_400.0


def wikidata_of(settings: Settings, mapping: Mapping, *, now: bool, fresh: bool) -> Wikidata:
    """Return Wikidata by a client with the manners that the settings ask for.

    ``now``: items matter as they are now, and only answers of the last hour count. ``fresh``: what
    was answered before is asked for again.
    """
    contact = settings.link_contact or settings.addresses.base
    manners = Manners(
        f"kizuna/{__version__} ({contact}) SPARQLWrapper/{version('sparqlwrapper')}",
        settings.link_pause,
        settings.link_seconds,
        settings.link_tries,
    )
    longest = settings.link_cache_days * _DAY
    age = -1.0 if fresh else min(longest, _HOUR) if now else longest
    cache = Cache(settings.link_cache, age)
    addresses = Addresses(
        settings.link_sparql, settings.link_api, settings.link_entities, settings.link_reconcile
    )
    return Wikidata(Client(manners, cache), addresses, mapping, settings.languages)


def place_of(settings: Settings) -> Place:
    """Return the project as proposals see it."""
    return Place(
        settings.root,
        settings.addresses,
        settings.link_accept,
        settings.languages,
        settings.documents,
    )
