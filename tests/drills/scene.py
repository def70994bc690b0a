"""One mailing of a drill: its people, who has answered meanwhile, and where it stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.clock import SharedClock
from core.database.database import Database
from notifications.ledger.release import set_state
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Delivery, Mailing, MailingText
from notifications.planning.schedule import schedule_occurrences
from surveys.responses.tables import Response, Round
from tests.notifications.office import OfficeRows, Person, make_mailing, make_office

FIRST_CHAT = 1_000_000
WINDOW = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "08:00", "until": "20:00"}
BUSY = ("planned", "claimed", "handed-over")
FAR_AWAY = datetime(2030, 1, 1, tzinfo=UTC)
MORNING = datetime(2023, 10, 26, 8, 0, tzinfo=UTC)  # a Thursday: the anchor's day has passed, the round is open


@dataclass
class Scene:
    """What a campaign plays on: the database and its people; every run is another mailing to the same ones."""

    database: Database
    clock: SharedClock
    rows: OfficeRows
    names: dict[int, str] = field(default_factory=dict)

    def begin(self, slug: str) -> int:
        """A released mailing, due since long ago; nobody has answered yet."""

        def work(session: Session) -> int:
            session.execute(delete(Response))
            mailing = make_mailing(session, self.rows, slug=slug)
            session.execute(update(MailingText).where(MailingText.mailing_id == mailing).values(subject=f"[{slug}]"))
            session.get_one(Mailing, mailing).released_at = self.clock.now()
            schedule_occurrences(session, [mailing], self.clock.now())
            return mailing

        return self.database.write(work)

    def set_state(self, mailing: int, state: MailingState) -> datetime:
        """Staff's word; when it was committed."""
        self.database.write(lambda session: set_state(session, mailing, state, self.clock.now()))
        return self.clock.now()

    def answer(self, people: Collection[int]) -> None:
        """These answer now."""

        def work(session: Session) -> None:
            session.connection()  # the time of an answer is told once the database is ours
            now = self.clock.now()
            for person in people:
                session.add(
                    Response(
                        round_id=self.rows.round, subject_kind="participant", subject=str(person),
                        participant_id=person,
                        form_version_id=1, state="complete", session={}, started_at=now, changed_at=now,
                        completed_at=now,
                    )
                )  # fmt: skip

        self.database.write(work)

    def answered(self) -> dict[int, datetime]:
        statement = select(Response.participant_id, Response.completed_at)
        rows = self.database.read(lambda session: session.execute(statement).all())
        return {person: at for person, at in rows if person is not None and at is not None}

    def deliveries(self, mailing: int) -> list[Delivery]:
        statement = select(Delivery).where(Delivery.mailing_id == mailing)
        return list(self.database.read(lambda session: session.scalars(statement).all()))

    def count(self, mailing: int, states: Collection[str]) -> int:
        statement = select(func.count()).where(Delivery.mailing_id == mailing, Delivery.state.in_(states))
        return self.database.read(lambda session: session.scalar(statement) or 0)

    def handed_over_by(self, name: str, mailing: int) -> int:
        """What a sender has in flight, or had when it died: called in doubt already, or not yet."""
        states = Delivery.state.in_(["handed-over", "in-doubt"])
        mine = Delivery.claimed_by == name, Delivery.mailing_id == mailing, states
        return self.database.read(lambda session: session.scalar(select(func.count(Delivery.id)).where(*mine)) or 0)

    def is_planned(self, mailing: int) -> bool:
        statement = select(Delivery.id).where(Delivery.mailing_id == mailing).limit(1)
        return self.database.read(lambda session: session.scalar(statement)) is not None

    def next_due(self, mailing: int) -> datetime | None:
        """When the next of those that wait is due."""
        statement = select(func.min(Delivery.due_at)).where(Delivery.mailing_id == mailing, Delivery.state == "planned")
        return self.database.read(lambda session: session.scalar(statement))


def build(database: Database, clock: SharedClock, people: int) -> Scene:
    """Every second person is reached in chat, the others by mail."""
    persons = [
        Person(f"p{n}", telegram=str(FIRST_CHAT + n)) if n % 2 == 0 else Person(f"p{n}", email=f"p{n}@example.org")
        for n in range(people)
    ]

    def work(session: Session) -> OfficeRows:
        made = make_office(session, persons, WINDOW)
        session.execute(update(Round).values(closes_at=FAR_AWAY))
        return made

    rows = database.write(work)
    return Scene(database, clock, rows, {number: name for name, number in rows.people.items()})


def later(clock: SharedClock, step: timedelta) -> None:
    """Moves the clock of everybody."""
    clock.move_to(clock.now() + step)
