"""The result of a closed poll, from its stored ballots, as it may be published."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.i18n import LANGUAGES, translator
from surveys.polls.outcome import result_of
from surveys.polls.poll import Poll
from surveys.polls.published import Published, publish
from surveys.polls.reading import read_ballots
from surveys.results.protecting import LEAST


def published_of(session: Session, poll: Poll, least: int = LEAST) -> Published | None:
    """None until the poll is closed and its ballots are settled."""
    if poll.settled_at is None:
        return None
    any_words = translator(LANGUAGES[0])  # only who won is told from here
    result = result_of(session, poll, any_words, poll.closes_at or poll.settled_at)
    return publish(poll, read_ballots(session, poll), result, least)
