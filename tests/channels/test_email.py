"""Mails through relays of every kind: encrypted or not, signed in, pipelined or not, broken off at every point."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest

from core.clock import FixedClock
from notifications.channels.contract import (
    Delivered,
    Draft,
    Mail,
    Misconfigured,
    NotBegun,
    RecipientGone,
    Rejected,
    ThrottledUntil,
    Unknown,
    UnreachableNow,
    Unwritten,
)
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.connection import Patience, SmtpConnection
from notifications.channels.smtp.exchange import hand_over
from notifications.channels.smtp.relay import parse_relay
from notifications.sending.loop import pace_over
from tests.channels.relays import PASSWORD, USER, Blot, Terse, kinds, mails, relay, scripted, sent

SIGN_IN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@"


async def test_a_group_goes_over_one_connection_as_it_was_written() -> None:
    async with relay() as running:
        outcomes = await sent(f"smtp://127.0.0.1:{running.port}", mails("a", "b", "c"))
    assert outcomes == [Delivered(f"2.0.0 kept as {number}") for number in (1, 2, 3)]
    assert running.kept.recipients == ["a@example.com", "b@example.com", "c@example.com"]
    assert running.kept.contents == [mails("a")[0].data] * 3


async def test_a_large_group_goes_over_as_many_connections_as_it_has_hundreds() -> None:
    terse = Terse()
    async with scripted(terse) as port:
        outcomes = await sent(f"smtp://127.0.0.1:{port}?connections=4", mails(*map(str, range(250))))
    assert kinds(outcomes) == [Delivered] * 250
    assert (terse.connections, terse.heard.count(b"MAIL")) == (3, 250)


@pytest.mark.parametrize("pipelines", [True, False])
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_mail_that_cannot_be_written_holds_up_no_other(pipelines: bool, place: int) -> None:
    terse = Terse(pipelines=pipelines)
    group: list[Draft] = list(mails("a", "b"))
    group.insert(place, Blot())
    async with scripted(terse) as port:
        outcomes = await sent(f"smtp://127.0.0.1:{port}", group)
    assert outcomes.pop(place) == Unwritten("LookupError")
    assert (kinds(outcomes), terse.heard.count(b"MAIL")) == ([Delivered] * 2, 2)


async def test_a_relay_that_floods_is_left() -> None:
    flood = Terse(keeps=b"250-" + b"x" * 4000 + b"\r\n")
    flood.keeps *= 300
    async with scripted(flood) as port:
        (outcome,) = await sent(f"smtp://127.0.0.1:{port}", mails("a"))
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize(
    ("rate", "connections", "workers", "each"),
    [(50, 4, 4, 1), (50, 1, 1, 1), (1000, 4, 2, 4), (1000, 8, 2, 5), (1000, 3, 2, 3), (100_000, 50, 2, 50)],
)
def test_every_connection_of_a_relay_is_used(rate: float, connections: int, workers: int, each: int) -> None:
    pace = pace_over(rate, connections)
    assert (pace.workers, pace.connections) == (workers, each)
    assert workers * each >= connections
    assert pace.group <= 100 * each


async def test_addresses_of_other_alphabets() -> None:
    async with relay() as running:
        outcomes = await sent(f"smtp://127.0.0.1:{running.port}", mails("città"))
    assert kinds(outcomes) == [Delivered]
    assert running.kept.recipients == ["città@example.com"]


@pytest.mark.parametrize("address", ["città@example.com", "a@città.example"])
async def test_a_relay_that_takes_no_other_alphabets_is_not_given_them(address: str) -> None:
    group = [
        Mail(address, "a@example.com", b"x\r\n"), Mail("office@example.org", address, b"x\r\n"), *mails("b"),
    ]  # fmt: skip
    terse = Terse()
    async with scripted(terse) as port:
        assert kinds(await sent(f"smtp://127.0.0.1:{port}", group)) == [Rejected, Rejected, Delivered]
    assert terse.heard.count(b"MAIL") == 1


async def test_a_sender_of_another_alphabet_is_announced() -> None:
    async with relay() as running:
        group = [Mail("città@example.org", "a@example.com", b"Subject: x\r\n\r\nx\r\n")]
        assert kinds(await sent(f"smtp://127.0.0.1:{running.port}", group)) == [Delivered]
    assert running.kept.senders == ["città@example.org"]


async def test_an_address_cannot_bring_commands_with_it() -> None:
    evil = [Mail("office@example.org", "a@example.com>\r\nRCPT TO:<b@example.com", b"x\r\n"), *mails("c")]
    async with relay() as running:
        outcomes = await sent(f"smtp://127.0.0.1:{running.port}", evil)
    assert kinds(outcomes) == [Rejected, Delivered]
    assert running.kept.recipients == ["c@example.com"]


async def test_what_is_too_large_for_the_relay_does_not_set_out() -> None:
    large = mails("b", data=b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" * 1000)
    async with relay(data_size_limit=1000) as running:
        outcomes = await sent(f"smtp://127.0.0.1:{running.port}", [*mails("a"), *large, *mails("c")])
    assert kinds(outcomes) == [Delivered, Rejected, Delivered]
    assert running.kept.recipients == ["a@example.com", "c@example.com"]


pipelined = pytest.mark.parametrize("pipelines", [True, False])


@pipelined
async def test_one_that_is_refused_does_not_stop_the_others(pipelines: bool) -> None:
    terse = Terse(pipelines, {b"RCPT TO:<gone": b"550 5.1.1 no such user\r\n"})
    async with scripted(terse) as port:
        outcomes = await sent(f"smtp://127.0.0.1:{port}", mails("gone1", "a", "gone2", "gone3", "b", "gone4"))
    assert kinds(outcomes) == [RecipientGone, Delivered, RecipientGone, RecipientGone, Delivered, RecipientGone]
    assert (len(terse.taken), terse.connections) == (2, 1)


@pipelined
async def test_a_relay_that_has_enough_of_a_connection_gets_the_rest_by_another(pipelines: bool) -> None:
    terse = Terse(pipelines, most=3)
    async with scripted(terse) as port:
        outcomes = await sent(f"smtp://127.0.0.1:{port}", mails(*"abcdefgh"))
    assert kinds(outcomes) == [Delivered] * 8
    assert (len(terse.taken), terse.connections) == (8, 3)


@pipelined
async def test_content_whose_answer_is_lost_is_unknown_and_the_rest_goes_on(pipelines: bool) -> None:
    terse = Terse(pipelines, hangs_up_after=b"number b")
    group = [Mail(one.sender, one.recipient, f"number {one.recipient[0]}\r\n".encode()) for one in mails(*"abc")]
    async with scripted(terse) as port:
        outcomes = await sent(f"smtp://127.0.0.1:{port}", group)
    assert kinds(outcomes) == [Delivered, Unknown, Delivered]
    assert (len(terse.taken), terse.connections) == (3, 2)


@pipelined
@pytest.mark.parametrize(
    ("hangs_up_at", "expected"),
    [
        (b"EHLO", [ThrottledUntil, ThrottledUntil]),
        (b"MAIL", [UnreachableNow, ThrottledUntil]),
        (b"RCPT", [UnreachableNow, ThrottledUntil]),
        (b"DATA", [UnreachableNow, ThrottledUntil]),
    ],
)
async def test_before_the_content_nothing_is_in_doubt(
    pipelines: bool, hangs_up_at: bytes, expected: list[type]
) -> None:
    terse = Terse(pipelines, hangs_up_at=hangs_up_at)
    async with scripted(terse) as port:
        assert kinds(await sent(f"smtp://127.0.0.1:{port}", mails("a", "b"))) == expected
    assert terse.taken == []


@pipelined
@pytest.mark.parametrize(
    ("refuses", "expected"),
    [
        ({b"MAIL": b"550 5.7.1 not you\r\n"}, Misconfigured),
        ({b"MAIL": b"451 4.3.0 later\r\n"}, ThrottledUntil),
        ({b"MAIL": b"421 4.3.2 closing\r\n"}, ThrottledUntil),
        ({b"RCPT": b"530 5.7.0 sign in first\r\n"}, Misconfigured),
        ({b"RCPT": b"450 4.2.1 greylisted\r\n"}, UnreachableNow),
        ({b"DATA": b"451 4.3.0 later\r\n"}, UnreachableNow),
        ({b"EHLO": b"421 4.3.2 closing\r\n", b"HELO": b"421 4.3.2 closing\r\n"}, ThrottledUntil),
        ({b"EHLO": b"554 5.7.1 go away\r\n", b"HELO": b"554 5.7.1 go away\r\n"}, Misconfigured),
    ],
)
async def test_refusals_at_every_step(pipelines: bool, refuses: dict[bytes, bytes], expected: type) -> None:
    async with scripted(Terse(pipelines, refuses)) as port:
        assert kinds(await sent(f"smtp://127.0.0.1:{port}", mails("a", "b"))) == [expected, expected]


@pipelined
@pytest.mark.parametrize(
    ("begins", "answer", "first", "rest"),
    [
        (b"MAIL", b"452 4.3.1 no space\r\n", ThrottledUntil, ThrottledUntil),
        (b"MAIL", b"550 5.7.1 not you\r\n", Misconfigured, Misconfigured),
        (b"MAIL", b"421 4.7.0 too fast\r\n", ThrottledUntil, ThrottledUntil),
        (b"RCPT", b"421 4.7.0 too fast\r\n", UnreachableNow, ThrottledUntil),
        (b"DATA", b"421 4.7.0 too fast\r\n", UnreachableNow, ThrottledUntil),
    ],
)
async def test_a_relay_that_takes_nothing_just_now_is_left_alone(
    pipelines: bool, begins: bytes, answer: bytes, first: type, rest: type
) -> None:
    """One connection for the group; what counts as a try is at most the one mail whose recipient was named."""
    terse = Terse(pipelines, {begins: answer})
    async with scripted(terse) as port:
        outcomes = await sent(f"smtp://127.0.0.1:{port}", mails(*(f"m{number}" for number in range(100))))
    assert kinds(outcomes) == [first, *[rest] * 99]
    assert (terse.connections, terse.taken) == (1, [])


@pipelined
async def test_a_relay_that_has_enough_in_the_midst_of_a_group_gets_no_more_of_it(pipelines: bool) -> None:
    terse = Terse(pipelines)

    def enough(word: bytes) -> None:
        if word == b"content" and len(terse.taken) == 2:
            terse.refuses = {b"MAIL": b"450 4.7.1 too fast\r\n"}

    terse.on_word = enough
    async with scripted(terse) as port:
        outcomes = await sent(f"smtp://127.0.0.1:{port}", mails(*"abcdef"))
    taken = [one for one in outcomes if isinstance(one, Delivered)]
    assert kinds(outcomes) == [Delivered] * len(taken) + [ThrottledUntil] * (6 - len(taken))
    assert (len(terse.taken), terse.connections) == (len(taken), 1)
    assert len(taken) in {2, 3}  # with pipelining the third was on its way


@pytest.mark.parametrize(("pipelines", "begun"), [(True, 6), (False, 5)])
async def test_what_has_not_begun_in_time_stays(clock: FixedClock, pipelines: bool, begun: int) -> None:
    """A relay takes a tenth of a second a mail; with pipelining one is always ahead."""
    terse = Terse(pipelines, on_word=lambda word: clock.advance(timedelta(seconds=0.1 * (word == b"content"))))
    async with scripted(terse) as port:
        channel = EmailChannel(parse_relay(f"smtp://127.0.0.1:{port}"), machine=clock)
        outcomes = await channel.send(mails(*(f"m{number}" for number in range(100))), 0, 0.5)
        assert kinds(outcomes) == [Delivered] * begun + [NotBegun] * (100 - begun)
        assert kinds(await channel.send(mails("a"), 0, 0.5)) == [Delivered]
        await channel.close()
    assert (len(terse.taken), terse.connections) == (begun + 1, 1)


async def test_a_connection_that_took_too_long_to_open_is_there_for_the_next_group(clock: FixedClock) -> None:
    terse = Terse(on_word=lambda word: clock.advance(timedelta(seconds=word == b"EHLO")))
    async with scripted(terse) as port:
        channel = EmailChannel(parse_relay(f"smtp://127.0.0.1:{port}"), machine=clock)
        assert kinds(await channel.send(mails("a", "b"), 0, 0.5)) == [NotBegun, NotBegun]
        assert kinds(await channel.send(mails("a", "b"), 0, 0.5)) == [Delivered, Delivered]
        await channel.close()
    assert (len(terse.taken), terse.connections) == (2, 1)


async def test_a_relay_that_serves_fewer_connections_goes_on_with_those(clock: FixedClock) -> None:
    terse, both = Terse(at_once=2), asyncio.Event()
    terse.gate.clear()
    terse.on_word = lambda _: both.set() if len(terse.taken) == 2 else None
    async with scripted(terse) as port:
        channel = EmailChannel(parse_relay(f"smtp://127.0.0.1:{port}"), machine=clock)
        busy = [asyncio.create_task(channel.send(mails(name), 0)) for name in "ab"]
        await both.wait()
        assert kinds(await channel.send(mails("c", "d"), 0)) == [NotBegun, NotBegun]
        assert kinds(await channel.send(mails("c"), 0)) == [NotBegun]
        assert terse.connections == 3  # it was asked once
        terse.gate.set()
        assert [kinds(await one) for one in busy] == [[Delivered], [Delivered]]
        assert kinds(await channel.send(mails("c"), 0)) == [Delivered]
        await channel.close()
    assert terse.connections == 3


@pipelined
@pytest.mark.parametrize(
    ("terse", "expected"),
    [
        (Terse(keeps=b"354 go ahead\r\n"), Unknown),
        (Terse(keeps=b"200 \r\n"), Delivered),
        (Terse(goes_ahead=b"250 fine\r\n"), UnreachableNow),
        (Terse(refuses={b"RCPT": b"354 go ahead\r\n"}), UnreachableNow),
        (Terse(refuses={b"MAIL": b"334 \r\n"}), UnreachableNow),
        (Terse(refuses={b"EHLO": b"354 go ahead\r\n"}), ThrottledUntil),
    ],
)
async def test_a_yes_to_another_question_is_none(pipelines: bool, terse: Terse, expected: type) -> None:
    relay = replace(terse, pipelines=pipelines, heard=[], taken=[])
    async with scripted(relay) as port:
        assert kinds(await sent(f"smtp://127.0.0.1:{port}", mails("a"))) == [expected]
    assert bool(relay.taken) == (expected in {Delivered, Unknown})
    assert set(relay.heard) <= {b"EHLO", b"MAIL", b"RCPT", b"DATA", b"QUIT"}  # no content went for commands


@pipelined
@pytest.mark.parametrize(
    ("silent", "patience", "expected"),
    [
        (b"MAIL", Patience(0.05, 600, 600), UnreachableNow),
        (b"DATA", Patience(600, 0.05, 600), UnreachableNow),
        (b"content", Patience(600, 600, 0.05), Unknown),
    ],
)
async def test_each_answer_is_waited_for_in_its_own_time(
    pipelines: bool, silent: bytes, patience: Patience, expected: type
) -> None:
    terse = Terse(pipelines, keeps=b"") if silent == b"content" else Terse(pipelines, goes_ahead=b"")
    terse.refuses = {b"MAIL": b" "} if silent == b"MAIL" else {}
    async with scripted(terse) as port:
        connection = SmtpConnection(parse_relay(f"smtp://127.0.0.1:{port}"), replace(patience, command=600))
        await connection.open()
        connection.patience = patience
        handed = await hand_over(connection, mails("a"))
        await connection.close(politely=False)
    assert kinds(handed.outcomes) == [expected]
    assert Patience() == Patience(command=60, data=120, content=600)  # RFC 5321, section 4.5.3.2


async def test_an_old_relay_that_knows_no_ehlo() -> None:
    terse = Terse(refuses={b"EHLO": b"502 what?\r\n"})
    async with scripted(terse) as port:
        assert kinds(await sent(f"smtp://127.0.0.1:{port}", mails("a", "b"))) == [Delivered, Delivered]


@pytest.mark.parametrize("is_noticed", [True, False])
async def test_a_kept_connection_that_was_closed_meanwhile_costs_no_mail_a_try(is_noticed: bool) -> None:
    terse = Terse()
    async with scripted(terse) as port:
        channel = EmailChannel(parse_relay(f"smtp://127.0.0.1:{port}"))
        assert kinds(await channel.send(mails("a"), 0)) == [Delivered]
        terse.most = 0
        (kept,) = channel._idle
        kept.connection.write(b"MAIL FROM:<>\r\n")  # the relay hangs up
        await kept.connection.reply()
        while is_noticed and not kept.connection._open.is_lost:
            await asyncio.sleep(0)
        terse.most = 1000
        assert kinds(await channel.send(mails("b", "c"), 0)) == [Delivered, Delivered]
        await channel.close()
    assert terse.connections == 2


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 400 Bad Request\r\n", b"2", b"220-" + b"x" * 10_000, b"220-more\r\n" * 1000, b"\xff\xfe\r\n"]
)
async def test_what_is_no_mail_server_is_told_and_costs_nothing(said: bytes) -> None:
    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)

    async with scripted(speak) as port:
        (outcome,) = await sent(f"smtp://127.0.0.1:{port}", mails("a"))
    assert isinstance(outcome, ThrottledUntil)
    assert f"127.0.0.1:{port}" in outcome.detail


async def test_nobody_listens() -> None:
    async with scripted(Terse()) as port:
        pass
    assert kinds(await sent(f"smtp://127.0.0.1:{port}", mails("a", "b"))) == [ThrottledUntil, ThrottledUntil]
