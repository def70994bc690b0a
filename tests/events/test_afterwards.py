"""Thanks to who came, regrets to who did not; nothing while nobody knows who came; reminders counted in hours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.people.tables import Audience
from core.process.appointments.booking import Asking, cancel, choose
from core.process.appointments.interviewers import NewInterviewer, set_interviewer
from core.process.appointments.slots import Window
from core.process.appointments.tables import Appointment, Slot
from core.process.changing import change_event
from core.process.tables import Attendance, Event, Process
from notifications.ledger.events import asked_by
from notifications.ledger.tables import Mailing, Occurrence
from notifications.planning.calendar import plan_ahead
from notifications.planning.obstacles import Cause, obstacles
from notifications.planning.planner import DoesNotLeave, plan_missed, steps_from
from tests.events.test_telling import all_say, plan, prepared, reasons, say, sent_to
from tests.notifications.office import RULES
from tests.notifications.sending import Telling
from tests.support.sandbox import RunningSandbox, running_sandbox

AFTER = {"event": "launch", "at": "ends", "hours": 1}
LATER = datetime(2023, 9, 27, 12, 5, tzinfo=UTC)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


def looking_back(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, rule: dict[str, Any], *come: str
) -> Telling:
    """A mailing that is due an hour after the event, to which everybody has replied what they are called; `come` will
    come in person after all."""
    telling = prepared(database, sandbox, clock, kind="mailing", anchor=AFTER)
    all_say(telling)
    for name in come:
        say(telling, name, "in-person")
    telling.write(lambda s: s.execute(update(Mailing).values(audience_id=_audience(s, telling, rule))))
    clock.set(LATER)
    return telling


def _audience(session: Any, telling: Telling, rule: dict[str, Any]) -> int:
    made = Audience(office_id=telling.rows.office, slug="asked", name="Asked", rule=rule)
    session.add(made)
    session.flush()
    return int(made.id)


def note(telling: Telling, *names: str, mode: str = "in-person") -> None:
    people = [telling.rows.people[name] for name in names]
    mine = Attendance.participant_id.in_(people)
    telling.write(lambda s: s.execute(update(Attendance).where(mine).values(came=mode, came_at=telling.clock.now())))


def state(telling: Telling) -> tuple[str, str]:
    row = telling.database.read(lambda s: s.scalars(select(Occurrence)).one())
    return row.state, row.reason


def conflicts(telling: Telling) -> list[str]:
    """What the plan says of the mailing."""
    (entry,) = telling.database.read(lambda s: plan_ahead(s, telling.clock.now(), timedelta(days=2), RULES))
    return list(entry.conflicts)


def let_go(telling: Telling) -> None:
    telling.write(lambda s: plan_missed(s, s.scalars(select(Occurrence.id)).one(), telling.clock.now(), RULES))


def held_up(telling: Telling) -> list[Cause]:
    return [one.cause for one in telling.database.read(lambda s: obstacles(s, telling.clock.now()))]


@pytest.mark.parametrize("rule", [{"came": "launch"}, {"did_not_come": "psm/launch"}, {"not": {"came": "launch"}}])
async def test_while_nobody_is_noted_staff_are_asked(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, rule: dict[str, Any]
) -> None:
    telling = looking_back(database, sandbox, clock, rule)
    clock.set(LATER - timedelta(days=1))
    assert conflicts(telling) == [], "before the event nothing is wrong"
    clock.set(LATER)
    plan(telling)
    assert state(telling) == ("asked", "not-noted")
    assert conflicts(telling) == ["not-noted", "late"]
    assert held_up(telling) == [Cause.NOT_NOTED]
    with pytest.raises(DoesNotLeave, match="not-noted"):
        let_go(telling)
    assert await sent_to(telling) == []
    note(telling, "in-person")
    let_go(telling)
    wanted = {"came": ["in-person"], "did_not_come": [], "not": ["maybe", "no", "online", "silent"]}
    assert await sent_to(telling) == wanted[next(iter(rule))]


async def test_who_followed_online_is_not_missed_while_nobody_knows_who_did(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = looking_back(database, sandbox, clock, {"did_not_come": "launch"}, "silent")
    note(telling, "in-person")
    plan(telling)
    assert state(telling) == ("asked", "not-noted"), "of those online nothing is noted"
    let_go(telling)
    assert await sent_to(telling) == ["silent"], "let go all the same it reaches those of whom it is known"


async def test_who_is_noted_after_the_plan_gets_no_regrets(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = looking_back(database, sandbox, clock, {"did_not_come": "launch"}, "silent", "no")
    note(telling, "in-person")
    note(telling, "online", mode="online")
    plan(telling)
    note(telling, "silent")
    assert await sent_to(telling) == ["no"]
    assert reasons(telling) == {"silent": "came"}


@pytest.mark.parametrize("rule", [{"came": "launch"}, {"did_not_come": "launch"}])
async def test_nothing_leaves_after_an_event_that_was_called_off(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, rule: dict[str, Any]
) -> None:
    telling = looking_back(database, sandbox, clock, rule)
    note(telling, "in-person")
    event = telling.database.read(lambda s: s.scalars(select(Event.id)).one())
    telling.write(lambda s: change_event(s, event, {"cancelled": True}, clock.now()))
    plan(telling)
    assert state(telling)[0] == "dropped"
    assert await sent_to(telling) == []


@pytest.mark.parametrize("early", [True, False])
async def test_who_has_an_appointment_is_offered_none(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, early: bool
) -> None:
    """Whoever did not appear at theirs is, and so is who cancelled."""
    telling = prepared(database, sandbox, clock, kind="mailing", buttons=[{"kind": "appointment", "label": "Choose"}])

    def book(session: Session) -> None:
        day = [Window(date(2023, 9, 27), time(10), time(14))]
        event = session.scalars(select(Event.id)).one()
        set_interviewer(session, event, NewInterviewer("Ada Conti", 60, day))
        held = {"in-person": "", "online": "held", "maybe": "not-held", "no": ""}
        for (name, mark), slot in zip(held.items(), session.scalars(select(Slot.id)).all(), strict=True):
            asking = Asking(event, telling.rows.people[name], "web", invited=True)
            made = choose(session, asking, slot, clock.now())
            session.execute(update(Appointment).where(Appointment.id == made).values(held=mark))
            if name == "no":
                cancel(session, asking, clock.now())

    for act in (book, plan) if early else (plan, book):
        telling.write(book) if act is book else plan(telling)
    assert await sent_to(telling) == ["maybe", "no", "silent"]
    assert reasons(telling) == {"in-person": "booked", "online": "booked"}
    rule = {"appointment": "launch"}
    telling.write(lambda s: s.execute(update(Mailing).values(audience_id=_audience(s, telling, rule))))
    asked = telling.database.read(lambda s: asked_by(s, s.scalars(select(Mailing)).one()))
    assert asked is not None and not asked.offers, "a mailing for those who have one is not withheld from them"


async def test_hours_before_the_start_a_reminder_waits_for_no_send_window(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    """Ten minutes late it still leaves, on a quiet day it does not."""
    anchor = {"event": "launch", "at": "starts", "hours": -2}
    closed = {"days": ["mon"], "from": "09:00", "until": "18:00"}
    telling = prepared(database, sandbox, clock, anchor=anchor)
    telling.write(lambda s: s.execute(update(Process).values(send_window=closed)))
    clock.set(datetime(2023, 9, 27, 6, 0, tzinfo=UTC) - timedelta(minutes=1))
    plan(telling)
    assert await sent_to(telling) == [], "a Wednesday, eight o'clock in Turin"
    clock.advance(timedelta(minutes=2))
    plan(telling)
    quiet = closed | {"quiet": [{"from": "2023-09-27", "until": "2023-09-27"}]}
    assert len(await sent_to(telling)) == 5
    telling.write(lambda s: s.execute(update(Process).values(send_window=quiet)))
    assert telling.database.read(lambda s: _opens(s, clock.now())) > clock.now() + timedelta(hours=10)


def _opens(session: Any, now: datetime) -> datetime:
    return steps_from(session, session.scalars(select(Mailing)).one(), now)[0]
