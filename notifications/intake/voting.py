"""An answer to a mail that asks for a vote: counted where the poll is named, never where it is secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.errors import Problem
from core.ids import RandomIds
from core.notices import News, tell, times_told
from core.people.channels import EMAIL
from core.people.store import remaining
from notifications.content.asking import takes_mail
from notifications.content.uncounted_words import Reason
from notifications.intake.replies import own_answer
from notifications.intake.uncounted import (
    NOT_BY_MAIL,
    REFUSALS,
    Mailed,
    is_attempt,
    tell_refusal,
    tell_uncounted,
    why_not,
)
from notifications.intake.understanding import bare, beside, said_alone, without_courtesy
from notifications.ledger.events import POLL, has_button
from notifications.ledger.states import Kind
from notifications.ledger.tables import Delivery, Mailing, Occurrence
from surveys.polls.ballot import Choice
from surveys.polls.casting import MAIL, Booth, Vote, cast
from surveys.polls.errors import PollClosed, PollUnknown, SecretByMail
from surveys.polls.kinds import State
from surveys.polls.poll import Poll
from surveys.polls.store import load_poll
from surveys.polls.understanding import understand
from surveys.polls.voters import Voter

KEPT = "vote-kept"
MOST_VOTES = 5  # by answers to one mail of ours
OURS = frozenset(f"notice-{kind}" for kind in {KEPT} | REFUSALS)


class Answer(StrEnum):
    """What became of a mail that may be a vote."""

    NO_VOTE = "no-vote"  # it answers no poll, or is for staff to read
    COUNTED = "counted"
    NOT_BY_MAIL = "not-by-mail"  # it would have been a vote in a secret poll: what it chooses is kept nowhere
    NOT_COUNTED = "not-counted"  # it was meant as a vote and is none; its sender is told why
    UNCLEAR = "unclear"  # words, or a number that may be a day: its sender is told that it is no vote, staff read it


@dataclass(frozen=True)
class Heard:
    """What became of a mail, and of one in a secret poll what was written beside the choice."""

    answer: Answer
    beside: str = ""


def take_vote(session: Session, mail: Mailed, now: datetime) -> Heard:
    """What a mail chooses, counted where it can be; else its sender is told why not."""
    poll = _asked(session, mail.delivery)
    meant = said_alone(own_answer(mail.words), lambda line: _choice(poll, line)) if poll is not None else None
    if poll is None or (meant is None and not is_attempt(poll, mail.line)):
        return Heard(Answer.NO_VOTE)
    if poll.is_secret:
        return _refuse_secretly(session, poll, mail, now)
    reason: Problem | Reason = why_not(poll, mail.line, now)
    person = remaining(session, mail.delivery.participant_id)
    if meant is not None and times_told(session, person, {KEPT}, mail.about) >= MOST_VOTES:
        reason = Reason.TOO_OFTEN  # each vote is confirmed: what would not be is not counted
    elif meant is not None and takes_mail(poll):
        try:
            counted = cast(session, Booth(mail.links, RandomIds()), Vote(poll.id, Voter(person), meant, MAIL), now)
        except Problem as problem:  # too late, not asked, too many
            reason = problem
        else:
            told = {"poll_id": poll.id, "voter": counted.standing.key}
            tell(session, News(KEPT, mail.once, person, EMAIL, poll.office_id, told), now)
            return Heard(Answer.COUNTED)
    if reason is Reason.UNCLEAR:
        tell_uncounted(session, poll, mail.as_unclear(), reason, now)
        return Heard(Answer.UNCLEAR)
    tell_uncounted(session, poll, mail, reason, now)
    return Heard(Answer.NOT_COUNTED)


def answer_line(session: Session, mail: Mailed, now: datetime) -> Heard:
    """Tells whoever wrote a line that nothing could be understood of that it is no vote; once for each mail of ours."""
    poll = _asked(session, mail.delivery)
    if poll is None or not mail.line or session.get_one(Mailing, mail.delivery.mailing_id).kind == Kind.NOTICE:
        return Heard(Answer.NO_VOTE)
    tell_uncounted(session, poll, mail.as_unclear(), SecretByMail() if poll.is_secret else Reason.UNCLEAR, now)
    return Heard(Answer.UNCLEAR)


def _refuse_secretly(session: Session, poll: Poll, mail: Mailed, now: datetime) -> Heard:
    if poll.state_at(now) is State.CLOSED:
        tell_uncounted(session, poll, mail, PollClosed(), now)
    else:
        person = remaining(session, mail.delivery.participant_id)
        news = News(NOT_BY_MAIL, mail.once, person, EMAIL, poll.office_id, {"poll_id": poll.id})
        tell_refusal(session, mail, news, now)
    said = own_answer(mail.words)
    rest = beside(
        said, lambda line: _choice(poll, line) or (line if is_attempt(poll, without_courtesy(line)) else None)
    )
    return Heard(Answer.NOT_BY_MAIL, rest)


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
