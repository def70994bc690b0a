"""A question asked from the chat: from a template or of one's own words, with at most six taps, and each tap once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bots.staff import asking
from core.people.tables import Audience
from core.process.events import EventUnknown
from core.process.room.rooms import set_room
from core.process.tables import Event, Office
from core.staff.accounts import grant_role
from core.staff.tables import StaffChat
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing
from notifications.planning.asking import TextsWrong
from notifications.planning.planner import plan_all_due
from notifications.planning.writing import Amiss
from surveys.polls.kinds import Kind, Secrecy, State
from surveys.polls.poll import Poll
from surveys.polls.screens import on_screen
from surveys.polls.store import polls_of
from surveys.polls.tables import Poll as PollRow
from tests.notifications.office import RULES
from tests.staff_bot.stage import StaffStage, labels
from tests.support.sandbox import Person

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # one test sees both
IN_ITALIAN = "Dove mettiamo <b>il mercato</b>?\nIn piazza\n\n  Al   parco \nLungo il fiume"
IN_ENGLISH = "Where does the market go?\nOn the square\nIn the park\nAlong the river"


class Fingers:
    """Counts what somebody taps."""

    def __init__(self, stage: StaffStage, person: Person) -> None:
        self.stage, self.person, self.taps = stage, person, 0

    async def tap(self, *buttons: str) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for one in buttons:
            self.taps += 1
            shown = await self.stage.press(self.person, one)
        return shown


def polls(stage: StaffStage) -> list[Poll]:
    return stage.database.read(polls_of)


def alone(stage: StaffStage) -> None:
    """The office is one of a single person."""
    stage.database.write(lambda session: session.execute(update(Office).values(one_person=True)))


def mailings(stage: StaffStage) -> list[str]:
    return list(stage.database.read(lambda s: s.scalars(select(Mailing.state).order_by(Mailing.id)).all()))


async def press_data(stage: StaffStage, person: Person, shown: dict[str, Any], data: str) -> dict[str, Any]:
    """The message that came of it, or that was changed by it."""
    before = await person.bot_messages()
    await person.presses_data(shown["id"], data, force=True)
    await stage.hears()
    after = await person.bot_messages()
    return next((one for one in reversed(after) if one not in before), after[-1])


def data_of(shown: dict[str, Any], label: str) -> str:
    return next(str(one["data"]) for row in shown["buttons"] for one in row if label in one["text"])


@IN_SQLITE
async def test_a_question_leaves_with_five_taps_and_a_second_press_sends_nothing_more(stage: StaffStage) -> None:
    alone(stage)
    vera = await stage.linked("Vera", "organiser")
    fingers = Fingers(stage, vera)
    await stage.say(vera, "/start")
    shown = await fingers.tap("🗳 Polls", "➕ Ask something", "Where to put the bench")
    assert "English – <b>Where shall we put" not in shown["text"], "it is text, and no markup is shown"
    for words in (
        "Italiano – Dove mettiamo", "English – Where shall we put", "– On the square", "Anonymous: nobody can find out",
        "Closes: Fri 7 July 2023, 18:00", "Telegram 1", "opens at once",
    ):  # fmt: skip
        assert words in shown["text"], words
    sure = await fingers.tap("✅ Ask 1 person")
    assert polls(stage) == [] and "Telegram 1" in sure["text"]
    sent = await fingers.tap("✅ Yes: ask")
    assert fingers.taps == 5
    assert "🟢 Where shall we put the new bench?" in sent["text"] and sent["id"] == shown["id"]
    (poll,) = polls(stage)
    assert (poll.state, poll.definition.secrecy, poll.definition.closes_local) == (
        State.OPEN, Secrecy.ANONYMOUS, "2023-07-07T18:00",
    )  # fmt: skip
    assert mailings(stage) == [MailingState.RELEASED] * 2
    again = await press_data(stage, vera, sure, data_of(sure, "Yes: ask"))
    assert "changed or sent meanwhile" in again["text"] and len(polls(stage)) == 1
    planned = stage.database.write(lambda session: plan_all_due(session, stage.clock.now(), RULES))
    assert [one.added for one in planned] == [1], "the invitation leaves, and nothing else"
    kept = f"poll:{poll.id}"
    acts = [(act, subject) for act, subject in stage.audit() if act.startswith(("poll.", "mailing."))]
    assert acts == [
        ("poll.added", kept), ("mailing.written", "mailing:1"), ("mailing.written", "mailing:2"),
        ("mailing.released", "mailing:1"), ("mailing.released", "mailing:2"), ("poll.opened", kept),
    ]  # fmt: skip


async def test_whoever_works_in_several_offices_and_writes_all_of_it_has_sent_with_six_taps(stage: StaffStage) -> None:
    stage.other_office()
    alone(stage)
    vera = await stage.linked("Vera", "organiser")
    stage.database.write(lambda s: grant_role(s, 1, "other", "organiser", stage.clock.now()))
    fingers = Fingers(stage, vera)
    await stage.say(vera, "/start")
    shown = await fingers.tap("🗳 Polls", "➕ Ask something")
    assert labels(shown) == ["Città metropolitana", "Altro Comune"]
    asked = await fingers.tap("Città metropolitana", "✍️ options put in order")
    assert "Write the poll in Italiano now" in asked["text"]
    assert "at least two options" in (await stage.say(vera, "Solo una domanda?"))["text"]
    assert "longer than 300" in (await stage.say(vera, "x" * 301 + "\na\nb"))["text"]
    assert "At most 40" in (await stage.say(vera, "\n".join(["?", *map(str, range(41))])))["text"]
    assert "in English now" in (await stage.say(vera, IN_ITALIAN))["text"], "nothing of it is lost"
    assert "In Italiano there are 3 options" in (await stage.say(vera, "Where?\nHere\nThere"))["text"]
    shown = await stage.say(vera, IN_ENGLISH)
    assert "Italiano – Dove mettiamo <b>il mercato</b>?" in shown["text"] and "– Al parco" in shown["text"]
    assert "Kind: options put in order" in shown["text"] and "Schulze" in shown["text"]
    assert polls(stage) == [], "a draft is no poll"
    await fingers.tap("✅ Ask 1 person", "✅ Yes: ask")
    assert fingers.taps == 6
    (poll,) = polls(stage)
    assert (poll.kind, poll.state, poll.office_id) == (Kind.RANKING, State.OPEN, stage.rows.office)
    assert [one.label["it"] for one in poll.definition.options] == ["In piazza", "Al parco", "Lungo il fiume"]
    assert poll.definition.title["it"] == "Dove mettiamo <b>il mercato</b>?"
    long = "\n".join(["<" * 300, *(f"{place:02}{'&' * 290}" for place in range(12))])
    await stage.say(vera, "/new")
    await fingers.tap("Città metropolitana", "✍️ options put in order")
    await stage.say(vera, long)
    shown = await stage.say(vera, long)
    assert "more options" in shown["text"] and "opens at once" in shown["text"], "also of much the end is read"
    await stage.say(vera, "/new")
    await fingers.tap("🗑 Throw it away and begin another", "Città metropolitana", "✍️ options put in order")
    await stage.say(vera, "Dove?\nQui\n Qui \nLà")
    twice = await stage.say(vera, "Where?\nHere\nHere too\nThere")
    assert "Two options say the same in Italian: Qui" in twice["text"] and "✅ Ask 1 person" not in labels(twice)
    await stage.press(vera, "🗑 Throw it away")
    kept = stage.database.read(lambda s: s.execute(select(StaffChat.draft, StaffChat.awaiting)).one())
    assert tuple(kept) == ({}, {}), "nothing of it stays in the chat's row"


@IN_SQLITE
async def test_a_draft_is_changed_before_it_leaves_and_waits_for_a_colleague_where_two_work(stage: StaffStage) -> None:
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    first = await stage.press(vera, "Opening hours")
    shown = await stage.press(vera, "🔒 Make it named")
    assert "Named: the office reads" in shown["text"] and "🔒 Make it anonymous" in labels(shown)
    stale = await press_data(stage, vera, shown, data_of(first, "When it closes"))
    assert "changed or sent meanwhile" in stale["text"]
    days = await press_data(stage, vera, shown, data_of(shown, "When it closes"))
    assert "When does it close?" in days["text"] and len(labels(days)) == 6
    shown = await stage.press(vera, "Mon 10 July 2023, 18:00")
    assert "Closes: Mon 10 July 2023, 18:00" in shown["text"]
    await stage.press(vera, "👥 Everybody")
    shown = await stage.press(vera, "All")
    assert "👥 All" in labels(shown) and "Somebody else of the office" in shown["text"]
    await stage.press(vera, "✍️ Change the words")
    await stage.say(vera, IN_ITALIAN)
    again = await press_data(stage, vera, shown, data_of(shown, "Change the words"))
    assert "Kept so far: Italiano." in again["text"] and "in English now" in again["text"]
    shown = await stage.say(vera, IN_ENGLISH)
    assert "Where does the market go?" in shown["text"] and "+ None of these" in shown["text"], "its rules stay"
    await stage.press(vera, "✅ Ask 1 person")
    sent = await stage.press(vera, "✅ Yes: ask")
    (poll,) = polls(stage)
    assert (poll.state, poll.definition.secrecy, poll.definition.audience_id) == (
        State.DRAFT, Secrecy.NAMED, stage.rows.audience,
    )  # fmt: skip
    assert mailings(stage) == [MailingState.DRAFT] * 2
    assert len([one for one in labels(sent) if one.startswith("✉️")]) == 2
    otto = await stage.linked("Otto", "reviewer", 902)
    today = await stage.say(otto, "/today")
    for told in (today["text"], " ".join(labels(today))):
        assert "✋ Where does the market go?" in told and "✋ The result: Where does" in told and "{{" not in told
    assert today["text"].count("waits with its poll to be released") == 2
    stage.database.write(lambda s: s.execute(update(PollRow).values(state="closed")))
    assert "✋" not in (await stage.say(otto, "/today"))["text"], "of a poll that is over nothing is said any more"
    stage.database.write(lambda s: s.execute(update(PollRow).values(state="draft")))
    await stage.say(otto, "/today")
    await stage.press(otto, "✋ ")
    sure = await stage.press(otto, "▶️ Release")
    for words in (
        "Where does the market go?", "– In the park", "Named: the office reads", "Closes: Mon 10 July 2023, 18:00",
        "With the invitation the poll opens", "with the result is released with it", "open the poll with it?",
    ):  # fmt: skip
        assert words in sure["text"], words
    await stage.press(otto, "✅ Yes: Release")
    assert [one.state for one in polls(stage)] == [State.OPEN], "with the invitation the question opens"
    assert mailings(stage) == [MailingState.RELEASED] * 2, "and the result is told after the close"


@IN_SQLITE
async def test_a_poll_for_the_hall_opens_there_and_nothing_is_sent(stage: StaffStage) -> None:
    def event(session: Session) -> int:
        times = {"starts_local": "2023-07-03T10:00", "ends_local": "2023-07-03T17:00"}
        session.execute(update(Event).values(times))
        found = session.scalars(select(Event.id)).one()
        set_room(session, found, stage.ids, is_open=True, moderated=True)
        return found

    event_id = stage.database.write(event)
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    await stage.press(vera, "Where to begin")
    shown = await stage.press(vera, "🏛 Only in the hall: Lancio")
    assert "Nothing is sent." in shown["text"] and "Closes" not in shown["text"]
    for act, state in (("💾 Keep it for later", State.DRAFT), ("▶️ Yes: open it in the hall", State.OPEN)):
        await stage.press(vera, "▶️ Open it in the hall, or keep it")
        sent = await stage.press(vera, act)
        poll = polls(stage)[0]
        assert (poll.state, poll.definition.event_id, poll.definition.walk_ins) == (state, event_id, True)
        await stage.say(vera, "/new")
        await stage.press(vera, "Where to begin")
        await stage.press(vera, "🏛 Only in the hall: Lancio")
    assert f"Address for the room: {stage.deps.urls.open_vote(poll.code)}" in sent["text"]
    assert stage.database.read(lambda session: on_screen(session, event_id)) == poll.id
    assert mailings(stage) == []
    acts = [act for act, _ in stage.audit() if act.startswith(("poll.", "room."))]
    assert acts == ["poll.added", "poll.added", "poll.opened", "room.screen"]


@IN_SQLITE
async def test_without_an_open_room_a_hall_has_the_polls_own_screen(stage: StaffStage) -> None:
    times = {"starts_local": "2023-07-03T10:00", "ends_local": "2023-07-03T17:00"}
    stage.database.write(lambda session: session.execute(update(Event).values(times)))
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    await stage.press(vera, "✍️ points given to options")
    await stage.say(vera, IN_ITALIAN)
    shown = await stage.say(vera, IN_ENGLISH)
    assert "5 points to give" in shown["text"] and "Another number of points" in shown["text"]
    await stage.press(vera, "🏛 Only in the hall: Lancio")
    await stage.press(vera, "▶️ Open it in the hall, or keep it")
    sent = await stage.press(vera, "▶️ Yes: open it in the hall")
    (poll,) = polls(stage)
    assert poll.state is State.OPEN and "on the screen" not in sent["text"]
    assert f"https://ascolto.example.org/live/{poll.code}" in sent["text"] and "has no screen yet" in sent["text"]
    assert not [one for one in labels(sent) if "screen of the room" in one]
    assert "– In the park" in sent["text"] and "5 points to give" in sent["text"], "the page shows what is asked"
    event = poll.definition.event_id
    stage.database.write(lambda s: set_room(s, event or 0, stage.ids, is_open=True, moderated=True))
    shown = await stage.press(vera, "🔄 As it is now")
    assert "/live/event/" in shown["text"]
    assert "It is on the screen." in (await stage.press(vera, "📺 Put it on the screen of the room"))["text"]
    assert "room.screen" in [act for act, _ in stage.audit()]


@IN_SQLITE
async def test_what_an_account_may_not_do_is_refused_however_it_is_pressed(stage: StaffStage) -> None:
    stage.other_office()
    rita, vera = await stage.linked("Rita", "reviewer"), await stage.linked("Vera", "organiser", 902)
    menu = await stage.say(rita, "/start")
    assert not {"🗳 Polls", "➕ Ask", "🚪 Check-in"} & set(labels(menu))
    for data in ("new", "new:1", "ask-from:1:bench", "draft:0:sure", "ask-send:0:people"):
        assert (await press_data(stage, rita, menu, data))["text"].startswith("⚠️"), data
    for command in ("/new", "/polls", "/door", "/questions"):
        assert "Your role does not allow this" in (await stage.say(rita, command))["text"], command
    assert "I do not know this command" in (await stage.say(rita, "/dance"))["text"]
    menu = await stage.say(vera, "/start")
    for data in (
        "new:2", "new:x", "ask-from:2:bench", "ask-from::bench", "ask-from:1:dance", "ask-kind:1:dance",
        "draft:0", "draft", "ask-send:0:people", "ask-send",
    ):  # fmt: skip
        assert (await press_data(stage, vera, menu, data))["text"].startswith("⚠️"), data
    await stage.say(vera, "/new")
    shown = await stage.press(vera, "Where to put the bench")
    mark = data_of(shown, "When it closes").split(":")[1]
    for what in ("dance", "hall:1", "hall:x", "for:9", "for:x", "close:2023-07-02", "close:2024-07-03", "close:x"):
        assert (await press_data(stage, vera, shown, f"draft:{mark}:{what}"))["text"].startswith("⚠️"), what
    for how in ("hall", "keep", "", "dance"):
        assert (await press_data(stage, vera, shown, f"ask-send:{mark}:{how}"))["text"].startswith("⚠️"), how
    assert polls(stage) == [] and not [act for act, _ in stage.audit() if act.startswith("poll.")]
    assert "There is none yet." in (await stage.press(vera, "🗑 Throw it away"))["text"]
    assert stage.database.read(lambda s: s.scalars(select(StaffChat.draft).where(StaffChat.chat_id == 902)).one()) == {}


async def test_of_two_presses_at_the_same_moment_one_asks(stage: StaffStage) -> None:
    """Each in a transaction of its own: the second waits for the first and finds the draft gone."""
    alone(stage)
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    await stage.press(vera, "Where to put the bench")
    sure = await stage.press(vera, "✅ Ask 1 person")
    for _ in range(2):
        await vera.presses_data(sure["id"], data_of(sure, "Yes: ask"), force=True)
    updates = await stage.updates()
    assert len(updates) == 2
    await asyncio.gather(*(stage.door.take(one) for one in updates))
    assert len(polls(stage)) == 1 and mailings(stage) == [MailingState.RELEASED] * 2
    said = [one["text"] for one in await vera.bot_messages()]
    assert any("changed or sent meanwhile" in one for one in said) and any("🟢 Where shall" in one for one in said)


@IN_SQLITE
async def test_what_stands_in_the_way_of_a_draft_is_said_and_loses_nothing(
    stage: StaffStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(session: Session) -> None:
        session.execute(update(Event).values(starts_local="2023-07-03T10:00", ends_local="2023-07-03T17:00"))
        office = stage.rows.office
        for number in range(24):
            rows = {"office_id": office, "slug": f"group-{number}", "name": f"Group {number}", "rule": {}}
            session.execute(insert(Audience).values(**rows))

    stage.database.write(prepare)
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    shown = await stage.press(vera, "Where to put the bench")
    groups = await stage.press(vera, "👥 Everybody")
    assert "5 more groups can be asked in the console." in groups["text"]
    await stage.press(vera, "← Back to the draft")
    await stage.press(vera, "✅ Ask 1 person")
    with monkeypatch.context() as broken:
        broken.setattr(asking, "ask_people", _amiss)
        wrong = await stage.press(vera, "✅ Yes: ask")
    assert "as they are" in wrong["text"] and "/console/ask" in wrong["text"] and polls(stage) == []
    assert wrong["text"].count(EventUnknown.text) == 1, "what is wrong in two languages is said once"
    await stage.press(vera, "← Back to the draft")
    await stage.press(vera, "🏛 Only in the hall: Lancio")
    await stage.press(vera, "▶️ Open it in the hall, or keep it")
    stage.database.write(lambda session: session.execute(update(Event).values(cancelled=True)))
    for button in ("▶️ Yes: open it in the hall", "💾 Keep it for later"):
        assert "does not take place" in (await stage.press(vera, button))["text"]
    stage.database.write(lambda session: session.execute(update(Event).values(cancelled=False)))
    stage.clock.set(stage.clock.now() + timedelta(hours=8))
    assert "is over" in (await stage.press(vera, "▶️ Yes: open it in the hall"))["text"]
    assert polls(stage) == [] and shown["buttons"]


def _amiss(session: Session, *_: object) -> None:
    session.execute(update(Office).values(name="written, and not kept"))
    raise TextsWrong([("invitation", Amiss("body", EventUnknown(), code)) for code in ("it", "en")])
