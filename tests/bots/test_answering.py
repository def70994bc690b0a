"""A questionnaire in the chat: buttons of every kind, and whatever else people send."""

from __future__ import annotations

import pytest
from aiogram.types import Update

from bots.participants.screen import LONGEST_TEXT, units
from tests.bots.stage import Stage, labels, live, newest
from tests.support.sandbox import Person

HOSTILE = {
    "html": "<b>bold</b> <a href='tg://user?id=1'>&amp; & <script>",
    "long": "x" * 4096,
    "right to left": "\u202etxet\u202c שלום مرحبا",
    "zero width": "a\u200bb\u200d\ufeffc",
    "nul": "before\0after",
    "emoji": "👩‍👩‍👧‍👦" * 50,
    "formula": "=cmd|' /C calc'!A0",
    "template": "${member} {{ 7*7 }} %(name)s {name}",
}

KINDS = """
| survey |
|  | type             | name  | label | required | parameters          |
|  | select_one towns | town  | Town? | yes      |                     |
|  | date             | day   | Day?  | yes      |                     |
|  | range            | mood  | Mood? | yes      | start=1 end=5 step=1 |
|  | rank axes        | order | Order? | yes     |                     |
| choices |
|  | list_name | name | label |
{towns}
|  | axes | a | Alpha |
|  | axes | b | Beta  |
|  | axes | c | Gamma |
""".replace("{towns}", "\n".join(f"|  | towns | t{n} | Town number {n} |" for n in range(1, 31)))


async def english(stage: Stage, number: int = 7) -> Person:
    return await stage.joined(number, language="en")


async def test_the_whole_form_by_buttons_and_words(stage: Stage) -> None:
    person = await english(stage)
    await stage.press(person, "Yes")
    await stage.say(person, "twelve and a half")
    assert "⚠️" in (await newest(person))["text"]
    await stage.say(person, "12")
    await stage.press(person, "Health")
    await stage.press(person, "School")
    await stage.press(person, "Done")
    for choice in ("School", "Environment"):
        await stage.press(person, choice)
    await stage.press(person, "Done")
    assert "→ Yes" in (await stage.say(person, "More trees & benches"))["text"]
    assert "have been sent" in (await stage.press(person, "Send"))["text"]
    kept = stage.given(person)
    assert kept["years"] == "12" and set(kept["axes"].split()) == {"health", "schools"}
    assert kept["order"] == "schools green health" and kept["idea"] == "More trees & benches"
    assert stage.scene.responses()[0].state == "complete"
    shown = await stage.press(person, "Change my answers")
    assert "More trees & benches" in shown["text"] and await live(person) == [shown]


async def test_presses_change_one_message_and_leave_no_clutter(stage: Stage) -> None:
    person = await english(stage)
    before = len(await person.bot_messages())
    for button in ("No", "Environment", "Health", "Done"):
        await stage.press(person, button)
    assert len(await person.bot_messages()) == before and len(await live(person)) == 1


async def test_a_stale_press_answers_nothing_and_shows_where_things_stand(stage: Stage) -> None:
    person = await english(stage)
    first = await newest(person)
    old = first["buttons"][0][1]["data"]
    await stage.press(person, "Yes")
    await person.presses_data(first["id"], old, force=True)
    await stage.hears()
    assert stage.given(person) == {"member": "yes"}
    assert "For how many years?" in (await newest(person))["text"]
    assert "moved on" in str((await person.chat())["toasts"])


@pytest.mark.parametrize(
    "data", ["", "q:", "q:1:1:1:z", "q:zzzzzzzzzzzzz:1:1:c0", "open:99", "c:stop:everything", "x" * 64]
)
async def test_a_made_up_press_does_no_harm(stage: Stage, data: str) -> None:
    person = await english(stage)
    shown = await newest(person)
    await person.presses_data(shown["id"], data or "q", force=True)
    await stage.hears()
    assert stage.given(person) == {}
    await stage.press(person, "Yes")
    assert stage.given(person) == {"member": "yes"}, "the question stays open"


async def test_one_update_twice_answers_once_and_shows_again(stage: Stage) -> None:
    person = await english(stage)
    await stage.press(person, "No")
    await person.says("green")
    updates = await stage.bot.get_updates(timeout=0)
    for _ in range(2):
        await _fed(stage, updates)
    revision = stage.turn(person).session.revision
    await _fed(stage, updates)
    assert stage.turn(person).session.revision == revision
    assert stage.given(person) == {"member": "no", "axes": "green"}
    assert "In which order?" in (await newest(person))["text"] and len(await live(person)) == 1


async def test_media_is_told_and_the_question_stays(stage: Stage) -> None:
    person = await english(stage)
    await person.sends_file("photo", "tree.jpg", b"\xff\xd8\xff")
    await person.shares_location(45.07, 7.68)
    await stage.hears()
    texts = [one["text"] for one in await person.bot_messages()]
    assert sum("does not take a file" in text or "does not ask for a place" in text for text in texts) == 2
    (question,) = await live(person)
    assert "Are you a member?" in question["text"]
    assert stage.given(person) == {}


async def test_an_edited_message_and_a_group_change_nothing(stage: Stage) -> None:
    person = await english(stage)
    seen = len(await person.bot_messages())
    sender = {"id": person.id, "is_bot": False, "first_name": "Ada"}
    said = {"message_id": 9, "date": 1_690_000_000, "text": "yes", "from": sender}
    private = {"id": person.id, "type": "private"}
    group = {"id": -100, "type": "supergroup", "title": "Piazza"}
    raw = [
        {"update_id": 990_001, "edited_message": {**said, "chat": private, "edit_date": 1_690_000_001}},
        {"update_id": 990_002, "message": {**said, "chat": group}},
        {"update_id": 990_003, "channel_post": {**said, "chat": {**group, "type": "channel"}}},
    ]
    await _fed(stage, [Update.model_validate(one, context={"bot": stage.bot}) for one in raw])
    assert stage.given(person) == {} and len(await person.bot_messages()) == seen


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_text_is_kept_and_shown_as_data(stage: Stage, kind: str) -> None:
    person = await english(stage)
    for button in ("No", "Skip", "Skip"):
        await stage.press(person, button)
    shown = await stage.say(person, HOSTILE[kind])
    assert stage.given(person)["idea"] == HOSTILE[kind].replace("\0", "")
    assert "Your answers" in shown["text"] and units(shown["text"]) <= LONGEST_TEXT
    if kind in ("html", "template"):
        assert HOSTILE[kind] in shown["text"]
    assert "have been sent" in (await stage.press(person, "Send"))["text"]


async def test_a_near_typo_is_asked_back(stage: Stage) -> None:
    person = await english(stage)
    for button in ("No",):
        await stage.press(person, button)
    shown = await stage.say(person, "enviroment")
    if stage.given(person).get("axes") is None:
        assert "Did you mean Environment?" in labels(shown)
        await stage.press(person, "Did you mean Environment?")
    assert stage.given(person)["axes"] == "green"


@pytest.fixture
def kinds(stage: Stage) -> Stage:
    """A form with a long list, a date, a scale and a ranking."""
    stage.scene.publish(KINDS)
    return stage


async def test_a_long_list_has_pages(kinds: Stage) -> None:
    person = await english(kinds)
    shown = await newest(person)
    assert "1/4" in labels(shown) and "Town number 9" not in labels(shown)
    await kinds.press(person, "▶")
    assert "Town number 9" in labels(await newest(person))
    await kinds.press(person, "▶")
    await kinds.press(person, "◀")
    assert "Day?" in (await kinds.press(person, "Town number 9"))["text"]
    assert kinds.given(person) == {"town": "t9"}
    assert len(await live(person)) == 1


async def test_a_day_is_chosen_from_the_calendar(kinds: Stage) -> None:
    person = await english(kinds)
    await kinds.say(person, "Town number 3")
    assert "Jul 2023 ▾" in labels(await newest(person)), "it opens at today"
    await kinds.press(person, "▶")
    assert "Aug 2023 ▾" in labels(await newest(person))
    assert "Mood?" in (await kinds.press(person, "15"))["text"]
    assert kinds.given(person)["day"] == "2023-08-15"


async def test_a_scale_is_one_row_and_a_ranking_can_be_undone(kinds: Stage) -> None:
    person = await english(kinds)
    for said in ("Town number 3", "31/12/2023"):
        await kinds.say(person, said)
    assert [one["text"] for one in (await newest(person))["buttons"][0]] == ["1", "2", "3", "4", "5"]
    await kinds.press(person, "4")
    await kinds.press(person, "Gamma")
    assert "1. Gamma" in (await newest(person))["text"] and "Gamma" not in labels(await newest(person))
    assert "Gamma" in labels(await kinds.press(person, "Undo"))
    for choice in ("Beta", "Gamma", "Done"):
        await kinds.press(person, choice)
    assert kinds.given(person)["order"] == "b c a" and kinds.given(person)["mood"] == "4"


async def _fed(stage: Stage, updates: list[Update]) -> None:
    dispatcher = stage.dispatcher()
    for update in updates:
        await dispatcher.feed_update(stage.bot, update)
