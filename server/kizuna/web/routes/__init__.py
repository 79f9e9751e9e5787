"""The addresses of the site: one module per kind of thing that stands at them."""

from starlette.routing import Route

from kizuna.web.routes import (
    catalogue,
    changes,
    classes,
    compare,
    completion,
    correct,
    crawling,
    data,
    feed,
    fragments,
    front,
    graphs,
    harvest,
    hooks,
    mementos,
    oai,
    operation,
    pictures,
    profiles,
    queries,
    reconcile,
    review,
    search,
    signposts,
    sparql,
    terms,
    things,
    vocabularies,
)

ROUTERS = (
    sparql.router,  # the one that is asked most: routes are tried in this order
    front.router,
    things.router,
    vocabularies.router,
    catalogue.router,
    terms.router,
    classes.router,
    compare.router,
    correct.router,
    queries.router,
    pictures.router,
    mementos.router,
    feed.router,  # stands below the next
    changes.router,
    search.router,
    reconcile.router,
    profiles.router,
    completion.router,
    graphs.router,
    fragments.router,
    data.router,
    harvest.router,
    oai.router,
    crawling.router,
    signposts.router,
    operation.router,
    hooks.router,
    review.router,
)
KINDS = frozenset(
    route.path.split("/")[1].partition(".")[0]
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, Route)
) - {""}
"""The first parts of all addresses, by which requests are counted."""

__all__ = ["KINDS", "ROUTERS"]
