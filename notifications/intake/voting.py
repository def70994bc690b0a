"""An answer to a mail that asks for a vote: counted where the poll is named, never where it is secret."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.errors import Problem
from core.ids import RandomIds
from core.links import Links
from core.notices import News, tell
from core.people.store import remaining
from notifications.content.asking import takes_mail
from notifications.intake.replies import own_answer
from notifications.intake.understanding import bare, beside, said_alone, without_courtesy
from notifications.ledger.events import POLL, has_button
from notifications.ledger.states import EMAIL, Kind
from notifications.ledger.tables import Delivery, Mailing, Occurrence
from surveys.polls.ballot import Choice
from surveys.polls.casting import MAIL, Booth, Vote, cast
from surveys.polls.errors import PollUnknown
from surveys.polls.poll import Poll
from surveys.polls.store import load_poll
from surveys.polls.understanding import understand
from surveys.polls.voters import Voter

KEPT, NOT_BY_MAIL = "vote-kept", "vote-not-by-mail"
OURS = frozenset({f"notice-{KEPT}", f"notice-{NOT_BY_MAIL}"})


class Answer(StrEnum):
    """What became of a mail that may be a vote."""

    NO_VOTE = "no-vote"  # it answers no poll, or says more than a vote
    FOR_STAFF = "for-staff"  # it was clear, and could not be counted: somebody should write back
    COUNTED = "counted"
    NOT_BY_MAIL = "not-by-mail"  # it would have been a vote in a secret poll: what it chooses is kept nowhere


@dataclass(frozen=True)
class Heard:
    """What became of a mail, and of one in a secret poll what was written beside the choice."""

    answer: Answer
    beside: str = ""


def take_vote(session: Session, delivery: Delivery, said: tuple[str, str], links: Links, now: datetime) -> Heard:
    """`said` are a mail's text and its own key, by which it is confirmed once."""
    words, key = said
    poll = _asked(session, delivery)
    meant = said_alone(own_answer(words), lambda line: _choice(poll, line)) if poll is not None else None
    if poll is None or meant is None:
        return Heard(Answer.NO_VOTE)
    person, digest = remaining(session, delivery.participant_id), hashlib.sha256(key.encode()).hexdigest()[:16]
    if poll.is_secret:
        values = {"poll_id": poll.id}
        tell(session, News(NOT_BY_MAIL, f"{delivery.id}:{digest}", person, EMAIL, poll.office_id, values), now)
        return Heard(Answer.NOT_BY_MAIL, beside(own_answer(words), lambda line: _choice(poll, line)))
    if not takes_mail(poll):
        return Heard(Answer.FOR_STAFF)
    try:
        counted = cast(session, Booth(links, RandomIds()), Vote(poll.id, Voter(person), meant, MAIL), now)
    except Problem:  # too late, not asked, too many: somebody should write back
        return Heard(Answer.FOR_STAFF)
    told = {"poll_id": poll.id, "voter": counted.standing.key}
    tell(session, News(KEPT, f"{delivery.id}:{digest}", person, EMAIL, poll.office_id, told), now)
    return Heard(Answer.COUNTED)


def _choice(poll: Poll, line: str) -> Choice | None:
    return understand(poll, line, bare) or understand(poll, without_courtesy(line), bare)


def _asked(session: Session, delivery: Delivery) -> Poll | None:
    """The poll that a mail asks for votes in, or that a notice about a vote speaks of."""
    mailing = session.get_one(Mailing, delivery.mailing_id)
    poll_id = mailing.poll_id if has_button(session, mailing.id, POLL) else None
    if mailing.kind == Kind.NOTICE and mailing.slug in OURS:
        poll_id = (session.get_one(Occurrence, delivery.occurrence_id).values or {}).get("poll_id")
    try:
        return load_poll(session, int(poll_id)) if poll_id is not None else None
    except PollUnknown:
        return None
