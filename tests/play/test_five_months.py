"""The example's events from invitation to thanks: who was told what at each step, in chat, by mail and on the web.

The interviews, two meetings of the committee, the launch and both public events are played through, with a change of
place, and a third meeting that is called off. Whatever somebody does goes through the door it goes through in life.
"""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from core.database.database import Database
from core.people.tables import Membership
from core.process.appointments.tables import Appointment, Interviewer, Slot
from notifications.ledger.tables import Delivery, Mailing
from notifications.planning.obstacles import Cause, obstacles
from surveys.responses.tables import Response, Round
from tests.calendars.mails import answer_mail
from tests.calendars.mails import event as calendar_of
from tests.console.test_event_writing import form_of
from tests.play.desk import acts_on_tables, calls_a_meeting, calls_off, changes, forms
from tests.play.door import come_in, follows_in_chat, follows_on_the_page, read_in
from tests.play.office import ROME, Office, open_office
from tests.support.attachments import PDF
from tests.support.sandbox import Person, running_sandbox

COMMITTEE = {f"P{number:04}" for number in range(1, 44)}
DORA = {"name": "Dora Blu", "email": "dora@example.org"}  # nobody expected her
INVITED = 342  # who took part in the plan before


def people(*numbers: int) -> set[str]:
    return {name(one) for one in numbers}


def name(number: int) -> str:
    return f"P{number:04}"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.timeout(300)
async def test_five_months_are_played_from_the_invitations_to_the_thanks(database: Database, database_url: str) -> None:
    async with running_sandbox() as sandbox, open_office(database_url, database, sandbox) as office:
        first, second = await office.chats(name(1), 501), await office.chats(name(2), 502)
        await office.works()
        assert office.news() == {"chat-joined": people(1, 2)}
        await _interviews_are_chosen(office, first, second)
        await _interviews_are_held(office)
        await _the_committee_is_invited(office, first, second)
        await _the_launch_is_replied_to(office, first, second)
        await _the_committee_meets(office, second)
        await _the_launch_draws_near(office)
        await _the_launch_and_after(office, first)
        await _seats_at_the_listening_event_pass_on(office, first)
        await _the_listening_event_and_a_second_invitation(office, first, second)
        await _a_further_meeting_is_called_off(office, first)
        await _the_committee_meets_again(office)
        await _tables_at_the_second_event(office, first)
        await office.goes_on_to("2023-12-31 12:00")
        assert office.news() == {}, "nothing more is due"
        _no_reminder_came_late(office)


async def _interviews_are_chosen(office: Office, first: Person, second: Person) -> None:
    await office.goes_on_to("2023-07-12 12:00")
    assert office.news() == {"interview-invitation": COMMITTEE}
    slots = _slots(office)
    assert len(slots) == 10
    for person, day in ((first, 0), (second, 1)):
        await office.taps(person, "Scegliere un appuntamento")
        for _ in range(day):
            await office.taps(person, "▶")
        await office.taps(person, ":00 –")
    free = [one for one in slots if one not in _booked(office).values()]
    for number, slot in zip(range(3, 10), free, strict=False):
        office.presses(name(number), "appointments", f"slot-{slot}")
    await office.works()
    assert office.news() == {"appointment-confirmed": people(*range(1, 10))}
    assert "Sposta" in office.presses(name(3), "appointments", f"slot-{free[7]}")
    office.presses(name(10), "appointments", f"slot-{free[0]}")
    await office.works()
    assert office.news() == {"appointment-confirmed": people(10), "appointment-moved": people(3)}
    office.presses(name(10), "appointments", "cancel")
    office.presses(name(11), "appointments", f"slot-{free[0]}")
    assert set(_booked(office).values()) == {*slots, None}
    assert "slot-" not in office.looks(name(12), "appointments"), "every time is taken"
    await office.works()
    assert office.news() == {"appointment-confirmed": people(11), "appointment-cancelled": people(10)}


async def _interviews_are_held(office: Office) -> None:
    """Marta changes her room; reminders a day before each; somebody does not appear."""
    here = f"/console/events/{office.event('interview-preparation')}/appointments"
    with office.console() as client:
        form = next(one for one in forms(client.get(here)) if one.get("name") == "Marta Giaccone")
        answer = client.post(f"{here}/acts/interviewer", data=form | {"place": "Corso Inghilterra 7, Torino, sala 3"})
        assert "sala 3" in answer.text, answer.text
    await office.works()
    with_marta = {one for one, slot in _booked(office).items() if slot in _slots(office, "Marta Giaccone")}
    assert len(with_marta) == 5
    assert office.news() == {"appointment-changed": with_marta}
    assert "sala 3" in office.words(max(with_marta))
    await office.goes_on_to("2023-07-16 08:59")
    assert office.news() == {}, "nobody is reminded earlier than a day before"
    await office.goes_on_to("2023-07-18 08:00")
    earliest = set(office.news()["appointment-reminder"])
    await office.goes_on_to("2023-07-26 12:00")
    later = office.news()
    assert set(later) == {"appointment-reminder"} and not earliest & later["appointment-reminder"]
    held = people(*range(1, 10), 11)
    assert earliest | later["appointment-reminder"] == held
    rows = office.database.read(lambda s: s.execute(select(Appointment.id, Appointment.participant_id)).all())
    with office.console() as client:
        for row in rows:
            mark = "not-held" if row.participant_id == office.person(name(5)) else "held"
            token = form_of(client.get(here))["token"]
            client.post(f"{here}/acts/held", data={"token": token, "appointment": str(row.id), "held": mark})
    marked = office.database.read(lambda s: s.scalars(select(Appointment.held).order_by(Appointment.id)).all())
    assert sorted(marked) == ["", *["held"] * 9, "not-held"], "who cancelled has none to be marked"


async def _the_committee_is_invited(office: Office, first: Person, second: Person) -> None:
    await office.goes_on_to("2023-08-28 12:00")
    assert office.news() == {"steering-committee-1-invitation": COMMITTEE}
    await office.says_in_chat(first, "steering-committee-1", "in-person")
    await office.says_in_chat(second, "steering-committee-1", "online")
    office.presses(name(3), "events", "in-person")
    office.answers(name(4), "No, grazie")
    office.writes_back(answer_mail(office.mails(name(5))[-1], "ACCEPTED", attendee=office.mailbox(name(5))))
    assert office.replies("steering-committee-1") == {
        name(1): "in-person", name(2): "online", name(3): "in-person", name(4): "no", name(5): "in-person",
    }  # fmt: skip
    await office.works()
    assert office.news() == {"rsvp-kept": people(4, 5)}, "what comes by mail is confirmed by mail"


async def _the_launch_is_replied_to(office: Office, first: Person, second: Person) -> None:
    """By every door; then the place changes, and who said yes is told at once, their calendars too."""
    await office.goes_on_to("2023-09-06 12:00")
    news = office.news()
    assert list(news) == ["launch-invitation"] and len(news["launch-invitation"]) == INVITED
    await office.says_in_chat(first, "launch", "in-person")
    await office.says_in_chat(second, "launch", "online")
    office.presses(name(12), "events", "online")
    office.answers(name(13), "Sì, vengo")
    invitation = calendar_of(office.mails(name(14))[-1])
    office.writes_back(answer_mail(office.mails(name(14))[-1], "ACCEPTED", attendee=office.mailbox(name(14))))
    office.presses(name(15), "events", "maybe")
    office.answers(name(16), "no")
    office.presses(name(17), "events", "in-person")
    office.presses(name(17), "events", "no")
    office.presses(name(18), "events", "in-person")
    await office.works()
    assert office.news() == {"rsvp-kept": people(13, 14, 16)}
    await office.goes_on_to("2023-09-12 15:00")
    changes(office, "launch", place="Teatro Astra, Torino")
    await office.works()
    told = news["launch-invitation"] - people(16, 17)
    assert office.news() == {"event-changed": told}, "who was invited, but for those who declined"
    changed = calendar_of(office.mails(name(14))[-1])
    assert changed.uid.value == invitation.uid.value
    assert [int(one.sequence.value) for one in (invitation, changed)] == [0, 1]
    assert "Teatro Astra" in changed.location.value
    assert changed.organizer.value == invitation.organizer.value, "one event has one organizer for its calendar"
    assert "Teatro Astra" in (await first.bot_messages())[-1]["text"]
    office.writes_back(answer_mail(office.mails(name(14))[-1], "DECLINED", attendee=office.mailbox(name(14))))
    assert office.replies("launch")[name(14)] == "no"
    await office.works()
    assert office.news() == {"rsvp-kept": people(14)}


async def _the_committee_meets(office: Office, second: Person) -> None:
    await office.goes_on_to("2023-09-15 12:00")
    assert office.news() == {"steering-committee-1-reminder-day": people(1, 2, 3, 5)}
    await office.goes_on_to("2023-09-18 12:59")
    assert office.news() == {}, "not on a Sunday"
    await office.goes_on_to("2023-09-18 13:30")
    assert office.news() == {"steering-committee-1-reminder-hours": people(1, 2, 3, 5)}
    await office.goes_on_to("2023-09-18 16:00")
    come_in(office, "steering-committee-1", name(1), name(5))
    await follows_in_chat(office, second)
    await office.goes_on_to("2023-09-19 12:00")
    assert office.news() == {
        "steering-committee-1-thanks": people(1, 2, 5), "steering-committee-1-missed-you": people(3),
    }  # fmt: skip


async def _the_launch_draws_near(office: Office) -> None:
    """Each reminder reaches those who come then; the interviews' thanks those who were met."""
    come = people(1, 2, 12, 13, 15, 18)
    await office.goes_on_to("2023-09-20 12:00")
    assert office.news() == {"launch-reminder-week": come}
    await office.goes_on_to("2023-09-25 12:00")
    news = office.news()
    assert set(news) == {"interview-thanks", "listening-event-invitation"}
    assert news["interview-thanks"] == people(1, 2, 3, 4, 6, 7, 8, 9, 11), "not who did not appear"
    assert len(news["listening-event-invitation"]) == INVITED
    await office.goes_on_to("2023-09-26 18:00")
    assert office.news() == {"launch-reminder-day": come}
    office.presses(name(15), "events", "no")
    await office.goes_on_to("2023-09-27 07:35")
    assert office.news() == {"launch-reminder-hours": come - people(15)}
    assert "https://incontri.cmto.example.org/lancio" in office.words(name(12)), "who follows online has the address"
    assert "https://incontri" not in office.words(name(13)) and "Teatro Astra" in office.words(name(13))


async def _the_launch_and_after(office: Office, first: Person) -> None:
    """While nobody is noted as having come, the office is asked: the telephone at the door had no connection all day.

    Then the office lets go, and who came says how it was; somebody who had not registered is thanked too.
    """
    await office.goes_on_to("2023-09-28 12:00")
    assert office.news() == {}
    found = office.database.read(lambda session: obstacles(session, office.clock.now()))
    assert {one.slug: one.cause for one in found} == {
        "launch-thanks": Cause.NOT_NOTED, "launch-missed-you": Cause.NOT_NOTED,
    }  # fmt: skip
    come_in(office, "launch", name(1), name(13), at="2023-09-27 09:10", walks_in=DORA)
    read_in(office, "launch", name(12))
    with office.console() as client:
        for one in found:
            page = client.get(f"/console/mailings/{one.mailing_id}/review")
            form = next(each for each in forms(page) if "revision" in each or "token" in each)
            answer = client.post(f"/console/mailings/{one.mailing_id}/acts/missed", data=form)
            assert answer.status_code == 200, answer.text
    await office.works()
    assert office.news() == {"launch-thanks": {*people(1, 12, 13), DORA["name"]}, "launch-missed-you": people(2, 18)}
    await office.taps(first, "Dire com'è andata")
    for press in ("Continuare", "5", "4", "Gli interventi", "Fatto", "In presenza", "Saltare", "Inviare"):
        await office.taps(first, press)
    with office.console() as client:
        results = client.get(f"/console/rounds/{_satisfaction(office)}").text
    assert "How was it? Launch event" in results and "The talks" in results
    assert "Com&#39;è andata?" in office.looks(name(13), "q")


async def _seats_at_the_listening_event_pass_on(office: Office, first: Person) -> None:
    """Three seats: they are given, waited for, offered in order, let lapse, taken by a word in a mail."""
    changes(office, "listening-event", **{"seats-in-person": "3"})
    await office.says_in_chat(first, "listening-event", "in-person")
    office.presses(name(20), "events", "in-person")
    office.answers(name(21), "Sì, vengo")
    assert "lista d'attesa" in office.presses(name(22), "events", "in-person").replace("&#39;", "'")
    office.answers(name(23), "yes")
    await office.works()
    assert office.news() == {"rsvp-kept": people(21), "rsvp-waiting": people(23)}
    assert office.replies("listening-event")[name(22)] == "waiting"
    office.presses(name(20), "events", "no")
    await office.works()
    assert office.news() == {"seat-offered": people(22)}, "the first in line alone"
    await office.goes_on_to("2023-09-30 11:59")
    assert office.news() == {}
    await office.goes_on_to("2023-09-30 12:30")
    assert office.news() == {"seat-lapsed": people(22), "seat-offered": people(23)}
    office.answers(name(23), "yes")
    await office.works()
    assert office.news() == {"rsvp-kept": people(23)}
    assert office.replies("listening-event") == {
        name(1): "in-person", name(20): "no", name(21): "in-person", name(22): "lapsed", name(23): "in-person",
    }  # fmt: skip


async def _the_listening_event_and_a_second_invitation(office: Office, first: Person, second: Person) -> None:
    await office.goes_on_to("2023-10-13 12:00")
    come = people(1, 21, 23)
    assert office.news() == {"listening-event-reminder-week": come, "listening-event-reminder-day": come}
    await office.goes_on_to("2023-10-16 09:29")
    assert office.news() == {"listening-event-reminder-hours": come}
    await office.goes_on_to("2023-10-16 16:00")
    assert office.news() == {"steering-committee-2-invitation": COMMITTEE}
    come_in(office, "listening-event", name(1), name(23))
    await office.says_in_chat(first, "steering-committee-2", "in-person")
    await office.says_in_chat(second, "steering-committee-2", "no")
    office.presses(name(3), "events", "online")
    office.writes_back(answer_mail(office.mails(name(5))[-1], "ACCEPTED", attendee=office.mailbox(name(5))))
    office.answers(name(6), "no")
    await office.goes_on_to("2023-10-17 12:00")
    assert office.news() == {
        "rsvp-kept": people(5, 6),
        "listening-event-thanks": people(1, 23), "listening-event-missed-you": people(21),
    }  # fmt: skip


async def _a_further_meeting_is_called_off(office: Office, first: Person) -> None:
    """Between the committee's second invitation and its second meeting the office calls a third, and calls it off."""
    slug = calls_a_meeting(office, "Riunione straordinaria", "2023-11-20")
    await office.goes_on_to("2023-10-30 12:00")
    assert office.news() == {f"{slug}-invitation": COMMITTEE}
    await office.says_in_chat(first, slug, "in-person")
    office.presses(name(3), "events", "in-person")
    office.writes_back(answer_mail(office.mails(name(7))[-1], "ACCEPTED", attendee=office.mailbox(name(7))))
    office.answers(name(6), "no")
    await office.works()
    assert office.news() == {"rsvp-kept": people(6, 7)}
    calls_off(office, slug)
    await office.works()
    assert office.news() == {"event-cancelled": COMMITTEE - people(6)}
    mail = office.mails(name(7))[-1]
    assert [one.get_content_type() for one in mail.walk()].count("text/calendar") == 1
    assert "METHOD:CANCEL" in str(mail) or "CANCEL" in str(calendar_of(mail).status.value)


async def _the_committee_meets_again(office: Office) -> None:
    """The second meeting is played to its thanks; of the one that was called off nobody hears again."""
    await office.goes_on_to("2023-11-03 12:00")
    assert office.news() == {"steering-committee-2-reminder-day": people(1, 3, 5)}
    await office.goes_on_to("2023-11-06 14:50")
    assert office.news() == {"steering-committee-2-reminder-hours": people(1, 3, 5)}
    come_in(office, "steering-committee-2", name(1))
    follows_on_the_page(office, name(3))
    await office.goes_on_to("2023-11-07 09:59")
    assert office.news() == {}, "nobody is thanked on the same day"


async def _tables_at_the_second_event(office: Office, first: Person) -> None:
    await office.goes_on_to("2023-11-07 12:00")
    news = office.news()
    assert news.pop("steering-committee-2-thanks") == people(1, 3)
    assert news.pop("steering-committee-2-missed-you") == people(5)
    assert list(news) == ["co-planning-event-invitation"] and len(news["co-planning-event-invitation"]) == INVITED
    await office.says_in_chat(first, "co-planning-event", "in-person")
    for number in (30, 32):
        office.presses(name(number), "events", "in-person")
    office.answers(name(31), "1")
    event = office.event("co-planning-event")
    await office.works()
    assert office.news() == {"rsvp-kept": people(31)}
    come = people(1, 30, 31, 32)
    await acts_on_tables(office, event, "ask")
    assert office.news() == {"table-wishes": come}
    wanted = office.looks(name(30), "tables").split('<option value="')
    theme = next(one.partition('"')[0] for one in wanted if "Scuola e ricerca" in one)
    office.presses(name(30), "tables", "wish", first=theme)
    await acts_on_tables(office, event, "deal")
    await acts_on_tables(office, event, "tell")
    assert office.news() == {"table-assigned": come}
    assert "Scuola e ricerca" in office.words(name(30))
    await office.goes_on_to("2023-11-28 09:00")
    kinds = ("reminder-week", "reminder-day", "reminder-hours")
    assert office.news() == {f"co-planning-event-{kind}": come for kind in kinds}
    await office.goes_on_to("2023-11-28 18:00")
    come_in(office, "co-planning-event", name(1), name(30), name(31))
    with office.console() as client:
        form = {"token": form_of(client.get(f"/console/events/{event}/edit"))["token"], "new-afterwards": "yes"}
        client.post(f"/console/events/{event}/documents", data=form, files={"upload": ("esiti.pdf", PDF)})
    await office.goes_on_to("2023-11-29 12:00")
    assert office.news() == {
        "co-planning-event-thanks": people(1, 30, 31), "co-planning-event-missed-you": people(32),
    }  # fmt: skip
    assert "esiti.pdf" in office.words(name(32))
    assert "esiti.pdf" in office.looks(name(32), "events")


def _satisfaction(office: Office) -> int:
    """The round in which those who came to the launch say how it was."""
    found = select(Round.id).where(Round.slug.endswith(".launch-satisfaction"))
    assert office.database.read(lambda s: s.scalars(select(Response.state)).all()) == ["complete"]
    return office.database.read(lambda session: session.scalars(found).one())


def _slots(office: Office, interviewer: str = "") -> list[int]:
    found = select(Slot.id).join(Interviewer, Interviewer.id == Slot.interviewer_id).order_by(Slot.starts_at)
    found = found.where(Interviewer.name == interviewer) if interviewer else found
    return list(office.database.read(lambda session: session.scalars(found).all()))


def _booked(office: Office) -> dict[str, int | None]:
    found = select(Membership.reference, Appointment.slot_id)
    found = found.join(Membership, Membership.participant_id == Appointment.participant_id)
    return {row.reference: row.slot_id for row in office.database.read(lambda s: s.execute(found).all())}


def _no_reminder_came_late(office: Office) -> None:
    """Every reminder left before its event, and every message about an event between eight and seven o'clock."""
    left = select(Mailing.slug, Delivery.settled_at).join(Mailing, Mailing.id == Delivery.mailing_id)
    rows = office.database.read(lambda s: s.execute(left.where(Delivery.state == "sent")).all())
    starts = {
        "steering-committee-1": "2023-09-18 15:00", "steering-committee-2": "2023-11-06 15:00",
        "launch": "2023-09-27 09:30",
        "listening-event": "2023-10-16 09:30", "co-planning-event": "2023-11-28 09:30",
    }  # fmt: skip
    for row in rows:
        event, _, kind = row.slug.partition("-reminder-")
        if kind and event in starts:
            assert row.settled_at < datetime.fromisoformat(starts[event]).replace(tzinfo=ROME), row
