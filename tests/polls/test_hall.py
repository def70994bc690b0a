"""Many who press at once: thanked in the answer to their press, each told their own, the result read once for all."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.datastructures import FormData

from bots.participants.callback import PollAct, poll_press
from bots.participants.on_page import PageButtons
from bots.participants.parse import parse_vote
from bots.participants.store import change_chat
from bots.participants.unit import DOOR, Desk, Taken
from bots.participants.votes import PressedVote, count_vote, vote_in
from bots.participants.webhook import PATH, webhook_route
from core.database.database import Database
from core.database.reading import SharedReads
from core.people.errors import ParticipantUnknown
from core.tables import Inbound
from sandbox.serving import serving_app
from surveys.polls.crowd import Became, Crowd, Pressed
from surveys.polls.errors import PollUnknown
from surveys.polls.kinds import Shown
from surveys.polls.voters import Voter
from tests.bots.stage import Stage
from tests.dates.test_chat import somebody
from tests.polls.scene import add, named, piles
from tests.support.bot_stage import quiet, sandbox, stage
from tests.support.busy import held_up
from web.public.voting import Post, read_posts

__all__ = ["quiet", "sandbox", "stage"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both

SECRET = "webhook"


def pressed(update_id: int, account: int, data: str, **more: Any) -> dict[str, Any]:
    """As Telegram posts it (Bot API, CallbackQuery), of a message too old to be told of unless given."""
    user = {"id": account, "is_bot": False, "first_name": "Ada", "language_code": "en"}
    return {
        "update_id": update_id,
        "callback_query": {"id": f"q{update_id}", "from": user, "chat_instance": "1", "data": data, **more},
    }


async def test_presses_that_are_posted_at_once_are_thanked_in_their_answers(stage: Stage) -> None:
    _, first = await somebody(stage)
    poll = add(stage.scene, named(shown=Shown.AFTER_VOTE, walk_ins=True))
    shown = await stage.say(first, "/vote")
    stage.scene.database.write(lambda session: change_chat(session, first.id, awaiting={"poll": poll.id}))
    park, nothing = poll_press(poll.id, PollAct.CAST, "0"), poll_press(poll.id, PollAct.CAST)
    chat = {"id": first.id, "type": "private", "first_name": "Ada"}
    message = {"message_id": shown["id"], "date": 1, "chat": chat, "text": "?"}
    updates = [
        pressed(900_001, first.id, park, message=message),  # whose chat awaits a text
        pressed(900_002, 7002, park),  # who never wrote
        pressed(900_003, 7003, nothing),
        pressed(900_002, 7002, park),  # once more
        pressed(900_004, 7004, poll_press(999, PollAct.CAST, "0")),
    ]
    async with serving_app(Starlette(routes=[webhook_route(stage.deps(), SECRET)])) as port:
        header = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        posts = (stage.sandbox.http.post(f"http://127.0.0.1:{port}{PATH}", json=one, headers=header) for one in updates)
        answers = await asyncio.gather(*posts)
        await first.waits_for("your vote: Park")
    assert [one.status_code for one in answers] == [200] * 5
    told = {one.json()["callback_query_id"]: one.json() for one in answers if one.content}
    assert {one["method"] for one in told.values()} == {"answerCallbackQuery"}
    assert told["q900001"]["text"] == told["q900002"]["text"] == "Thank you, your vote counts."
    assert "Nothing is chosen yet" in told["q900003"]["text"] and "There is no poll here" in told["q900004"]["text"]
    assert piles(stage.scene.database, poll) == {"A": 2}
    for body in (b"", b'"poll:', b'{"a":"poll:1:c0"}', b'{"callback_query":{"data":"poll:1:c"}}', b'["poll:"]'):
        assert parse_vote(body) is None, "whoever reads all updates says what it is"


def desk_of(stage: Stage) -> Desk:
    deps = stage.deps()
    return Desk(deps.shelf, deps.links, deps.ids, 20, PageButtons(deps.links, deps.urls), deps.personal)


def vote_of(update_id: int, account: int, data: str, now: datetime) -> PressedVote:
    arrived = parse_vote(json.dumps(pressed(update_id, account, data)).encode())
    vote = vote_in(arrived, now) if arrived is not None else None
    assert vote is not None
    return vote


async def test_what_is_not_simply_a_vote_that_counts_is_left_for_a_turn_of_its_own(stage: Stage) -> None:
    """A crowd's votes are done in the event loop: nothing may be done there for one person after the other."""
    _, first = await somebody(stage)
    poll, desk, now = add(stage.scene, named()), desk_of(stage), stage.scene.now
    park, nothing = poll_press(poll.id, PollAct.CAST, "0"), poll_press(poll.id, PollAct.CAST)
    posted = [(1, first.id, park), (2, 7002, park), (1, first.id, park), (3, first.id, nothing)]
    async with held_up(stage.scene.database):
        votes = [vote_of(*one, now) for one in posted]
        waiting = asyncio.gather(*(count_vote(stage.scene.database, desk, one, "") for one in votes))
    taken = await waiting
    assert [one is not None for one in taken] == [True, False, False, False]
    assert piles(stage.scene.database, poll) == {"A": 1}
    noted = select(Inbound.key).where(Inbound.door == DOOR, Inbound.key.in_(["1", "2", "3"]))
    assert stage.scene.database.read(lambda session: session.scalars(noted).all()) == ["1"], "the others may come again"


async def test_votes_by_chat_and_page_are_counted_at_once(stage: Stage) -> None:
    person, first = await somebody(stage)
    poll, other, desk = add(stage.scene, named(walk_ins=True)), add(stage.scene, named(), "other"), desk_of(stage)
    now, database, statements = stage.scene.now, stage.scene.database, list[str]()
    event.listen(database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

    def on_page(where: int | str, who: Voter, name: str, key: str = "") -> Awaitable[Any]:
        post = Post(who, FormData([("choice", name)]), ("web", key) if key else None, now)
        return database.together(Crowd(desk.booth), Pressed(read_posts, where, post))

    async with held_up(database):
        waiting = asyncio.gather(
            count_vote(database, desk, vote_of(1, first.id, poll_press(poll.id, PollAct.CAST, "0"), now), ""),
            on_page(poll.id, Voter(person), "B"),
            on_page(poll.code, Voter(browser="of-a-walk-in"), "C"),
            on_page(f" {poll.code.upper()} ", Voter(browser="of-another"), "C"),
            on_page(other.id, Voter(person), "A"),
            on_page(poll.id, Voter(99_999), "A"),
            on_page(999, Voter(person), "A", key="k1"),
            on_page("zzzz", Voter(person), "A", key="k2"),
            return_exceptions=True,
        )
    in_chat, again, walk_in, another, in_other, nobody, *nowhere = await waiting
    assert isinstance(in_chat, Taken) and isinstance(nobody, ParticipantUnknown)
    assert isinstance(again, Became) and again.cast.changed, "the page's vote in the place of the chat's"
    assert [isinstance(one, Became) for one in (walk_in, another, in_other)] == [True] * 3
    assert [type(one) for one in nowhere] == [PollUnknown] * 2
    assert piles(database, poll) == {"B": 1, "C": 2} and piles(database, other) == {"A": 1}
    votes = [one for one in statements if one.startswith("INSERT INTO named_ballot")]
    assert len(votes) == 2, "one statement a poll, whichever doors the votes came by"
    noted = select(Inbound.key).where(Inbound.key.in_(["k1", "k2"]))
    assert database.read(lambda session: session.scalars(noted).all()) == [], "what is nowhere may come again"


async def test_whoever_asks_while_a_read_is_under_way_shares_the_next_one(database: Database) -> None:
    reads, gate, begun, count = SharedReads(database), threading.Event(), threading.Event(), 0

    def work(_: Session) -> int:
        nonlocal count
        count += 1
        begun.set()
        gate.wait(10)
        return count

    first = asyncio.ensure_future(reads.read("same", work))
    await asyncio.to_thread(begun.wait, 10)
    others = [asyncio.ensure_future(reads.read("same", work)) for _ in range(50)]
    await asyncio.sleep(0)
    gate.set()
    assert await first == 1
    assert await asyncio.gather(*others) == [2] * 50, "none of them sees what was read before they asked"
    assert await reads.read("same", work) == 3
