"""The result of a closed poll, from its stored ballots, as it may be published."""

from __future__ import annotations

from sqlalchemy.orm import Session

from surveys.polls.poll import Poll
from surveys.polls.published import Published, publish
from surveys.polls.reading import Turnout, read_ballots, turnout_of
from surveys.results.protecting import LEAST


def published_of(session: Session, poll: Poll, least: int = LEAST) -> Published | None:
    """None until the poll is closed and its ballots are settled."""
    if poll.settled_at is None:
        return None
    of_all = poll.definition.counting.of_all
    turnout = turnout_of(session, poll, poll.closes_at or poll.settled_at) if of_all else Turnout()
    return publish(poll, read_ballots(session, poll), turnout, least)
