"""What the operator of a server sees: numbers, the access log, what is not served and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request

from kizuna.keeping import Keeper
from kizuna.web.accesslog import AccessLog
from kizuna.web.holder import SiteSource
from kizuna.web.hot import Hot
from kizuna.web.metrics import Metrics, of_keeper
from kizuna.web.site import Site


@dataclass(frozen=True)
class Operation:
    """The looked-after side of one application."""

    source: SiteSource
    metrics: Metrics = field(default_factory=Metrics)
    log: AccessLog | None = None
    hot: Hot = field(default_factory=Hot)
    keeper: Keeper | None = None
    """Who keeps the site up to date, None where nobody does."""

    @property
    def refused(self) -> str | None:
        """The identifier of a newer release that could not be opened, None where there is none."""
        return self.source.refused

    def text(self, site: Site) -> str:
        """Return all numbers, with those of the site that is served."""
        dropped = self.log.dropped if self.log else 0
        return self.metrics.text(site, self.refused, dropped) + of_keeper(self.keeper)

    async def keep(self) -> None:
        """Keep the site up to date until cancelled."""
        if self.keeper is not None:
            await self.keeper.keep(self.source, self.hot.forget)


def operation_of(request: Request) -> Operation:
    """Return the operation of the application that the request came to."""
    operation: Operation = request.app.state.operation
    return operation


def note_query(request: Request, text: str | bytes) -> None:
    """Leave the text of a query or update for the access log, which may write its digest."""
    request.state.asked = text
