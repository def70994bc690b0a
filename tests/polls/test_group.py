"""Telegram's own polls in a group: posted by a code, counted with everything else, told apart by account."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.methods import SendPoll
from aiogram.types import Chat, Message

from bots.participants.group_polls import AskedFor, GroupPolls
from surveys.polls.ballot import Choice
from surveys.polls.casting import Booth
from surveys.polls.checking import check
from surveys.polls.kinds import Kind, Shown
from surveys.polls.making import close_poll
from surveys.polls.poll import Poll
from tests.bots.stage import Stage
from tests.dates.test_chat import somebody
from tests.polls.scene import BOOTH, add, define, named, piles, register, vote
from tests.support.bot_stage import quiet, sandbox, stage

__all__ = ["quiet", "sandbox", "stage"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both

GROUP = "/telegram/participants/groups/55"


class Committee:
    """A group with the bot; Ada is known to the office, 77 to nobody."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def say(self, text: str, account: int = 501) -> None:
        await self._act("messages", {"text": text, "from": _who(account)})

    async def choose(self, message: Any, account: int, *options: int) -> int:
        content = {"message_id": message["id"], "options": list(options), "from": _who(account)}
        return await self._act("votes", content)

    async def messages(self) -> list[Any]:
        found = (await self.stage.sandbox.http.get(f"{GROUP}/chat")).json()["messages"]
        return [one for one in found if one["from"] == "bot"]

    async def _act(self, what: str, content: Any) -> int:
        answer = await self.stage.sandbox.http.post(f"{GROUP}/{what}", json=content)
        await self.stage.hears()
        return int(answer.status_code)


def _who(account: int) -> Any:
    return {"id": account, "first_name": f"P{account}", "language_code": "en"}


async def test_members_vote_in_the_group_and_are_one_voter_over_all_doors(stage: Stage) -> None:
    ada, _ = await somebody(stage)
    committee, database = Committee(stage), stage.scene.database
    poll = add(stage.scene, named(closes_local="2023-07-14T18:00", names_in_groups=True))
    await committee.say(f"/poll@participants_bot {poll.code}")
    (shown,) = await committee.messages()
    assert shown["poll"]["question"] == "Where shall the bench stand?" and not shown["poll"]["is_anonymous"]
    assert [one["text"] for one in shown["poll"]["options"]] == ["Park", "Square", "School"]
    await committee.choose(shown, 501, 1)
    assert piles(database, poll) == {"B": 1} and register(database) == [f"p:{ada}"]
    vote(stage.scene, poll, ada, Choice(names=("A",)), door="mail")
    assert piles(database, poll) == {"A": 1}
    await committee.choose(shown, 501)
    assert piles(database, poll) == {"A": 1}, "what was cast by mail is not taken back in the group"
    await committee.choose(shown, 501, 2)
    assert piles(database, poll) == {"C": 1}
    await committee.choose(shown, 77, 0)  # belongs to nobody, and the poll takes no walk-ins
    assert piles(database, poll) == {"C": 1} and register(database) == [f"p:{ada}"]
    await committee.choose(shown, 501)
    assert piles(database, poll) == {} and register(database) == []
    await committee.choose(shown, 501, 0)
    await committee.say(f"/poll {poll.code}")
    assert (await committee.messages())[-1]["text"] == "This poll stands in this group already."
    stage.clock.advance(timedelta(days=5))
    await committee.choose(shown, 501, 1)
    assert piles(database, poll) == {"A": 1}
    assert (await committee.messages())[0]["poll"]["is_closed"], "the first late vote stops it"
    await committee.say(f"/poll {poll.code}")
    assert "is closed" in (await committee.messages())[-1]["text"]


async def test_strangers_are_counted_apart_where_the_poll_takes_them(stage: Stage) -> None:
    committee, poll = (
        Committee(stage),
        add(stage.scene, named(Kind.MULTIPLE, rules={"most": 0}, walk_ins=True, names_in_groups=True)),
    )
    await committee.say(f"/sondaggio {poll.code}")
    (shown,) = await committee.messages()
    assert shown["poll"]["allows_multiple_answers"]
    for _ in range(2):
        await committee.choose(shown, 77, 2, 0)
    assert piles(stage.scene.database, poll) == {"A C": 1}
    (key,) = register(stage.scene.database)
    assert key.startswith("t:") and key[2:] != "77"


async def test_an_update_that_comes_again_counts_and_posts_once(stage: Stage) -> None:
    await somebody(stage)
    committee, poll = Committee(stage), add(stage.scene, named(names_in_groups=True))
    http = stage.sandbox.http
    await http.post(f"{GROUP}/messages", json={"text": f"/poll {poll.code}", "from": _who(501)})
    for update in (updates := await stage.bot.get_updates(timeout=0)) * 2:
        await stage.dispatcher().feed_update(stage.bot, update)
    assert len(updates) == 1
    (shown,) = await committee.messages()
    await stage.hears()
    await http.post(f"{GROUP}/votes", json={"message_id": shown["id"], "options": [0], "from": _who(501)})
    first = await stage.bot.get_updates(timeout=0)
    await stage.hears()
    await committee.choose(shown, 501, 1)
    for update in first:
        await stage.dispatcher().feed_update(stage.bot, update)
    assert piles(stage.scene.database, poll) == {"B": 1}


async def test_a_group_sees_no_more_than_the_office_allows(stage: Stage) -> None:
    """Names only where the poll says so, and numbers no earlier than at every other door."""
    ada, person = await somebody(stage)
    asked: list[Any] = []

    async def watch(make: Any, bot: Bot, method: Any) -> Any:
        asked.append(method)
        return await make(bot, method)

    watching: Any = watch
    stage.bot.session.middleware(watching)
    committee, database = Committee(stage), stage.scene.database
    secret = add(stage.scene, define(Kind.RANKING, closes_local="2023-07-14T18:00"), "secret")
    kept = add(stage.scene, named(), "kept")
    for poll, told in ((secret, "This vote is anonymous"), (kept, "This vote is named")):
        await committee.say(f"/poll {poll.code}")
        shown = (await committee.messages())[-1]
        assert "poll" not in shown or not shown["poll"], "it would show who chose what"
        assert told in shown["text"] and "this group does not see what you choose" in shown["text"]
        ((button,),) = shown["buttons"]
        assert button["text"] == "Vote" and button["url"].endswith(f"?start=poll-{poll.code}")
        voting = await stage.say(person, f"/start poll-{poll.code}")
        assert "Where shall the bench stand?" in voting["text"], "the button leads to the vote"
        await committee.say(f"/poll {poll.code}")
        assert (await committee.messages())[-1]["text"] == "This poll stands in this group already."
    for when, hides in ((Shown.AFTER_CLOSE, True), (Shown.AFTER_VOTE, False), (Shown.LIVE, False)):
        poll = add(stage.scene, named(names_in_groups=True, shown=when), when.value.replace("_", "-"))
        await committee.say(f"/poll {poll.code}")
        (sent,) = [one for one in asked if isinstance(one, SendPoll)][-1:]
        assert bool(sent.hide_results_until_closes) is hides, when
    vote(stage.scene, poll, ada, Choice(names=("A",)))
    database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, stage.clock.now()))
    shown = (await committee.messages())[-1]
    await committee.say(f"/poll {poll.code}")
    ended = next(one for one in await committee.messages() if one["id"] == shown["id"])
    assert ended["poll"]["is_closed"] and "is closed" in (await committee.messages())[-1]["text"]


async def test_a_command_written_twice_at_once_posts_once(stage: Stage) -> None:
    committee, poll = Committee(stage), add(stage.scene, named(names_in_groups=True))
    for _ in range(2):
        content = {"text": f"/poll {poll.code}", "from": _who(501)}
        await stage.sandbox.http.post(f"{GROUP}/messages", json=content)
    dispatcher = stage.dispatcher()
    updates = await stage.bot.get_updates(timeout=0)
    await asyncio.gather(*(dispatcher.feed_update(stage.bot, one) for one in updates))
    assert len(updates) == 2 and sum("poll" in one and bool(one["poll"]) for one in await committee.messages()) == 1


async def test_what_a_group_cannot_ask_is_said_there(stage: Stage) -> None:
    committee = Committee(stage)
    for code in ("zzzzzz", ""):
        await committee.say(f"/poll {code}".strip())
        assert "no poll here" in (await committee.messages())[-1]["text"]
    count = len(await committee.messages())
    for text in ("/pollution", "hello", "/help"):
        await committee.say(text)
    assert len(await committee.messages()) == count


def test_which_polls_telegram_itself_can_ask(database_url: str) -> None:
    for new in (define(), named(rules={"shuffled": True}), *(named(kind) for kind in OTHERS)):
        assert [one.about for one in check(replace(new, names_in_groups=True), ["it"])] == ["names_in_groups"], new.kind
    assert check(named(names_in_groups=True), ["it"]) == []


OTHERS = (Kind.SCALE, Kind.RANKING, Kind.DOTS, Kind.TEXT)


async def test_a_group_that_is_slow_holds_up_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    poll, begun, goes = add(stage.scene, named(names_in_groups=True)), asyncio.Event(), asyncio.Event()
    posted: list[int] = []

    async def ask(_self: GroupPolls, did: AskedFor, _poll: Poll) -> Message:
        if did.chat_id == -1:
            begun.set()
            await goes.wait()
        posted.append(did.chat_id)
        chat = Chat(id=did.chat_id, type="group")
        return Message(message_id=1, date=stage.clock.now(), chat=chat)

    monkeypatch.setattr(GroupPolls, "_ask", ask)
    deps = stage.deps()
    polls = GroupPolls(stage.bot, deps.database, stage.clock, Booth(stage.links, stage.ids))
    slow = asyncio.create_task(polls.take(AskedFor(1, -1, "en", poll.code)))
    await begun.wait()
    async with asyncio.timeout(30):
        await polls.take(AskedFor(2, -2, "en", poll.code))
    assert posted == [-2]
    goes.set()
    await slow
    assert posted == [-2, -1]
