"""Joining by oneself in the chat: offered to strangers, ticked, agreed to by a last press; an address by a mail."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from structlog.testing import capture_logs

from bots.participants.by_themselves import AGREE, Step
from core.people.consent import consent_history, consents
from core.people.erasing import erase_person
from core.people.tables import Address, JoinRequest, Membership, Participant
from core.process.tables import Office, Process
from tests.bots.stage import Stage as Chatting
from tests.bots.stage import labels, newest
from tests.joining.stage import ADA, TEXT, Stage
from tests.support.sandbox import Person
from tests.web.reader import Reader


@pytest.fixture
async def bot(stage: Stage) -> AsyncIterator[Bot]:
    with capture_logs():
        async with stage.sandbox.bot() as made:
            yield made


@pytest.fixture
def chat(stage: Stage, bot: Bot) -> Chatting:
    return Chatting(stage.scene, stage.sandbox, bot, stage.clock, stage.web.deps.links)


async def joined(chat: Chatting, number: int = 7, *purposes: str) -> Person:
    person = await chat.person(number)
    await chat.say(person, "/start join-metro")
    for one in purposes or ("Quick polls",):
        await chat.press(person, one)
    await chat.press(person, "I agree and join")
    return person


def granted(stage: Stage, person: int) -> set[tuple[str, str]]:
    found = stage.scene.database.read(lambda s: consents(s, person, stage.scene.office_id))
    return {pair for pair, yes in found.items() if yes}


async def test_a_stranger_is_offered_to_join_and_does(stage: Stage, chat: Chatting) -> None:
    person = await chat.person(7)
    shown = await chat.say(person, "/start")
    assert "link in the e-mail" in shown["text"] and labels(shown) == ["Join: Metropolitan city"]
    shown = await chat.press(person, "Join: Metropolitan city")
    assert "I agree to <messages>." in shown["text"] and "I can withdraw it." in shown["text"]
    assert [one[0] for one in labels(shown)[:4]] == ["☐"] * 4, "nothing is ticked beforehand"
    await chat.press(person, "I agree and join")
    assert stage.rows(Participant) == [], "without a tick nothing is agreed to"
    await chat.press(person, "Events and meetings")
    shown = await chat.press(person, "Quick polls")
    assert [one[0] for one in labels(shown)[:4]] == ["☐", "☑", "☑", "☐"]
    await chat.press(person, "Events and meetings")
    assert stage.rows(Participant) == [] and stage.audience() == 0
    shown = await chat.press(person, "I agree and join")
    assert "you have joined" in shown["text"] and "Quick polls" in shown["text"]
    (member,) = stage.members()
    assert (member.source, member.legal_basis) == ("joined by themselves", "consent")
    (address,) = stage.rows(Address)
    assert (address.channel, address.value, address.proved_at) == ("telegram", "7", stage.clock.now())
    (stated,) = stage.scene.database.read(lambda s: consent_history(s, member.participant_id))
    assert (stated.purpose, stated.channel, stated.granted) == ("polls", "telegram", True)
    assert (stated.source, stated.stated_at) == ("joining-chat", stage.clock.now())
    assert stated.text_version.endswith("/en") and stage.rows(Participant)[0].language == "en"
    shown = await chat.press(person, "Questionnaire")
    assert "Are you a member?" in shown["text"]


async def test_pressing_twice_joins_once(stage: Stage, chat: Chatting) -> None:
    person = await chat.person(7)
    await chat.say(person, "/start join-metro")
    shown = await chat.press(person, "Quick polls")
    data = shown["buttons"][-1][0]["data"]
    for _ in range(3):
        await person.presses_data(shown["id"], data, force=True)
        await chat.hears()
    assert len(stage.members()) == len(stage.rows(Participant)) == 1


async def test_who_joins_again_sees_what_is_chosen_now_and_chooses_otherwise(stage: Stage, chat: Chatting) -> None:
    person = await joined(chat, 7, "Quick polls", "Results")
    shown = await chat.say(person, "/start join-metro")
    assert "You have joined already" in shown["text"]
    assert [one[0] for one in labels(shown)[:4]] == ["☐", "☐", "☑", "☑"]
    await chat.press(person, "Quick polls")
    await chat.press(person, "Events and meetings")
    shown = await chat.press(person, "I agree and join")
    assert "It is noted" in shown["text"] and "you have joined" not in shown["text"]
    assert "Quick polls" not in shown["text"]
    (member,) = stage.members()
    assert granted(stage, member.participant_id) == {("events", "telegram"), ("results", "telegram")}


async def test_a_text_in_another_language_is_said_to_be_so(stage: Stage, chat: Chatting) -> None:
    stage.open(text={"it": "Acconsento."})
    shown = await chat.say(await chat.person(7), "/start join-metro")
    assert "has written this text in Italiano only" in shown["text"]


@pytest.mark.parametrize(("offered", "kept"), [(["it", "fr"], "it"), (["fr"], "fr"), (["fr", "en"], "en")])
async def test_a_language_that_telegram_tells_is_kept_where_the_office_has_it(
    stage: Stage, chat: Chatting, offered: list[str], kept: str
) -> None:
    stage.scene.change(Process, stage.scene.process_id, languages=offered)
    person = await chat.person(7)
    await chat.say(person, "/start join-metro")
    await chat.press(person, "Quick polls")
    shown = await chat.press(person, "I agree and join")
    assert [one.language for one in stage.rows(Participant)] == [kept]
    assert ("you have joined" in shown["text"]) is (kept == "en"), "the chat goes on in it at once"


async def test_several_offices_are_offered_and_closed_ones_are_not(stage: Stage, chat: Chatting) -> None:
    kinds = {"kind": "municipality", "parent_id": stage.scene.office_id}
    stage.scene.insert(Office, slug="borgo", name="Borgo <Alto>", joining={"open": True, "text": TEXT}, **kinds)
    stage.scene.insert(Office, slug="shut", name="Shut", joining={"open": False, "text": TEXT}, **kinds)
    shown = await chat.say(await chat.person(7), "hello")
    assert labels(shown) == ["Join: Borgo <Alto>", "Join: Metropolitan city"]


@pytest.mark.parametrize("start", ["/start join-metro", "/start join-nowhere"])
async def test_where_it_is_not_allowed_the_bot_says_whom_to_ask(stage: Stage, chat: Chatting, start: str) -> None:
    stage.open(open=False)
    shown = await chat.say(await chat.person(7), start)
    assert "cannot join by oneself" in shown["text"] and "office@example.org" in shown["text"]
    shown = await chat.say(await chat.person(7), "/start")
    assert "link in the e-mail" in shown["text"] and "office@example.org" in shown["text"] and not labels(shown)
    assert stage.rows(Participant) == []


async def test_a_press_after_it_was_closed_or_on_an_older_text_joins_nobody(stage: Stage, chat: Chatting) -> None:
    person = await chat.person(7)
    await chat.say(person, "/start join-metro")
    await chat.press(person, "Quick polls")
    stage.open(text={"en": "A newer text.", "it": "Un testo nuovo."})
    assert "A newer text." in (await chat.press(person, "I agree and join"))["text"]
    assert stage.rows(Participant) == []
    stage.open(open=False)
    assert "cannot join by oneself" in (await chat.press(person, "I agree and join"))["text"]
    assert stage.rows(Participant) == []


MADE_UP = (
    "c:join:", "c:join:y", "c:join:y:-1:1:x", "c:join:y:²:1:x", "c:join:y:9999999999999999999:1:", "c:join:e:1:0:",
    "c:wish:about:1:polls:1", "c:wish:until:2024-01-01",
)  # fmt: skip


async def test_made_up_presses_join_nobody(stage: Stage, chat: Chatting) -> None:
    person = await chat.person(7)
    for data in MADE_UP:
        shown = await chat.say(person, "/start")
        await person.presses_data(shown["id"], data, force=True)
        await chat.hears()
    assert stage.rows(Participant) == [] and stage.rows(JoinRequest) == []


async def test_an_address_is_added_by_the_same_mail(stage: Stage, chat: Chatting) -> None:
    person = await joined(chat)
    await chat.press(person, "Add my e-mail address")
    assert "not an e-mail address" in (await chat.say(person, "ada at example"))["text"]
    assert "We have written to ada@example.org" in (await chat.say(person, " Ada@Example.org "))["text"]
    (mine,) = stage.members()
    assert granted(stage, mine.participant_id) == {("polls", "telegram")}
    path = await stage.link()
    page = Reader(stage.http, path)
    assert "Telegram chat" in page.at.text
    page.press("confirm")
    assert granted(stage, mine.participant_id) == {("polls", "telegram"), ("polls", "email")}
    assert [(one.participant_id, one.channel) for one in stage.rows(Address)] == [
        (mine.participant_id, "telegram"), (mine.participant_id, "email"),
    ]  # fmt: skip
    assert len(stage.members()) == len(stage.alive()) == 1


async def test_an_address_of_somebody_known_says_nothing_and_takes_nothing(stage: Stage, chat: Chatting) -> None:
    known = stage.knows(name="Ada", legal_basis="public-task")
    person = await joined(chat)
    await chat.press(person, "Add my e-mail address")
    assert "We have written to" in (await chat.say(person, ADA))["text"]
    await stage.confirms()
    assert granted(stage, known) == set(), "nobody's data is joined to a chat by a press in a mail"
    assert {one.participant_id for one in stage.members()} == {known, stage.members()[1].participant_id}


async def test_what_is_done_instead_of_writing_an_address_is_done(stage: Stage, chat: Chatting) -> None:
    person = await joined(chat)
    await chat.press(person, "Add my e-mail address")
    assert "Everything stays" in (await chat.press(person, "Without an e-mail"))["text"]
    await chat.say(person, "/start join-metro")
    await chat.press(person, "I agree and join")
    await chat.press(person, "Add my e-mail address")
    await chat.say(person, "/help")
    assert "These questionnaires" in (await chat.say(person, ADA))["text"]
    assert stage.rows(JoinRequest) == []


async def test_a_member_in_chat_joins_a_second_office(stage: Stage, chat: Chatting) -> None:
    person = await chat.joined(7)
    stage.scene.insert(
        Office, slug="borgo", name="Borgo", kind="municipality", parent_id=stage.scene.office_id,
        joining={"open": True, "text": TEXT},
    )  # fmt: skip
    shown = await chat.say(person, "/start join-borgo")
    assert "Borgo" in shown["text"]
    await chat.press(person, "Quick polls")
    await chat.press(person, "I agree and join")
    assert len({one.participant_id for one in stage.members()}) == 1 and len(stage.members()) == 2
    await chat.press(person, "No")
    assert chat.given(person) == {"member": "no"}, "the open question stayed open"


async def test_who_was_erased_comes_back_in_chat(stage: Stage, chat: Chatting) -> None:
    person = await joined(chat)
    first = stage.members()[0].participant_id
    stage.scene.database.write(lambda s: erase_person(s, first, (), stage.clock.now()))
    await joined(chat)
    (member,) = stage.members()
    assert member.participant_id != first and stage.audience() == 1
    assert "polls" in {one for one, _ in granted(stage, member.participant_id)}
    assert "not in use" not in (await newest(person))["text"]


async def test_erasing_takes_along_what_was_asked_for(stage: Stage, chat: Chatting) -> None:
    person = await joined(chat)
    await chat.press(person, "Add my e-mail address")
    await chat.say(person, ADA)
    member = stage.members()[0].participant_id
    stage.scene.database.write(lambda s: erase_person(s, member, (), stage.clock.now()))
    assert stage.traces() == (0, 0, 0) and stage.alive() == [] and stage.rows(Membership) == []


def test_a_buttons_data_fits() -> None:
    assert len(Step(AGREE, 2**40, 15, "f" * 12).data.encode()) <= 64


async def test_where_somebody_came_from_comes_along_into_the_chat(stage: Stage, chat: Chatting) -> None:
    """The code of a link that was passed on is on the page, in its link into the chat, and with the membership."""
    page = Reader(stage.http, "/join/metro?from=s-abcdefgh")
    link = page.page.xpath("string(//a[contains(@href, 'start=join')]/@href)")
    assert link.endswith("?start=join-metro__s-abcdefgh")
    person = await chat.person(7)
    await chat.say(person, f"/start {link.partition('start=')[2]}")
    await chat.press(person, "Quick polls")
    await chat.press(person, "I agree and join")
    assert [one.source for one in stage.rows(Membership)] == ["joined by themselves: s-abcdefgh"]
    other = await chat.person(8)
    for start in ("join-metro__", "join-metro__<b>", f"join-metro__{'x' * 41}"):
        shown = await chat.say(other, f"/start {start}")
        assert "What you agree to" in shown["text"], start
    await chat.press(other, "Quick polls")
    await chat.press(other, "I agree and join")
    assert [one.source for one in stage.rows(Membership)][1:] == ["joined by themselves"]
    long = Reader(stage.http, f"/join/metro?from={'y' * 40}.z")
    assert "start=join-metro&" in long.at.text or 'start=join-metro"' in long.at.text, "what does not fit is left out"
