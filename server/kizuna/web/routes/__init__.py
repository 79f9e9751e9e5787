"""The addresses of the site: one module per kind of thing that stands at them."""

from kizuna.web.routes import (
    classes,
    data,
    front,
    graphs,
    operation,
    queries,
    sparql,
    things,
    vocabularies,
)

ROUTERS = (
    front.router,
    things.router,
    vocabularies.router,
    classes.router,
    queries.router,
    sparql.router,
    graphs.router,
    data.router,
    operation.router,
)

__all__ = ["ROUTERS"]
