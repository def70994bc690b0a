"""Which responses stand where people were merged, and whose they are."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, String, Subquery, cast, func, select
from sqlalchemy.orm import Session

from core.people.merged import MERGED, person_of
from core.people.tables import ContactPerson, Membership
from surveys.responses.rounds import SubjectKind
from surveys.responses.tables import Answer, Response


def standing(round_id: int | ColumnElement[int]) -> Subquery:
    """The responses of a round that count: (id, state, kind, subject, person_id), `person_id` the remaining one.

    Where people who were merged had both answered, the earliest stands.
    """
    person = person_of(Response.participant_id)
    one = func.coalesce(person, -Response.id)  # behind an open link there is nobody to be merged
    rows = (
        select(
            Response.id,
            Response.state,
            Response.subject_kind.label("kind"),
            Response.subject,
            person.label("person_id"),
            func.row_number().over(partition_by=one, order_by=(Response.started_at, Response.id)).label("place"),
        )
        .outerjoin(MERGED, MERGED.c.id == Response.participant_id)
        .where(Response.round_id == round_id)
        .subquery("every_response")
    )
    by_subject = rows.c.kind != SubjectKind.PARTICIPANT.value  # one person may answer for several of these
    return (
        select(rows.c.id, rows.c.state, rows.c.kind, rows.c.subject, rows.c.person_id)
        .where(by_subject | (rows.c.place == 1))
        .subquery("standing")
    )


def has_answers(session: Session, participant_id: int) -> bool:
    """Whether there is an answer, in any round, that this person may read: their own, or their body's."""
    speaks_for = select(cast(ContactPerson.organisation_id, String)).where(
        ContactPerson.participant_id == participant_id
    )
    lives_in = select(cast(Membership.municipality_id, String)).where(Membership.participant_id == participant_id)
    given = (
        select(Answer.id)
        .join(Response, Response.id == Answer.response_id)
        .outerjoin(MERGED, MERGED.c.id == Response.participant_id)
        .where(
            (person_of(Response.participant_id) == participant_id)
            | _for(SubjectKind.ORGANISATION, speaks_for)
            | _for(SubjectKind.MUNICIPALITY, lives_in)
        )
    )
    return session.scalar(given.limit(1)) is not None


def _for(kind: SubjectKind, subjects: Select[str]) -> ColumnElement[bool]:
    return (Response.subject_kind == kind.value) & Response.subject.in_(subjects)
