"""Commands at any moment: each says its thing, and the open question stays open above."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bots.command_names import NAMES, command_in, meant_by
from bots.participants.commands import MENU
from bots.participants.receiving import introduce
from core.i18n import LANGUAGE_NAMES
from core.people.preferences import WITHOUT_END
from core.people.tables import Address, Consent, Participant
from core.process.tables import Process
from surveys.responses.tables import Round
from tests.bots.stage import Stage, labels, live
from tests.support.sandbox import Person
from tools.catalogues import entries, strings
from tools.files import PACKAGES

QUESTION = "Are you a member?"


def row(stage: Stage, person: Person) -> Participant:
    address = stage.address(person)
    assert address is not None
    found = stage.scene.database.read(lambda s: s.get(Participant, address.participant_id))
    assert found is not None
    return found


async def texts(person: Person) -> list[str]:
    return [message["text"] for message in await person.bot_messages()]


@pytest.mark.parametrize("said", ["/help", "/language", "/stop", "/mydata", "/nonsense", "/HELP@participants_bot now"])
async def test_the_open_question_stays_open_above(stage: Stage, said: str) -> None:
    """What was asked for is the last thing in the chat, with its buttons in sight; a line says how to go on."""
    person = await stage.joined()
    shown = await stage.say(person, said)
    assert QUESTION not in shown["text"] and "/resume" in shown["text"]
    (question,) = [message for message in await live(person) if "Yes" in labels(message)]
    assert QUESTION in question["text"]
    await stage.press(person, "No")
    assert stage.given(person) == {"member": "no"}
    again = await stage.say(person, "/resume")
    assert "Which axes?" in again["text"]


async def test_help_tells_every_command_and_who_writes(stage: Stage) -> None:
    person = await stage.joined()
    await stage.say(person, "/help")
    text = (await texts(person))[-1]
    assert all(f"/{name} " in text for name in MENU if name != "help") and "Metropolitan city" in text


@pytest.mark.parametrize(
    ("language", "listed", "back"),
    [("it", "/indietro – Tornare", "/indietro"), ("fr", "/retour – ", "/Retour"), ("en", "/back – Go back", "/back")],
)
async def test_commands_are_called_as_their_reader_speaks_and_understood_in_any_language(
    stage: Stage, language: str, listed: str, back: str
) -> None:
    person = await stage.joined()
    stage.scene.change(Process, stage.scene.process_id, languages=["it", "en", "fr"])
    await stage.press(person, "No")
    await stage.say(person, "/langue")
    await stage.press(person, LANGUAGE_NAMES[language])
    shown = await stage.say(person, "/aiuto")
    assert listed in shown["text"]
    others = {name for code in ("it", "en", "fr") if code != language for name in _named(code)} - _named(language)
    assert [name for name in others if f"/{name} " in shown["text"]] == []
    assert "socio" in (await stage.say(person, back))["text"] or language == "en"
    assert QUESTION in (await stage.say(person, "/indietro"))["text"] or language != "en"


def _named(language: str) -> set[str]:
    return {command_in(language, name) for name in MENU}


def test_no_command_is_called_like_another_and_telegram_takes_each() -> None:
    for language in ("it", "en", "fr"):
        names = [command_in(language, name) for name in NAMES]
        assert len(set(names)) == len(names) and all(re.fullmatch(r"[a-z0-9_]{1,32}", one) for one in names)
        assert [name for name in names if meant_by(name) not in NAMES] == []
    assert [name for name, names in NAMES.items() for one in names.values() if meant_by(one) != name] == []


@pytest.mark.parametrize("language", ["it", "fr"])
def test_what_is_told_of_a_command_names_it_as_the_menu_does(language: str) -> None:
    foreign = {name for name in NAMES if command_in(language, name) != name}
    said = [line for package in PACKAGES for entry in entries(language, package) for line in strings(entry)]
    told = [line for line in said if re.search(r"(?<![\w/])/[a-z_]+\b(?!/)", line)]
    assert any("/stop" in line for line in told)
    wrong = [line for line in told if foreign & set(re.findall(r"(?<![\w/])/([a-z_]+)\b(?!/)", line))]
    assert wrong == []


async def test_every_command_is_told_to_telegram_in_every_language(stage: Stage) -> None:
    await introduce(stage.bot)
    for language in (None, "it", "en", "fr"):
        told = await stage.bot.get_my_commands(language_code=language)
        assert [one.command for one in told] == [command_in(language or "it", name) for name in MENU]


@pytest.mark.parametrize("name", [*MENU, "start"])
async def test_a_stranger_is_answered_whatever_they_ask(stage: Stage, name: str) -> None:
    person = await stage.person(9)
    await person.is_called("Ada", "en")
    shown = await stage.say(person, f"/{name}")
    assert shown["text"] and "do not know this command" not in shown["text"]
    assert stage.address(person) is None


async def test_the_language_changes_in_the_middle(stage: Stage) -> None:
    person = await stage.joined()
    asked = await stage.say(person, "/language")
    assert labels(asked) == ["Italiano", "English"], "those of the office's processes"
    stage.scene.change(Process, stage.scene.process_id, languages=["it", "en", "fr"])
    shown = await stage.press(person, "Italiano")
    assert "Lei è socio?" in shown["text"] and row(stage, person).language == "it"
    assert await live(person) == [shown]
    await stage.say(person, "/language")
    shown = await stage.press(person, "Français")
    assert row(stage, person).language == "fr"
    assert "Lei è socio?" in shown["text"], "a form without French goes on in the language it has"
    assert "italien" in (await texts(person))[-2], "and says so"


async def test_a_stranger_chooses_a_language_too(stage: Stage) -> None:
    person = stage.sandbox.person(9)
    await person.is_called("Ada", "it")
    await stage.say(person, "/language")
    await stage.press(person, "English")
    assert "link in the e-mail" in (await stage.say(person, "hello"))["text"]


async def test_back_shows_the_answer_that_was_given(stage: Stage) -> None:
    person = await stage.joined()
    await stage.press(person, "No")
    shown = await stage.say(person, "/back")
    assert QUESTION in shown["text"] and "● No" in labels(shown)


async def test_review_leads_to_what_is_missing_and_then_lists_everything(stage: Stage) -> None:
    person = await stage.joined(language="en")
    await stage.press(person, "Yes")
    shown = await stage.say(person, "/review")
    assert "needs one" in (await person.bot_messages())[-2]["text"] and "For how many years?" in shown["text"]
    await stage.say(person, "12")
    shown = await stage.say(person, "/review")
    assert "→ Yes" in shown["text"] and "→ 12" in shown["text"] and "needs one" not in shown["text"]
    assert "For how many years?" in (await stage.press(person, "2"))["text"]


async def test_pause_and_resume(stage: Stage) -> None:
    person = await stage.joined()
    assert "⏸" in (await stage.say(person, "/pause"))["text"]
    assert QUESTION in (await stage.say(person, "no"))["text"], "the first word only wakes"
    assert "member" not in stage.values(person)
    await stage.press(person, "Pause")
    assert QUESTION in (await stage.say(person, "/resume"))["text"]
    await stage.press(person, "Pause")
    assert QUESTION in (await stage.press(person, "Go on"))["text"]


async def test_stop_asks_which_and_pauses_messages(stage: Stage) -> None:
    person = await stage.joined()
    await stage.say(person, "/stop")
    shown = await stage.press(person, "Pause: no messages")
    assert row(stage, person).paused_until == WITHOUT_END
    assert "until you write /resume" in shown["text"]
    await stage.say(person, "/resume")
    assert row(stage, person).paused_until is None


async def test_resume_ends_the_pause_though_the_round_is_over(stage: Stage) -> None:
    person = await stage.joined()
    await stage.say(person, "/stop")
    await stage.press(person, "Pause: no messages")
    stage.clock.advance(timedelta(days=60))
    assert "no questionnaire open" in (await stage.say(person, "/resume"))["text"]
    assert row(stage, person).paused_until is None


async def test_stop_for_good_states_that_consent_is_withdrawn_and_keeps_the_answers(stage: Stage) -> None:
    person = await stage.joined()
    await stage.press(person, "No")
    await stage.say(person, "/stop")
    await stage.press(person, "No more messages")
    mine = Consent.participant_id == row(stage, person).id, Consent.ended_at.is_(None)
    consents = stage.scene.database.read(lambda s: s.scalars(select(Consent).where(*mine)).all())
    assert {one.channel for one in consents} == {"email", "telegram"} and not any(one.granted for one in consents)
    assert {one.source for one in consents} == {"telegram"} and stage.values(person)["member"] == "no"
    assert any("no more messages" in text for text in await texts(person))


async def test_stop_can_be_left(stage: Stage) -> None:
    person = await stage.joined()
    await stage.say(person, "/stop")
    shown = await stage.press(person, "Leave everything")
    (question,) = await live(person)
    assert "Everything stays" in shown["text"] and QUESTION in question["text"]
    assert row(stage, person).paused_until is None
    assert stage.scene.database.read(lambda s: s.scalar(select(Consent.id).limit(1))) is None


async def test_my_data_is_a_file_and_erasing_is_asked_twice(stage: Stage) -> None:
    person = await stage.joined()
    await stage.press(person, "No")
    await stage.say(person, "/mydata")
    files = [one["media"]["file"]["file_id"] for one in await person.bot_messages() if one["media"]]
    page, data = [(await stage.sandbox.http.get(f"/telegram/participants/media/{one}")).text for one in files]
    known = json.dumps(json.loads(data))
    assert "p501@example.org" in known and "member" in known
    assert "p501@example.org" in page and f"<dt>{QUESTION}</dt><dd>No</dd>" in page, "one is for people"
    await stage.press(person, "Erase everything about me")
    await stage.press(person, "No, leave everything")
    assert stage.address(person) is not None
    await stage.say(person, "/mydata")
    await stage.press(person, "Erase everything about me")
    await stage.press(person, "Yes, erase everything")
    assert stage.scene.database.read(lambda s: s.scalar(select(Address.id).limit(1))) is None
    assert any("has been erased" in text for text in await texts(person))
    assert "link in the e-mail" in (await stage.say(person, "/review"))["text"]
    assert await live(person) == [], "no button of the past is left"


async def test_what_is_said_without_a_questionnaire_gets_a_hint(stage: Stage) -> None:
    person = await stage.joined()
    await stage.press(person, "No")
    await stage.say(person, "/review")
    midnight = datetime(2023, 7, 31, 22, tzinfo=UTC)
    stage.scene.change(Round, stage.scene.round_id, closes_at=midnight)
    sent = await stage.press(person, "Send")
    assert "until 31 July 2023" in sent["text"] and "You answered 1 question." in sent["text"]
    assert "open for you" in (await stage.say(person, "thank you"))["text"]
    assert "have been sent" in (await stage.press(person, "Questionnaire"))["text"]


async def test_a_closed_round_says_so(stage: Stage) -> None:
    person = await stage.joined()
    stage.clock.advance(timedelta(days=60))
    assert "closed" in (await stage.press(person, "No"))["text"]
    assert "no questionnaire open" in (await stage.say(person, "no"))["text"]
