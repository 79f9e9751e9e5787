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

_DAY = 86_400.0


def wikidata_of(settings: Settings, mapping: Mapping, *, fresh: bool = False) -> Wikidata:
    """Return Wikidata by a client with the manners that the settings ask for.

    ``fresh``: what was answered before is asked for again.
    """
    contact = settings.link_contact or settings.addresses.base
    manners = Manners(
        f"kizuna/{__version__} ({contact}) SPARQLWrapper/{version('sparqlwrapper')}",
        settings.link_pause,
        settings.link_seconds,
        settings.link_tries,
    )
    cache = Cache(settings.link_cache, -1.0 if fresh else settings.link_cache_days * _DAY)
    addresses = Addresses(
        settings.link_sparql, settings.link_api, settings.link_entities, settings.link_reconcile
    )
    return Wikidata(Client(manners, cache), addresses, mapping, settings.languages)


def place_of(settings: Settings) -> Place:
    """Return the project as proposals see it."""
    return Place(settings.root, settings.addresses, settings.link_accept)
