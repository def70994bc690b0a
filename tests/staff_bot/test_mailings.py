"""What leaves today, and a mailing judged, released, paused and stopped from the chat."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.people.store import add_participant
from core.people.tables import Membership
from core.process.tables import Office
from notifications.ledger.tables import Delivery, Mailing, MailingText, Occurrence
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from notifications.staff.alarms import WatchDeps, watch_once
from surveys.polls.kinds import Kind
from surveys.polls.series import add_series, set_series_state
from surveys.polls.store import Place
from surveys.recurring.rhythm import Rhythm, SeriesState
from tests.notifications.office import DUE, RULES, make_mailing
from tests.notifications.sending import PUBLIC
from tests.polls.scene import define
from tests.staff_bot.stage import NOON, StaffStage, labels

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def mailing(stage: StaffStage) -> int:
    """A draft for Thursday, for one person with a chat and one without an address."""

    def work(session: Session) -> int:
        session.add(
            Membership(
                office_id=stage.rows.office, participant_id=_nobody(session), name="Bruno", attributes={},
                source="test", legal_basis="public-task", joined_at=stage.clock.now(),
            )
        )  # fmt: skip
        made = make_mailing(session, stage.rows, state="draft", released_at=None, missed={"rule": "ask"})
        schedule_occurrences(session, None, stage.clock.now())
        return made

    return stage.database.write(work)


def _nobody(session: Session) -> int:
    return add_participant(session, "it", DUE)


def state(stage: StaffStage, mailing: int) -> str:
    return stage.database.read(lambda session: session.get_one(Mailing, mailing).state)


def change(stage: StaffStage, table: type, **values: object) -> None:
    stage.database.write(lambda session: session.execute(update(table).values(values)))


async def test_a_mailing_is_read_and_released_by_a_second_tap_on_what_was_shown(
    stage: StaffStage, mailing: int
) -> None:
    vera = await stage.linked("Vera", "reviewer")
    today = await stage.say(vera, "/today")
    assert "Thursday 6 July 2023" in today["text"]
    assert "1. 09:30 Invito [en]" in today["text"] and "Telegram 1; 1 left out" in today["text"]
    assert "nobody has released it yet" in today["text"]
    page = await stage.press(vera, "1. Invito [en]")
    for told in (
        "State: draft",
        "Leaves: Thu 6 July 2023, 09:30",
        "1 person would get it: Telegram 1",
        "no address: 1",
    ):
        assert told in page["text"], page["text"]
    assert "The last leaves about Thu 6 July 2023, 09:30" in page["text"]
    sample = await stage.press(vera, "👁 IT e-mail")
    assert "Gentile Maria Rossi" in sample["text"] and "Invito [it]" in sample["text"]
    await stage.press(vera, "👁 EN Telegram")
    assert any("Invito [en]" in one["text"] for one in (await vera.bot_messages())[-3:])
    await stage.press(vera, "← Back to the mailing")
    asked = await stage.press(vera, "Release")
    assert "Release it?" in asked["text"] and state(stage, mailing) == "draft"
    change(stage, MailingText, body="Something else")
    stale = await stage.press(vera, "✅ Yes: Release")
    assert "was changed meanwhile" in stale["text"] and state(stage, mailing) == "draft"
    await stage.say(vera, "/today")
    await stage.press(vera, "1. Invito [en]")
    await stage.press(vera, "Release")
    done = await stage.press(vera, "✅ Yes: Release")
    assert "State: released" in done["text"] and state(stage, mailing) == "released"
    stage.clock.set(DUE + timedelta(minutes=1))
    late = await stage.press(vera, "🔄 As it is now")
    assert "Leaves:" in late["text"] and "as soon as it is released" not in late["text"], "it is released"
    old = done["id"]
    assert (await vera.presses_data(old, f"do:release:{mailing}:0", force=True)) is not None
    await stage.hears()
    assert state(stage, mailing) == "released"
    assert stage.audit()[-1] == ("mailing.released", f"mailing:{mailing}")


async def test_what_waits_without_a_poll_is_not_said_to_wait_with_one(
    stage: StaffStage, mailing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.planning.calendar.MOST", 0)  # so much is due before it that it is not counted
    today = await stage.say(await stage.linked("Vera", "reviewer"), "/today")
    assert "✋ Invito [en]: nobody has released it yet" in today["text"] and "poll" not in today["text"]


async def test_in_an_office_of_one_person_whoever_writes_is_told_of_it_and_releases_it(
    stage: StaffStage, mailing: int
) -> None:
    otto = await stage.linked("Otto", "organiser")
    change(stage, Mailing, written_by=1)
    stage.clock.set(DUE - timedelta(hours=23))
    watching = WatchDeps(stage.database, stage.clock, lambda: 10**12)
    await watch_once(watching)
    await stage.tells()
    assert not [one for one in await otto.bot_messages() if "waits to be released" in one["text"]]
    await stage.say(otto, "/today")
    assert not [one for one in labels(await stage.press(otto, "1. Invito [en]")) if "Release" in one]
    change(stage, Office, one_person=True)
    await watch_once(watching)
    await stage.tells()
    assert "waits to be released" in (await otto.bot_messages())[-1]["text"]
    await stage.press(otto, "Open the mailing")
    await stage.press(otto, "Release")
    assert "State: released" in (await stage.press(otto, "✅ Yes: Release"))["text"]
    assert state(stage, mailing) == "released"
    assert stage.audit()[-1] == ("mailing.released", f"mailing:{mailing}")


async def test_who_wrote_it_does_not_release_it_and_another_office_does_not_see_it(
    stage: StaffStage, mailing: int
) -> None:
    vera = await stage.linked("Vera")
    change(stage, Mailing, written_by=1)
    await stage.say(vera, "/today")
    page = await stage.press(vera, "1. Invito [en]")
    assert "You wrote it: somebody else of the office" in page["text"]
    assert not [one for one in labels(page) if "Release" in one]
    stage.clock.set(DUE + timedelta(hours=1))
    page = await stage.press(vera, "🔄 As it is now")
    assert "nobody has released it. You can choose another day, or stop it for good." in page["text"]
    assert "Release it" not in page["text"], "only what the reader may do"
    stage.other_office()
    other = await stage.person(905)
    await stage.say(other, f"/start {stage.code(stage.account('Olga', 'organiser', 'other'))}")
    assert "Nothing is planned" in (await stage.say(other, "/today"))["text"]
    for data in (
        f"mailing:{mailing}",
        f"ask:release:{mailing}:0",
        f"do:cancel:{mailing}:0",
        f"sample:{mailing}:it:email",
    ):
        message = (await other.bot_messages())[-1]
        await other.presses_data(message["id"], data, force=True)
        await stage.hears()
        assert "not there any more" in (await other.bot_messages())[-1]["text"]
    for data in ("do:nothing:1:2", "mailing:" + "9" * 30, "mailing:", "ask::", "sample:1", "x", "answer:1e5"):
        await other.presses_data(message["id"], data, force=True)
        await stage.hears()
    assert state(stage, mailing) == "draft"


async def test_it_is_paused_goes_on_and_is_stopped_and_a_missed_one_waits_for_a_word(
    stage: StaffStage, mailing: int
) -> None:
    vera = await stage.linked("Vera")
    now = DUE + timedelta(hours=5)
    stage.clock.set(now)
    change(stage, Mailing, state="released", released_at=DUE - timedelta(days=2))
    stage.database.write(lambda session: plan_all_due(session, now, RULES))
    today = await stage.say(vera, "/today")
    assert "waits for somebody to decide" in today["text"]
    await stage.press(vera, "1. Invito [en]")
    await stage.press(vera, "Let it leave now")
    page = await stage.press(vera, "✅ Yes: Let it leave now")
    assert "waiting: 1" in page["text"] and "not written to: 1" in page["text"], page["text"]
    for button, sure, after in (
        ("Pause", "✅ Yes: Pause", "paused"),
        ("Go on", "✅ Yes: Go on", "released"),
        ("Stop for good", "✅ Yes: Stop for good", "cancelled"),
    ):
        await stage.press(vera, button)
        await stage.press(vera, sure)
        assert state(stage, mailing) == after
    acts = [act for act, _ in stage.audit()]
    assert acts[1:] == ["mailing.missed", "mailing.paused", "mailing.released", "mailing.cancelled"]
    change(stage, Delivery, state="in-doubt")
    change(stage, Mailing, state="released")
    doubts = await stage.say(vera, "/doubt")
    assert f"https://ascolto.example.org/console/mailings/{mailing}?state=in-doubt" in doubts["text"]
    change(stage, Occurrence, state="planned")


async def test_a_series_waits_under_today_to_be_started(stage: StaffStage) -> None:
    vera, otto = await stage.linked("Vera", "organiser"), await stage.linked("Otto", "reviewer", 902)
    place = Place(stage.rows.office, stage.rows.process, "Europe/Rome")
    new = ("pulse", define(Kind.SCALE), Rhythm(4, "2023-07-12T10:00"))
    made = stage.database.write(lambda s: add_series(s, place, new, (None, NOON)))
    told = (await stage.say(otto, "/today"))["text"]
    assert "✋ Where shall the bench stand?: series of polls, waits to be started" in told
    assert f"{PUBLIC}/console/series/{made}" in told
    assert "✋" not in (await stage.say(vera, "/today"))["text"], "who may not start it is not asked"
    stage.database.write(lambda s: set_series_state(s, made, SeriesState.RUNNING))
    assert "✋" not in (await stage.say(otto, "/today"))["text"]
