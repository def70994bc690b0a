"""The result of a closed poll, from its stored ballots, as it may be published."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from core.database.reading import SharedReads
from core.i18n import LANGUAGES, translator
from surveys.polls.heard import told_answers
from surveys.polls.kinds import Kind
from surveys.polls.outcome import result_of
from surveys.polls.poll import Poll
from surveys.polls.published import PublicLine, Published, publish
from surveys.polls.reading import read_ballots
from surveys.results.protecting import LEAST

MOST_ANSWERS, LONGEST_ANSWER = 12, 100  # of a poll of words, in a message and a picture


def published_of(session: Session, poll: Poll, least: int = LEAST) -> Published | None:
    """None until the poll is closed and its ballots are settled."""
    if poll.settled_at is None:
        return None
    any_words = translator(LANGUAGES[0])  # only who won is told from here
    result = result_of(session, poll, any_words, poll.closes_at or poll.settled_at)
    published = publish(poll, read_ballots(session, poll), result, least)
    if poll.kind is Kind.TEXT and published.ballots:
        return replace(published, lines=_answers(session, poll, published.ballots, least))
    return published


async def published_for_all(reads: SharedReads, poll: Poll, least: int = LEAST) -> Published | None:
    """`published_of`, once for all who ask for it at this moment."""
    return await reads.read(
        ("published", poll.id, poll.settled_at, least), lambda session: published_of(session, poll, least)
    )


def _answers(session: Session, poll: Poll, ballots: int, least: int) -> tuple[PublicLine, ...]:
    """What most people said, of what staff have let through."""
    return tuple(
        PublicLine(_shortened(one.text), one.count, None if one.count is None else one.count / ballots)
        for one in told_answers(session, poll, least)[:MOST_ANSWERS]
    )


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_ANSWER else f"{text[: LONGEST_ANSWER - 1].rstrip()}…"
