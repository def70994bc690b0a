"""Joining a chat to a person: by whom, once, proved, and undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.people.erasing import erase_person
from core.people.joining import MOST_CODES_A_DAY, MOST_TRIES, undo_joining
from core.people.tables import Address, Participant
from surveys.engine.inputs import Answer
from surveys.responses.my_data import erase_answers
from surveys.responses.shelf import FormShelf
from surveys.responses.tables import Round
from tests.bots.stage import Stage, labels, live, newest
from tests.responses.desk import Desk
from tests.support.sandbox import Person

SECRET = "member"  # stands in the first question, and in nothing that is said before the code


def _parts(_session: Session, _account: int) -> None:
    """Nothing that went over is looked at here."""


async def answered_elsewhere(stage: Stage) -> tuple[int, Person]:
    """Somebody who began on the web and now presses the link to the chat."""
    participant = stage.participant()
    desk = Desk(stage.scene, FormShelf())
    desk.give(desk.begin(participant, "web").response_id, Answer("/data/member", "no"), "web")
    person = await stage.person(7)
    await stage.say(person, stage.link(participant))
    return participant, person


async def test_a_link_joins_greets_and_shows_the_open_question(stage: Stage) -> None:
    participant, person = stage.participant(), await stage.person(7)
    shown = await stage.say(person, stage.link(participant))
    assert "Are you a member?" in shown["text"] and labels(shown)[:2] == ["Yes", "No"]
    assert "Metropolitan city" in (await person.bot_messages())[0]["text"]
    address = stage.address(person)
    assert address is not None and address.participant_id == participant and address.proved_at is not None
    (told,) = stage.notices("chat-joined")
    assert told.office_id == stage.scene.office_id, "the mail goes out under the office's name"
    assert (told.participant_id, told.channel, told.values) == (participant, "email", {"address_id": address.id})
    assert stage.notices("join-code") == []


async def test_the_chat_speaks_the_persons_language(stage: Stage) -> None:
    person = await stage.person(7)
    await person.is_called("Ada", "fr")
    shown = await stage.say(person, stage.link(stage.participant(language="en")))
    assert "Are you a member?" in shown["text"] and "Question 1 · 0%" in shown["text"]


async def test_the_same_link_again_in_the_same_chat_goes_on(stage: Stage) -> None:
    person, link = await stage.person(7), stage.link(stage.participant())
    await stage.say(person, link)
    await stage.press(person, "No")
    assert "Which axes?" in (await stage.say(person, link))["text"]
    assert len(stage.notices("chat-joined")) == 1


async def test_a_link_serves_one_chat(stage: Stage) -> None:
    first, second, link = await stage.person(7), await stage.person(8), stage.link(stage.participant())
    await stage.say(first, link)
    shown = await stage.say(second, link)
    assert "already been used" in shown["text"] and stage.address(second) is None


async def test_two_chats_at_the_same_moment_share_no_link(stage: Stage) -> None:
    link = stage.link(stage.participant())
    people = [await stage.person(number) for number in range(7, 12)]
    for person in people:
        await person.says(link)
    async with stage.running():
        for person in people:
            await person.waits_until_heard()
    counted = select(func.count()).where(Address.channel == "telegram")
    assert stage.scene.database.read(lambda s: s.scalar(counted)) == 1


async def test_an_account_joined_to_somebody_else_stays_theirs(stage: Stage) -> None:
    person = await stage.joined(7)
    question = await newest(person)
    shown = await stage.say(person, stage.link(stage.participant("other@example.org")))
    assert "⚠️" in shown["text"] and "/resume" in shown["text"]
    assert await live(person) == [question], "what was open stays open above"


@pytest.mark.parametrize(("token", "told"), [("abc", "not valid"), ("x" * 64, "not valid"), ("è<b>", "not valid")])
async def test_a_forged_link_is_told(stage: Stage, token: str, told: str) -> None:
    assert told in (await stage.say(await stage.person(7), f"/start {token}"))["text"]


async def test_an_expired_link_is_told(stage: Stage) -> None:
    link = stage.link(stage.participant(), days=1)
    stage.clock.advance(timedelta(days=2))
    assert "expired" in (await stage.say(await stage.person(7), link))["text"]


async def test_start_without_a_link_says_how_to_take_part(stage: Stage) -> None:
    assert "link in the e-mail" in (await stage.say(await stage.person(7), "/start"))["text"]


async def test_earlier_answers_are_shown_only_after_the_code(stage: Stage) -> None:
    _, person = await answered_elsewhere(stage)
    for said in ("/review", "/back", "/resume", "/mydata", "/pause", "/start", "hello", "/help", "/language", "/stop"):
        await stage.say(person, said)
    said_so_far = " ".join(message["text"] for message in await person.bot_messages())
    assert SECRET not in said_so_far and "axes" not in said_so_far and "code of six digits" in said_so_far
    (notice,) = stage.notices("join-code")
    assert (notice.channel, notice.office_id) == ("email", stage.scene.office_id)
    assert stage.notices("chat-joined") == [], "an account is joined when its code was typed, not before"
    assert "This is not the code" in (await stage.say(person, "999999"))["text"]
    assert "Which axes?" in (await stage.say(person, f" {notice.values['code']} "))["text"]
    assert len(stage.notices("chat-joined")) == 1


async def test_a_closed_round_says_so_before_any_code(stage: Stage) -> None:
    participant, person = stage.participant(), await stage.person(7)
    desk = Desk(stage.scene, FormShelf())
    desk.give(desk.begin(participant, "web").response_id, Answer("/data/member", "no"), "web")
    stage.scene.change(Round, stage.scene.round_id, closes_at=stage.clock.now())
    assert "is closed" in (await stage.say(person, stage.link(participant)))["text"]
    assert stage.notices("join-code") == [] and stage.address(person) is None


async def test_a_round_that_closes_while_the_code_is_typed_does_not_undo_the_joining(stage: Stage) -> None:
    _, person = await answered_elsewhere(stage)
    stage.scene.change(Round, stage.scene.round_id, closes_at=stage.clock.now())
    await stage.say(person, stage.notices("join-code")[0].values["code"])
    address = stage.address(person)
    assert address is not None and address.proved_at is not None
    assert "no questionnaire open" in (await newest(person))["text"]


async def test_the_link_of_somebody_erased_says_that_nothing_is_left_to_do(stage: Stage) -> None:
    participant, person = stage.participant(), await stage.person(7)
    stage.scene.database.write(lambda s: erase_person(s, participant, [erase_answers], stage.clock.now()))
    assert "erased, as you asked" in (await stage.say(person, stage.link(participant)))["text"]


async def test_the_language_of_the_person_is_that_of_the_chat_and_of_the_questions(stage: Stage) -> None:
    """Begun in Italian, then English was chosen on a page: no half of the chat stays Italian."""
    person = await stage.joined(7, language="it")
    assert "Lei è socio?" in (await newest(person))["text"]
    address = stage.address(person)
    assert address is not None
    stage.scene.change(Participant, address.participant_id, language="en")
    shown = await stage.press(person, "No")
    assert "Which axes?" in shown["text"] and "Question 2 · 40%" in shown["text"]
    assert "Back" in " ".join(labels(shown)) and "The questions of" not in shown["text"]
    assert stage.turn(person).session.language == "en"
    assert "You can stop at any time" in (await stage.say(person, "/help"))["text"]


async def test_a_form_without_the_persons_language_says_so_once(stage: Stage) -> None:
    person = await stage.joined(7, language="fr")
    greeting, missing, question = await person.bot_messages()
    assert "Bonjour" in greeting["text"] and "italien" in missing["text"]
    assert "Lei è socio?" in question["text"] and "Domanda 1" in question["text"]
    assert "italien" not in (await stage.press(person, "No"))["text"]


async def test_a_press_on_what_was_shown_elsewhere_does_not_pass_by_the_code(stage: Stage) -> None:
    _, person = await answered_elsewhere(stage)
    message = await newest(person)
    await person.presses_data(message["id"], f"open:{stage.scene.round_id}", force=True)
    await stage.hears()
    assert "six digits" in (await newest(person))["text"]


async def test_a_code_ends_after_its_tries_and_the_days_codes_too(stage: Stage) -> None:
    _, person = await answered_elsewhere(stage)
    right = stage.notices("join-code")[0].values["code"]
    for _ in range(MOST_TRIES):
        await stage.say(person, "111111")
    assert "new code" in (await newest(person))["text"]
    assert "This is not the code" in (await stage.say(person, right))["text"], "an old code opens nothing"
    for _ in range(MOST_CODES_A_DAY * MOST_TRIES):
        stage.clock.advance(timedelta(seconds=1))
        await stage.say(person, "111111")
    assert len(stage.notices("join-code")) == MOST_CODES_A_DAY
    last = stage.notices("join-code")[-1].values["code"]
    assert "Too many codes" in (await stage.say(person, last))["text"]
    stage.clock.advance(timedelta(days=1))
    assert "new code" in (await stage.press(person, "Send a new code"))["text"]


async def test_an_old_code_is_replaced(stage: Stage) -> None:
    _, person = await answered_elsewhere(stage)
    stage.clock.advance(timedelta(minutes=31))
    shown = await stage.say(person, stage.notices("join-code")[0].values["code"])
    assert "new code" in shown["text"] and len(stage.notices("join-code")) == 2
    assert "Which axes?" in (await stage.say(person, stage.notices("join-code")[1].values["code"]))["text"]


async def test_an_undone_joining_shows_nothing_any_more(stage: Stage) -> None:
    person = await stage.joined(7)
    await stage.press(person, "No")
    question, link = await newest(person), stage.link(stage.participant("mine@example.org"))
    address = stage.address(person)
    assert address is not None
    assert stage.scene.database.write(lambda s: undo_joining(s, address.id, stage.clock.now(), _parts)) is True
    assert stage.scene.database.write(lambda s: undo_joining(s, address.id, stage.clock.now(), _parts)) is False
    for said in ("/review", "/back", "/resume", "/pause", "/start", "green", "/mydata", "/help", "/stop"):
        shown = await stage.say(person, said)
        assert "axes" not in shown["text"] and "member" not in shown["text"], said
    await person.presses_data(question["id"], question["buttons"][0][0]["data"], force=True)
    await stage.hears()
    assert "link in the e-mail" in (await newest(person))["text"]
    shown = await stage.say(person, link)
    assert "Are you a member?" in shown["text"], "whoever joins now begins their own"


async def test_the_undone_link_joins_nobody(stage: Stage) -> None:
    person, link = await stage.person(7), stage.link(stage.participant())
    await stage.say(person, link)
    address = stage.address(person)
    assert address is not None
    stage.scene.database.write(lambda s: undo_joining(s, address.id, stage.clock.now(), _parts))
    for number in (7, 8):
        assert "already been used" in (await stage.say(await stage.person(number), link))["text"]


async def test_a_link_without_a_round_offers_what_is_open(stage: Stage) -> None:
    person = await stage.person(7)
    shown = await stage.say(person, stage.link(stage.participant(), 0))
    assert labels(shown) == ["Questionnaire"]
    assert "Are you a member?" in (await stage.press(person, "Questionnaire"))["text"]
