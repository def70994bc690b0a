"""Nothing is taken in twice, nothing is lost, nobody holds up anybody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, Message, Update
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from bots.participants.polling import run_polling
from bots.participants.updates import ParticipantsDoor
from bots.participants.webhook import PATH, webhook_route
from bots.updates import polling
from bots.updates.failing import MOST_TRIES
from bots.updates.polling import Poller, prepare
from core.database.leader import leadership
from sandbox.serving import serving_app
from tests.bots.stage import Stage, labels, newest
from tests.support.sandbox import TOKENS, RunningSandbox

QUESTION = "Are you a member?"
SECRET = "s3cret-of-the-webhook"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "TROUBLE_SECONDS", 0.01)


async def waiting(stage: Stage) -> list[Update]:
    return await stage.bot.get_updates(timeout=0)


async def test_an_update_delivered_again_acts_once_and_shows_the_prompt(stage: Stage) -> None:
    person = await stage.joined()
    await person.presses("No")
    for _ in range(3):
        (update,) = await waiting(stage)
        await stage.dispatcher().feed_update(stage.bot, update)
        assert "Which axes?" in (await newest(person))["text"]
    assert stage.turn(person).session.revision == 1
    await stage.hears()
    await person.says("Environment")
    for _ in range(2):
        (update,) = await waiting(stage)
        await stage.dispatcher().feed_update(stage.bot, update)
        assert "In which order?" in (await newest(person))["text"]
    assert stage.values(person) == {"attr_category": "citizen", "member": "no", "axes": "green"}


async def test_a_start_delivered_again_joins_once(stage: Stage) -> None:
    person = await stage.person(7)
    await person.says(stage.link(stage.participant()))
    for _ in range(2):
        (update,) = await waiting(stage)
        await stage.dispatcher().feed_update(stage.bot, update)
    assert QUESTION in (await newest(person))["text"] and len(stage.notices("chat-joined")) == 1


async def test_a_press_on_an_old_button_answers_nothing(stage: Stage) -> None:
    person = await stage.joined()
    question = await newest(person)
    yes = question["buttons"][0][0]["data"]
    await stage.press(person, "No")
    await person.presses_data(question["id"], yes, force=True)
    await stage.hears()
    assert stage.values(person)["member"] == "no"
    assert "moved on" in (await person.chat())["toasts"][-1]["text"]
    assert "Which axes?" in (await newest(person))["text"]


ODD = (
    "", "-", "q:", "q:1:1:1:", "q:zz:1:0:c0", "open:x", f"open:{'9' * 50}", "open:-1", "open:99999", "c:erase:now",
    "c:", "q:1:1:1:c\ud7ff", "x" * 64, "q:1:-1:0:c1",
)  # fmt: skip


@pytest.mark.parametrize("data", ODD)
async def test_what_no_button_of_ours_carries_is_ignored_politely(stage: Stage, data: str) -> None:
    person = await stage.joined()
    message = await newest(person)
    await person.presses_data(message["id"], data, force=True)
    await stage.hears()
    assert stage.values(person) == {"attr_category": "citizen"} and (await person.chat())["toast_count"] == 1
    assert "Which axes?" in (await stage.say(person, "no"))["text"]


async def test_a_typed_answer_leaves_one_live_message_at_the_end(stage: Stage) -> None:
    person = await stage.joined()
    await stage.say(person, "forse")
    await stage.say(person, "no")
    messages = await person.bot_messages()
    assert [bool(message["buttons"]) for message in messages] == [False] * (len(messages) - 1) + [True]


async def test_a_restart_in_the_middle_is_not_noticed(stage: Stage) -> None:
    person = await stage.person(7)
    for said in (stage.link(stage.participant()), "yes", "4", "Environment", "1 2 3", "niente", "/review"):
        await person.says(said)
        async with stage.running():
            await person.waits_until_heard()
    async with stage.running():
        await person.presses("✅")
        await person.waits_for("✅ Thank you")
    kept = stage.values(person)
    assert (kept["member"], kept["years"], kept["axes"], kept["idea"]) == ("yes", "4", "green", "niente")


async def test_many_people_at_once_keep_each_their_order(stage: Stage) -> None:
    people = [await stage.joined(number) for number in range(500, 515)]
    for person in people:
        for said in ("yes", str(person.id), "Health", "3 2 1", f"proposta di {person.id}"):
            await person.says(said)
    async with stage.running():
        for person in people:
            await person.waits_until_heard(30)
    for person in people:
        kept = stage.values(person)
        assert (kept["years"], kept["idea"]) == (str(person.id), f"proposta di {person.id}")
        assert kept["order"] == "schools health green"


async def test_who_blocks_the_bot_is_known_at_once(stage: Stage) -> None:
    person = await stage.joined()
    for blocked in (True, False):
        await person.blocks(blocked)
        await stage.hears()
        address = stage.address(person)
        assert address is not None and (address.blocked_at is not None) is blocked


async def test_who_blocked_it_meanwhile_is_known_by_the_refusal(stage: Stage) -> None:
    person = await stage.joined()
    await person.says("no")
    await person.blocks()
    first, *_ = await waiting(stage)
    await stage.dispatcher().feed_update(stage.bot, first)
    address = stage.address(person)
    assert address is not None and address.blocked_at is not None and stage.values(person)["member"] == "no"


async def test_telegrams_limits_and_trouble_are_waited_out(stage: Stage) -> None:
    person = await stage.joined()
    fault: dict[str, Any] = {"status": 429, "retry_after": 1, "times": 1, "methods": ["sendMessage"]}
    await stage.sandbox.misbehaves(telegram=fault)
    assert "Which axes?" in (await stage.say(person, "no"))["text"]
    await stage.sandbox.misbehaves(telegram={"status": 502, "times": 2})
    assert "In which order?" in (await stage.say(person, "Environment"))["text"]


async def test_a_lost_prompt_comes_with_the_next_thing_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.participants.show.PAUSES", ())
    person = await stage.joined()
    await stage.sandbox.misbehaves(telegram={"status": 502})
    await person.presses("No")
    await stage.hears()
    assert QUESTION in (await newest(person))["text"] and stage.values(person)["member"] == "no"
    await stage.sandbox.http.delete("/misbehave")
    assert "Which axes?" in (await stage.press(person, "Yes"))["text"], "stale: shows where things stand"
    assert stage.values(person)["member"] == "no"


async def test_who_is_slow_to_be_shown_holds_up_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.participants.receiving.PATIENCE_SECONDS", 0.05)
    slow, quick = await stage.joined(501), await stage.joined(502)
    fault: dict[str, Any] = {"status": 429, "retry_after": 3, "times": 1, "methods": ["editMessageText"]}
    await stage.sandbox.misbehaves(telegram=fault)
    await slow.presses("No")
    async with stage.running():
        await slow.waits_until_heard()
        await quick.presses("No")
        await quick.waits_for("Which axes?", 2)
        assert QUESTION in (await newest(slow))["text"]
        await slow.waits_for("Which axes?")


async def test_groups_and_edited_messages_are_left_alone(stage: Stage) -> None:
    await stage.sandbox.http.post("/telegram/participants/groups/5/messages", json={"text": "/start@participants_bot"})
    await stage.hears()
    assert await stage.sandbox.sent() == []


@pytest.mark.parametrize(
    "hostile",
    ["<b>x</b> & <script>", "à" * 4000, "\u202eevil\u202c\u200b\u200d", "🏔" * 2000, "=1+1", "{x} %s {{ y }}", "_*[`"],
)
async def test_hostile_texts_are_data(stage: Stage, hostile: str) -> None:
    person = await stage.joined()
    for said in ("no", "Environment", "1 2 3", hostile, "/review"):
        shown = await stage.say(person, said)
    assert stage.values(person)["idea"] == hostile
    assert hostile.strip()[:30] in shown["text"] and "✅ Send" in labels(shown)


async def test_a_text_that_is_too_long_is_told(stage: Stage) -> None:
    """Clients split what is longer than a message; here a server says it whole."""
    person = await stage.joined()
    for said in ("no", "Environment", "1 2 3"):
        await stage.say(person, said)
    await person.says("x")
    (update,) = await waiting(stage)
    assert update.message is not None
    long = update.model_copy(update={"message": update.message.model_copy(update={"text": "è" * 12_000})})
    await stage.dispatcher().feed_update(stage.bot, long)
    assert "too long" in (await newest(person))["text"] and "idea" not in stage.values(person)


class Trouble:
    """A dispatcher that fails on a word, so many times, with an error; and what it took in."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error, self.times, self.taken = error, times, list[str]()
        router = Router()
        router.message.register(self._take)
        router.callback_query.register(self._press)
        self.dispatcher = Dispatcher(disable_fsm=True)
        self.dispatcher.include_router(router)

    async def _take(self, message: Message) -> None:
        if message.text == "poison" and self.times:
            self.times -= 1
            raise self.error
        self.taken.append(message.text or "")

    async def _press(self, _: CallbackQuery) -> None:
        raise AssertionError


async def test_a_poison_update_is_given_up_and_told(sandbox: RunningSandbox, bot: Bot) -> None:
    first, second = sandbox.person(7), sandbox.person(8)
    await first.is_called("Ada", "en")
    for person, text in ((first, "before"), (first, "poison"), (first, "after"), (second, "other")):
        await person.says(text)
    trouble = Trouble(KeyError("a bug"), 99)
    poller = Poller(ParticipantsDoor(bot, trouble.dispatcher))
    for _ in range(MOST_TRIES):
        await poller.poll()
    assert sorted(trouble.taken) == ["after", "before", "other"], "nothing twice, nothing lost"
    assert "went wrong on our side" in (await newest(first))["text"]
    await second.says("more")
    await poller.poll()
    assert trouble.taken[-1] == "more"


async def test_trouble_of_the_database_is_waited_out(sandbox: RunningSandbox, bot: Bot) -> None:
    first, second = sandbox.person(7), sandbox.person(8)
    for person, text in ((first, "poison"), (first, "after"), (second, "other")):
        await person.says(text)
    trouble = Trouble(OperationalError("BEGIN", {}, Exception("away")), 10)
    poller = Poller(ParticipantsDoor(bot, trouble.dispatcher))
    for _ in range(11):
        assert trouble.taken in ([], ["other"]), "what follows in a chat waits for what was before"
        await poller.poll()
    assert trouble.taken == ["other", "poison", "after"] and await first.bot_messages() == []


@pytest.fixture
async def bot(sandbox: RunningSandbox) -> Any:
    async with sandbox.bot() as made:
        yield made


async def test_the_webhook_takes_in_what_telegram_delivers(stage: Stage) -> None:
    person = await stage.person(7)
    async with serving_app(Starlette(routes=[webhook_route(stage.deps(), SECRET)])) as port:
        address = f"http://127.0.0.1:{port}{PATH}"
        await stage.bot.set_webhook(address, secret_token=SECRET)
        await person.says(stage.link(stage.participant()))
        await person.waits_for(QUESTION)
        await person.presses("No")
        await person.waits_for("Which axes?")
        await person.waits_until_heard()
        http = stage.sandbox.http
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
            assert (await http.post(address, json={"update_id": 1}, headers=headers)).status_code == 403
        right = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        assert (await http.post(address, content=b"{", headers=right)).status_code == 400
        chat = {"id": 7, "type": "private", "first_name": "Ada"}
        edited = {"update_id": 1, "edited_message": {"message_id": 1, "date": 1, "chat": chat, "text": "No"}}
        assert (await http.post(address, json=edited, headers=right)).status_code == 200


async def test_the_webhook_confirms_only_what_is_committed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    person = await stage.joined()
    await person.presses("No")
    (update,) = await waiting(stage)
    broken = OperationalError("BEGIN", {}, Exception("away"))
    shared = stage.scene.database.shared

    async def away(*_: object, **__: object) -> None:
        raise broken

    async with serving_app(Starlette(routes=[webhook_route(stage.deps(), SECRET)])) as port:
        address, right = f"http://127.0.0.1:{port}{PATH}", {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        content = update.model_dump_json(exclude_none=True, by_alias=True)
        monkeypatch.setattr(stage.scene.database, "shared", away)
        for _ in range(MOST_TRIES + 1):
            answer = await stage.sandbox.http.post(address, content=content, headers=right)
            assert answer.status_code == 500
        monkeypatch.setattr(stage.scene.database, "shared", shared)
        answers = [await stage.sandbox.http.post(address, content=content, headers=right) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert stage.values(person)["member"] == "no" and stage.turn(person).session.revision == 1


async def test_what_was_committed_and_not_confirmed_comes_again_without_harm(stage: Stage) -> None:
    """As after a kill between the commit and the next getUpdates."""
    people = [await stage.joined(number) for number in range(500, 505)]
    for person in people:
        await person.presses("No")
    for _ in range(2):
        updates = await waiting(stage)
        assert len(updates) == len(people)
        dispatcher = stage.dispatcher()
        await asyncio.gather(*(dispatcher.feed_update(stage.bot, one) for one in updates))
    for person in people:
        assert stage.turn(person).session.revision == 1 and "Which axes?" in (await newest(person))["text"]


async def test_a_page_instead_of_an_answer_is_waited_out() -> None:
    """Before Telegram stand proxies, which answer 502 with a page in HTML."""

    asked: list[str] = []

    async def page(request: Request) -> HTMLResponse:
        asked.append(request.url.path.rpartition("/")[2])
        return HTMLResponse("<html>Bad Gateway</html>", 502)

    async with serving_app(Starlette(routes=[Route("/{anything:path}", page, methods=["GET", "POST"])])) as port:
        api = TelegramAPIServer.from_base(f"http://127.0.0.1:{port}")
        async with Bot(TOKENS["participants"], session=AiohttpSession(api=api)).context() as bot:
            await Poller(ParticipantsDoor(bot, Dispatcher())).poll()
            assert asked == ["getUpdates"]
            preparing = asyncio.ensure_future(prepare(ParticipantsDoor(bot, Dispatcher())))
            while asked.count("deleteWebhook") < 3:  # it tries again until Telegram answers
                assert not preparing.done()
                await asyncio.sleep(0.01)
            preparing.cancel()


async def test_polling_outlives_its_database(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = [OperationalError("SELECT 1", {}, Exception("away"))]

    @asynccontextmanager
    async def shaky(*words: Any) -> AsyncIterator[Any]:
        if lost:
            raise lost.pop()
        async with leadership(*words) as still_leading:
            yield still_leading

    monkeypatch.setattr(polling, "leadership", shaky)
    task = asyncio.ensure_future(run_polling(stage.deps()))
    person = await stage.person(7)
    await person.says("/start")
    await person.waits_for("link")
    assert not lost and not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
