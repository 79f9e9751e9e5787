"""What is left of a list, written into its resumption token: nothing of it is kept here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kizuna.web.oai.asked import PREFIX, TOKEN, Wrong, read_period

_TOKEN = re.compile(r"([0-9a-f]{12}),([^,]*),([^,]*),([^,]*),([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records are listed, in which format, and at which of them the part begins."""

    prefix: str
    since: str = ""
    until: str = ""
    start: int = 0

    def token(self, edition: str) -> str:
        """Return the token of this part, for the records of one edition."""
        return f"{edition},{self.prefix},{self.since},{self.until},{self.start}"


def read_selection(arguments: Mapping[str, str], edition: str) -> Selection:
    """Return what arguments select, or what the token among them does.

    Raises Wrong: badArgument for a period that is none, badResumptionToken for a token that was
    not given out, or for other records than those that there are now.
    """
    if TOKEN not in arguments:
        return Selection(arguments[PREFIX], *read_period(arguments))
    match = _TOKEN.fullmatch(arguments[TOKEN])
    if match is None:
        raise Wrong("badResumptionToken", "that is no token of this repository: begin anew")
    if match[1] != edition:
        raise Wrong("badResumptionToken", "there is another release since: begin anew")
    return Selection(match[2], match[3], match[4], int(match[5]))
