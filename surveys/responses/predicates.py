"""Who has answered in a round or begun to, as clauses on Participant."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, String, cast, select, union
from sqlalchemy.orm import Session

from core.database.many import among
from core.people.merged import MERGED, person_of
from core.people.tables import ContactPerson, Membership, Participant
from surveys.responses.rounds import SubjectKind
from surveys.responses.store import COMPLETE
from surveys.responses.tables import Response, Round


def answered(slug: str, office_id: int) -> ColumnElement[bool]:
    """Participants whose response in a round of the office is complete."""
    return _among(slug, office_id, Response.state == COMPLETE)


def started(slug: str, office_id: int) -> ColumnElement[bool]:
    """Participants who began a response in a round of the office, complete or not."""
    return _among(slug, office_id)


def has_answered(session: Session, participant_ids: Sequence[int], office_id: int) -> bool:
    """Whether one of these participants began a response in any round of the office."""
    theirs = select(Response.id).join(Round, Round.id == Response.round_id).where(Round.office_id == office_id)
    return session.scalar(theirs.where(among(Response.participant_id, list(participant_ids))).limit(1)) is not None


def _among(slug: str, office_id: int, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Who answered themselves, and on whose behalf it was done: an organisation's speakers, a municipality's people."""
    rounds = select(Round.id).where(Round.slug == slug, Round.office_id == office_id)
    themselves = (
        select(person_of(Response.participant_id))
        .outerjoin(MERGED, MERGED.c.id == Response.participant_id)
        .where(Response.round_id.in_(rounds), Response.participant_id.is_not(None), *conditions)
    )
    contacts = (
        select(ContactPerson.participant_id)
        .join(Response, Response.subject == cast(ContactPerson.organisation_id, String))
        .where(Response.round_id.in_(rounds), Response.subject_kind == SubjectKind.ORGANISATION.value, *conditions)
    )
    municipalities = (
        select(Membership.participant_id)
        .join(Response, Response.subject == cast(Membership.municipality_id, String))
        .where(
            Response.round_id.in_(rounds),
            Response.subject_kind == SubjectKind.MUNICIPALITY.value,
            Membership.office_id == office_id,
            Membership.left_at.is_(None),
            *conditions,
        )
    )
    return Participant.id.in_(union(themselves, contacts, municipalities))
