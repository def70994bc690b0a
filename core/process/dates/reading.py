"""What there is to read of a date being looked for: the grid, and somebody's own answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.clock import last_day
from core.people.merged import MERGED, all_of, person_of
from core.people.tables import Membership, Participant
from core.process.dates.choosing import Suits, Tally
from core.process.dates.polling import load_poll
from core.process.dates.tables import DateAnswer, DateAsked, DateOption, DatePoll
from core.process.tables import Process


@dataclass(frozen=True)
class DateFacts:
    """A date on the wall clock of the process."""

    id: int
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class PollFacts:
    id: int
    process_id: int
    office_id: int
    time_zone: str
    title: dict[str, str]
    place: str
    link: str
    event_id: int | None
    closes_at: datetime
    asked_at: datetime | None
    closed_at: datetime | None
    chosen_id: int | None
    dates: tuple[DateFacts, ...]

    def open_at(self, now: datetime) -> bool:
        return self.closed_at is None and now < self.closes_at

    @property
    def last_day(self) -> date:
        """The last on which answers are taken."""
        return last_day(self.closes_at, self.time_zone)


@dataclass(frozen=True)
class GridRow:
    """Somebody who is asked, with their answers by the ids of dates."""

    participant_id: int
    name: str
    told: bool
    answers: dict[int, str]


def poll_facts(session: Session, poll_id: int) -> PollFacts:
    """Raises DatePollUnknown."""
    poll, office_id = load_poll(session, poll_id)
    zone = session.scalars(select(Process.time_zone).where(Process.id == poll.process_id)).one()
    options = session.scalars(
        select(DateOption).where(DateOption.poll_id == poll_id).order_by(DateOption.starts_local, DateOption.ends_local)
    )
    return PollFacts(
        id=poll.id,
        process_id=poll.process_id,
        office_id=office_id,
        time_zone=zone,
        title=poll.title,
        place=poll.place,
        link=poll.link,
        event_id=poll.event_id,
        closes_at=poll.closes_at,
        asked_at=poll.asked_at,
        closed_at=poll.closed_at,
        chosen_id=poll.chosen_id,
        dates=tuple(
            DateFacts(one.id, datetime.fromisoformat(one.starts_local), datetime.fromisoformat(one.ends_local))
            for one in options
        ),
    )


def polls_of(session: Session, process_id: int) -> Sequence[DatePoll]:
    """The newest first."""
    found = select(DatePoll).where(DatePoll.process_id == process_id).order_by(DatePoll.id.desc())
    return session.scalars(found).all()


def answers_of(session: Session, poll_id: int, participant_id: int) -> dict[int, str]:
    """What somebody said, by the ids of dates; of people merged after both had answered the first answer stands."""
    mine = (
        select(DateAnswer.option_id, DateAnswer.answer)
        .join(DateOption, DateOption.id == DateAnswer.option_id)
        .where(DateOption.poll_id == poll_id, DateAnswer.participant_id.in_(all_of(session, participant_id)))
        .order_by(DateAnswer.id.desc())
    )
    return {row.option_id: row.answer for row in session.execute(mine)}


def grid(session: Session, facts: PollFacts) -> list[GridRow]:
    """Everybody who is asked, by name, once where they were merged."""
    person = person_of(DateAsked.participant_id)
    member = and_(Membership.participant_id == person, Membership.office_id == facts.office_id)
    asked = (
        select(person.label("person"), Membership.name, Membership.reference, DateAsked.told_at)
        .outerjoin(MERGED, MERGED.c.id == DateAsked.participant_id)
        .join(Participant, Participant.id == person)
        .outerjoin(Membership, member)
        .where(DateAsked.poll_id == facts.id, Participant.erased_at.is_(None))
        .order_by(Membership.name, person)
    )
    given = _given(session, facts)
    rows: dict[int, GridRow] = {}
    for one in session.execute(asked):
        row = GridRow(one.person, one.name or one.reference or "", one.told_at is not None, given.get(one.person, {}))
        rows.setdefault(one.person, row)
    return list(rows.values())


def tallies(facts: PollFacts, rows: Sequence[GridRow]) -> list[Tally]:
    """How many said what, by date, in their order."""
    return [_tally(one, rows) for one in facts.dates]


def _tally(date: DateFacts, rows: Sequence[GridRow]) -> Tally:
    said = [row.answers.get(date.id, "") for row in rows]
    counts = {one.value: said.count(one.value) for one in Suits}
    return Tally(date.id, date.starts.isoformat(), counts[Suits.YES], counts[Suits.MAYBE], counts[Suits.NO])


def _given(session: Session, facts: PollFacts) -> dict[int, dict[int, str]]:
    person = person_of(DateAnswer.participant_id)
    said = (
        select(person.label("person"), DateAnswer.option_id, DateAnswer.answer)
        .outerjoin(MERGED, MERGED.c.id == DateAnswer.participant_id)
        .where(DateAnswer.option_id.in_([one.id for one in facts.dates]))
        .order_by(DateAnswer.id)
    )
    found: dict[int, dict[int, str]] = {}
    for row in session.execute(said):
        found.setdefault(row.person, {}).setdefault(row.option_id, row.answer)
    return found
