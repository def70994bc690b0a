"""Thematic tables in the chat: /table shows one's table, or takes a first and a second wish by buttons.

Buttons carry `c:table:<event>:<first theme>:<second theme>`.
"""

from __future__ import annotations

from bots.participants.callback import command
from bots.participants.dialogue import Talk, aside
from bots.participants.screen import Key, Reply, Screen, label, plain
from core.i18n import pick_text
from core.ids import read_id
from core.process.events import EventFacts, load_event
from core.process.room.seating import tables_for, told_table_of, wish, wishes_of
from core.process.room.themes import load_themes

TABLE = "table"
TICK = "✓ "


def show_tables(talk: Talk) -> Reply:
    """For /table: one screen an event at which somebody has a place and that has tables."""
    person, t = talk.chat.participant_id, talk.t
    events = tables_for(talk.session, person, talk.now) if person is not None else []
    if not events:
        return aside(talk, Screen(t("There is no event with thematic tables at which you have a place.")))
    return Reply(tuple(_screen(talk, one) for one in events), beside=True)


def press_table(talk: Talk, value: str) -> Reply:
    """Keeps what was pressed, and shows it in place; raises what core.process.room.seating raises."""
    assert talk.chat.participant_id is not None
    numbers = [read_id(one) or 0 for one in value.split(":")]
    if len(numbers) != 3:
        return Reply(toast=talk.t("This button is not in use any more."))
    event, (first, second) = load_event(talk.session, numbers[0]), numbers[1:]
    wish(talk.session, event, talk.chat.participant_id, (first, second or None), talk.now)
    return Reply((_screen(talk, event),), toast=talk.t("Thank you, your wish is noted."), apart=True)


def _screen(talk: Talk, event: EventFacts) -> Screen:
    t, person = talk.t, talk.chat.participant_id
    assert person is not None
    title = f"<b>{plain(pick_text(event.title, talk.chat.language), 200)}</b>"
    table = told_table_of(talk.session, event.id, person)
    if table is not None:
        theme = plain(pick_text(table.theme, talk.chat.language), 200)
        return Screen(f"{title}\n\n{t('Your table is number {number}: {theme}.', number=table.number, theme=theme)}")
    wishes = wishes_of(talk.session, event.id, person)
    first = wishes[0] if wishes else 0
    asked = t("Which theme would you like best?") if not first else t("Press another theme for your second choice.")
    keys = []
    for one in load_themes(talk.session, event.id):
        name = pick_text(one.title, talk.chat.language)
        if one.id in wishes:
            said = t("first choice") if one.id == first else t("second choice")
            keys.append((Key(label(f"{TICK}{name} ({said})"), _data(event, one.id, 0)),))
        else:
            keys.append((Key(label(name), _data(event, first or one.id, one.id if first else 0)),))
    return Screen(f"{title}\n\n{asked}", tuple(keys))


def _data(event: EventFacts, first: int, second: int) -> str:
    return command(TABLE, f"{event.id}:{first}:{second}")
