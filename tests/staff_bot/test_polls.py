"""Polls led from the chat: opened, put on the screen, closed by a second tap, and their result as a picture."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bots.staff import polls
from bots.staff.parse import parse
from bots.staff.unit import acts_alone
from core.people.store import NewMember, add_member
from core.process.room.rooms import set_room
from core.process.tables import Event
from core.staff.accounts import load_staff
from core.staff.tables import AuditEntry
from surveys.polls.ballot import Choice
from surveys.polls.casting import Vote, cast
from surveys.polls.errors import PollClosed
from surveys.polls.kinds import Kind, Shown, State
from surveys.polls.making import add_poll
from surveys.polls.picture import FontsMissing
from surveys.polls.poll import Definition, Poll
from surveys.polls.reading import read_ballots
from surveys.polls.screens import on_screen, put_on_screen, screen_of
from surveys.polls.staging import do_to_poll
from surveys.polls.store import Place, load_poll
from surveys.polls.voters import Voter
from tests.polls.scene import BOOTH, chosen, define, named
from tests.staff_bot.stage import StaffStage, labels
from tests.staff_bot.test_asking import data_of, press_data
from tests.support.sandbox import Person

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def prepare(stage: StaffStage, new: Definition | None = None) -> tuple[Poll, int]:
    """A draft at an event of today, whose room is open."""

    def work(session: Session) -> tuple[Poll, int]:
        event = session.scalars(select(Event.id)).one()
        session.execute(update(Event).values(starts_local="2023-07-03T10:00", ends_local="2023-07-03T17:00"))
        set_room(session, event, stage.ids, is_open=True, moderated=True)
        place = Place(stage.rows.office, stage.rows.process, "Europe/Rome")
        wanted = replace(new or define(), event_id=event, walk_ins=True)
        made = add_poll(session, BOOTH.ids, place, ("bench", wanted), stage.clock.now())
        return load_poll(session, made), event

    return stage.database.write(work)


def voters(stage: StaffStage, many: int) -> list[int]:
    new = NewMember("test", "consent", "en")
    now = stage.clock.now()
    return stage.database.write(lambda s: [add_member(s, stage.rows.office, new, now) for _ in range(many)])


def vote(stage: StaffStage, poll: Poll, people: Sequence[int], *names: str) -> None:
    def work(session: Session) -> None:
        for one in people:
            cast(session, BOOTH, Vote(poll.id, Voter(one), chosen(*names), "web"), stage.clock.now())

    stage.database.write(work)


def now_of(stage: StaffStage, poll: Poll) -> Poll:
    return stage.database.read(lambda session: load_poll(session, poll.id))


def acts(stage: StaffStage) -> list[str]:
    return [act for act, _ in stage.audit() if act.startswith(("poll.", "room."))]


def _without_letters() -> bytes:
    raise FontsMissing(file="DejaVuSans.ttf")


async def _picture_comes(stage: StaffStage, vera: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words come in any case."""
    picture = await stage.press(vera, "🖼 Result as a picture")
    assert picture["media"]["kind"] == "photo" and "“Park” wins." in picture["text"]
    file = await stage.sandbox.http.get(f"/telegram/staff/media/{picture['media']['file']['file_id']}")
    with Image.open(io.BytesIO(file.content)) as drawn:
        assert drawn.format == "PNG" and drawn.width == 1000 and drawn.height > 300
    monkeypatch.setattr(polls, "picture_to_draw", lambda *_: _without_letters)
    bare = await stage.press(vera, "🖼 Result as a picture")
    assert bare["media"] is None and "“Park” wins." in bare["text"]


@IN_SQLITE
async def test_a_poll_is_led_through_the_hall_and_its_result_comes_as_a_picture(
    stage: StaffStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll, event = prepare(stage)
    people = voters(stage, 9)
    vera = await stage.linked("Vera", "organiser")
    shown = await stage.say(vera, "/polls")
    assert "✏️ Where shall the bench stand?\ndraft" in shown["text"]
    shown = await stage.press(vera, "1. Where shall")
    assert "Most votes" in shown["text"] and "share their place" in shown["text"], (
        "the rule is stated before the opening"
    )
    assert "🖼 Result as a picture" not in labels(shown)
    await stage.press(vera, "📺 Put it on the screen of the room")
    assert stage.database.read(lambda session: on_screen(session, event)) == poll.id
    opened = await stage.press(vera, "▶️ Open")
    assert "🟢" in opened["text"] and stage.deps.urls.open_vote(poll.code) in opened["text"]
    vote(stage, poll, people[:6], "A")
    vote(stage, poll, people[6:8], "B")
    opened = await stage.press(vera, "🔄 As it is now")
    assert "🗳 8 votes" in opened["text"]
    sure = await stage.press(vera, "⏹ Close")
    assert "8 votes so far" in sure["text"] and now_of(stage, poll).state is State.OPEN
    vote(stage, poll, people[8:], "A")
    closed = await stage.press(vera, "✅ Yes: Close")
    assert "🏁" in closed["text"] and "9 votes counted. “Park” wins." in closed["text"]
    assert "Park: not published" in closed["text"], "small numbers stay hidden, as everybody may read it"
    await stage.press(vera, "👁 Show the result on the screen")
    assert stage.database.read(lambda session: screen_of(session, poll.id)).revealed
    for again in (data_of(sure, "Yes: Close"), data_of(opened, "Close"), f"poll-do:open:{poll.id}:draft"):
        assert "does not stand any more" in (await press_data(stage, vera, sure, again))["text"]
    await stage.press(vera, "📣 Publish the result")
    told = await stage.press(vera, "✅ Yes: Publish the result")
    assert f"Published at: {stage.deps.urls.public}/v/{poll.code}/result" in told["text"]
    assert stage.database.read(lambda session: screen_of(session, poll.id)).published
    await _picture_comes(stage, vera, monkeypatch)
    await stage.say(vera, "/polls")
    await stage.press(vera, "1. Where shall")
    await stage.press(vera, "❓ Show the questions on the screen")
    assert stage.database.read(lambda session: on_screen(session, event)) is None
    assert acts(stage) == [
        "room.screen", "poll.opened", "poll.closed", "poll.revealed", "poll.published", "room.screen",
    ]  # fmt: skip
    details = stage.database.read(lambda s: [str(one) for one in s.scalars(select(AuditEntry.details))])
    assert "Park" not in str(details), "ids, no contents"


@IN_SQLITE
async def test_a_result_in_words_that_nobody_has_read_is_shown_after_a_question(stage: StaffStage) -> None:
    poll, _ = prepare(stage, named(Kind.TEXT))

    def votes(session: Session) -> None:
        for person, words in zip(voters_, ("Alberi", "Panchine"), strict=True):
            cast(session, BOOTH, Vote(poll.id, Voter(person), Choice(words=words), "web"), stage.clock.now())

    voters_, vera = voters(stage, 2), await stage.linked("Vera", "organiser")
    await stage.say(vera, "/polls")
    await stage.press(vera, "1. Where shall")
    await stage.press(vera, "▶️ Open")
    stage.database.write(votes)
    await stage.press(vera, "⏹ Close")
    await stage.press(vera, "✅ Yes: Close")
    asked = await stage.press(vera, "👁 Show the result on the screen")
    assert "2 answers have not been read yet: the result does not show them." in asked["text"]
    assert not stage.database.read(lambda session: screen_of(session, poll.id)).revealed
    await stage.press(vera, "✅ Yes: Show the result on the screen")
    assert stage.database.read(lambda session: screen_of(session, poll.id)).revealed
    asked = await stage.press(vera, "📣 Publish the result")
    assert "2 answers have not been read yet" in asked["text"] and "on a page for everybody?" in asked["text"]


@IN_SQLITE
async def test_an_update_that_comes_again_or_a_second_tap_acts_once(stage: StaffStage) -> None:
    prepare(stage, define(shown=Shown.LIVE))
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/polls")
    page = await stage.press(vera, "1. Where shall")
    for _ in range(2):
        await vera.presses_data(page["id"], data_of(page, "▶️ Open"), force=True)
    updates = await stage.updates()
    for one in (*updates, *updates):
        await stage.door.take(one)
    await stage.door.application.bot.get_updates(offset=updates[-1].update_id + 1, timeout=0, limit=1)
    assert acts(stage) == ["poll.opened"]
    await stage.say(vera, "/polls")
    await stage.press(vera, "1. Where shall")
    page = await stage.press(vera, "📺 Put it on the screen of the room")
    screen = data_of(page, "❓").replace("questions", "screen")
    await press_data(stage, vera, page, screen)
    assert acts(stage) == ["poll.opened", "room.screen"], "what is on the screen is not put there again"
    await stage.press(vera, "🙈 Hide the result on the screen")
    await stage.press(vera, "👁 Show the result on the screen")
    assert acts(stage)[2:] == ["poll.concealed", "poll.revealed"]


async def test_no_ballot_is_counted_that_is_written_while_the_chat_closes_the_poll(stage: StaffStage) -> None:
    """Votes go on in shared transactions; whoever closes waits for them, and who comes later is told."""
    poll, _ = prepare(stage)
    people = voters(stage, 40)
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/polls")
    await stage.press(vera, "1. Where shall")
    await stage.press(vera, "▶️ Open")
    await stage.press(vera, "⏹ Close")
    await vera.presses("✅ Yes: Close")
    (update_,) = await stage.updates()
    arrived = parse(update_)
    assert arrived is not None and acts_alone(arrived.did), "it shares no transaction with the votes it waits for"

    async def votes(person: int) -> bool:
        def work(session: Session) -> object:
            return cast(session, BOOTH, Vote(poll.id, Voter(person), chosen("A"), "web"), stage.clock.now())

        try:
            await stage.database.shared(work, key=f"person:{person}")
        except PollClosed:
            return False
        return True

    async def closes() -> None:
        await stage.door.take(update_)

    found = await asyncio.gather(*(votes(one) for one in people[:20]), closes(), *(votes(one) for one in people[20:]))
    counted = stage.database.read(lambda session: read_ballots(session, load_poll(session, poll.id)))
    assert sum(one.count for one in counted.together) == sum(bool(one) for one in found if one is not None)
    assert now_of(stage, poll).state is State.CLOSED and acts(stage) == ["poll.opened", "poll.closed"]
    stage.clock.set(stage.clock.now() + timedelta(seconds=1))
    assert not await votes(stage.rows.people["Ada <b>Rossa</b>"])


@IN_SQLITE
async def test_polls_of_other_offices_and_acts_without_the_permission_are_refused(stage: StaffStage) -> None:
    poll, _ = prepare(stage)
    stage.other_office()
    rita = await stage.linked("Rita", "reviewer")
    otto = await stage.person(902)
    await stage.say(otto, f"/start {stage.code(stage.account('Otto', 'organiser', 'other'))}")
    tries = (
        f"poll:{poll.id}", f"poll-do:open:{poll.id}:draft", f"poll-do:screen:{poll.id}:draft",
        f"poll-picture:{poll.id}", f"poll-ask:close:{poll.id}:draft", "poll:999", "poll:x", "poll-do",
        "poll-do:dance:1:", "poll-ask:open:1:draft",
    )  # fmt: skip
    for person in (rita, otto):
        menu = await stage.say(person, "/start")
        for data in tries:
            assert (await press_data(stage, person, menu, data))["text"].startswith("⚠️"), data
    assert "There is none yet." in (await stage.say(otto, "/polls"))["text"]
    assert now_of(stage, poll).state is State.DRAFT and acts(stage) == []


@IN_SQLITE
async def test_each_of_the_six_acts_is_done_and_noted_once_and_an_old_yes_does_nothing(stage: StaffStage) -> None:
    poll, _ = prepare(stage)
    people = voters(stage, 9)
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/polls")
    shown = await stage.press(vera, "1. Where shall")
    done: list[str] = []
    for act, label in (
        ("opened", "▶️ Open"), ("closed", "⏹ Close"), ("revealed", "👁 Show the result"),
        ("concealed", "🙈 Hide the result"), ("published", "📣 Publish"), ("unpublished", "↩️ Take the result back"),
    ):  # fmt: skip
        old = data_of(shown, label)
        page = await stage.press(vera, label)
        if act in {"closed", "published"}:
            old, page = data_of(page, "✅ Yes"), await stage.press(vera, "✅ Yes")
        done.append(f"poll.{act}")
        for _ in range(2):
            assert "does not stand any more" in (await press_data(stage, vera, shown, old))["text"], act
        assert acts(stage) == done
        if act == "published":
            confirmed = old
        if act == "opened":
            vote(stage, poll, people, "A")
        shown = page
    assert "does not stand any more" in (await press_data(stage, vera, shown, confirmed))["text"]
    assert acts(stage) == done, "it was published, and taken back, since that was confirmed"


@IN_SQLITE
async def test_what_stands_already_is_not_noted_again_whichever_door_presses_twice(stage: StaffStage) -> None:
    poll, _ = prepare(stage, define(shown=Shown.LIVE))
    account = stage.account("Vera", "organiser")

    def act(name: str) -> None:
        def work(session: Session) -> None:
            staff = load_staff(session, account)
            assert staff is not None
            do_to_poll(session, BOOTH.ids, staff, (load_poll(session, poll.id), name), stage.clock.now())

        stage.database.write(work)

    act("open")
    vote(stage, poll, voters(stage, 9), "A")
    for name in ("close", "conceal", "reveal", "publish", "unpublish"):
        act(name)
        act(name)
    told = ["opened", "closed", "concealed", "revealed", "published", "unpublished"]
    assert acts(stage) == [f"poll.{one}" for one in told]


@IN_SQLITE
async def test_an_old_page_throws_no_other_poll_off_the_screen(stage: StaffStage) -> None:
    first, event = prepare(stage)

    def another(session: Session) -> int:
        place = Place(stage.rows.office, stage.rows.process, "Europe/Rome")
        return add_poll(session, BOOTH.ids, place, ("second", replace(define(), event_id=event)), stage.clock.now())

    second = stage.database.write(another)
    vera = await stage.linked("Vera", "organiser")
    menu = await stage.say(vera, "/polls")
    old = await press_data(stage, vera, menu, f"poll:{first.id}")
    stage.database.write(lambda session: put_on_screen(session, event, second))
    refused = await press_data(stage, vera, old, data_of(old, "📺 Put it on the screen"))
    assert "does not stand any more" in refused["text"]
    assert stage.database.read(lambda session: on_screen(session, event)) == second
    fresh = await press_data(stage, vera, menu, f"poll:{first.id}")
    on = await press_data(stage, vera, fresh, data_of(fresh, "📺 Put it on the screen"))
    assert stage.database.read(lambda session: on_screen(session, event)) == first.id
    stage.database.write(lambda session: put_on_screen(session, event, second))
    assert (
        "does not stand any more" in (await press_data(stage, vera, on, data_of(on, "❓ Show the questions")))["text"]
    )
    assert stage.database.read(lambda session: on_screen(session, event)) == second


@IN_SQLITE
async def test_a_poll_that_waits_to_be_released_says_so_before_it_is_opened_without_its_invitation(
    stage: StaffStage,
) -> None:
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    await stage.press(vera, "Where to put the bench")
    await stage.press(vera, "✅ Ask 1 person")
    await stage.press(vera, "✅ Yes: ask")
    sure = await stage.press(vera, "▶️ Open")
    assert "not released yet" in sure["text"] and "poll.opened" not in acts(stage)
    opened = await stage.press(vera, "✅ Yes: Open")
    assert "🟢" in opened["text"] and acts(stage)[-1] == "poll.opened"
