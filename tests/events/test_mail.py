"""Replies by answering the invitation's mail: one clear word counts and is confirmed, the rest is for staff."""

from __future__ import annotations

import email
from collections.abc import AsyncIterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links, Purpose
from core.people.erasing import erase_person
from core.people.tables import Participant
from core.process.attendance import Given, reply
from core.process.line import offer_place
from core.process.tables import Event
from core.tables import Notice
from notifications.intake.addresses import ReturnAddresses
from notifications.intake.inbox import Reach, inbox
from notifications.intake.my_data import erase_mails
from notifications.intake.reading import IntakeDeps, parse_source, take_all
from notifications.intake.replies import own_answer
from notifications.intake.service import Taken, take_in
from notifications.intake.tables import IncomingMail
from notifications.ledger.tables import Occurrence
from notifications.planning.notices import plan_notices
from sandbox.mail.replying import make_maildir
from tests.events.scene import replies, rows
from tests.events.test_telling import RSVP, STARTS, WITH_RETURNS, plan, prepared
from tests.intake.mails import addressed, written
from tests.notifications.office import Person
from tests.notifications.sending import SECRET, Telling
from tests.support.sandbox import RunningSandbox, running_sandbox

RETURNS = ReturnAddresses("ritorni@example.org", Links(SECRET))
ANNA = Person("anna", email="anna@example.com")
QUOTED = (
    "\n\nIl giorno lun 10 lug 2023 Ufficio <ufficio@example.org> ha scritto:\n> 1 – Vengo\n> 4 – Non posso venire\n"
)


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def telling(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> Telling:
    """The invitation left for Anna by mail."""
    made = prepared(database, sandbox, clock, kind="mailing", buttons=RSVP, people=[ANNA])
    plan(made)
    await deliver(made)
    return made


async def deliver(telling: Telling, name: str = "sender-1") -> None:
    async with telling.sender(name, voice=WITH_RETURNS):
        await telling.until(lambda one: not one.count("planned", "claimed", "handed-over"))


def last_mail(telling: Telling) -> EmailMessage:
    mail = email.message_from_bytes(telling.sandbox.world.mail.kept[-1].raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def answer(telling: Telling, words: str, to: str = "", headers: str = "") -> Taken | None:
    """Anna answers the newest mail she has, or writes to an address."""
    raw = addressed(written(words, headers=headers), to or str(last_mail(telling)["Reply-To"]))
    now = telling.clock.now()
    return telling.database.write(lambda session: take_in(session, raw, RETURNS, now))


def kept(telling: Telling) -> tuple[str, str, int] | None:
    return replies(telling.database).get(telling.rows.people["anna"])


def states(telling: Telling) -> list[tuple[str, str]]:
    statement = select(IncomingMail).order_by(IncomingMail.id)
    return [(one.state, one.words) for one in telling.database.read(lambda s: s.scalars(statement).all())]


def notices(telling: Telling) -> int:
    return telling.database.read(lambda s: s.scalar(select(func.count()).select_from(Notice))) or 0


async def confirm(telling: Telling, name: str) -> str:
    telling.write(lambda session: plan_notices(session, telling.clock.now()))
    await deliver(telling, name)
    plain = last_mail(telling).get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


async def test_a_clear_word_counts_and_is_confirmed(telling: Telling) -> None:
    answer(telling, f"Sì, vengo.{QUOTED}")
    assert kept(telling) == ("in-person", "mail", 0)
    assert states(telling) == [("acted", "")]
    text = await confirm(telling, "sender-2")
    assert "Vengo" in text and "Lancio" in text and "27 settembre 2023" in text
    link = text.split("https://ascolto.example.org/events/")[1].split()[0]
    assert Links(SECRET).read(Purpose.RSVP, link, telling.clock.now()) == (telling.rows.people["anna"], 1)
    assert last_mail(telling)["Auto-Submitted"] == "auto-generated"


async def test_erasing_takes_the_reply_out_of_its_confirmation(telling: Telling) -> None:
    answer(telling, f"1{QUOTED}")
    await confirm(telling, "sender-2")
    link = str(last_mail(telling)["Reply-To"])
    person = telling.rows.people["anna"]
    telling.write(lambda session: erase_person(session, person, [erase_mails], telling.clock.now()))
    left = telling.database.read(lambda s: [one for one in s.scalars(select(Occurrence.values)) if one])
    assert left == []
    answer(telling, "no", to=link)
    assert replies(telling.database) == {}


async def test_a_change_of_mind_also_by_answering_the_confirmation(telling: Telling) -> None:
    answer(telling, f"1{QUOTED}")
    await confirm(telling, "sender-2")
    answer(telling, f"Purtroppo non posso{QUOTED}")
    assert kept(telling) == ("no", "mail", 1)
    assert "Non posso venire" in await confirm(telling, "sender-3")


async def test_what_answers_confirmations_by_itself_is_not_answered_again(telling: Telling) -> None:
    for number in range(4):
        answer(telling, f"no{QUOTED}", headers=f"Message-ID: <{number}@example.com>\n")
    assert kept(telling) == ("no", "mail", 0)
    assert notices(telling) == 1


@pytest.mark.parametrize(
    "words",
    ["no, ma il mio collega viene", "No\nma il mio collega viene", "Sì, se finisco in tempo", "A che ora?", "sì?", "5"],
)
async def test_anything_else_goes_to_staff(telling: Telling, words: str) -> None:
    answer(telling, words + QUOTED)
    assert kept(telling) is None
    assert states(telling) == [("for-staff", words)]
    assert notices(telling) == 0


async def test_automatic_replies_and_unsigned_mails_never_count(telling: Telling) -> None:
    answer(telling, "no", headers="Auto-Submitted: auto-replied\n")
    answer(telling, "no", headers="Precedence: auto_reply\n")
    answer(telling, "no", to="ritorni@example.org")
    answer(telling, "no", to="ritorni+r-aaaaaaaaaaaaaaaaaaaa@example.org")
    (delivery,) = telling.deliveries().values()
    answer(telling, "no", to=RETURNS.bounces(delivery.id))
    assert kept(telling) is None
    assert [state for state, _ in states(telling)] == ["ignored", "ignored", "for-staff", "for-staff", "for-staff"]


async def test_what_stands_beside_a_reply_is_kept_for_staff(telling: Telling) -> None:
    words = "Sì, vengo.\n\nCordiali saluti\nAnna Neri"
    answer(telling, words + QUOTED)
    assert kept(telling) == ("in-person", "mail", 0)
    assert states(telling) == [("noted", words)]
    reach = Reach([telling.rows.office])
    assert [one.words for one in telling.database.read(lambda s: inbox(s, reach, 0))] == [words]
    answer(telling, "Buongiorno\nno\nGrazie" + QUOTED)
    assert states(telling)[1] == ("acted", "")


async def test_the_same_mail_counts_once(telling: Telling) -> None:
    assert answer(telling, "sì") is not None
    answer(telling, "no")
    assert answer(telling, "sì") is None
    assert kept(telling) == ("no", "mail", 1)


@pytest.mark.parametrize("how", ["begun", "called-off", "not-online"])
async def test_what_cannot_be_kept_goes_to_staff(telling: Telling, how: str) -> None:
    words = "online" if how == "not-online" else "sì"

    def change(session: Session) -> None:
        event = session.scalars(select(Event)).one()
        event.cancelled, event.online = how == "called-off", how != "not-online"

    telling.write(change)
    if how == "begun":
        telling.clock.set(STARTS + timedelta(minutes=1))
    answer(telling, words + QUOTED)
    assert kept(telling) is None
    assert states(telling) == [("for-staff", words)]


async def test_a_mailing_without_the_button_takes_no_reply(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock, people=[ANNA])
    plan(telling)
    await deliver(telling)
    answer(telling, "no")
    assert kept(telling) is None
    assert states(telling) == [("for-staff", "no")]


async def test_a_mail_with_a_page_beside_its_words(telling: Telling) -> None:
    both = (
        b"From: Anna <anna@example.com>\nTo: ufficio@example.org\nSubject: Re: Invito\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/alternative; boundary="b"\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n'
        b"Forse\n\nGrazie\nAnna\n\n--b\nContent-Type: text/html; charset=utf-8\n\n"
        b"<div>Forse</div><div><br></div><div>Grazie</div><div>Anna</div>\n--b--\n"
    )
    raw = addressed(both, str(last_mail(telling)["Reply-To"]))
    telling.database.write(lambda session: take_in(session, raw, RETURNS, telling.clock.now()))
    assert kept(telling) == ("maybe", "mail", 0)


async def test_when_it_is_full_the_confirmation_says_so_and_a_yes_takes_the_offer(telling: Telling) -> None:
    first = telling.rows.people["anna"] + 1000

    def fill(session: Session) -> None:
        event = session.scalars(select(Event)).one()
        event.seats = {"in-person": 1}
        now = telling.clock.now()
        session.add(Participant(id=first, language="it", created_at=now))
        session.flush()
        reply(session, Given(event.id, first, "in-person", "web", invited=True), now)

    telling.write(fill)
    answer(telling, f"Sì{QUOTED}")
    assert kept(telling) == ("waiting", "mail", 0)
    text = await confirm(telling, "sender-2")
    assert "lista d'attesa, al posto 1" in text and "27 settembre 2023" in text
    answer(telling, f"Sì{QUOTED}", headers="Message-ID: <again@example.com>\n")
    assert notices(telling) == 1, "said once"

    def leave(session: Session) -> None:
        event = session.scalars(select(Event.id)).one()
        reply(session, Given(event, first, "no", "web", invited=True), telling.clock.now())

    telling.write(leave)
    assert "L'offerta vale per Lei fino a" in " ".join((await confirm(telling, "sender-3")).split())
    answer(telling, f"sì, grazie{QUOTED}", headers="Message-ID: <taken@example.com>\n")
    assert kept(telling) == ("in-person", "mail", 1)


async def test_a_no_to_an_offer_leaves_the_seat_online(telling: Telling) -> None:
    first, anna = telling.rows.people["anna"] + 1000, telling.rows.people["anna"]

    def work(session: Session) -> None:
        event, now = session.scalars(select(Event)).one(), telling.clock.now()
        event.seats = {"in-person": 1}
        session.add(Participant(id=first, language="it", created_at=now))
        session.flush()
        for person, said in ((first, "in-person"), (anna, "online"), (anna, "in-person"), (first, "no")):
            reply(session, Given(event.id, person, said, "web", invited=True), now)

    telling.write(work)
    await confirm(telling, "sender-2")
    answer(telling, f"No, grazie{QUOTED}")
    row = next(one for one in rows(telling.database) if one.participant_id == anna)
    assert (row.reply, row.waits_for, row.offered_until) == ("online", "", None)
    assert "Partecipo online" in await confirm(telling, "sender-3")


OLD_SANDBOX = "Mon, 30 Nov 2026 10:00:00 +0000 Ufficio <psm@example.org>:\n> 1 – Vengo\n> 2 – Partecipo online"


@pytest.mark.parametrize(
    "quoted",
    [
        OLD_SANDBOX,
        "   Il 30/11/2026 10:00, Ufficio ha scritto:\n   Gentile Anna,\n   1 – Vengo\n   4 – Non posso venire",
        "Il giorno lun 30 nov 2026 alle ore 10:00 Ufficio per tutti\n<psm@example.org> ha scritto:\n\n> 1 – Vengo",
        "Da Ufficio <psm@example.org>:\n\n> 1 – Vengo",
        "Ufficio psm@example.org, 30/11/2026:\nGentile Anna, può rispondere a questo messaggio.\n4 – Non posso venire",
        "Le lun. 30 nov. 2026 à 10:00, Ufficio <psm@example.org> a écrit :\nGentile Anna",
    ],
)
def test_a_quotation_is_known_however_it_is_announced(quoted: str) -> None:
    assert own_answer(f"Sì, vengo volentieri!\n\n{quoted}\n") == "Sì, vengo volentieri!"


@pytest.mark.parametrize("words", ["Sì\nPer il 30 novembre 2026 chiedo:\ndue posti", "Vengo.\nScriva a lui:\n- a casa"])
def test_what_somebody_lists_themselves_is_no_quotation(words: str) -> None:
    assert own_answer(words) == words


@pytest.mark.parametrize(("words", "meant"), [("2", "online"), ("Sì, vengo volentieri!", "in-person")])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_answer_from_the_inbox_of_the_demo_is_a_reply(
    telling: Telling, tmp_path: Path, words: str, meant: str
) -> None:
    telling.sandbox.world.maildir = make_maildir(tmp_path / "mail")
    here = f"/mail/inbox/anna%40example.com/{telling.sandbox.world.mail.kept[-1].id}/reply"
    assert (await telling.sandbox.http.post(here, data={"words": words})).status_code == 303
    deps = IntakeDeps(telling.database, telling.clock, RETURNS, parse_source(f"maildir:{tmp_path / 'mail'}"))
    assert take_all(deps) == 1
    assert (kept(telling), states(telling)) == ((meant, "mail", 0), [("acted", "")])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_offer_says_how_many_places_and_that_it_can_be_answered_by_mail(telling: Telling) -> None:
    anna, now = telling.rows.people["anna"], telling.clock.now()

    def work(session: Session) -> None:
        event = session.scalars(select(Event)).one()
        event.companions, event.seats = 2, {"in-person": 1}
        session.flush()
        reply(session, Given(event.id, anna, "in-person", "web", companions=1), now)
        offer_place(session, event.id, anna, now)

    telling.write(work)
    said = " ".join((await confirm(telling, "sender-2")).split())
    assert "Buongiorno, Si sono liberati 2 posti" in said
    assert "rispondendo a questa e-mail con «sì» o «no»" in said
    answer(telling, f"sì{QUOTED}")
    assert kept(telling) == ("in-person", "mail", 1)
