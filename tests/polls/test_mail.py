"""Polls by mail and in mailings: links that choose and count nothing, answers that count, nobody asked twice."""

from __future__ import annotations

import email
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.i18n import translator
from core.links import Links, Purpose
from core.people.tables import Membership
from core.tables import Notice
from notifications.content.check import Allowed, check_text
from notifications.content.errors import ButtonWithoutPoll
from notifications.content.uncounted_words import Reason, reason_for, reason_words
from notifications.contributions import every_source
from notifications.intake.addresses import ReturnAddresses
from notifications.intake.reading import IntakeDeps, parse_source, take_all
from notifications.intake.service import take_in
from notifications.intake.tables import IncomingMail
from notifications.ledger.tables import MailingText
from notifications.planning.notices import plan_notices
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from sandbox.mail.replying import make_maildir
from surveys.polls.errors import TooManyChosen, WordsMissing
from surveys.polls.kinds import Kind
from surveys.polls.making import close_poll
from surveys.polls.poll import Definition, Option, Poll
from surveys.polls.understanding import only_numbers, understand
from surveys.responses.shelf import FormShelf
from surveys.results.protecting import LEAST
from tests.events.test_telling import WITH_RETURNS
from tests.intake.mails import addressed, written
from tests.notifications.office import DUE, RULES, OfficeRows, Person, make_mailing, make_office
from tests.notifications.sending import PUBLIC, SECRET, Telling
from tests.polls.scene import BOOTH, add, chosen, define, named, piles, register, vote
from tests.polls.test_ballots import poll as made
from tests.polls.test_secret import dump
from tests.responses.scene import Scene
from tests.support.sandbox import RunningSandbox, running_sandbox

SOURCES = every_source(FormShelf(), LEAST)
RETURNS = ReturnAddresses("ritorni@example.org", Links(SECRET))
ANNA, BRUNO = Person("anna", email="anna@example.com"), Person("bruno", email="bruno@example.com", language="en")
CARLA = Person("carla", telegram="901")
QUOTED = "\n\nIl giorno lun 10 lug 2023 Ufficio <ufficio@example.org> ha scritto:\n> 1 – Parco\n> 2 – Piazza\n"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


class Asking:
    """A mailing with a poll's button, planned for Anna, Bruno and Carla."""

    def __init__(
        self, database: Database, sandbox: RunningSandbox, clock: FixedClock, new: Definition, *, opened: bool = True
    ) -> None:
        clock.set(DUE + timedelta(minutes=1))
        self.scene = Scene(database, clock.now())
        sandbox.world.bots["participants"].private_chat(901).started = True
        rows: OfficeRows = database.write(lambda session: make_office(session, [ANNA, BRUNO, CARLA]))
        self.scene.office_id, self.scene.process_id = rows.office, rows.process
        self.poll = add(self.scene, new, opened=opened)
        self.telling = Telling(database, sandbox, clock, rows)

        def work(session: Session) -> None:
            mailing_id = make_mailing(session, rows, purpose="polls", round_id=None, poll_id=self.poll.id)
            for text in session.scalars(select(MailingText).where(MailingText.mailing_id == mailing_id)):
                text.body, text.buttons = "{{ poll }}", [{"kind": "poll"}]
            schedule_occurrences(session, None, clock.now())

        database.write(work)

    def plan(self) -> None:
        self.telling.write(lambda session: plan_all_due(session, self.telling.clock.now(), RULES))

    async def deliver(self, name: str = "sender-1") -> None:
        async with self.telling.sender(name, voice=WITH_RETURNS):
            await self.telling.until(lambda one: not one.count("planned", "claimed", "handed-over"))

    def mails(self) -> dict[str, Any]:
        """The newest mail each has, by the address's name."""
        kept = (
            email.message_from_bytes(one.raw, policy=policy.default) for one in self.telling.sandbox.world.mail.kept
        )
        return {str(one["To"]).split("@")[0]: one for one in kept}

    def plain(self, name: str) -> str:
        return str(self.mails()[name].get_body(("plain",)).get_content())

    def answer(self, name: str, words: str, to: Any = None) -> None:
        """To the newest mail of that name, or `to` another."""
        raw = addressed(written(words + QUOTED), str((to or self.mails()[name])["Reply-To"]))
        now = self.telling.clock.now()
        self.telling.write(lambda session: take_in(session, raw, RETURNS, now))

    def person(self, name: str) -> int:
        return self.telling.rows.people[name]


def incoming(database: Database) -> list[tuple[str, str]]:
    statement = select(IncomingMail).order_by(IncomingMail.id)
    return [(one.state, one.words) for one in database.read(lambda s: s.scalars(statement).all())]


def notices(database: Database) -> list[str]:
    return list(database.read(lambda s: s.scalars(select(Notice.kind).order_by(Notice.id)).all()))


async def test_a_named_poll_is_asked_by_mail_and_answered_by_mail(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    asking = Asking(database, sandbox, clock, named())
    asking.plan()
    await asking.deliver()
    text = asking.plain("anna")
    assert "Dove la panchina?" in text and "1 – Parco" in text and "2 – Piazza" in text
    assert "Parco: https://ascolto.example.org/p/" in text and text.count("?choice=") == 3
    html = asking.mails()["bruno"].get_body(("html",)).get_content()
    link = html.split('href="https://ascolto.example.org/p/')[2].split('"')[0]
    token, _, query = link.partition("?")
    assert query == "choice=B" and "Square" in html
    assert Links(SECRET).read(Purpose.VOTE, token, clock.now()) == (asking.person("bruno"), asking.poll.id)
    async with httpx.AsyncClient() as client:
        base = f"{sandbox.addresses.telegram.rsplit('/telegram', 1)[0]}/telegram/participants/people/901/chat"
        chat = (await client.get(base)).json()
    buttons = [button for row in chat["messages"][-1]["buttons"] for button in row]
    assert [one["data"] for one in buttons] == [f"poll:{asking.poll.id}:"] and buttons[0]["text"] == "Votare"
    asking.answer("anna", "2, grazie")
    assert piles(database, asking.poll) == {"B": 1} and incoming(database) == [("acted", "")]
    asking.telling.write(lambda session: plan_notices(session, clock.now()))
    await asking.deliver("sender-2")
    assert "Piazza" in asking.plain("anna") and f"{PUBLIC}/p/" in asking.plain("anna")
    asking.answer("anna", "Parco")  # in answer to the confirmation
    assert piles(database, asking.poll) == {"A": 1}
    for words, ballot in (("Il 3, grazie", "C"), ("1 – Parco", "A")):
        asking.answer("anna", words)
        assert piles(database, asking.poll) == {ballot: 1}
    assert set(notices(database)) == {"vote-kept"} and len(notices(database)) == 4


async def test_what_is_no_vote_is_answered_with_the_reason(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    asking = Asking(database, sandbox, clock, named())
    asking.plan()
    await asking.deliver()
    vote(asking.scene, asking.poll, asking.person("anna"), chosen("C"))
    asked = dict(asking.mails())

    async def told(name: str, words: str, turn: str) -> str:
        """What comes back, "" for nothing."""
        count = len(sandbox.world.mail.kept)
        asking.answer(name, words, asked[name])
        asking.telling.write(lambda session: plan_notices(session, clock.now()))
        await asking.deliver(turn)
        return asking.plain(name).replace("\n", " ") if len(sandbox.world.mail.kept) > count else ""

    no = "non è stata contata come voto"
    seven = await told("anna", "7\n\nCordiali saluti\nAnna", "sender-2")
    assert no in seven and "non è tra le opzioni" in seven and "Il Suo voto valido è: Scuola" in seven
    assert f"{PUBLIC}/p/" in seven and asking.mails()["anna"]["Auto-Submitted"] == "auto-generated"
    assert "può votare sulla pagina" in seven
    several = await told("anna", "1 e 2", "sender-3")
    assert no in several and "al massimo 1" in several
    words = await told("bruno", "the bus stop", "sender-4")
    assert "not counted" in words and "No vote of yours has been counted" in words and "People of the office" in words
    assert incoming(database) == [
        ("noted", "7\n\nCordiali saluti\nAnna"),
        ("noted", "1 e 2"),
        ("for-staff", "the bus stop"),
    ]
    for nothing in ("the bus stop, I said", "Grazie mille", "Posso votare?", "Il parco, ma solo se c'è ombra, e " * 3):
        assert await told("bruno", nothing, f"sender-{nothing}") == "", "once a mail, and never to a letter"
        assert incoming(database)[-1][0] == "for-staff"
    noted = {
        str(one.id) for one in database.read(lambda s: s.scalars(select(IncomingMail)).all()) if one.words[0] in "71"
    }
    asking.answer("bruno", "What a pity")  # in answer to our answer
    away = written("2", headers="Auto-Submitted: auto-replied\n")
    raw = addressed(away, str(asked["anna"]["Reply-To"]))
    asking.telling.write(lambda session: take_in(session, raw, RETURNS, clock.now()))
    count = len(notices(database))
    assert count == 3
    asking.telling.write(lambda session: close_poll(session, BOOTH.ids, asking.poll.id, clock.now()))
    late = await told("anna", "2", "sender-5")
    assert "è chiuso" in late and "non è stata contata" in late and "Scuola" in late
    assert notices(database)[count:] == ["vote-too-late"] and piles(database, asking.poll) == {"C": 1}
    process_id = asking.scene.process_id
    said = database.read(lambda s: [one for source in SOURCES for one in source.find(s, process_id)])
    assert len(noted) == 2 and len(said) == 6 and noted.isdisjoint(one.source for one in said), (
        "a vote, counted or not, is no contribution"
    )


async def test_who_is_not_asked_is_not_sent_to_the_page(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    asking = Asking(database, sandbox, clock, named())
    asking.plan()
    await asking.deliver()

    def leaves(session: Session) -> None:
        mine = select(Membership).where(Membership.participant_id == asking.person("anna"))
        for one in session.scalars(mine):
            one.left_at = clock.now()

    asking.telling.write(leaves)
    asking.answer("anna", "1")
    assert database.read(lambda s: [one.values["why"] for one in s.scalars(select(Notice)).all()]) == ["NotAsked"]
    asking.telling.write(lambda session: plan_notices(session, clock.now()))
    await asking.deliver("sender-2")
    told = asking.plain("anna").replace("\n", " ")
    assert "non è rivolto a Lei" in told and "sulla pagina" not in told


async def test_a_secret_poll_is_voted_on_the_page_only(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    asking = Asking(database, sandbox, clock, define())
    asking.plan()
    await asking.deliver()
    text = asking.plain("anna")
    assert "?choice=" not in text and "1 – Parco" not in text and "Questo voto è anonimo" in text
    asking.answer("anna", "Piazza")
    assert register(database) == [] and incoming(database) == [("acted", "")]
    told = dump(database)
    assert not any("Piazza" in told[name] for name in told if name not in {"poll", "mailing_text"})
    asking.telling.write(lambda session: plan_notices(session, clock.now()))
    await asking.deliver("sender-2")
    assert "non è stat" in asking.plain("anna") and f"{PUBLIC}/p/" in asking.plain("anna")
    asking.answer("bruno", "What is this about?")
    assert incoming(database)[-1] == ("for-staff", "What is this about?")
    asking.answer("bruno", "2\nSquare\n\nToo Much Traffic")
    assert incoming(database)[-1] == ("noted", "Too Much Traffic"), "what it chooses is kept nowhere, the rest is"
    count = len(notices(database))
    asking.telling.write(lambda session: close_poll(session, BOOTH.ids, asking.poll.id, clock.now()))
    asking.answer("anna", "Piazza")
    assert notices(database)[count:] == ["vote-too-late"], "nothing is lost in silence, after the close neither"
    asking.answer("bruno", "7")
    assert notices(database)[count:] == ["vote-too-late"] * 2 and incoming(database)[-1] == ("acted", "")


@pytest.mark.parametrize("is_secret", [True, False])
async def test_whoever_holds_a_mail_has_few_answers_sent_by_it(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, is_secret: bool
) -> None:
    """A forwarded invitation has the address of its answers in it, and who wrote is not looked at."""
    asking = Asking(database, sandbox, clock, define() if is_secret else named())
    asking.plan()
    await asking.deliver()
    for words in ("the bus stop", "the other bus stop", "no bus stop"):
        asking.answer("bruno", words)
    assert notices(database) == ["vote-not-counted"], "once for each mail of ours, whatever the reason"
    for words in ("7", "8", "9", "7 8", "7 9"):
        asking.answer("bruno", words)
    no = "vote-not-by-mail" if is_secret else "vote-not-counted"
    assert notices(database) == ["vote-not-counted", no, no]
    asking.answer("anna", "7")
    assert notices(database)[3:] == [no], "another mail of ours has answers of its own"
    if not is_secret:
        for words in ("1", "2", "3", "1, grazie", "2, grazie", "3, grazie"):
            asking.answer("bruno", words)
        assert notices(database)[4:] == ["vote-kept"] * 5 and piles(database, asking.poll) == {"B": 1}
        assert incoming(database)[-1] == ("noted", "3, grazie"), "none is counted that is not confirmed"


async def test_who_has_voted_is_not_asked_again(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    asking = Asking(database, sandbox, clock, define())
    vote(asking.scene, asking.poll, asking.person("anna"), chosen("A"))
    asking.plan()
    assert asking.telling.states()["anna"] == ("skipped", "email", "answered")
    vote(asking.scene, asking.poll, asking.person("bruno"), chosen("A"))
    await asking.deliver()
    states = asking.telling.states()
    assert states["bruno"][0::2] == ("skipped", "answered") and states["carla"][0] == "sent"


async def test_nobody_is_asked_once_it_is_closed(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    asking = Asking(database, sandbox, clock, replace(define(), closes_local="2023-07-06T12:00"))
    asking.plan()
    clock.advance(timedelta(hours=5))
    await asking.deliver()
    assert {state for state, _, _ in asking.telling.states().values()} == {"skipped"}


@pytest.mark.parametrize(
    ("kind", "words", "choice"),
    [
        (Kind.SINGLE, "2", ("B",)),
        (Kind.SINGLE, "square", ("B",)),
        (Kind.SINGLE, "école".replace("é", "e"), ("C",)),
        (Kind.SINGLE, "the square", None),
        (Kind.SINGLE, "4", None),
        (Kind.MULTIPLE, "3 1", ("C", "A")),
        (Kind.RANKING, "3 poi 1 e 2", ("C", "A", "B")),
        (Kind.RANKING, "3 perhaps 1", None),
        (Kind.TEXT, "2", None),
    ],
)
def test_what_a_line_chooses(database_url: str, kind: Kind, words: str, choice: tuple[str, ...] | None) -> None:
    found = understand(made(kind, {}), words, lambda text: text.casefold().replace("é", "e"))
    assert (tuple(found.names) if found else None) == choice


DAYS = tuple(
    Option(name, {"it": f"{day} giugno", "en": f"{day} June", "fr": f"{day} juin"})
    for name, day in zip("ABCD", ("Mercoledì 3", "Giovedì 4", "Venerdì 5", "Sabato 6"), strict=True)
)


def test_a_day_is_no_place_where_options_hold_numbers(database_url: str) -> None:
    whole = made(Kind.SINGLE, {})
    days = replace(whole, definition=replace(whole.definition, options=DAYS))
    for words in ("il 4", "per il 4", "scelgo il 4", "for the 4", "pour le 4", "voto per 4"):
        assert understand(days, words, str.casefold) is None and only_numbers(words), words
    for words in ("4", "numero 4", "opzione 4", "voto 4", "4 sabato 6 giugno", "sabato 6 giugno"):
        assert understand(days, words, str.casefold) == chosen("D"), words
    assert understand(whole, "per il 3", str.casefold) == chosen("C")


async def test_a_day_by_mail_is_told_to_be_unclear(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    asking = Asking(database, sandbox, clock, replace(named(), options=DAYS))
    asking.plan()
    await asking.deliver()
    asking.answer("anna", "Per il 4, grazie")
    asking.answer("anna", "Il 4")
    assert piles(database, asking.poll) == {} and incoming(database)[0] == ("for-staff", "Per il 4, grazie")
    assert notices(database) == ["vote-not-counted"]
    asking.telling.write(lambda session: plan_notices(session, clock.now()))
    await asking.deliver("sender-2")
    assert "sarà letto dal personale dell’ente" in asking.plain("anna").replace("\n", " ").replace("\r", "")
    asking.answer("bruno", "4")
    assert piles(database, asking.poll) == {"D": 1}


def test_a_reason_that_a_row_holds_keeps_its_words(database_url: str) -> None:
    en = translator("en")
    for reason in Reason:
        said = reason_words({"why": reason.value, "least": 1, "most": 2, "count": 3}, en)
        assert said and "{" not in said and (reason is Reason.REFUSED) is ("no vote that can be counted" in said)
    TooManyChosen.__name__ = "MoreThanMay"
    try:
        assert reason_for(TooManyChosen(most=1, count=2)) == "TooManyChosen", "a name in the code is no contract"
    finally:
        TooManyChosen.__name__ = "TooManyChosen"
    assert reason_for(WordsMissing()) is Reason.REFUSED
    assert "no vote that can be counted" in reason_words({"why": "SomethingNewer"}, en)


def test_a_scale_takes_numbers_and_a_button_needs_a_poll(database_url: str) -> None:
    scale: Poll = made(Kind.SCALE, {})
    said = understand(scale, "4", str.casefold)
    assert said is not None and said.number == "4" and understand(scale, "four", str.casefold) is None
    raw = {"language": "en", "subject": "Vote", "body": "{{ poll }}", "buttons": [{"kind": "poll"}]}
    assert [type(one) for one in check_text(raw)] == [ButtonWithoutPoll]
    assert check_text(raw, Allowed(has_poll=True)) == []


async def test_an_answer_from_the_inbox_of_the_demo_is_a_vote(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, tmp_path: Path
) -> None:
    asking = Asking(database, sandbox, clock, named())
    asking.plan()
    await asking.deliver()
    sandbox.world.maildir = make_maildir(tmp_path / "mail")
    (mail,) = [one for one in sandbox.world.mail.kept if "anna@example.com" in str(one.letter.header("To"))]
    assert (await sandbox.http.post(f"/mail/inbox/anna%40example.com/{mail.id}/reply", data={"words": "2"})).is_redirect
    assert take_all(IntakeDeps(database, clock, RETURNS, parse_source(f"maildir:{tmp_path / 'mail'}"))) == 1
    assert incoming(database) == [("acted", "")]
    assert notices(database) == ["vote-kept"]
