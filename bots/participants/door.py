"""The door of an event in the chat: the code to be shown, and that somebody follows online."""

from __future__ import annotations

from babel.dates import format_time

from bots.participants.dialogue import Talk, aside
from bots.participants.screen import Document, Key, Reply, Screen, label, plain, shorten
from core.days import full_day
from core.i18n import babel_locale, pick_text
from core.process.door.acting import confirm_online
from core.process.door.codes import code_for, picture
from core.process.door.upcoming import coming_events
from core.process.door.window import is_online_now, online_window
from core.process.events import EventFacts, load_event
from core.process.replies import Reply as Said
from core.process.seating import Stand, how_stands
from notifications.content.presses import HERE, rsvp

LONGEST_TITLE = 300


def show_codes(talk: Talk) -> Reply:
    """For /entry: the code for each event that somebody comes to; for those online a button."""
    person, t = talk.chat.participant_id, talk.t
    events = coming_events(talk.session, person, talk.now) if person is not None else []
    if not events:
        return aside(talk, Screen(t("There is no event to come to which you have registered for.")))
    documents = tuple(one for event, stand in events for one in code_of(talk, event, stand))
    screens = tuple(_online(talk, event) for event, stand in events if stand.reply == Said.ONLINE)
    return Reply(screens, documents=documents, beside=True)


def show_code(talk: Talk, event_id: int, person: int) -> Reply:
    """For a press; raises EventUnknown."""
    event = load_event(talk.session, event_id)
    code = code_of(talk, event, how_stands(talk.session, event_id, person))
    return Reply(documents=code) if code else Reply(toast=talk.t("There is a code for those who come in person."))


def code_of(talk: Talk, event: EventFacts, stand: Stand) -> tuple[Document, ...]:
    """The code as a picture, for whoever comes in person to what is still to come."""
    person = talk.chat.participant_id
    if person is None or stand.reply != Said.IN_PERSON or event.cancelled or talk.now >= event.ends_at:
        return ()
    t, pages = talk.t, talk.pages
    told = t("Your code for the door. Please show it at the entrance; it is for you alone.")
    address = pages.urls.door(code_for(pages.links, person, event.id))
    return (Document("code.png", picture(address), f"{_title(talk, event)}\n{told}", is_picture=True),)


def follow_online(talk: Talk, event_id: int, person: int) -> Reply:
    """Notes that somebody follows online; raises what core.process.door.acting raises."""
    event = load_event(talk.session, event_id)
    confirm_online(talk.session, event, person, "chat", talk.now)
    return Reply(toast=talk.t("Thank you, it is noted that you follow online."))


def _online(talk: Talk, event: EventFacts) -> Screen:
    t, title = talk.t, f"<b>{plain(_title(talk, event))}</b>"
    if is_online_now(event, talk.now):
        key = Key(label(t("I am following online")), rsvp(event.id, HERE))
        return Screen(f"{title}\n\n{t('Please confirm that you follow online.')}", ((key,),))
    starts, _ = online_window(event)
    at = event.starts - (event.starts_at - starts)
    day, time = (
        full_day(at.date(), talk.chat.language),
        format_time(at.time(), "short", locale=babel_locale(talk.chat.language)),
    )
    told = t("You follow online: you need no code. From {day}, {time} on you can confirm here that you follow.",
             day=day, time=time)  # fmt: skip
    return Screen(f"{title}\n\n{told}")


def _title(talk: Talk, event: EventFacts) -> str:
    return shorten(pick_text(event.title, talk.chat.language), LONGEST_TITLE)
