"""Mails that bring an event for calendars, read by another's library, and what calendars answer to them."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage
from typing import Any

import vobject
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.process.changing import change_event
from core.process.tables import Event
from notifications.intake.service import Taken, take_in
from notifications.planning.notices import plan_notices
from tests.events.test_mail import RETURNS, deliver
from tests.notifications.sending import Telling

ANSWER = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Another//Calendar//EN
METHOD:{method}
BEGIN:VEVENT
UID:{uid}
SEQUENCE:{sequence}
DTSTAMP:20230926T090000Z
ORGANIZER:mailto:{organizer}
ATTENDEE;PARTSTAT={partstat};CN="Neri, Anna":mailto:{attendee}
SUMMARY:Lancio
{more}END:VEVENT
END:VCALENDAR
"""


def newest(telling: Telling, to: str = "anna@example.com") -> EmailMessage:
    """The last mail that reached somebody."""
    return mails_to(telling, to)[-1]


def mails_to(telling: Telling, to: str) -> list[EmailMessage]:
    """All mails that reached somebody, oldest first."""
    raw = [one.raw for one in telling.sandbox.world.mail.kept if one.recipients[0] == to]
    return [email.message_from_bytes(one, _class=EmailMessage, policy=policy.default) for one in raw]


def calendar_part(mail: EmailMessage) -> EmailMessage | None:
    """The part for calendars among the mail's alternatives."""
    found = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert len(found) <= 1
    return found[0] if found and isinstance(found[0], EmailMessage) else None


def calendar_bytes(mail: EmailMessage) -> bytes:
    part = calendar_part(mail)
    assert part is not None
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw


def calendar(mail: EmailMessage) -> Any:
    """The calendar as vobject reads it."""
    return vobject.readOne(calendar_bytes(mail).decode())


def event(mail: EmailMessage) -> Any:
    return calendar(mail).vevent


def change(telling: Telling, **values: Any) -> None:
    """The office changes the event."""

    def work(session: Session) -> None:
        change_event(session, session.scalars(select(Event.id)).one(), values, telling.clock.now())

    telling.write(work)


async def tell(telling: Telling, sender: str) -> None:
    """What has to be told by notices leaves."""
    telling.write(lambda session: plan_notices(session, telling.clock.now()))
    await deliver(telling, sender)


def answer_mail(mail: EmailMessage, partstat: str, **values: str) -> bytes:
    """What a calendar program sends when somebody presses a button under a mail; values may make it another's."""
    asked = event(mail)
    organizer = asked.organizer.value.removeprefix("mailto:")
    said = {
        "method": "REPLY",
        "uid": asked.uid.value,
        "sequence": "0",
        "organizer": organizer,
        "more": "",
        "attendee": "anna@example.com",
    }
    said |= values
    text = values.get("text", "") or ANSWER.format(partstat=partstat, **said)
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Anna <anna@example.com>", said["organizer"], f"{partstat}: Lancio"
    made["Message-ID"] = "<answer@example.com>"
    made.set_content("Anna Neri\n")
    made.add_alternative(text, subtype="calendar", params={"method": said["method"]})
    return made.as_bytes(policy=policy.SMTP)


def take(telling: Telling, raw: bytes) -> Taken | None:
    now = telling.clock.now()
    return telling.database.write(lambda session: take_in(session, raw, RETURNS, now))
