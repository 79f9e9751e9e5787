"""The only package that knows HTTP: pages, descriptions, SPARQL and files of a release."""

from kizuna.web.app import create_app
from kizuna.web.holder import FixedSite, SiteHolder
from kizuna.web.server import Conduct, OpenTo, serve_releases
from kizuna.web.site import Site, open_site

__all__ = [
    "Conduct",
    "FixedSite",
    "OpenTo",
    "Site",
    "SiteHolder",
    "create_app",
    "open_site",
    "serve_releases",
]
