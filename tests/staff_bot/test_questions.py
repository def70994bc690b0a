"""What people ask in chat or by mail reaches staff, is answered once, and the answer goes back by the same way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from core.people.tables import Address
from core.staff.accounts import load_staff
from core.tables import Notice
from notifications.intake.my_data import erase_mails, export_mails
from notifications.intake.questions import AnsweredAlready, answer, ask_office, tell_staff
from notifications.intake.tables import IncomingMail
from notifications.planning.notices import plan_notices
from tests.notifications.sending import Telling
from tests.staff_bot.stage import ADA, StaffStage, labels
from tests.support.sandbox import RunningSandbox

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WORDS = "Quando apre <b>lo sportello</b>?"
ANSWER = "Il lunedì, dalle 9.\n\nPorti la carta d'identità <script>."


async def leave(stage: StaffStage, sandbox: RunningSandbox) -> None:
    """What was left for participants leaves."""
    now = stage.clock.now()
    stage.database.write(lambda session: plan_notices(session, now))
    telling = Telling(stage.database, sandbox, stage.clock, stage.rows)
    async with telling.sender():
        await telling.settles()


@IN_SQLITE
async def test_a_question_from_the_chat_is_answered_by_one_of_two_and_comes_back_there(
    stage: StaffStage, sandbox: RunningSandbox
) -> None:
    vera, otto = await stage.linked("Vera"), await stage.linked("Otto", "organiser", 902)
    reviewer = await stage.linked("Rita", "reviewer", 903)
    stage.chat_of(ADA)
    ada = sandbox.person(71)
    async with sandbox.bot() as bot:
        assert "Scriva ora" in (await stage.writes(bot, ada, "/office"))["text"]
        assert "Grazie" in (await stage.writes(bot, ada, WORDS))["text"]
        await stage.tells()
        for person in (vera, otto):
            shown = (await person.bot_messages())[-1]
            assert f"{ADA.name} writes to Città metropolitana" in shown["text"] and WORDS in shown["text"]
            assert labels(shown) == ["✍️ Answer"]
        assert not [one for one in await reviewer.bot_messages() if WORDS in one["text"]]
        assert "Write your answer" in (await stage.press(vera, "✍️ Answer"))["text"]
        assert "Write your answer" in (await stage.press(otto, "✍️ Answer"))["text"]
        assert "nothing to send" in (await stage.say(vera, "\u200b"))["text"]
        assert "too long" in (await stage.say(vera, "x" * 3001))["text"]
        assert "leaves now (Telegram)" in (await stage.say(vera, ANSWER))["text"]
        assert "Vera has answered this already" in (await stage.say(otto, "Another answer"))["text"]
        await stage.tells()
        for person in (vera, otto):
            shown = next(one for one in await person.bot_messages() if WORDS in one["text"])
            assert "Answered by Vera" in shown["text"] and labels(shown) == []
        await leave(stage, sandbox)
        (got,) = [
            one["text"] for one in await ada.bot_messages() if "sportello" in one["text"] and "risponde" in one["text"]
        ]
        assert "Città metropolitana" in got and "Il lunedì, dalle 9.\n\nPorti la carta" in got and "<script>" in got
        assert len(await sandbox.mail()) == 0
    assert ("mail.answered", "mail:1") in stage.audit()
    told = stage.database.read(lambda s: export_mails(s, [stage.rows.people[ADA.name]]))
    assert told[0]["words"] == WORDS and told[0]["answer"] == ANSWER
    stage.database.write(lambda session: erase_mails(session, [stage.rows.people[ADA.name]]))
    assert stage.database.read(lambda s: s.scalar(select(func.count()).select_from(IncomingMail))) == 0


@IN_SQLITE
async def test_who_stopped_the_bot_is_answered_by_mail_and_who_cannot_be_reached_is_said(
    stage: StaffStage, sandbox: RunningSandbox
) -> None:
    vera, now, person = await stage.linked("Vera"), stage.clock.now(), stage.rows.people[ADA.name]
    stage.database.write(lambda session: ask_office(session, person, stage.rows.office, WORDS, now))
    stage.database.write(lambda session: session.execute(update(Address).values(blocked_at=now)))
    await stage.say(vera, "/questions")
    await stage.press(vera, "1. Ada")
    await stage.press(vera, "✍️ Answer")
    assert "leaves now (e-mail)" in (await stage.say(vera, ANSWER))["text"]
    await leave(stage, sandbox)
    (mail,) = await sandbox.mail("ada@example.org")
    assert "Città metropolitana" in mail["subject"]
    (kept,) = sandbox.world.mail.kept
    body = message_from_bytes(kept.raw, policy=policy.default).get_body(("plain",))
    assert body is not None and "Il lunedì, dalle 9.\r\n" in body.get_content()
    stage.database.write(lambda session: ask_office(session, person, stage.rows.office, "Again?", now))
    stage.database.write(
        lambda s: s.execute(update(Address).values(channel="telegram", value="x").where(Address.id == 1))
    )
    await stage.tells()
    shown = (await vera.bot_messages())[-1]
    assert "cannot be answered from here" in shown["text"] and labels(shown) == []
    await vera.presses_data(shown["id"], "answer:2", force=True)
    await stage.hears()
    assert "Nobody can be reached" in (await vera.bot_messages())[-1]["text"]


@IN_SQLITE
async def test_a_reply_by_mail_reaches_those_who_want_it_at_the_end_of_their_quiet_hours(stage: StaffStage) -> None:
    vera, otto = await stage.linked("Vera"), await stage.linked("Otto", "organiser", 902)
    await stage.say(otto, "/settings")
    assert "🔕 Questions from people" in (await stage.press(otto, "Questions: turn off"))["text"]
    await stage.press(vera, "⚙️ Settings")
    await stage.press(vera, "🌙 Other quiet hours")
    assert "not understood" in (await stage.say(vera, "25-8"))["text"]
    assert "Quiet hours: 11:30 to 13:00" in (await stage.say(vera, "11.30 - 13"))["text"]

    def reply(session: Session) -> None:
        now = stage.clock.now()  # noon in Rome
        session.execute(
            insert(IncomingMail).values(
                received_at=now, kind="none", state="for-staff", office_id=stage.rows.office, participant_id=1,
                sender="ada@example.org", subject="Re: Invito", words=WORDS,
            )
        )  # fmt: skip
        tell_staff(session, 1, stage.rows.office, now)

    stage.database.write(reply)
    await stage.tells()
    assert not [one for one in await vera.bot_messages() if WORDS in one["text"]]
    stage.clock.set(stage.clock.now().replace(hour=11, minute=1))
    await stage.tells()
    shown = (await vera.bot_messages())[-1]
    assert WORDS in shown["text"] and "Re: Invito" in shown["text"] and "by mail" in shown["text"]
    assert not [one for one in await otto.bot_messages() if WORDS in one["text"]]


def test_of_two_who_answer_at_once_the_second_is_told(database: Database, stage: StaffStage) -> None:
    accounts, now = [stage.account("Vera"), stage.account("Otto")], stage.clock.now()
    person = stage.rows.people[ADA.name]
    mail = database.write(lambda session: ask_office(session, person, stage.rows.office, WORDS, now))

    def one(account: int) -> str:
        def work(session: Session) -> None:
            staff = load_staff(session, account)
            assert staff is not None
            answer(session, staff, mail, f"{account}", now)

        try:
            database.write(work)
        except AnsweredAlready as problem:
            return str(problem)
        return "answered"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(one, accounts))
    assert "has answered this already" in said[0] + said[1] and "answered" in said
    assert database.read(lambda session: session.scalar(select(func.count()).select_from(Notice))) == 1
