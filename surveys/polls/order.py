"""In which order somebody sees the options: as they were written, or one of their own that no row holds."""

from __future__ import annotations

from core.links import Links, Purpose
from surveys.polls.poll import Poll
from surveys.polls.tally.options import NONE


def order_for(poll: Poll, voter: str, links: Links) -> tuple[str, ...]:
    """The names of what can be chosen, for a voter by their key; the same at every door and at every look.

    "None of these" stays last. The order follows from the installation's secret, the poll and the voter.
    """
    if not poll.rules.shuffled:
        return poll.names
    return tuple(sorted(poll.names, key=lambda name: (name == NONE, _draw(poll, voter, name, links))))


def _draw(poll: Poll, voter: str, name: str, links: Links) -> bytes:
    return links.derive(Purpose.POLL_ORDER, f"{poll.id}:{voter}:{name}".encode())
