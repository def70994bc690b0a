"""The conditions on votes in an audience's rule: `voted: POLL`; `not: {voted: POLL}` for who has not."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from core.people.audience import Complaint, Known, Predicate, Predicates, Scope
from core.people.merged import MERGED, person_of
from core.people.predicates import check_names, names_of
from core.people.tables import Participant
from surveys.polls.tables import Poll, PollVoter

NAME, OPPOSITE = "voted", "not_voted"


def poll_predicates() -> Predicates:
    """Who has taken part in a poll of the office, and who may still; of a secret poll too, as the register says it."""
    return {
        NAME: Predicate(NAME, _check, _voted),
        OPPOSITE: Predicate(OPPOSITE, _check, lambda value, scope: ~_voted(value, scope)),
    }


def _check(value: Any, known: Known) -> Complaint | None:
    return check_names(value, "poll", known)


def _voted(value: Any, scope: Scope) -> ColumnElement[bool]:
    return or_(*(_in_register(slug, scope.office_id) for slug in names_of(value)))


def _in_register(slug: str, office_id: int) -> ColumnElement[bool]:
    voters = (
        select(person_of(PollVoter.participant_id))
        .join(Poll, Poll.id == PollVoter.poll_id)
        .outerjoin(MERGED, MERGED.c.id == PollVoter.participant_id)
        .where(Poll.office_id == office_id, Poll.slug == slug, PollVoter.participant_id.is_not(None))
    )
    return Participant.id.in_(voters)
