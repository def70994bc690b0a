"""Mails about an event bring it for calendars: read here by a library that is not the one that wrote it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.notices import News
from core.notices import tell as leave_notice
from core.process.changing import change_event
from core.process.events import load_event
from core.process.tables import Event
from notifications.ledger.undecided import undecided
from tests.calendars.mails import calendar, calendar_bytes, calendar_part, change, event, newest, tell
from tests.events.test_mail import RETURNS, deliver
from tests.events.test_telling import RSVP, STARTS, plan, prepared, say
from tests.notifications.office import Person
from tests.notifications.sending import Telling
from tests.support.sandbox import RunningSandbox, running_sandbox
from web.console.attendance_store import counts

ANNA = Person("anna", email="anna@example.com")
LINK = "https://meet.example.org/launch?a=1,2;b"


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


async def invited(database: Database, sandbox: RunningSandbox, clock: FixedClock, **values: Any) -> Telling:
    people = values.pop("people", [ANNA])
    made = prepared(database, sandbox, clock, people=people, **({"kind": "mailing", "buttons": RSVP} | values))
    plan(made)
    return made


async def test_an_invitation_brings_the_event(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    telling = await invited(database, sandbox, clock)
    await deliver(telling)
    mail = newest(telling)
    (delivery,) = telling.deliveries().values()
    found = event(mail)
    assert calendar(mail).method.value == "REQUEST"
    assert found.uid.value == f"event-1-{telling.rows.people['anna']}@ascolto.example.org"
    assert (found.sequence.value, found.status.value) == ("0", "CONFIRMED")
    assert found.organizer.value == f"mailto:{RETURNS.organizer(1, telling.rows.people['anna'])}"
    assert str(mail["Reply-To"]) == RETURNS.replies(delivery.id)
    assert found.attendee.value == "mailto:anna@example.com"
    assert found.attendee.params["PARTSTAT"] == ["NEEDS-ACTION"] and found.attendee.params["RSVP"] == ["TRUE"]
    assert found.dtstart.value == STARTS and found.dtstart.value.hour == 10
    assert found.dtstamp.value == telling.clock.now().replace(microsecond=0)
    page = f"https://ascolto.example.org/events/{_token(mail)}"
    assert found.description.value == f"Per dirci se viene: {page}"
    assert found.location.value == "Online", "it has no place yet"
    assert [alarm.trigger.value for alarm in found.valarm_list] == [timedelta(days=-1), timedelta(hours=-1)]


async def test_where_the_parts_of_the_mail_stand(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = await invited(database, sandbox, clock)
    await deliver(telling)
    mail = newest(telling)
    alternative, file = mail.iter_parts()
    assert mail.get_content_type() == "multipart/mixed" and isinstance(alternative, EmailMessage)
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    part = calendar_part(mail)
    assert part is not None and part.get_param("method") == "REQUEST"
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert file.get_payload(decode=True) == calendar_bytes(mail)
    lines = calendar_bytes(mail).split(b"\r\n")
    assert all(len(line) <= 75 for line in lines) and b"\n" not in b"".join(lines)


async def test_the_place_is_the_one_where_somebody_comes(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    people = [Person(one, email=f"{one}@example.com") for one in ("in-person", "online", "maybe", "no", "silent")]
    telling = await invited(database, sandbox, clock, people=people, kind="reminder", buttons=[])
    for one in people[:-1]:
        say(telling, one.name, one.name)
    change(telling, place="Sala", address="Via Po 1", link=LINK, link_hours=1)
    await deliver(telling)
    in_person, online = (event(newest(telling, f"{one}@example.com")) for one in ("in-person", "online"))
    assert in_person.location.value == "Sala, Via Po 1" and in_person.attendee.params["PARTSTAT"] == ["ACCEPTED"]
    assert online.location.value == "Online" and LINK not in online.description.value
    assert not hasattr(in_person, "url") and not hasattr(online, "url")
    for name in ("maybe", "silent"):
        assert calendar_part(newest(telling, f"{name}@example.com")) is None, "nothing that they did not ask for"


@pytest.mark.parametrize(("reply", "link"), [("online", LINK), ("in-person", "")])
async def test_the_link_is_told_once_it_is_time_to_those_who_follow_online(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, reply: str, link: str
) -> None:
    telling = await invited(database, sandbox, clock, kind="reminder", buttons=[])
    say(telling, "anna", reply)
    change(telling, link=LINK, place="Sala")
    assert telling.clock.now() > STARTS - timedelta(hours=24)
    await deliver(telling)
    found = event(newest(telling))
    assert (found.url.value if hasattr(found, "url") else "") == link
    assert (LINK in found.description.value) == bool(link)
    assert (found.location.value == LINK) == bool(link)


async def test_what_changes_is_told_under_the_same_name(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = await invited(database, sandbox, clock)
    await deliver(telling)
    asked = event(newest(telling))
    say(telling, "anna", "in-person")
    change(telling, place="Altrove")
    await tell(telling, "sender-2")
    changed = newest(telling)
    assert "Altrove" in str(event(changed).location.value) and calendar(changed).method.value == "REQUEST"
    change(telling, cancelled=True)
    await tell(telling, "sender-3")
    gone = newest(telling)
    assert (calendar(gone).method.value, event(gone).status.value) == ("CANCEL", "CANCELLED")
    assert not hasattr(event(gone), "valarm")
    numbers = [int(one.sequence.value) for one in (asked, event(changed), event(gone))]
    assert numbers == [0, 1, 2]
    assert len({one.uid.value for one in (asked, event(changed), event(gone))}) == 1


async def test_after_the_clocks_have_gone_back(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    """Planned in summer time, held in winter time, at the hour that was said."""
    telling = await invited(database, sandbox, clock)
    await deliver(telling)
    say(telling, "anna", "in-person")
    change(telling, starts_local="2023-10-30T09:30", ends_local="2023-10-30T13:00")
    await tell(telling, "sender-2")
    found = event(newest(telling))
    assert found.dtstart.value.astimezone(UTC) == datetime(2023, 10, 30, 8, 30, tzinfo=UTC)
    assert found.dtstart.value.replace(tzinfo=None) == datetime(2023, 10, 30, 9, 30)  # noqa: DTZ001 - on the wall
    zone = calendar(newest(telling)).vtimezone.tzinfo
    for month, day in ((10, 28), (10, 29), (3, 26)):
        noon = datetime(2023, month, day, 12, tzinfo=ZoneInfo("Europe/Rome"))
        assert zone.utcoffset(noon.replace(tzinfo=None)) == noon.utcoffset()


async def test_without_a_mailbox_nobody_is_asked(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = await invited(database, sandbox, clock)
    async with telling.sender("sender-1"):
        await telling.settles()
    mail = newest(telling)
    assert calendar(mail).method.value == "PUBLISH"
    assert not hasattr(event(mail), "attendee")
    assert event(mail).organizer.value.startswith("mailto:") and "+c-" not in event(mail).organizer.value


async def test_names_do_nothing_in_a_calendar(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    name = 'Marià "Nina"; X:Y,\r\nATTENDEE:mailto:other@example.com' + " lunga" * 20
    telling = await invited(database, sandbox, clock, people=[Person(name, email="anna@example.com")])
    await deliver(telling)
    found = event(newest(telling))
    assert len(found.attendee_list) == 1
    assert found.attendee.params["CN"][0].startswith("Marià 'Nina'; X:Y, ATTENDEE:mailto")
    assert all(len(line) <= 75 for line in calendar_bytes(newest(telling)).split(b"\r\n"))


async def test_other_mails_bring_nothing(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    telling = await invited(database, sandbox, clock, buttons=[])
    await deliver(telling)
    mail = newest(telling)
    assert mail.get_content_type() == "multipart/alternative" and calendar_part(mail) is None


def _token(mail: EmailMessage) -> str:
    plain = mail.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content()).split("/events/")[1].split()[0]


async def test_who_was_invited_and_said_nothing_is_told_what_changed(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = await invited(database, sandbox, clock)
    await deliver(telling)

    def work(session: Session) -> set[int]:
        (one,) = session.scalars(select(Event))
        told = undecided(session, one.id)
        values = {"place": "Altrove", "address": "Via Nuova 1", "starts_local": "2023-09-27T11:00"}
        change_event(session, one.id, values, clock.now(), told)
        return told

    assert telling.database.write(work) == {telling.rows.people["anna"]}
    await tell(telling, "sender-2")
    mail = newest(telling)
    text = mail.get_body(("plain",))
    assert text is not None
    said = " ".join(str(text.get_content()).split())
    assert "Luogo: Altrove (prima: " in said and "Indirizzo: Via Nuova 1 (prima: " in said and "11:00" in said
    assert "Altrove, Via Nuova 1" in said and "Non ha ancora detto se viene." in said
    assert (calendar(mail).method.value, event(mail).sequence.value) == ("REQUEST", "1")
    say(telling, "anna", "no")
    assert telling.database.read(lambda s: undecided(s, s.scalars(select(Event.id)).one())) == set()


async def test_who_is_asked_by_a_chosen_day_counts_as_without_a_reply(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock, kind="mailing", buttons=RSVP, people=[ANNA])
    anna, event_id = telling.rows.people["anna"], database.read(lambda s: s.scalars(select(Event.id)).one())
    news = News("date-chosen", "1", anna, office_id=telling.rows.office, values={"event_id": event_id})
    telling.write(lambda s: leave_notice(s, news, clock.now()))
    assert database.read(lambda s: counts(s, load_event(s, event_id)))["none"] == 0
    await tell(telling, "sender-1")
    assert database.read(lambda s: counts(s, load_event(s, event_id)))["none"] == 1
    say(telling, "anna", "in-person")
    assert database.read(lambda s: counts(s, load_event(s, event_id)))["none"] == 0
