"""The sending loop from outside: what reached the people's chats and mailboxes, and what the ledger says of it."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from email.message import EmailMessage
from math import inf

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links, Purpose
from core.notices import News, tell
from core.people.suppression import suppress
from core.people.tables import Address, Participant
from core.process.tables import Process
from notifications.channels.contract import Delivered, Message, Outcome
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.channels.telegram import TelegramChannel
from notifications.ledger.release import set_state, settle_doubt
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Attempt, Delivery, Mailing, MailingText
from notifications.planning.notices import plan_notices
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from notifications.sending.loop import Pace
from sandbox.server.rates import Limits
from tests.notifications.office import RULES, Person, answer, make_mailing
from tests.notifications.sending import SECRET, TOKEN, Telling, planned
from tests.support.sandbox import RunningSandbox, running_sandbox

MAIL = Person("Maria <b>&amp;", email="maria@example.org")
CHAT = Person("Carla <i>*_", telegram="21")
BOTH = Person("both", email="both@example.org", telegram="22")


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


def message(telling: Telling, number: int = 0) -> EmailMessage:
    raw = telling.sandbox.world.mail.kept[number].raw
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


async def test_each_gets_it_by_the_right_channel(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [MAIL, CHAT])
    async with telling.sender():
        await telling.settles()
    assert telling.states() == {MAIL.name: ("sent", "email", ""), CHAT.name: ("sent", "telegram", "")}
    mail, (chat,) = message(telling), await sandbox.sent()
    delivery = telling.deliveries()[MAIL.name]
    assert mail["To"] == "maria@example.org"
    assert mail["Message-ID"] == delivery.message_id
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = str(mail["List-Unsubscribe"]).strip("<>").rsplit("/", 1)[1]
    assert Links(SECRET).read(Purpose.UNSUBSCRIBE, token, clock.now()) == (delivery.id,)
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert "Gentile Maria <b>&amp;," in plain
    assert "Maria &lt;b&gt;&amp;amp;" in html
    assert "Gentile Carla <i>*_," in chat["text"]
    assert telling.deliveries()[CHAT.name].provider_id == str(chat["message_id"])
    buttons = (await sandbox.person(21).chat())["messages"][-1]["buttons"]
    assert [[button["data"] for button in row] for row in buttons] == [[f"open:{telling.rows.round}"]]


async def test_the_preferred_channel_and_a_fallback_when_the_bot_is_blocked(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [BOTH, CHAT])
    for number in (21, 22):
        await sandbox.person(number).blocks()
    async with telling.sender():
        await telling.settles()
    assert telling.states() == {"both": ("sent", "email", ""), CHAT.name: ("failed", "telegram", "gone")}
    assert [mail.recipients for mail in sandbox.world.mail.kept] == [("both@example.org",)]
    attempts = database.read(lambda session: session.scalars(select(Attempt)).all())
    assert {(one.channel, one.outcome) for one in attempts} == {("telegram", "RecipientGone")}
    blocked = database.read(
        lambda session: session.scalars(select(Address.value).where(Address.blocked_at.is_not(None)))
    )
    assert sorted(blocked) == ["21", "22"]


async def test_it_is_decided_at_the_moment_of_sending(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    names = ("answered", "paused", "suppressed", "erased", "fine", "moved")
    people = [Person(name, email=f"{name}@example.org") for name in names]
    telling = planned(database, sandbox, clock, people)
    ids = telling.rows.people
    later = clock.now() + timedelta(days=9)
    telling.write(lambda session: answer(session, telling.rows, ids["answered"]))
    telling.write(
        lambda s: s.execute(update(Participant).where(Participant.id == ids["paused"]).values(paused_until=later))
    )
    telling.write(
        lambda s: s.execute(update(Participant).where(Participant.id == ids["erased"]).values(erased_at=later))
    )
    telling.write(lambda session: suppress(session, "email", "suppressed@example.org", "bounced", clock.now()))
    async with telling.sender():
        await telling.settles()
    assert {name: row[::2] for name, row in telling.states().items()} == {
        "answered": ("skipped", "answered"),
        "paused": ("skipped", "paused"),
        "suppressed": ("skipped", "suppressed"),
        "erased": ("skipped", "gone"),
        "fine": ("sent", ""),
        "moved": ("sent", ""),
    }
    assert len(sandbox.world.mail.kept) == 2


async def test_a_pause_holds_and_a_release_lets_go(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    people = [Person(f"p{n}", email=f"p{n}@example.org") for n in range(60)]
    telling = planned(database, sandbox, clock, people)
    mailing = database.read(lambda session: session.scalars(select(Mailing.id)).one())
    async with telling.sender(paces={"telegram": Pace(1000), "email": Pace(20)}):
        await telling.until(lambda t: t.count("sent") >= 5)
        telling.write(lambda s: set_state(s, mailing, MailingState.PAUSED, clock.now()))
        held = telling.count("planned", "claimed")
        await telling.until(lambda t: not t.count("claimed", "handed-over"))
        assert telling.count("planned") >= held > 20
        telling.write(lambda s: set_state(s, mailing, MailingState.RELEASED, clock.now()))
        await telling.settles()
    assert sorted(mail.recipients[0] for mail in sandbox.world.mail.kept) == sorted(p.email for p in people)


async def test_cancelling_skips_the_rest(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    telling = planned(database, sandbox, clock, [MAIL, BOTH])
    mailing = database.read(lambda session: session.scalars(select(Mailing.id)).one())
    telling.write(lambda s: set_state(s, mailing, MailingState.CANCELLED, clock.now()))
    assert {row[::2] for row in telling.states().values()} == {("skipped", "cancelled")}


async def test_outside_the_window_nothing_leaves(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [MAIL])
    process = {"days": ["thu"], "from": "08:00", "until": "12:00"}
    telling.write(lambda s: s.execute(update(Process).values(send_window=process)))
    clock.advance(timedelta(hours=3))
    async with telling.sender():
        await telling.until(lambda t: t.deliveries()[MAIL.name].due_at > clock.now())
    assert (telling.count("planned"), sandbox.world.mail.kept) == (1, [])


async def test_a_429_is_honoured_to_the_second_and_stops_the_channel(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    people = [Person(f"p{n}", telegram=str(100 + n)) for n in range(20)]
    telling = planned(database, sandbox, clock, people)
    await sandbox.misbehaves(telegram={"status": 429, "retry_after": 2, "times": 1})
    async with telling.sender():
        await telling.until(lambda t: t.count("sent") == len(people) - 1)
        (waiting,) = (d for d in telling.deliveries().values() if d.state == "planned")
        assert timedelta(seconds=1) < waiting.due_at - clock.now() <= timedelta(seconds=2)
        clock.advance(timedelta(seconds=3))
        await telling.settles()
    assert telling.count("sent") == len(people)
    assert len(await sandbox.sent()) == len(people)
    attempts = database.read(lambda session: session.scalars(select(Delivery.attempts)).all())
    assert set(attempts) == {1}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"code": 451, "stage": "rcpt", "text": "try later"}, ("planned", "email", "")),
        ({"code": 550, "stage": "rcpt", "text": "5.1.1 no such user"}, ("failed", "email", "gone")),
        ({"code": 554, "stage": "data", "text": "5.7.1 refused"}, ("failed", "email", "rejected")),
        ({"drop": "after"}, ("in-doubt", "email", "connection-lost")),
    ],
)
async def test_a_relay_that_refuses(
    database: Database,
    sandbox: RunningSandbox,
    clock: FixedClock,
    fault: dict[str, object],
    expected: tuple[str, str, str],
) -> None:
    telling = planned(database, sandbox, clock, [MAIL])
    await sandbox.misbehaves(mail=fault)
    async with telling.sender():
        await telling.until(lambda t: t.deliveries()[MAIL.name].attempts == 1 and not t.count("claimed", "handed-over"))
    assert telling.states()[MAIL.name] == expected


async def test_greylisting_is_waited_out(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    telling = planned(database, sandbox, clock, [MAIL, BOTH])
    await sandbox.misbehaves(mail={"greylist": True})
    async with telling.sender():
        await telling.until(lambda t: t.count("sent") == 1 and t.deliveries()[MAIL.name].due_at > clock.now())
        clock.advance(timedelta(minutes=2))
        await telling.settles()
    assert telling.count("sent") == 2


async def test_in_doubt_is_never_resent_by_itself_and_staff_decide(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [CHAT])
    await sandbox.misbehaves(telegram={"drop": "after", "times": 1})
    async with telling.sender():
        await telling.until(lambda t: t.count("in-doubt") == 1)
        clock.advance(timedelta(days=2))
        await asyncio.sleep(1.2)
        assert (telling.count("in-doubt"), len(await sandbox.sent())) == (1, 1)
        delivery = telling.deliveries()[CHAT.name].id
        telling.write(lambda s: settle_doubt(s, delivery, resend=True, now=clock.now()))
        await telling.settles()
    assert len(await sandbox.sent()) == 2


async def test_what_a_dead_sender_left_is_taken_over(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [MAIL, BOTH])
    ids = telling.rows.people
    past = clock.now() - timedelta(days=2000)

    def leave(state: str, person: str) -> None:
        values = {"state": state, "claimed_by": "dead", "claimed_until": past}
        mine = Delivery.participant_id == ids[person]
        telling.write(lambda session: session.execute(update(Delivery).where(mine).values(values)))

    leave("claimed", MAIL.name)
    leave("handed-over", "both")
    async with telling.sender():
        await telling.until(lambda t: t.count("sent") == 1)
    assert telling.states() == {MAIL.name: ("sent", "email", ""), "both": ("in-doubt", "telegram", "sender-died")}


async def test_a_moved_clock_kills_nobody(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    people = [Person(f"p{n}", email=f"p{n}@example.org") for n in range(40)]
    telling = planned(database, sandbox, clock, people)
    paces = {"telegram": Pace(10), "email": Pace(20)}
    async with telling.sender("one", paces=paces), telling.sender("two", paces=paces):
        await telling.until(lambda t: t.count("sent") >= 3)
        clock.advance(timedelta(days=1))
        await asyncio.sleep(0.5)
        clock.advance(timedelta(days=-1))
        await telling.settles()
    assert sorted(mail.recipients[0] for mail in sandbox.world.mail.kept) == sorted(p.email for p in people)
    assert telling.count("sent") == 40


async def test_a_notice_overtakes_a_mailing_and_shows_its_code(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    people = [Person(f"p{n}", email=f"p{n}@example.org") for n in range(60)]
    telling = planned(database, sandbox, clock, people)
    person = telling.rows.people["p59"]
    telling.write(lambda s: tell(s, News("join-code", "k", person, "email", None, {"code": "482913"}), clock.now()))
    telling.write(lambda session: plan_notices(session, clock.now()))
    async with telling.sender(paces={"telegram": Pace(10), "email": Pace(20, workers=1)}):
        await telling.until(lambda t: t.count("sent") >= 5)
    first = message(telling)
    assert (first["To"], first["Auto-Submitted"]) == ("p59@example.org", "auto-generated")
    assert "482913" in next(first.iter_parts()).get_content()
    assert first["List-Unsubscribe"] is None


async def test_the_undo_link_names_the_address(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    telling = planned(database, sandbox, clock, [BOTH], state="draft")
    person, values = telling.rows.people["both"], {"address_id": 77}
    news = News("chat-joined", "k", person, "email", telling.rows.office, values)
    telling.write(lambda session: tell(session, news, clock.now()))
    telling.write(lambda session: plan_notices(session, clock.now()))
    async with telling.sender():
        await telling.settles()
    plain = next(message(telling).iter_parts()).get_content()
    token = next(word.rsplit("/", 1)[1] for word in plain.split() if "/joining/undo/" in word)
    assert Links(SECRET).read(Purpose.UNDO_JOIN, token, clock.now()) == (77, person)


async def test_a_sender_told_to_stop_settles_what_left_and_puts_the_rest_back(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    people = [Person(f"p{n}", email=f"p{n}@example.org") for n in range(80)]
    telling = planned(database, sandbox, clock, people)
    async with telling.sender(paces={"telegram": Pace(10), "email": Pace(40)}):
        await telling.until(lambda t: t.count("sent") >= 5)
    assert telling.count("claimed", "handed-over", "in-doubt") == 0
    assert telling.count("sent") == len(sandbox.world.mail.kept) < len(people)
    assert telling.count("planned") == len(people) - telling.count("sent")


async def test_after_the_round_has_closed_nobody_is_asked(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [MAIL])
    clock.advance(timedelta(days=200))
    async with telling.sender():
        await telling.settles()
    assert telling.states()[MAIL.name] == ("skipped", "email", "closed")


async def test_telegrams_limits_are_kept_without_a_refusal(database: Database, clock: FixedClock) -> None:
    people = [Person(f"p{n}", telegram=str(100 + n)) for n in range(90)]
    async with running_sandbox(limits=Limits()) as sandbox:
        telling = planned(database, sandbox, clock, people)
        channel = Listening(TelegramChannel(TOKEN, sandbox.addresses.telegram))
        pace = {"telegram": Pace(30)}
        async with (
            telling.sender("one", paces=pace, channels=[channel]),
            telling.sender("two", paces=pace, channels=[channel]),
        ):
            await telling.settles()
    assert telling.count("sent") == len(people)
    assert {type(outcome) for outcome in channel.heard} == {Delivered}


async def test_one_badly_written_mailing_holds_up_no_other(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [MAIL])

    def spoil_and_add(session: Session) -> None:
        session.execute(update(MailingText).values(buttons=[{"kind": "buy", "label": "x"}]))
        make_mailing(session, telling.rows, slug="other")
        schedule_occurrences(session, None, clock.now())
        plan_all_due(session, clock.now(), RULES)

    telling.write(spoil_and_add)
    async with telling.sender():
        await telling.until(lambda t: t.count("sent") == 1 and t.count("claimed") == 0)
    assert telling.count("planned") == 1


async def test_a_channel_that_breaks_leaves_a_doubt_and_the_sender_lives(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [CHAT, MAIL])
    mail = EmailChannel(parse_relay(sandbox.addresses.smtp))
    async with telling.sender(channels=(Breaking(), mail)):
        await telling.settles()
    assert {name: row[0] for name, row in telling.states().items()} == {CHAT.name: "in-doubt", MAIL.name: "sent"}


async def test_what_is_no_chat_is_refused_before_anything_leaves(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [CHAT])
    telling.write(lambda s: s.execute(update(Address).where(Address.channel == "telegram").values(value="no-number")))
    async with telling.sender():
        await telling.settles()
    assert telling.states() == {CHAT.name: ("failed", "telegram", "rejected")}


class Breaking:
    """A channel with a mistake in it."""

    name = way = "telegram"

    async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
        raise KeyError("a mistake")

    async def close(self) -> None:
        """Nothing was opened."""


class Listening:
    """A channel that remembers what the other side did."""

    name = way = "telegram"

    def __init__(self, channel: TelegramChannel) -> None:
        self.channel = channel
        self.heard: list[Outcome] = []

    async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
        heard = await self.channel.send(messages, interval, within)
        self.heard += heard
        return heard

    async def close(self) -> None:
        await self.channel.close()
