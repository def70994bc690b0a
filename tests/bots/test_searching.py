"""Searching a long list in the chat, with nothing remembered between two updates but the database."""

from __future__ import annotations

from aiogram.types import Update

from bots.participants.callback import Act, Press, unpack
from bots.participants.tables import Chat
from tests.bots.stage import Stage, labels, live, newest
from tests.support.sandbox import Person

TOWNS = """
| survey |
|  | type                  | name  | label  | required | appearance |
|  | select_one towns      | town  | Town?  | yes      | autocomplete |
|  | select_multiple towns | towns | Towns? | yes      |            |
|  | rank towns            | order | Order? |          |            |
| choices |
|  | list_name | name | label |
{towns}
""".replace(
    "{towns}", "\n".join(f"|  | towns | t{n} | {w} number {n} |" for n, w in enumerate(["Città", "Borgo"] * 150))
)


async def looking(stage: Stage) -> Person:
    stage.scene.publish(TOWNS)
    return await stage.joined(7, language="en")


def kept(stage: Stage, person: Person) -> dict[str, object]:
    chat = stage.scene.database.read(lambda session: session.get(Chat, person.id))
    assert chat is not None
    return chat.awaiting


async def test_words_search_a_long_list_and_a_press_answers(stage: Stage) -> None:
    person = await looking(stage)
    found = await stage.say(person, "NUMBER citta 12")
    assert "🔎" in found["text"] and "⚠️" not in found["text"]
    assert [one for one in labels(found) if "number" in one] == [
        "Città number 12", "Città number 120", "Città number 122", "Città number 124", "Città number 126",
        "Città number 128",
    ]  # fmt: skip
    assert "Towns?" in (await stage.press(person, "Città number 126"))["text"]
    assert stage.given(person) == {"town": "t126"}
    assert kept(stage, person) == {}, "nothing of it is kept once it is answered"
    assert len(await live(person)) == 1


async def test_a_search_has_pages_and_can_be_left(stage: Stage) -> None:
    person = await looking(stage)
    found = await stage.say(person, "bor")
    assert "1/19" in labels(found) and "Borgo number 1" in labels(found)
    assert "Borgo number 17" in labels(await stage.press(person, "▶"))
    everything = await stage.press(person, "Show all the choices")
    assert "1/38" in labels(everything) and "🔎" not in everything["text"]


async def test_what_nothing_is_found_for_is_told_and_what_is_mistyped_is_found(stage: Stage) -> None:
    person = await looking(stage)
    assert "⚠️" in (await stage.say(person, "zzzz"))["text"]
    assert "Borgo number 201" in labels(await stage.say(person, "borggo 201"))


async def test_ticks_stay_in_the_search_and_join_those_made_before(stage: Stage) -> None:
    person = await looking(stage)
    await stage.say(person, "Città number 0")
    await stage.say(person, "201")  # the place
    assert stage.given(person) == {"town": "t0", "towns": "t200"}
    await stage.say(person, "/back")
    await stage.say(person, "borgo 29")
    ticked = await stage.press(person, "Borgo number 299")
    assert "☑ Borgo number 299" in labels(ticked) and "🔎" in ticked["text"]
    await stage.say(person, "citta 4")
    await stage.press(person, "Città number 4")
    shown = await stage.say(person, "Borgo number 5")
    assert "☑ Città number 4, Borgo number 5, Città number 200, Borgo number 299" in shown["text"]
    assert stage.given(person)["towns"] == "t200", "ticks count when they are confirmed"
    await stage.say(person, "done")
    assert stage.given(person)["towns"] == "t4 t5 t200 t299"


async def test_the_best_of_many_are_searched_and_put_in_order(stage: Stage) -> None:
    person = await looking(stage)
    for said in ("1", "1", "borgo 77"):
        await stage.say(person, said)
    ranked = await stage.press(person, "Borgo number 77")
    assert "1. Borgo number 77" in ranked["text"] and "🔎" not in ranked["text"]
    assert "2. Città number 8" in (await stage.say(person, "citta number 8"))["text"]


async def test_a_button_of_an_earlier_search_means_what_it_shows(stage: Stage) -> None:
    person = await looking(stage)
    first = await stage.say(person, "citta 124")
    await stage.say(person, "borgo 201")
    old = next(one["data"] for row in first["buttons"] for one in row if one["text"] == "Città number 124")
    press = unpack(old)
    assert isinstance(press, Press) and press.act is Act.CHOOSE
    await person.presses_data(first["id"], old, force=True)
    await stage.hears()
    assert stage.given(person) == {"town": "t124"}
    await person.presses_data(first["id"], old, force=True)
    await stage.hears()
    assert "Towns?" in (await newest(person))["text"] and stage.given(person) == {"town": "t124"}


async def test_an_update_delivered_twice_shows_the_search_again(stage: Stage) -> None:
    person = await looking(stage)
    await person.says("borgo 201")
    updates = await stage.bot.get_updates(timeout=0)
    for update in (*updates, *updates):
        await _feed(stage, update)
    assert "🔎" in (await newest(person))["text"]


async def _feed(stage: Stage, update: Update) -> None:
    await stage.dispatcher().feed_update(stage.bot, update)
    await stage.bot.get_updates(offset=update.update_id + 1, timeout=0, limit=1)
