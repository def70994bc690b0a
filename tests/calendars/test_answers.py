"""What calendars answer by themselves: a reply like any other, only at the address of its own mail."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.links import Purpose
from core.people.merging import merge
from core.process.tables import Event
from notifications.intake.addresses import Signed
from notifications.intake.itip import CalendarAnswer, read_calendar
from notifications.intake.letter import read_letter
from tests.calendars.mails import answer_mail, calendar, change, event, mails_to, newest, take, tell
from tests.events.test_mail import RETURNS, deliver, kept, last_mail, notices, states
from tests.events.test_telling import RSVP, plan, prepared, say
from tests.intake.mails import addressed, written
from tests.notifications.office import Person
from tests.notifications.sending import Telling
from tests.support.sandbox import RunningSandbox, running_sandbox

PEOPLE = [Person("anna", email="anna@example.com"), Person("bruno", email="bruno@example.com")]
NAMES = ["ATTENDEE", "UID", "DTSTART", "COMMENT", "X"]
OVER = {"starts_local": "2023-09-01T10:00", "ends_local": "2023-09-01T11:00"}
TOO_MUCH = "\n".join(["BEGIN:VCALENDAR", "METHOD:REPLY", *["BEGIN:VEVENT", "END:VEVENT"] * 100, "END:VCALENDAR"])


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def telling(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> Telling:
    """The invitation left by mail."""
    made = prepared(database, sandbox, clock, kind="mailing", buttons=RSVP, people=PEOPLE)
    plan(made)
    await deliver(made)
    return made


@pytest.mark.parametrize(
    ("partstat", "before", "expected"),
    [
        ("ACCEPTED", "", ("in-person", "calendar", 0)),
        ("ACCEPTED", "online", ("online", "web", 0)),
        ("ACCEPTED", "no", ("in-person", "calendar", 1)),
        ("TENTATIVE", "", ("maybe", "calendar", 0)),
        ("DECLINED", "in-person", ("no", "calendar", 1)),
    ],
)
def test_an_answer_is_a_reply(telling: Telling, partstat: str, before: str, expected: tuple[str, str, int]) -> None:
    mail = newest(telling)
    if before:
        say(telling, "anna", before)
    take(telling, answer_mail(mail, partstat))
    assert kept(telling) == expected
    assert states(telling) == [("acted", "")]


async def test_an_event_has_one_organizer_in_all_mails_to_somebody(telling: Telling) -> None:
    """It is no other person's and no other event's; what is written to it in words is answered as the newest mail."""
    asked = newest(telling)
    take(telling, answer_mail(asked, "ACCEPTED"))
    change(telling, place="Sala")
    await tell(telling, "sender-2")
    changed = newest(telling)
    assert changed is not asked and event(changed).organizer.value == event(asked).organizer.value
    organizer = event(asked).organizer.value.removeprefix("mailto:")
    others = event(newest(telling, "bruno@example.com")).organizer.value.removeprefix("mailto:")
    assert organizer != others and RETURNS.find(organizer.upper()) == Signed(
        Purpose.ORGANIZER, event_id=1, participant_id=telling.rows.people["anna"]
    )
    take(telling, answer_mail(changed, "DECLINED", organizer=others))
    assert kept(telling) == ("in-person", "calendar", 0), "the organizer of somebody else's event"
    take(telling, answer_mail(changed, "DECLINED", organizer=organizer))
    assert kept(telling) == ("no", "calendar", 1)
    strange = RETURNS.organizer(1, 999), RETURNS.organizer(99, telling.rows.people["anna"])
    for number, address in enumerate(strange):
        take(telling, addressed(written("Sì", headers=f"X: {number}\n"), address))
    take(telling, addressed(written("A che ora?"), organizer))
    assert kept(telling) == ("no", "calendar", 1)
    assert [state for state, _ in states(telling)][-3:] == ["for-staff"] * 3, "a person reads them"


async def test_it_is_confirmed_once_with_the_event_as_it_now_is(telling: Telling) -> None:
    asked = newest(telling)
    change(telling, place="Sala", address="Via Po 1")
    take(telling, answer_mail(asked, "ACCEPTED"))
    await tell(telling, "sender-2")
    mail = last_mail(telling)
    assert calendar(mail).method.value == "REQUEST"
    found = event(mail)
    assert (found.location.value, found.attendee.params["PARTSTAT"]) == ("Sala, Via Po 1", ["ACCEPTED"])
    assert (found.uid.value, found.sequence.value) == (event(asked).uid.value, "1")
    for number in range(3):  # a calendar that accepts whatever it is sent
        take(telling, answer_mail(mail, "ACCEPTED", sequence=str(number)))
    assert kept(telling) == ("in-person", "calendar", 0)
    assert notices(telling) == 1
    assert {state for state, _ in states(telling)} == {"acted"}


async def test_a_refusal_is_confirmed_without_a_calendar(telling: Telling) -> None:
    take(telling, answer_mail(newest(telling), "DECLINED"))
    await tell(telling, "sender-2")
    assert not [part for part in last_mail(telling).walk() if part.get_content_type() == "text/calendar"]


async def test_accepting_the_seat_that_is_kept_takes_it(telling: Telling) -> None:
    mail = newest(telling)
    change(telling, seats={"online": 1})
    say(telling, "bruno", "online")
    say(telling, "anna", "online")
    assert kept(telling) == ("waiting", "web", 0)
    say(telling, "bruno", "no")
    take(telling, answer_mail(mail, "ACCEPTED"))
    assert kept(telling) == ("online", "calendar", 1), "the way they wait for, not in person"


def test_an_old_answer_and_what_was_written_beside_it(telling: Telling) -> None:
    mail = newest(telling)
    change(telling, place="Altrove")
    take(telling, answer_mail(mail, "ACCEPTED", more="COMMENT:Arrivo alle undici\\, scusate\n"))
    assert kept(telling) == ("in-person", "calendar", 0)
    ((state, words),) = states(telling)
    assert state == "noted" and "Arrivo alle undici, scusate" in words


def test_whoever_was_merged_answers_for_who_remains(telling: Telling) -> None:
    mail, people = newest(telling), telling.rows.people
    telling.write(lambda s: merge(s, people["anna"], people["bruno"], telling.clock.now()))
    take(telling, answer_mail(mail, "TENTATIVE"))
    theirs = newest(telling, "bruno@example.com")  # in whose mailbox a calendar holds the event as it had come to Anna
    uid = event(mail).uid.value
    take(telling, answer_mail(theirs, "DECLINED", uid=uid, attendee="bruno@example.com"))
    assert states(telling) == [("acted", "")] * 2


@pytest.mark.parametrize(
    "values",
    [
        {"method": "COUNTER"},
        {"method": "REQUEST"},
        {"method": ""},
        {"partstat": "DELEGATED"},
        {"partstat": "NEEDS-ACTION"},
        {"uid": "event-1-999@ascolto.example.org"},
        {"uid": "event-999-1@ascolto.example.org"},
        {"uid": "somebody-elses@example.com"},
        {"uid": f"event-{'9' * 40}-1@x"},
        {"more": "ATTENDEE;PARTSTAT=DECLINED:mailto:other@example.com\n"},
        {"more": "RECURRENCE-ID:20230927T080000Z\n"},
        {"more": "END:VEVENT\nBEGIN:VEVENT\nUID:x\n"},
        {"text": "BEGIN:VCALENDAR\nnonsense"},
        {"text": "no calendar at all \ud7ff\x00"},
        {"text": TOO_MUCH},
        {"text": "BEGIN:VCALENDAR\n" + "X-A:" + "a" * 300_000},
    ],
)
def test_everything_else_goes_to_staff(telling: Telling, values: dict[str, str]) -> None:
    take(telling, answer_mail(newest(telling), **({"partstat": "ACCEPTED"} | values)))
    assert kept(telling) is None
    assert [state for state, _ in states(telling)] == ["for-staff"]
    assert notices(telling) == 0


def test_only_at_the_address_of_its_mail(telling: Telling) -> None:
    """Bruno's own address does not answer for Anna, nor does one that anybody could write."""
    mine, others = newest(telling), newest(telling, "bruno@example.com")
    take(telling, answer_mail(mine, "ACCEPTED", organizer=str(others["Reply-To"])))
    take(telling, answer_mail(mine, "ACCEPTED", organizer="ritorni@example.org"))
    take(telling, answer_mail(mine, "ACCEPTED", organizer="ritorni+r-aaaaaaaaaaaaaaaaaaaa@example.org"))
    assert kept(telling) is None
    assert [state for state, _ in states(telling)] == ["for-staff"] * 3


def test_what_answers_automatically_does_not_count(telling: Telling) -> None:
    raw = answer_mail(newest(telling), "DECLINED")
    take(telling, b"Auto-Submitted: auto-replied\r\n" + raw)
    assert kept(telling) is None
    assert states(telling) == [("ignored", "")]


@pytest.mark.parametrize("values", [{"cancelled": True}, OVER])
def test_too_late_is_for_staff(telling: Telling, values: dict[str, object]) -> None:
    mail = newest(telling)

    def work(session: Session) -> None:
        row = session.scalars(select(Event)).one()
        for name, value in values.items():
            setattr(row, name, value)

    telling.write(work)
    take(telling, answer_mail(mail, "ACCEPTED"))
    assert kept(telling) is None
    assert [state for state, _ in states(telling)] == ["for-staff"]


def test_a_calendar_is_no_words_of_a_person() -> None:
    assert read_calendar(read_letter(written("sì"))) is None


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.sampled_from(NAMES))
def test_no_calendar_raises(value: str, name: str) -> None:
    lines = [
        "BEGIN:VCALENDAR",
        "METHOD:REPLY",
        "BEGIN:VEVENT",
        f"{name};{value}:{value}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    raw = b"MIME-Version: 1.0\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\n" + "\r\n".join(lines).encode()
    assert isinstance(read_calendar(read_letter(raw)), CalendarAnswer)


def test_somebody_to_whom_the_mail_was_passed_on_answers_for_nobody(telling: Telling) -> None:
    take(telling, answer_mail(newest(telling), "ACCEPTED", attendee="bruno@example.com"))
    assert kept(telling) is None
    assert [state for state, _ in states(telling)] == ["for-staff"]
    take(telling, answer_mail(newest(telling), "ACCEPTED", attendee="Anna@Example.com").replace(b"answer@", b"other@"))
    assert kept(telling) == ("in-person", "calendar", 0)


async def test_what_has_changed_is_told_as_it_is_when_it_leaves(telling: Telling) -> None:
    say(telling, "anna", "in-person")
    change(telling, place="Sala")
    change(telling, cancelled=True)
    await tell(telling, "sender-2")
    mails = [str(one["Subject"]) for one in mails_to(telling, "anna@example.com")]
    assert [("Non si" in one, "cambiato" in one) for one in mails[1:]] == [(True, False)]
