"""How many have come to the event of the day: `door` lists the day's events, `door:<id>` shows one and counts again."""

from __future__ import annotations

from collections.abc import Iterator

from bots.screen import Screen, plain
from bots.staff.talk import Reply, Talk, fitted, key, moment
from core.clock import local
from core.i18n import Translator, pick_text
from core.ids import read_id
from core.process.door.day import DayNumbers, day_events, day_numbers, next_event
from core.process.door.window import opens_at
from core.process.events import EventFacts, EventUnknown, load_event
from core.process.replies import Reply as Mode
from core.staff.errors import NothingHere
from core.staff.roles import Permission

DOOR = "door"
AT_ONCE = 12  # events with their buttons


def show_door(talk: Talk, value: str = "") -> Reply:
    """Raises NothingHere for what is no event of an office in which somebody may stand at the door."""
    if value:
        return Reply((_screen(talk, _event(talk, value)),))
    offices = talk.staff.offices(Permission.CHECK_IN)
    found = day_events(talk.session, offices, talk.now)[:AT_ONCE]
    if len(found) == 1:
        return Reply((_screen(talk, found[0]),))
    t = talk.t
    if not found:
        coming = next_event(talk.session, offices, talk.now)
        lines = [t("No event takes place today.")]
        if coming is not None:
            starts = moment(coming.starts_at, coming.time_zone, t.language)
            title = plain(pick_text(coming.title, t.language), 200)
            lines.append(t("The next one: {event}, {moment}", event=title, moment=starts))
        return Reply((Screen("\n\n".join(lines), ((key(f"🔄 {t('As it is now')}", DOOR),),)),))
    keys = tuple((key(f"{one.starts:%H:%M} {pick_text(one.title, t.language)}", DOOR, one.id),) for one in found)
    return Reply((Screen(f"<b>{t('Events of the day')}</b>", keys),))


def _screen(talk: Talk, event: EventFacts) -> Screen:
    t, count = talk.t, day_numbers(talk.session, event.id)
    title = f"<b>{plain(pick_text(event.title, t.language), 200)}</b>"
    lines = [
        f"{title}\n{moment(event.starts_at, event.time_zone, t.language)}",
        "\n".join(_counts(event, count, t)),
    ]
    if talk.now < opens_at(event):
        opens = moment(opens_at(event), event.time_zone, t.language)
        lines.append(t("The door opens {moment}.", moment=opens))
    lines.append(t("As of {time}", time=f"{local(talk.now, event.time_zone):%H:%M:%S}"))
    keys = ((key(f"🔄 {t('As it is now')}", DOOR, event.id),),)
    return Screen(fitted(lines), keys)


def _counts(event: EventFacts, count: DayNumbers, t: Translator) -> Iterator[str]:
    door = count.door
    if Mode.IN_PERSON in event.modes:
        yield f"🪑 {t('Expected in person: {count}', count=door.expected)}"
        came = t("Came in person: {count}", count=f"<b>{door.inside}</b>")
        yield f"🚪 {came}" + (f" ({t('of {places} places', places=door.places)})" if door.places else "")
        if door.walk_ins:
            yield f"    {t('of these without a registration: {count}', count=door.walk_ins)}"
        yield f"⌛ {t('Still expected: {count}', count=count.still)}"
    if Mode.ONLINE in event.modes:
        yield f"🌐 {t('Expected online: {count}', count=count.online)}"
        came = t("Came online: {count}", count=f"<b>{door.online}</b>")
        yield f"💻 {came}"
    if count.waiting:
        yield f"⏳ {t('On the waiting list: {count}', count=count.waiting)}"


def _event(talk: Talk, value: str) -> EventFacts:
    number = read_id(value)
    if number is None:
        raise NothingHere
    try:
        event = load_event(talk.session, number)
    except EventUnknown as error:
        raise NothingHere from error
    if event.office_id not in talk.staff.offices(Permission.CHECK_IN):
        raise NothingHere
    return event
