"""An alarm is told once to whoever may act, not in quiet hours unless they allow it, and again when it is over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from core.people.store import add_participant
from core.process.tables import Process
from core.staff.chats import link
from notifications.channels.contract import Delivered, UnreachableNow
from notifications.ledger.tables import Delivery, Mailing, Occurrence
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from notifications.staff.alarms import WatchDeps, note, watch_once
from notifications.staff.looking import Limits, Seen, look
from notifications.staff.quiet import after_quiet, read_quiet
from notifications.staff.tables import Alarm, StaffMessage
from notifications.staff.ways import Way, note_way
from tests.notifications.office import DUE, RULES, make_mailing
from tests.staff_bot.stage import StaffStage

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLENTY = 10**12
RELAY = Way("email:relay", "email", ("email:relay",))


async def watch(stage: StaffStage, free: int = PLENTY) -> None:
    await watch_once(WatchDeps(stage.database, stage.clock, lambda: free))
    await stage.tells()


@IN_SQLITE
async def test_a_relay_that_is_down_is_told_once_after_quiet_hours_and_said_to_be_over(
    stage: StaffStage,
) -> None:
    vera, otto = await stage.linked("Vera"), await stage.linked("Otto", "organiser", 902)
    reader = await stage.linked("Rita", "reader", 903)
    await stage.say(otto, "/settings")
    await stage.press(otto, "Severe ones always: turn on")

    late = DUE.replace(hour=19)  # 21:00 in Rome

    def plan(session: Session) -> None:
        make_mailing(session, stage.rows)
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE, RULES)
        session.execute(update(Delivery).values(channel="email", due_at=late))

    stage.database.write(plan)
    for minutes in (0, 9):
        stage.clock.set(late + timedelta(minutes=minutes))
        now = stage.clock.now()
        stage.database.write(lambda s, at=now: note_way(s, RELAY, [UnreachableNow("421 <busy>")], at))  # type: ignore[misc]
        await watch(stage)
    assert stage.database.read(lambda session: session.scalar(select(func.count()).select_from(Alarm))) == 0
    stage.clock.set(late + timedelta(minutes=10))
    for _ in range(3):
        await watch(stage)
    told = [one["text"] for one in await otto.bot_messages() if "cannot leave" in one["text"]]
    assert len(told) == 1 and "severe" in told[0] and "421 <busy>" in told[0], "quiet hours, but they allow it"
    assert not [one for one in await vera.bot_messages() if "cannot leave" in one["text"]]
    stage.clock.set(late + timedelta(hours=11))  # 8:00
    await watch(stage)
    assert len([one for one in await vera.bot_messages() if "cannot leave" in one["text"]]) == 1
    stage.database.write(lambda s: note_way(s, Way("email:other", "email"), [Delivered("1")], stage.clock.now()))
    stage.database.write(lambda s: s.execute(update(Delivery).values(state="sent")))
    for _ in range(2):
        await watch(stage)
    for person in (vera, otto):
        assert [one["text"] for one in await person.bot_messages()][-1] == "✅ Over again: Messages cannot leave"
    assert len(await reader.bot_messages()) == 1
    assert not stage.database.read(lambda session: look(session, stage.clock.now(), Limits(), PLENTY))


@IN_SQLITE
async def test_what_came_in_quiet_hours_and_is_over_is_not_told(stage: StaffStage) -> None:
    vera = await stage.linked("Vera")
    stage.clock.set(DUE.replace(hour=20))
    await watch(stage, free=1_000_000_000)
    await watch(stage)
    stage.clock.advance(timedelta(hours=12))
    await watch(stage)
    assert len(await vera.bot_messages()) == 1
    await watch(stage, free=100_000_000)
    shown = (await vera.bot_messages())[-1]["text"]
    assert "The disk is nearly full" in shown and "severe" in shown and "100 MB" in shown
    await stage.say(vera, "/settings")
    await stage.press(vera, "Alarms: turn off")
    await watch(stage)
    assert "Over again" not in (await vera.bot_messages())[-1]["text"]


@IN_SQLITE
async def test_mailings_that_wait_for_somebody_and_mails_that_come_back_are_seen(stage: StaffStage) -> None:
    def plan(session: Session) -> int:
        made = make_mailing(session, stage.rows, state="draft", released_at=None, missed={"rule": "ask"})
        schedule_occurrences(session, None, stage.clock.now())
        return made

    mailing = stage.database.write(plan)

    def seen(now: datetime) -> set[str]:
        found = stage.database.read(lambda session: look(session, now, Limits(), PLENTY))
        assert all(one.mailing_id == mailing and one.office_id == stage.rows.office for one in found)
        return {one.kind for one in found}

    assert seen(DUE - timedelta(hours=25)) == set()
    vera = await stage.linked("Vera", "reviewer")
    stage.clock.set(DUE - timedelta(hours=23))
    await watch(stage)
    assert "waits to be released" in (await vera.bot_messages())[-1]["text"]
    assert "State: draft" in (await stage.press(vera, "Open the mailing"))["text"]
    assert seen(DUE + timedelta(hours=1)) == {"release"}
    stage.database.write(lambda s: s.execute(update(Mailing).values(state="released", released_at=DUE)))
    stage.database.write(lambda s: plan_all_due(s, DUE + timedelta(hours=5), RULES))
    assert seen(DUE + timedelta(hours=5)) == {"decision"}

    def left(session: Session) -> None:
        session.execute(update(Occurrence).values(state="planned", planned_at=DUE))
        ends = [("bounced", "mailbox-gone"), ("failed", "rejected"), ("failed", "gone"), ("failed", "unreachable")]
        for number in range(40):
            person = _someone(session)
            state, reason = ends[number] if number < len(ends) else ("sent", "")
            session.add(
                Delivery(
                    mailing_id=mailing, occurrence_id=1, participant_id=person, channel="email", reason=reason,
                    state=state, priority=1, attempts=1, tries=1, due_at=DUE,
                    claimed_by="",
                )
            )  # fmt: skip

    stage.database.write(left)
    assert seen(DUE + timedelta(hours=5)) == {"bounces"}
    (alarm,) = stage.database.read(lambda session: look(session, DUE + timedelta(hours=5), Limits(), PLENTY))
    assert alarm.values == {"back": 3, "sent": 39}, "what the other side refused at once counts, also all of it"
    limits = Limits(bounces_percent=8)
    assert not stage.database.read(lambda session: look(session, DUE, limits, PLENTY))
    assert stage.database.read(lambda session: session.scalar(select(Process.time_zone))) == "Europe/Rome"


def _someone(session: Session) -> int:
    return add_participant(session, "it", DUE)


def test_an_alarm_seen_by_several_at_once_is_one_and_told_once(database: Database, stage: StaffStage) -> None:
    for number, name in enumerate(("Vera", "Otto"), 901):
        code, at = stage.code(stage.account(name)), stage.clock.now()
        assert database.write(lambda s, c=code, n=number, a=at: link(s, c, n, a)) is None  # type: ignore[misc]
    seen, now = [Seen("disk", values={"free": 5})], stage.clock.now()

    def begin(_: int) -> None:
        database.write(lambda session: note(session, seen, now))

    def end(_: int) -> None:
        database.write(lambda session: note(session, [], now))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(begin, range(8)))
    rows = database.read(lambda session: session.execute(select(StaffMessage.kind, StaffMessage.account_id)).all())
    assert sorted(tuple(row) for row in rows) == [("alarm", 1), ("alarm", 2)]
    database.write(lambda s: s.execute(update(StaffMessage).values(state="told", message_id=1, chat_id=1)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(end, range(8)))
    assert database.read(lambda session: session.scalar(select(func.count()).select_from(Alarm))) == 1
    kinds = database.read(lambda session: list(session.scalars(select(StaffMessage.kind))))
    assert sorted(kinds) == ["alarm", "alarm", "over", "over"]


@pytest.mark.parametrize(
    ("now", "quiet", "until"),
    [
        ("2023-07-03T17:59", ("20:00", "08:00"), "2023-07-03T17:59"),
        ("2023-07-03T18:00", ("20:00", "08:00"), "2023-07-04T06:00"),
        ("2023-07-04T05:59", ("20:00", "08:00"), "2023-07-04T06:00"),
        ("2023-07-04T06:00", ("20:00", "08:00"), "2023-07-04T06:00"),
        ("2023-07-04T11:00", ("12:30", "14:00"), "2023-07-04T12:00"),
        ("2023-07-04T11:00", ("00:00", "00:00"), "2023-07-04T11:00"),
        ("2023-10-28T22:00", ("20:00", "08:00"), "2023-10-29T07:00"),  # the clock goes back in this night
    ],
)
def test_quiet_hours_end_on_the_offices_clock(now: str, quiet: tuple[str, str], until: str) -> None:
    at, end = (datetime.fromisoformat(f"{one}+00:00") for one in (now, until))
    assert after_quiet(at, "Europe/Rome", quiet) == end


def test_quiet_hours_are_read_as_people_write_them() -> None:
    assert read_quiet(" 20-8 ") == read_quiet("20:00–08:00") == ("20:00", "08:00")
    assert read_quiet("24-8") is None and read_quiet("evening") is None and read_quiet("") is None
