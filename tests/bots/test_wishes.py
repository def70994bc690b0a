"""/preferences: what comes, where, and from when on, decided in the chat."""

from __future__ import annotations

from datetime import timedelta

from core.people.consent import PURPOSES, consent_history, consents
from core.people.preferences import WITHOUT_END, pause
from core.people.tables import Participant
from core.process.tables import Office
from tests.bots.stage import Stage, labels, newest
from tests.support.sandbox import Person


def row(stage: Stage, person: Person) -> Participant:
    address = stage.address(person)
    assert address is not None
    found = stage.scene.database.read(lambda s: s.get(Participant, address.participant_id))
    assert found is not None
    return found


def granted(stage: Stage, person: Person) -> dict[tuple[str, str], bool]:
    number = row(stage, person).id
    return stage.scene.database.read(lambda s: consents(s, number, stage.scene.office_id))


async def test_one_purpose_is_stopped_and_taken_up_again(stage: Stage) -> None:
    person = await stage.joined(legal_basis="public-task")
    shown = await stage.say(person, "/preferences")
    assert "Questionnaires, Events and meetings, Quick polls" in shown["text"] and "/resume" in shown["text"]
    shown = await stage.press(person, "What about: Metropolitan city")
    assert [one[0] for one in labels(shown)[:4]] == ["☑"] * 4
    shown = await stage.press(person, "Quick polls")
    assert [one[0] for one in labels(shown)[:4]] == ["☑", "☑", "☐", "☑"]
    assert granted(stage, person) == {("polls", channel): False for channel in ("telegram", "email")}
    await stage.press(person, "Quick polls")
    assert granted(stage, person) == {("polls", channel): True for channel in ("telegram", "email")}
    number = row(stage, person).id
    history = stage.scene.database.read(lambda s: consent_history(s, number))
    assert {(one.source, one.text_version) for one in history} == {("preferences-chat", "preferences-chat:1")}
    shown = await stage.press(person, "Your preferences")
    assert all(word in shown["text"] for word in ("Questionnaires", "Quick polls"))


async def test_a_press_on_an_old_button_sets_what_it_says(stage: Stage) -> None:
    person = await stage.joined(legal_basis="public-task")
    await stage.say(person, "/preferences")
    shown = await stage.press(person, "What about")
    data = shown["buttons"][0][0]["data"]
    for _ in range(2):
        await person.presses_data(shown["id"], data, force=True)
        await stage.hears()
    assert granted(stage, person) == {("questionnaires", channel): False for channel in ("telegram", "email")}


async def test_every_purpose_of_one_office_leaves_the_other_alone(stage: Stage) -> None:
    person = await stage.joined(legal_basis="public-task")
    other = stage.scene.insert(Office, slug="borgo", name="Borgo", kind="municipality")
    await stage.say(person, "/preferences")
    await stage.press(person, "What about")
    for name in ("Questionnaires", "Events and meetings", "Quick polls", "Results"):
        await stage.press(person, name)
    assert "about: nothing" in (await stage.press(person, "Your preferences"))["text"]
    assert {one for one, _ in granted(stage, person)} == set(PURPOSES) and not any(granted(stage, person).values())
    message = await newest(person)
    await person.presses_data(message["id"], f"c:wish:about:{other}:polls:1", force=True)
    await stage.hears()
    number = row(stage, person).id
    assert stage.scene.database.read(lambda s: consents(s, number, other)) == {}, "they do not belong to it"


async def test_the_channel_is_chosen(stage: Stage) -> None:
    person = await stage.joined()
    await stage.say(person, "/preferences")
    shown = await stage.press(person, "Where you write to me")
    assert "● Whichever is at hand" in labels(shown)
    assert "Where we write to you: E-mail." in (await stage.press(person, "E-mail"))["text"]
    assert row(stage, person).preferred_channel == "email"
    await stage.press(person, "Where you write to me")
    await stage.press(person, "Whichever")
    assert row(stage, person).preferred_channel == ""


async def test_a_pause_until_a_day(stage: Stage) -> None:
    person = await stage.joined()
    await stage.say(person, "/stop")
    shown = await stage.press(person, "Choose what comes")
    assert "No pause." in shown["text"]
    shown = await stage.press(person, "A pause until a day")
    assert "10" not in labels(shown) and "11" in labels(shown), "today and what is gone by cannot be chosen"
    await stage.press(person, "▶")
    shown = await stage.press(person, "1")
    assert "No messages before 1 August 2023." in shown["text"]
    until = row(stage, person).paused_until
    assert until is not None and until.isoformat() == "2023-07-31T22:00:00+00:00"
    stage.clock.advance(timedelta(days=1))
    shown = await stage.press(person, "End the pause")
    assert "No pause." in shown["text"] and row(stage, person).paused_until is None


async def test_made_up_days_and_offices_change_nothing(stage: Stage) -> None:
    person = await stage.joined()
    number = row(stage, person).id
    stage.scene.database.write(lambda s: pause(s, number))
    shown = await stage.say(person, "/preferences")
    assert "A pause without an end" in shown["text"]
    for data in (
        "until:2023-07-10",
        "until:x",
        "until:9999-12-31",
        "month:0000-99",
        "take:pigeon",
        "about:x",
        "zzz",
        "",
    ):
        await person.presses_data(shown["id"], f"c:wish:{data}", force=True)
        await stage.hears()
    assert row(stage, person).paused_until == WITHOUT_END and row(stage, person).preferred_channel == ""
    assert granted(stage, person) == {}
