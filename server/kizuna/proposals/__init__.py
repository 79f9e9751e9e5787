"""What machines propose and people decide: ``data/proposals/``, never published as it is."""

from kizuna.proposals.protocol import (
    ACCEPT,
    DEFER,
    REJECT,
    Choice,
    Context,
    Place,
    Proposal,
    Row,
    Verdict,
)

__all__ = ["ACCEPT", "DEFER", "REJECT", "Choice", "Context", "Place", "Proposal", "Row", "Verdict"]
