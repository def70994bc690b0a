"""Who was asked and who answered, altogether and by zone, category and organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal_column, or_, select
from sqlalchemy.orm import Session

from core.people.tables import Audience, ContactPerson, Membership, Municipality, Organisation, Participant, Zone
from surveys.responses.audience import round_audience
from surveys.responses.rounds import OpenRound, SubjectKind
from surveys.responses.standing import standing
from surveys.responses.store import COMPLETE, PARTIAL

NOTHING: ColumnElement[str] = literal_column(
    "''"
)  # written out, so that PostgreSQL sees the same expression in GROUP BY


@dataclass(frozen=True)
class Share:
    """A part of those asked; `name` is "" for those without a zone, category or organisation."""

    name: str
    invited: int = 0
    partial: int = 0
    complete: int = 0

    @property
    def started(self) -> int:
        return self.partial + self.complete

    @property
    def rate(self) -> float:
        """Complete responses to those invited, 0 to 1."""
        return self.complete / self.invited if self.invited else 0.0


@dataclass(frozen=True)
class Participation:
    """The whole and its parts, each part in the order of its names."""

    whole: Share
    by_zone: tuple[Share, ...]
    by_category: tuple[Share, ...]
    by_organisation: tuple[Share, ...]


def participation(session: Session, round_: OpenRound, now: datetime) -> Participation:
    """Counts the subjects of a round: those its audience holds now and those who began a response.

    Someone who began counts as invited though the audience no longer holds them. A round with
    open links has only those who began.
    """
    rows = session.execute(_statement(session, round_, now)).all()
    return Participation(
        _sum("", rows),
        _parts(rows, lambda row: row.zone),
        _parts(rows, lambda row: row.category),
        _parts(rows, lambda row: row.organisation),
    )


def _statement(session: Session, round_: OpenRound, now: datetime) -> Select[Any]:
    match round_.subject_kind:
        case SubjectKind.PARTICIPANT:
            return _of_participants(round_, people_meant(session, round_, now))
        case SubjectKind.ORGANISATION:
            return _of_organisations(round_, people_meant(session, round_, now))
        case SubjectKind.MUNICIPALITY:
            return _of_municipalities(round_, people_meant(session, round_, now))
    responses = standing(round_.id)
    return _counted(responses, (NOTHING, NOTHING, NOTHING)).select_from(responses)


def people_meant(session: Session, round_: OpenRound, now: datetime) -> ColumnElement[bool]:
    """Whom the round asks, as a clause on Participant."""
    here = (Participant.erased_at.is_(None), Participant.merged_into.is_(None))
    if round_.audience_id is None:
        return and_(*here)
    rule = session.scalars(select(Audience.rule).where(Audience.id == round_.audience_id)).one()
    return and_(*here, round_audience()(rule, round_.office_id, now))


def _of_participants(round_: OpenRound, meant: ColumnElement[bool]) -> Select[Any]:
    responses = standing(round_.id)
    zone = func.coalesce(Membership.zone_id, Municipality.zone_id)  # their own, or else their municipality's
    return (
        _counted(responses, (Zone.name, Membership.category, Organisation.name))
        .select_from(Participant)
        .join(Membership, and_(Membership.participant_id == Participant.id, _member(round_)))
        .outerjoin(Municipality, Municipality.id == Membership.municipality_id)
        .outerjoin(Zone, Zone.id == zone)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(responses, responses.c.person_id == Participant.id)
        .where(or_(and_(meant, Membership.left_at.is_(None)), responses.c.id.is_not(None)))
    )


def _of_organisations(round_: OpenRound, meant: ColumnElement[bool]) -> Select[Any]:
    responses = standing(round_.id)
    asked = (
        select(ContactPerson.organisation_id)
        .join(Participant, Participant.id == ContactPerson.participant_id)
        .where(meant)
    )
    return (
        _counted(responses, (Zone.name, Organisation.kind, Organisation.name))
        .select_from(Organisation)
        .outerjoin(Municipality, Municipality.id == Organisation.municipality_id)
        .outerjoin(Zone, Zone.id == Municipality.zone_id)
        .outerjoin(responses, responses.c.subject == cast(Organisation.id, String))
        .where(Organisation.office_id == round_.office_id)
        .where(or_(Organisation.id.in_(asked), responses.c.id.is_not(None)))
    )


def _of_municipalities(round_: OpenRound, meant: ColumnElement[bool]) -> Select[Any]:
    responses = standing(round_.id)
    asked = (
        select(Membership.municipality_id)
        .join(Participant, Participant.id == Membership.participant_id)
        .where(meant, _member(round_), Membership.left_at.is_(None), Membership.municipality_id.is_not(None))
    )
    return (
        _counted(responses, (Zone.name, NOTHING, Municipality.name))
        .select_from(Municipality)
        .outerjoin(Zone, Zone.id == Municipality.zone_id)
        .outerjoin(responses, responses.c.subject == cast(Municipality.id, String))
        .where(Municipality.office_id == round_.office_id)
        .where(or_(Municipality.id.in_(asked), responses.c.id.is_not(None)))
    )


def _member(round_: OpenRound) -> ColumnElement[bool]:
    return Membership.office_id == round_.office_id


def _counted(responses: Any, parts: tuple[Any, Any, Any]) -> Select[Any]:
    names = ("zone", "category", "organisation")
    named = [func.coalesce(part, NOTHING).label(name) for name, part in zip(names, parts, strict=True)]
    partial = func.sum(case((responses.c.state == PARTIAL, 1), else_=0)).label("partial")
    complete = func.sum(case((responses.c.state == COMPLETE, 1), else_=0)).label("complete")
    return select(*named, func.count().label("invited"), partial, complete).group_by(*named)


def _parts(rows: Iterable[Any], key: Callable[[Any], str]) -> tuple[Share, ...]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return tuple(_sum(name, found[name]) for name in sorted(found, key=_in_order))


def _in_order(name: str) -> tuple[int, str]:
    """Names by their number where they begin with one ("2 AMT Ovest" before "10 Chivassese"), then by letter."""
    number = name.split(" ")[0]
    return (int(number) if number.isdecimal() and len(number) < 10 else 0, name)


def _sum(name: str, rows: Iterable[Any]) -> Share:
    invited = partial = complete = 0
    for row in rows:
        invited, partial, complete = invited + row.invited, partial + row.partial, complete + row.complete
    return Share(name, int(invited), int(partial), int(complete))
