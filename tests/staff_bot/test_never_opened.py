"""What is to be said of a poll's result waits for a result: of a poll that was never opened nothing leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from bots.staff.today import MAILING
from core.process.tables import Process
from notifications.content.poll_texts import INVITATION, RESULT, texts_for
from notifications.ledger.release import PollNeverBegun, release
from notifications.ledger.tables import Delivery, Mailing, MailingText, Occurrence
from notifications.planning.asking import Asked, Question, make_question
from notifications.planning.obstacles import obstacles
from notifications.planning.planner import DoesNotLeave, Planned, plan_all_due, plan_missed
from notifications.planning.schedule import schedule_occurrences
from notifications.sending.context import load_context
from notifications.staff.looking import WRITTEN, Limits, look
from surveys.polls.casting import Vote, cast
from surveys.polls.due import tend_poll
from surveys.polls.making import change_poll, open_poll
from surveys.polls.store import load_poll
from surveys.polls.voters import Voter
from tests.notifications.office import RULES
from tests.notifications.sending import VOICE
from tests.polls.scene import BOOTH, chosen, define
from tests.staff_bot.stage import StaffStage, labels
from tests.staff_bot.test_asking import press_data

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LANGUAGES = ("it", "en")
FRIDAY = datetime(2023, 7, 7, 16, 0, tzinfo=UTC)  # 18:00 in Rome, when it closes
PLENTY = 10**12


def ask(stage: StaffStage) -> Asked:
    """A poll with its mailings, all of it drafts that account 1 wrote."""

    def work(session: Session) -> Asked:
        new = Question(
            "bench", define(closes_local="2023-07-07T18:00"), texts_for(INVITATION, LANGUAGES),
            texts_for(RESULT, LANGUAGES),
        )  # fmt: skip
        process = session.get_one(Process, stage.rows.process)
        return make_question(session, BOOTH.ids, process, new, (1, stage.clock.now()))

    return stage.database.write(work)


def plan(stage: StaffStage) -> list[Planned]:
    return list(stage.database.write(lambda session: plan_all_due(session, stage.clock.now(), RULES)))


async def test_the_result_of_a_poll_that_was_never_opened_neither_leaves_nor_alarms(stage: StaffStage) -> None:
    await stage.linked("Vera", "organiser")
    otto = await stage.linked("Otto", "reviewer", 902)
    made = ask(stage)
    result = made.mailing_ids[1]
    for now in (FRIDAY - timedelta(hours=20), FRIDAY + timedelta(days=3)):
        stage.clock.set(now)
        seen = stage.database.read(lambda s, at=now: look(s, at, Limits(), PLENTY))  # type: ignore[misc]
        assert not [one for one in seen if one.kind != WRITTEN or one.mailing_id == result]
        assert not stage.database.read(lambda s, at=now: obstacles(s, at))  # type: ignore[misc]
        assert "Nothing is planned." in (await stage.say(otto, "/today"))["text"]
    page = await stage.press_data(otto, f"mailing:{result}")
    assert "has not been opened" in page["text"] and not [one for one in labels(page) if "Release" in one]
    with pytest.raises(PollNeverBegun):
        stage.database.write(partial(release, mailing_id=result, account_id=2, now=stage.clock.now()))
    # Released while the poll was planned, which is a draft again since.
    stage.database.write(lambda s: s.execute(update(Mailing).values(state="released", released_at=FRIDAY)))
    assert [one.added for one in plan(stage)] == [0] and plan(stage)[0].reason == "no-result"
    assert not stage.database.read(lambda session: look(session, stage.clock.now(), Limits(), PLENTY))
    occurrence = stage.database.read(lambda s: s.scalars(select(Occurrence.id)).one())
    with pytest.raises(DoesNotLeave, match="no-result") as refused:
        stage.database.write(lambda s: plan_missed(s, occurrence, stage.clock.now(), RULES))
    assert refused.value.say(lambda text, **_: text).startswith("Nothing leaves, because")  # type: ignore[arg-type]
    assert stage.database.read(lambda s: s.scalar(select(func.count()).select_from(Delivery))) == 0


async def test_it_is_released_while_the_poll_is_open_and_leaves_once_the_result_stands(stage: StaffStage) -> None:
    vera = await stage.linked("Vera", "organiser")
    made = ask(stage)
    poll_id, result = made.poll_id, made.mailing_ids[1]
    stage.clock.set(FRIDAY + timedelta(days=3))
    now = stage.clock.now()

    def open_late(session: Session) -> None:
        change_poll(session, poll_id, define(closes_local="2023-07-14T18:00"), now)
        open_poll(session, poll_id, now)
        schedule_occurrences(session, None, now)
        release(session, result, 2, now)

    stage.database.write(open_late)
    assert plan(stage) == []
    stage.clock.set(FRIDAY + timedelta(days=7))
    assert [one.reason for one in plan(stage)] == ["no-result"], "it is closed by the clock, and not counted yet"
    later = FRIDAY + timedelta(days=7, hours=1)
    held = stage.database.read(lambda session: obstacles(session, later))
    assert [one.cause for one in held if one.mailing_id == result] == ["no-result"], (
        "its counting fails, not its planner"
    )
    alarms = [
        one.values["cause"] for one in stage.database.read(lambda session: look(session, later, Limits(), PLENTY))
    ]
    assert "no-result" in alarms
    stage.database.write(lambda s: tend_poll(s, BOOTH.ids, poll_id, stage.clock.now()))
    assert stage.database.read(lambda session: load_poll(session, poll_id)).settled_at is not None
    page = await press_data(stage, vera, await stage.say(vera, "/help"), f"{MAILING}:{result}")
    assert "Nobody voted: is this message needed?" in page["text"]
    (asked,) = plan(stage)
    assert (asked.state, asked.reason) == ("asked", "nobody-voted"), "it was released before that was known"
    left = stage.database.write(lambda s: plan_missed(s, asked.occurrence_id, stage.clock.now(), RULES))
    assert left is not None and left.added == 1


async def test_an_invitation_is_held_while_its_poll_is_a_draft_and_says_so(stage: StaffStage) -> None:
    await stage.linked("Vera", "organiser")
    made = ask(stage)
    invitation, now = made.mailing_ids[0], stage.clock.now()
    due = {"key": "", "due_local": "", "time_zone": "Europe/Rome", "due_at": now, "state": "due", "values": {}}

    def let_go(session: Session) -> int:
        """Released while the poll was planned, which a package has made a draft again since."""
        session.execute(update(Mailing).where(Mailing.id == invitation).values(state="released", released_at=now))
        session.add(one := Occurrence(mailing_id=invitation, **due))
        session.flush()
        return one.id

    occurrence = stage.database.write(let_go)
    assert [(one.state, one.reason) for one in plan(stage)] == [("due", "poll-draft")]
    assert [one.cause for one in stage.database.read(lambda session: obstacles(session, now))] == ["poll-draft"]
    with pytest.raises(DoesNotLeave) as refused:
        stage.database.write(lambda s: plan_missed(s, occurrence, now, RULES))
    assert "its poll is a draft" in refused.value.say(lambda text, **_: text)  # type: ignore[arg-type]
    stage.database.write(lambda session: open_poll(session, made.poll_id, now))
    assert [(one.state, one.added) for one in plan(stage)] == [("planned", 1)]
    assert not stage.database.read(lambda session: obstacles(session, now))


async def test_what_tells_a_result_by_its_text_waits_for_it_whatever_its_purpose(stage: StaffStage) -> None:
    await stage.linked("Vera", "organiser")
    made = ask(stage)
    told, now = made.mailing_ids[1], stage.clock.now()

    def written_by_hand(session: Session) -> None:
        open_poll(session, made.poll_id, now)
        freely = {"purpose": "polls", "state": "released", "released_at": now, "missed": {"rule": "catch-up"}}
        session.execute(update(Mailing).where(Mailing.id == told).values(freely))
        session.execute(
            update(MailingText).where(MailingText.mailing_id == told).values(body="{{ result }}", buttons=[])
        )
        session.execute(update(Occurrence).where(Occurrence.mailing_id == told).values(due_at=now))

    stage.database.write(written_by_hand)
    assert [(one.state, one.reason) for one in plan(stage)] == [("due", "no-result")]
    poll = stage.database.read(lambda session: load_poll(session, made.poll_id))
    for one in stage.rows.people.values():
        given = Vote(poll.id, Voter(one), chosen("A"), "web")
        stage.database.write(lambda session, vote=given: cast(session, BOOTH, vote, now))  # type: ignore[misc]
    stage.clock.set(FRIDAY + timedelta(hours=1))
    stage.database.write(lambda s: tend_poll(s, BOOTH.ids, made.poll_id, stage.clock.now()))
    read: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        read.append(" ".join(statement.split()))

    event.listen(stage.database.engine, "before_cursor_execute", note)
    planned = plan(stage)
    event.remove(stage.database.engine, "before_cursor_execute", note)
    loads = [one for one in read if " FROM poll WHERE poll.id = ?" in one]
    assert len(loads) == 3, "whether its poll is counted, whom it asked, what the picture shows"
    assert [(one.state, one.added) for one in planned] == [("planned", 1)], "the close does not make it useless"
    reasons = select(Delivery.reason).where(Delivery.mailing_id == told)
    assert stage.database.read(lambda s: s.scalars(reasons).all()) == [""], "it is of use to who has voted"
    limits = stage.database.read(lambda s: load_context(s, told, VOICE, LANGUAGES)).limits
    assert limits.poll_id is None and limits.useful_until is None
