"""Appointments in the chat: the free times of a day, days to turn over, one press to choose, move or cancel."""

from __future__ import annotations

from datetime import date
from html import escape

from bots.participants.callback import IDLE, AppointmentPress
from bots.participants.dialogue import Talk
from bots.participants.keyboard import across, in_rows, longest
from bots.participants.screen import Key, Reply, Rows, Screen, label, plain
from core.days import full_day, write_day
from core.errors import Problem
from core.i18n import pick_text
from core.process.appointments.booking import Asking, cancel, changes_until, choose
from core.process.appointments.errors import ChangesClosed, SlotOver, SlotTaken, SlotUnknown
from core.process.appointments.interviewers import change_hours
from core.process.appointments.reading import AppointmentFacts, SlotView, all_slots, appointment_of, free_slots, wheres
from core.process.attendance import EventCalledOff
from core.process.events import EventFacts, load_event
from core.process.replies import Door
from core.process.who import person_who_may
from notifications.content.presses import appointment
from notifications.ledger.events import was_told_of

MOST = 60  # times of one day that are shown
DAY, SLOT, MOVE, ASK, CANCEL, BACK = "day", "slot", "move", "ask", "cancel", "back"


def press_appointment(talk: Talk, press: AppointmentPress) -> Reply:
    """The first press writes below, the others change what it wrote; what stands in the way is said over the chat."""
    t, person = talk.t, talk.chat.participant_id
    if person is None:
        return Reply(toast=t("This chat is not connected to anybody any more, so your reply cannot be kept."))
    try:
        screen, toast = _do(talk, press, person)
    except (SlotTaken, SlotOver, SlotUnknown) as problem:
        return Reply((_anew(talk, press),), toast=problem.say(t), apart=True)
    except Problem as problem:
        return Reply(toast=problem.say(t))
    return Reply((screen,), toast=toast, beside=not press.act, apart=bool(press.act))


def _do(talk: Talk, press: AppointmentPress, person: int) -> tuple[Screen, str]:
    """Raises what core.process.appointments raises."""
    t, session, now = talk.t, talk.session, talk.now
    event = load_event(session, press.event_id)
    asking = Asking(event.id, person, Door.CHAT, was_told_of(session, event.id, person))
    person_who_may(session, event.office_id, person, invited=asking.invited)
    toast = ""
    if press.act == SLOT and press.value.isascii() and press.value.isdecimal():
        choose(session, asking, int(press.value[:18]), now)
        toast = t("Thank you, your appointment is noted.")
    elif press.act == CANCEL:
        cancel(session, asking, now)
        toast = t("Your appointment is cancelled.")
    if event.cancelled:
        raise EventCalledOff
    mine = appointment_of(session, person, event.id)
    if mine is not None and press.act == ASK:
        return _asking(talk, event, mine), toast
    if mine is not None and press.act not in {DAY, MOVE}:
        return _own(talk, event, mine), toast
    return _times(talk, event, press.value if press.act == DAY else ""), toast


def _anew(talk: Talk, press: AppointmentPress) -> Screen:
    """The times that are free now, of the day on which one was pressed that is not."""
    event = load_event(talk.session, press.event_id)
    day = next((str(one.day) for one in all_slots(talk.session, event.id) if str(one.id) == press.value), "")
    return _times(talk, event, day)


def _own(talk: Talk, event: EventFacts, mine: AppointmentFacts) -> Screen:
    t = talk.t
    text = _told(talk, event, mine)
    if talk.now >= mine.starts_at:
        return Screen(f"{text}\n\n{t('This appointment has begun or is over.')}")
    if talk.now >= changes_until(talk.session, event.id, mine.starts_at):
        hours = change_hours(talk.session, event.id)
        return Screen(f"{text}\n\n{ChangesClosed(hours=hours).say(t)}")
    keys = (Key(t("Another time"), appointment(event.id, MOVE)), Key(t("Cancel"), appointment(event.id, ASK)))
    return Screen(text, (keys,))


def _asking(talk: Talk, event: EventFacts, mine: AppointmentFacts) -> Screen:
    t = talk.t
    text = f"{_told(talk, event, mine)}\n\n{t('Do you want to cancel this appointment?')}"
    yes = Key(t("Yes, cancel my appointment"), appointment(event.id, CANCEL))
    return Screen(text, ((yes,), (Key(t("No, keep it"), appointment(event.id, BACK)),)))


def _told(talk: Talk, event: EventFacts, mine: AppointmentFacts) -> str:
    t = talk.t
    day = full_day(mine.starts.date(), t.language)
    when = f"{day}, {mine.starts:%H:%M} – {mine.ends:%H:%M}"
    lines = [
        f"<b>{plain(pick_text(event.title, t.language))}</b>",
        plain(t("Your appointment: {when}", when=when)),
        plain(t("With {name}", name=mine.interviewer)),
    ]
    lines += [plain(t("Place: {place}", place=mine.place))] if mine.place else []
    lines += [plain(t("Online: {link}", link=mine.link))] if mine.link else []
    return "\n".join(lines)


def _times(talk: Talk, event: EventFacts, wanted: str) -> Screen:
    """The free times of the day that is asked for, else of the first one there is."""
    t, free = talk.t, free_slots(talk.session, event.id, talk.now)
    title = f"<b>{plain(pick_text(event.title, t.language))}</b>"
    days = sorted({one.day for one in free})
    if not days:
        return Screen(
            f"{title}\n\n{t('No time is free at the moment. Please come back later, or write to the office.')}"
        )
    at = next((number for number, day in enumerate(days) if day.isoformat() >= wanted), len(days) - 1)
    day = days[at]
    several = len({one.interviewer_id for one in free}) > 1
    keys = [_time(event, one, several=several) for one in free if one.day == day][:MOST]
    heading = escape(full_day(day, t.language), quote=False)
    where = "".join(f"\n{plain(line)}" for line in wheres(free, t))
    text = f"{title}\n\n{t('Choose a time')}{t.colon} <b>{heading}</b>{where}"
    return Screen(text, in_rows(keys, across(longest([key.label for key in keys]))) + _turn(talk, event, days, at))


def _time(event: EventFacts, slot: SlotView, *, several: bool) -> Key:
    name = f" – {slot.interviewer}" if several else ""
    return Key(label(f"{slot.starts:%H:%M}{name}"), appointment(event.id, SLOT, str(slot.id)))


def _turn(talk: Talk, event: EventFacts, days: list[date], at: int) -> Rows:
    """To the day before and the day after among those with free times."""
    if len(days) == 1:
        return ()
    before = [_day(event, f"◀ {_short(talk, days[at - 1])}", days[at - 1])] if at else []
    after = [_day(event, f"{_short(talk, days[at + 1])} ▶", days[at + 1])] if at < len(days) - 1 else []
    return ((*before, Key(f"{at + 1}/{len(days)}", IDLE), *after),)


def _day(event: EventFacts, name: str, day: date) -> Key:
    return Key(label(name), appointment(event.id, DAY, day.isoformat()))


def _short(talk: Talk, day: date) -> str:
    return write_day(day, "EEE d MMM", talk.t.language)
