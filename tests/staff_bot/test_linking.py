"""A Telegram account is linked by a code once, and nobody else learns anything."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from core.staff.chats import TRIES, link
from core.staff.tables import Account, Grant, StaffChat, StaffChatCode
from tests.staff_bot.stage import StaffStage, labels
from tests.support.races import meet

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@IN_SQLITE
async def test_a_code_links_once_and_who_is_not_linked_is_only_told_how(stage: StaffStage) -> None:
    account, person, stranger = stage.account("Vera"), await stage.person(901), await stage.person(902)
    for words in ("hello", "/today", "/start", "/start 1-guess", "/questions", "/settings", "/stop"):
        said = (await stage.say(stranger, words))["text"]
        assert "sign in to the console" in said or "code is not valid" in said
        assert "Vera" not in said and "Città" not in said
    code = stage.code(account)
    shown = await stage.say(person, f"/start {code}")
    assert "Good day, Vera" in shown["text"]
    assert labels(shown)[:4] == ["📅 Today", "🗳 Polls", "➕ Ask", "🚪 Check-in"]
    assert "code is not valid" in (await stage.say(stranger, f"/start {code}"))["text"]
    with_token = stage.database.read(lambda session: session.scalar(select(func.count()).select_from(StaffChatCode)))
    assert with_token == 0
    assert stage.audit() == [("staff-chat.linked", f"account:{account}")]
    # A code of somebody else does not take this chat from them, and is not used up.
    other = stage.code(stage.account("Otto"))
    assert "linked to another account" in (await stage.say(person, f"/start {other}"))["text"]
    # An account has one chat: the new one takes the place of the old one.
    await stage.say(stranger, f"/start {stage.code(account)}")
    assert "sign in to the console" in (await stage.say(person, "/today"))["text"]
    assert "Otto" in (await stage.say(person, f"/start {other}"))["text"]
    assert "Unlinked" in (await stage.say(person, "/stop"))["text"]
    assert "sign in to the console" in (await stage.say(person, "/today"))["text"]
    assert [act for act, _ in stage.audit()][-2:] == ["staff-chat.linked", "staff-chat.unlinked"]


@IN_SQLITE
async def test_a_code_ends_after_ten_minutes_or_a_few_wrong_tries(stage: StaffStage) -> None:
    account, person = stage.account("Vera"), await stage.person(901)
    code = stage.code(account)
    stage.clock.advance(timedelta(minutes=10))
    assert "code is not valid" in (await stage.say(person, f"/start {code}"))["text"]
    code = stage.code(account)
    for _ in range(TRIES):
        assert "code is not valid" in (await stage.say(person, f"/start {account}-wrong"))["text"]
    assert "code is not valid" in (await stage.say(person, f"/start {code}"))["text"], "tried out: void"
    code = stage.code(account)
    assert "Good day" in (await stage.say(person, f"/start {code}"))["text"]


@IN_SQLITE
async def test_a_role_that_changes_and_an_account_that_ends_act_at_once(stage: StaffStage) -> None:
    person = await stage.linked("Vera", "organiser")
    assert "❓ Questions" in labels(await stage.say(person, "/start"))
    stage.database.write(lambda session: session.execute(update(Grant).values(role="reader")))
    shown = await stage.say(person, "/start")
    assert labels(shown) == ["⚙️ Settings", "🌐 Language", "ℹ️ Help"]
    assert "Your role does not allow this" in (await stage.say(person, "/today"))["text"]
    await stage.press(person, "🌐 Language")
    assert "Continuiamo in italiano" in (await stage.press(person, "Italiano"))["text"]
    assert "il Suo ruolo" in (await stage.say(person, "/help"))["text"]
    now = stage.clock.now()
    stage.database.write(lambda session: session.execute(update(Account).values(disabled_at=now)))
    assert "sign in to the console" in (await stage.say(person, "/settings"))["text"]


def test_a_code_used_twice_at_once_links_one_chat(database: Database, stage: StaffStage) -> None:
    code, now = stage.code(stage.account("Vera")), stage.clock.now()

    def one(session: Session, chat: int) -> bool:
        return link(session, code, chat, now) is None

    if database.engine.dialect.name == "postgresql":
        assert meet(database, partial(one, chat=901), partial(one, chat=902)).result() is False
    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(lambda chat: database.write(partial(one, chat=chat)), range(903, 907)))
    assert sum(came) == (0 if database.engine.dialect.name == "postgresql" else 1)
    assert database.read(lambda session: session.scalar(select(func.count()).select_from(StaffChat))) == 1
