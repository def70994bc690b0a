"""An answer to a mail that asks for a vote, and that was no vote: what its sender is told, and when nothing.

Told is whoever wrote a line that may have been meant as a vote. A longer text, a question and mere thanks are read by
staff and answered by nobody else, as is what else than numbers answers one of our own confirmations: it ends there.
Whoever holds a mail of ours, also a forwarded one, can answer it: so few answers to one of them are answered.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.errors import Problem
from core.links import Links
from core.notices import News, tell, times_told
from core.people.channels import EMAIL
from core.people.store import remaining
from notifications.content.asking import takes_mail
from notifications.content.uncounted_words import Reason, reason_for
from notifications.intake.replies import own_answer
from notifications.intake.understanding import CLOSING, COURTESY, GREETING, said_alone, without_courtesy
from notifications.ledger.tables import Delivery
from surveys.polls.casting import stand_of
from surveys.polls.errors import NotOffered, NotOnScale, PollClosed, PollNotOpen, SecretByMail
from surveys.polls.kinds import Kind, State
from surveys.polls.poll import Poll
from surveys.polls.understanding import is_day, only_numbers
from surveys.polls.voters import Voter

NOT_COUNTED, TOO_LATE, NOT_BY_MAIL = "vote-not-counted", "vote-too-late", "vote-not-by-mail"
REFUSALS = frozenset({NOT_COUNTED, TOO_LATE, NOT_BY_MAIL})
MOST_REFUSALS = 3  # of all kinds, to one mail of ours
LONGEST = 80  # characters of a line that may have been meant as a vote


@dataclass(frozen=True)
class Mailed:
    """A mail that answers a delivery: its words, its own key, by which it is answered once."""

    delivery: Delivery
    words: str
    key: str
    links: Links

    @property
    def about(self) -> str:
        """How the keys of all begin that is told in answer to answers to one mail of ours."""
        return f"{self.delivery.id}:"

    @property
    def once(self) -> str:
        """The key of what is told for this mail alone."""
        return self.about + hashlib.sha256(self.key.encode()).hexdigest()[:16]

    def as_unclear(self) -> Mailed:
        """For what is told once for each mail of ours, however many lines of words answer it."""
        return replace(self, key=Reason.UNCLEAR)

    @property
    def line(self) -> str:
        """The one line that is said, "" for a question, thanks and everything longer."""
        said = said_alone(own_answer(self.words), lambda words: words or None) or ""
        alone = without_courtesy(said)
        return "" if len(said) > LONGEST or {said, alone} & (COURTESY | CLOSING | GREETING) else alone


def is_attempt(poll: Poll, line: str) -> bool:
    """Whether a line is nothing but numbers, which in an answer to a poll can only be meant as a vote."""
    return poll.kind is not Kind.TEXT and only_numbers(line)


def why_not(poll: Poll, line: str, now: datetime) -> Problem | Reason:
    """Why numbers that choose nothing of what is offered are no vote."""
    if poll.is_secret:
        return SecretByMail()
    if poll.state_at(now) in {State.DRAFT, State.PLANNED}:
        return PollNotOpen()
    if not takes_mail(poll):
        return Reason.PAGE_ONLY
    if is_day(poll, line):
        return Reason.UNCLEAR
    if poll.kind is Kind.SCALE:
        return NotOnScale(least=poll.rules.least, most=poll.rules.most)
    return NotOffered()


def tell_uncounted(session: Session, poll: Poll, mail: Mailed, reason: Problem | Reason, now: datetime) -> None:
    """Leaves the notice for whoever wrote; what they wrote stands nowhere in it."""
    person = remaining(session, mail.delivery.participant_id)
    values: dict[str, Any] = {"poll_id": poll.id, **_standing(session, mail.links, poll, person, now)}
    late = isinstance(reason, PollClosed) or poll.state_at(now) is State.CLOSED
    if not late:
        why, more = (reason_for(reason), reason.values) if isinstance(reason, Problem) else (reason, {})
        values |= {"why": why.value, **more}
    news = News(TOO_LATE if late else NOT_COUNTED, mail.once, person, EMAIL, poll.office_id, values)
    tell_refusal(session, mail, news, now)


def tell_refusal(session: Session, mail: Mailed, news: News, now: datetime) -> None:
    """Tells that a mail was no vote, unless enough was told by answers to the same mail of ours."""
    if times_told(session, news.participant_id, REFUSALS, mail.about) < MOST_REFUSALS:
        tell(session, news, now)


def _standing(session: Session, links: Links, poll: Poll, person: int, now: datetime) -> dict[str, str]:
    """By whose key the vote stands that counts; of a secret poll none is looked for."""
    if poll.is_secret:
        return {}
    try:
        return {"voter": stand_of(session, links, poll.id, Voter(person), now).standing.key}
    except Problem:  # not asked, or erased meanwhile
        return {}
