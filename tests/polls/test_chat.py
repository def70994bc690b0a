"""Polls in the chat, over the real Bot API: one message each, edited in place, and nothing stored before the vote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from bots.participants.callback import PollAct, poll_press
from core.i18n import translator
from core.people.tables import Membership
from core.process.tables import Office
from surveys.polls.ballot import Choice
from surveys.polls.casting import Booth, Vote, cast
from surveys.polls.errors import VotedAlready
from surveys.polls.kinds import Kind, Shown
from surveys.polls.making import close_poll
from surveys.polls.my_data import export_votes
from surveys.polls.order import order_for
from surveys.polls.poll import Definition, Poll
from surveys.polls.voters import Voter
from tests.bots.stage import Json, Stage, labels, newest
from tests.dates.test_chat import somebody, toast
from tests.polls.scene import BOOTH, add, define, named, piles, register
from tests.polls.test_secret import dump
from tests.support.bot_stage import quiet, sandbox, stage
from tests.support.sandbox import Person
from web.console.named_votes import named_votes

__all__ = ["quiet", "sandbox", "stage"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


async def press(stage: Stage, person: Person, shown: Json, data: str) -> Json:
    await person.presses_data(shown["id"], data, force=True)
    await stage.hears()
    return await newest(person)


async def test_a_named_poll_is_one_press_and_another_changes_it(stage: Stage) -> None:
    _, person = await somebody(stage)
    poll = add(stage.scene, named(shown=Shown.AFTER_VOTE, closes_local="2023-07-14T18:00"))
    shown = await stage.say(person, "/vote")
    assert shown["text"].startswith("Where shall the bench stand?") and "14 July 2023, 18:00" in shown["text"]
    assert "This vote is named" in shown["text"] and labels(shown) == ["Park", "Square", "School"]
    count = len(await person.bot_messages())
    voted = await stage.press(person, "Square")
    assert await toast(person) == "Thank you, your vote counts."
    assert "your vote: Square" in voted["text"] and "Square: 1 ▪" in voted["text"] and "Park: 0" in voted["text"]
    again = await stage.press(person, "Change my vote")
    assert labels(again) == ["Park", "✓ Square", "School"]
    changed = await stage.press(person, "School")
    assert "your vote: School" in changed["text"] and changed["id"] == shown["id"]
    assert len(await person.bot_messages()) == count, "all of it in one message"
    assert piles(stage.scene.database, poll) == {"C": 1}
    stage.clock.advance(timedelta(days=5))
    late = await press(stage, person, shown, poll_press(poll.id, PollAct.CAST, "0"))
    assert "This poll is closed" in late["text"] and labels(late) == [] and "are taken until" not in late["text"]
    assert piles(stage.scene.database, poll) == {"C": 1}
    stage.scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, stage.clock.now()))
    over = await stage.say(person, f"/vote {poll.code}")
    assert "“School” wins." in over["text"] and "School: 1" in over["text"], "the same outcome at every door"


async def test_a_secret_poll_is_told_confirmed_and_final_and_stands_nowhere_before(stage: Stage) -> None:
    participant, person = await somebody(stage)
    poll = add(stage.scene, define(Kind.MULTIPLE, "ABCD", rules={"none": True}))
    before = {name: told for name, told in dump(stage.scene.database).items() if name != "inbound"}
    with capture_logs() as logs:
        shown = await stage.say(person, "/vote")
        assert "This vote is anonymous" in shown["text"] and "your vote is final" in shown["text"]
        await stage.press(person, "Park")
        drafted = await stage.press(person, "School")
        assert labels(drafted) == ["✓ Park", "Square", "✓ School", "River", "None of these", "Cast my vote"]
        await stage.press(person, "None of these")
        assert "✓ None of these" in labels(await newest(person)) and "✓ Park" not in labels(await newest(person))
        for name in ("Square", "Park", "River"):
            drafted = await stage.press(person, name)
        still = await stage.press(person, "Cast my vote")
        assert "At most 2 can be chosen; you have chosen 3" in await toast(person) and still == drafted
        await stage.press(person, "✓ Park")
        after = {name: told for name, told in dump(stage.scene.database).items() if name != "inbound"}
        assert {name for name in after if after[name] != before[name]} <= {"chat"}, "a draft is in no table"
        assert "'C'" not in after["chat"] and "poll" not in after["chat"]
        done = await stage.press(person, "Cast my vote")
    assert "Your vote has been counted" in done["text"] and "River" not in done["text"] and labels(done) == []
    assert register(stage.scene.database) == [f"p:{participant}"]
    told = dump(stage.scene.database)
    assert [name for name in told if "B D" in told[name]] == ["secret_ballot"]
    assert "B D" not in str(logs) and "c13" not in str(logs)
    assert not any("cast" in told[name].lower() or "c13" in told[name] for name in ("inbound", "chat", "notice"))
    for data in (poll_press(poll.id, PollAct.CAST, "0"), poll_press(poll.id, PollAct.DRAFT, "0")):
        again = await press(stage, person, done, data)
        assert "Your vote has been counted" in again["text"]
    stage.scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, stage.clock.now()))
    assert piles(stage.scene.database, poll) == {"B D": 1}


async def test_an_update_that_comes_again_is_counted_once_and_thanked_for_again(stage: Stage) -> None:
    """The process was killed after its commit and before Telegram was told: the same update comes once more."""
    _, person = await somebody(stage)
    poll = add(stage.scene, define())
    shown = await stage.say(person, "/vote")
    await stage.press(person, "Park")
    await person.presses("Cast my vote")
    updates = await stage.bot.get_updates(timeout=0)
    for _ in range(2):
        for update in updates:
            await stage.dispatcher().feed_update(stage.bot, update)
    done = await newest(person)
    assert done["id"] == shown["id"] and "Your vote has been counted" in done["text"]
    stage.scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, stage.clock.now()))
    assert piles(stage.scene.database, poll) == {"A": 1}


async def test_a_ranking_is_tapped_in_order_with_a_way_back(stage: Stage) -> None:
    _, person = await somebody(stage)
    poll = add(stage.scene, named(Kind.RANKING, "ABCD", rules={"least": 2, "most": 3}))
    shown = await stage.say(person, "/vote")
    assert "Press up to 3 options in order" in shown["text"]
    for name in ("River", "Park", "School"):
        shown = await stage.press(person, name)
    assert labels(shown) == ["2. Park", "Square", "3. School", "1. River", "Cast my vote", "Undo"]
    shown = await stage.press(person, "Undo")
    assert labels(shown)[:4] == ["2. Park", "Square", "School", "1. River"]
    shown = await stage.press(person, "1. River")
    await stage.press(person, "Cast my vote")
    assert "Please choose at least 2" in await toast(person)
    await stage.press(person, "Square")
    voted = await stage.press(person, "Cast my vote")
    assert "1. Park; 2. Square" in voted["text"]
    assert piles(stage.scene.database, poll) == {"A>B": 1}
    assert labels(await stage.press(person, "Change my vote"))[:2] == ["1. Park", "2. Square"]


async def test_points_are_given_and_taken_back(stage: Stage) -> None:
    _, person = await somebody(stage)
    poll = add(stage.scene, named(Kind.DOTS, "AB", shown=Shown.LIVE))
    shown = await stage.say(person, "/vote")
    assert "At most 3 for an option." in shown["text"], "the + goes away there"
    assert "5 points left." in shown["text"] and labels(shown) == ["0 – Park", "·", "+", "0 – Square", "·", "+"]
    for draft in ("0", "00", "000", "0001"):
        shown = await press(stage, person, shown, poll_press(poll.id, PollAct.DRAFT, draft))
    assert "1 point left." in shown["text"]
    assert labels(shown) == ["3 – Park", "−", "·", "1 – Square", "−", "+", "Cast my vote"]
    await stage.press(person, "Cast my vote")
    assert piles(stage.scene.database, poll) == {"A:3 B:1": 1}
    voted = await newest(person)
    assert "Park (3), Square (1)" in voted["text"] and "How it stands (points)" in voted["text"]
    for draft in ("0000", "000111"):
        await press(stage, person, shown, poll_press(poll.id, PollAct.CAST, draft))
        assert "points" in await toast(person)
    assert piles(stage.scene.database, poll) == {"A:3 B:1": 1}
    free = add(stage.scene, named(Kind.DOTS, "AB", rules={"most": 0}), "free")
    assert "for an option" not in (await stage.say(person, f"/vote {free.code}"))["text"]


async def test_a_scale_and_words(stage: Stage) -> None:
    _, person = await somebody(stage)
    scale = add(stage.scene, named(Kind.SCALE))
    shown = await stage.say(person, "/vote")
    assert labels(shown) == ["1 = not at all, 5 = very much", "1", "2", "3", "4", "5"]
    await stage.press(person, "4")
    assert piles(stage.scene.database, scale) == {"4": 1}
    words = add(stage.scene, define(Kind.TEXT, rules={"most": 20}), "words")
    menu = await stage.say(person, "/vote")
    names = [f"Where shall the bench stand? ({one.code.upper()})" for one in (scale, words)]
    assert labels(menu) == [f"✓ {names[0]}", names[1]]
    shown = await press(stage, person, menu, poll_press(words.id))
    await stage.press(person, "Write my text")
    refused = await stage.say(person, "far too many words for a short text")
    assert "at most 20 are taken" in refused["text"]
    done = await stage.say(person, "More trees")
    assert "Your vote has been counted" in done["text"] and "trees" not in done["text"]
    shown = await press(stage, person, shown, poll_press(words.id, PollAct.WRITE))
    assert "Your vote has been counted" in shown["text"]
    stage.scene.database.write(lambda session: close_poll(session, BOOTH.ids, words.id, stage.clock.now()))
    assert piles(stage.scene.database, words) == {"More trees": 1}


async def test_only_what_is_written_after_the_press_is_a_vote_and_the_poll_says_so(stage: Stage) -> None:
    """Of a walk-in and of somebody in the middle of a questionnaire: an answer that became a vote could be final."""
    stranger, (_, member) = await stage.person(9), await somebody(stage)
    poll = add(stage.scene, define(Kind.TEXT, walk_ins=True))
    for person, opens in ((stranger, f"/start poll-{poll.code}"), (member, "/vote")):
        shown = await stage.say(person, opens)
        assert "Press the button, then write your text: at most 60 characters." in shown["text"]
        assert "has been counted" not in (await stage.say(person, "No vote"))["text"]
    assert piles(stage.scene.database, poll) == {}
    for person in (stranger, member):
        await stage.say(person, f"/vote {poll.code}")
        await stage.press(person, "Write my text")
        assert "Your vote has been counted" in (await stage.say(person, "More trees"))["text"]
    stage.scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, stage.clock.now()))
    assert piles(stage.scene.database, poll) == {"More trees": 2}


async def test_words_are_awaited_as_the_very_next_thing(stage: Stage) -> None:
    _, person = await somebody(stage)
    poll = add(stage.scene, named(Kind.TEXT))
    await stage.say(person, "/vote")
    await stage.press(person, "Write my text")
    await stage.say(person, "/help")
    await stage.say(person, "This is no vote")
    assert piles(stage.scene.database, poll) == {}
    await press(stage, person, await newest(person), poll_press(poll.id, PollAct.WRITE))
    stage.scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, stage.clock.now()))
    assert "This poll is closed" in (await stage.say(person, "Too late"))["text"]


async def test_after_a_close_without_votes_it_is_said_that_nobody_voted(stage: Stage) -> None:
    _, person = await somebody(stage)
    poll = add(stage.scene, define())
    await stage.say(person, "/vote")
    stage.scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, stage.clock.now()))
    assert "Nobody voted." in (await stage.press(person, "Park"))["text"]


async def test_whoever_is_not_known_votes_from_the_room_once_an_account(stage: Stage) -> None:
    stranger, (_, member) = await stage.person(9), await somebody(stage)
    closed, poll = add(stage.scene, define(), "closed-shop"), add(stage.scene, define(walk_ins=True))
    assert "not addressed to you" in (await stage.say(stranger, f"/start poll-{closed.code}"))["text"]
    assert "no poll here" in (await stage.say(stranger, "/vote zzzzzz"))["text"]
    assert "No poll is open for you" in (await stage.say(stranger, "/vote"))["text"]
    for person in (stranger, member):
        shown = await stage.say(person, f"/start poll-{poll.code}")
        assert "Where shall the bench stand?" in shown["text"]
        await stage.press(person, "Park")
        assert "has been counted" in (await stage.press(person, "Cast my vote"))["text"]
    assert "has been counted" in (await stage.say(stranger, f"/vote {poll.code.upper()}"))["text"]
    choice = await stage.say(member, "/vote")
    title = "Where shall the bench stand?"
    names = [f"{title} ({one.code.upper()})" for one in (closed, poll)]
    assert labels(choice) == [names[0], f"✓ {names[1]}"], "what one has voted in is told from what waits"
    keys = register(stage.scene.database)
    assert len(keys) == 2 and not any(key.endswith(":9") for key in keys)


async def test_who_is_known_but_not_to_the_office_is_not_told_that_it_sees_them(stage: Stage) -> None:
    """Known to another office of the installation, in a room's poll by its code: the office's page shows no name."""
    _, person = await somebody(stage)
    poll = add(stage.scene, named(walk_ins=True))
    assert "the office sees who chose what" in (await stage.say(person, f"/vote {poll.code}"))["text"]
    elsewhere = insert(Office).values(slug="elsewhere", name="Elsewhere", kind="municipality").returning(Office.id)

    def move(session: Session) -> None:
        other = session.execute(elsewhere).scalar_one()
        for one in session.scalars(select(Membership)):
            one.office_id = other

    stage.scene.database.write(move)
    shown = (await stage.say(person, f"/vote {poll.code}"))["text"]
    assert "without your name, unless it has you among its own people" in shown
    await stage.press(person, "Park")
    (seen,) = stage.scene.database.read(lambda session: named_votes(session, poll))
    assert (seen.name, seen.ballot) == ("", "A")


async def test_a_stranger_who_joins_is_one_voter_with_one_ballot(stage: Stage) -> None:
    stranger, database = await stage.person(9), stage.scene.database
    ada = stage.participant("ada@example.org")
    booth = Booth(stage.links, BOOTH.ids)

    def by_page(poll: Poll, name: str) -> None:
        given = Vote(poll.id, Voter(ada), Choice(names=(name,)), "web")
        database.write(lambda session: cast(session, booth, given, stage.clock.now()))

    secret = add(stage.scene, define(walk_ins=True), "secret")
    both = add(stage.scene, named(walk_ins=True), "both")
    later = add(stage.scene, named(walk_ins=True), "later")
    by_page(both, "A")
    for poll, presses in ((secret, ("Park", "Cast my vote")), (both, ("Square",)), (later, ("Square",))):
        stage.clock.advance(timedelta(seconds=1))
        shown = await stage.say(stranger, f"/start poll-{poll.code}")
        assert ("you vote here without a name: your Telegram account" in shown["text"]) is (not poll.is_secret)
        for button in presses:
            await stage.press(stranger, button)
    assert piles(database, both) == {"A": 1, "B": 1}, "nobody knows yet that they are one"
    await stage.say(stranger, stage.link(ada))
    assert piles(database, both) == {"A": 1}, "of two the one that was given first stands"
    with pytest.raises(VotedAlready):
        by_page(secret, "B")
    by_page(later, "C")
    by_page(both, "C")
    assert piles(database, later) == piles(database, both) == {"C": 1}
    told = database.read(lambda session: export_votes(session, [ada]))
    assert {one["poll"] for one in told} == {"secret", "both", "later"}, "what they voted as a stranger is theirs"


async def test_what_does_not_fit_is_said_and_nothing_breaks(stage: Stage) -> None:
    _, person = await somebody(stage)
    draft = add(stage.scene, define(), "draft", opened=False)
    poll = add(stage.scene, define())
    shown = await stage.say(person, f"/vote {poll.code}")
    for data in ("poll:x:", "poll:1:z", "poll:999:", f"poll:{draft.id}:", f"poll:{draft.id}:c0", f"poll:{poll.id}:c!",
                 f"poll:{poll.id}:c", f"poll:{poll.id}:c00", "poll:99999999999999999999:c0"):  # fmt: skip
        count = len((await person.chat())["toasts"])
        await press(stage, person, shown, data)
        assert len((await person.chat())["toasts"]) == count + 1 and await toast(person), data
    assert register(stage.scene.database) == []


async def test_options_stand_in_an_order_of_their_own_and_long_ones_are_written_out(stage: Stage) -> None:
    participant, person = await somebody(stage)
    new = named(names="ABCD", rules={"shuffled": True})
    text = "A bench under the old lime trees, beside the fountain <b>and</b> the school's wall"
    long = {"it": "Una panchina " * 9, "en": text}
    poll = add(stage.scene, replace(new, options=(replace(new.options[0], label=long), *new.options[1:])))
    shown = await stage.say(person, "/vote")
    order = order_for(poll, f"p:{participant}", stage.links)
    assert [one[:20] for one in labels(shown)] == [poll.label_of(name, translator("en"))[:20] for name in order]
    assert f"• {text}" in shown["text"] and "• Square" in shown["text"]


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (define(closes_local="2023-07-14T18:00"), "The result comes after the close: 14 July 2023, 18:00."),
        (named(closes_local="2023-07-14T18:00"), "The result comes after the close: 14 July 2023, 18:00."),
        (define(), "The result comes once the poll is closed."),
        (named(shown=Shown.AFTER_VOTE), ""),
        (named(shown=Shown.LIVE), ""),
        (named(Kind.TEXT), ""),
    ],
    ids=["secret", "named", "without an end", "after the vote", "live", "words"],
)
async def test_whoever_has_voted_is_told_when_the_result_comes(stage: Stage, new: Definition, told: str) -> None:
    _, person = await somebody(stage)
    add(stage.scene, new)
    await stage.say(person, "/vote")
    if new.kind is Kind.TEXT:
        await stage.press(person, "Write my text")
        thanks = await stage.say(person, "Under the tree")
    else:
        thanks = await stage.press(person, "Square")
        thanks = await stage.press(person, "Cast my vote") if "Cast my vote" in labels(thanks) else thanks
    assert "Thank you" in thanks["text"] and told in thanks["text"]
    assert ("The result comes" in thanks["text"]) is bool(told)
    assert thanks["text"].count("14 July") == ("14 July" in told), "the day stands there once"


async def test_polls_of_the_same_name_are_told_apart_where_one_is_chosen(stage: Stage) -> None:
    _, person = await somebody(stage)
    days = [(stage.scene.now + timedelta(days=ahead)).date() for ahead in (2, 9)]
    for day in days:
        add(stage.scene, define(closes_local=f"{day}T18:00"), f"until-{day}")
    shown = await stage.say(person, "/vote")
    assert labels(shown) == [f"Where shall the bench stand? (until {day:%-d %B %Y})" for day in days]
