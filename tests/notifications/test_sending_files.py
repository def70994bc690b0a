"""Pictures, attachments and long texts on their way: in order, within the rates, uploaded once, and never twice."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock, SystemClock
from core.database.database import Database
from core.file_contents import keep_content
from core.i18n import translator
from notifications.channels import telegram
from notifications.channels.contract import ChatMessage, ChatPart, Delivered, Outcome, ThrottledUntil
from notifications.channels.tables import TelegramFile
from notifications.channels.telegram import TelegramChannel
from notifications.channels.telegram_calls import BotCalls
from notifications.content.files import look_at
from notifications.ledger.files import write_files
from notifications.ledger.proof import write_proof
from notifications.ledger.tables import Attempt, Delivery, Mailing, MailingText, Permit, SentText
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from notifications.sending import group
from notifications.sending.loop import Pace, Sender
from sandbox.server import sending
from sandbox.server.errors import Refusal, bad_request, forbidden, too_many
from sandbox.server.rates import Limits
from tests.notifications.office import RULES, Person, make_mailing
from tests.notifications.sending import TOKEN, Telling, planned
from tests.support.attachments import PDF, png
from tests.support.sandbox import RunningSandbox, running_sandbox

FILES = {"mappa.png": png(8, 4), "foto.png": png(4, 8), "programma.pdf": PDF, "elenco.csv": b"a;b\r\n"}
ONE = "![La mappa](mappa.png)\n\nGentile {{ name }}."
TWO = f"{ONE}\n\n![La foto](foto.png)"
LONG = "\n\n".join(["Parole su parole. " * 100] * 4)
PEOPLE = [Person(f"p{n}", telegram=str(100 + n)) for n in range(4)]
MAIL = Person("Maria", email="maria@example.org")


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits in these tests, except where waiting is what they are about."""
    monkeypatch.setattr(telegram, "APART", 0.01)
    monkeypatch.setattr(telegram, "UNREACHABLE_PAUSE", 0.01)


def put_files(telling: Telling, body: str, attachments: tuple[str, ...] = ()) -> None:
    def work(session: Session) -> None:
        mailing = session.scalars(select(Mailing.id)).one()
        for content in FILES.values():
            keep_content(session, content)
        write_files(session, mailing, [look_at(name, content) for name, content in FILES.items()])
        session.execute(update(MailingText).values(body=body, attachments=list(attachments)))

    telling.write(work)


async def seen(sandbox: RunningSandbox, number: int) -> list[tuple[str, str, int]]:
    """What somebody sees of a mailing: kinds, the last line of each text, how many buttons."""
    messages = await sandbox.person(number).bot_messages()
    return [
        (one["media"]["kind"] if one["media"] else "text", one["text"].split("\n")[-1], len(one["buttons"]))
        for one in messages
    ]


WAY_OUT = "Per non ricevere più messaggi, scriva /stop."


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ((ONE,), [("photo", WAY_OUT, 1)]),
        ((ONE, ("programma.pdf",)), [("document", "", 0), ("photo", WAY_OUT, 1)]),
        ((TWO,), [("photo", "La mappa", 0), ("photo", "La foto", 0), ("text", WAY_OUT, 1)]),
        (
            (f"{ONE}\n\n{LONG}", ("programma.pdf", "elenco.csv")),
            [
                ("photo", "La mappa", 0),
                ("document", "", 0),
                ("document", "", 0),
                ("text", "...", 0),
                ("text", WAY_OUT, 1),
            ],
        ),
    ],
)
async def test_in_a_chat_it_comes_in_order_and_ends_with_the_buttons(
    database: Database,
    sandbox: RunningSandbox,
    clock: FixedClock,
    written: tuple[Any, ...],
    expected: list[tuple[str, str, int]],
) -> None:
    telling = planned(database, sandbox, clock, PEOPLE[:1])
    put_files(telling, *written)
    async with telling.sender():
        await telling.settles()
    shown = await seen(sandbox, 100)
    assert [(kind, count) for kind, _, count in shown] == [(kind, count) for kind, _, count in expected]
    assert all(text == wanted for (_, text, _), (_, wanted, _) in zip(shown, expected, strict=True) if wanted != "...")
    delivery = telling.deliveries()["p0"]
    assert (delivery.state, delivery.provider_id) == ("sent", str((await sandbox.sent())[-1]["message_id"]))
    assert database.read(lambda session: session.scalars(select(Attempt)).all()) == []


async def test_a_file_goes_to_telegram_once(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    telling = planned(database, sandbox, clock, PEOPLE)
    put_files(telling, TWO, ("programma.pdf",))
    async with telling.sender():
        await telling.settles()
    kept = sandbox.world.bots["participants"].files.kept
    assert sorted(upload.name for upload in kept.values()) == ["foto.png", "mappa.png", "programma.pdf"]
    assert {len(await sandbox.person(100 + n).bot_messages()) for n in range(4)} == {4}
    names = database.read(lambda session: session.scalars(select(TelegramFile.file_id)).all())
    assert set(names) == set(kept)
    write_again(telling)
    async with telling.sender("another"):  # another process knows the names too
        await telling.settles()
    assert len(kept) == 3


def write_again(telling: Telling) -> None:
    values = {
        "state": "planned",
        "attempts": 0,
        "tries": 0,
        "claimed_by": "",
        "handed_over_at": None,
        "settled_at": None,
    }
    telling.write(lambda session: session.execute(update(Delivery).values(values)))


async def test_a_name_that_telegram_forgot_is_replaced(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, PEOPLE)
    put_files(telling, TWO)
    async with telling.sender():
        await telling.settles()
        sandbox.world.bots["participants"].files.kept.clear()
        write_again(telling)
        await telling.settles()
    assert telling.count("sent") == 4
    assert len(sandbox.world.bots["participants"].files.kept) == 2


async def test_a_picture_that_telegram_refuses_goes_out_as_a_document(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = refuse(
        monkeypatch,
        "_with_file",
        lambda request, kind: bad_request("IMAGE_PROCESS_FAILED") if kind == "photo" else None,
    )
    telling = planned(database, sandbox, clock, PEOPLE)
    put_files(telling, ONE)
    async with telling.sender(paces={"telegram": Pace(2, workers=1), "email": Pace(1)}):
        await telling.settles()
    assert {kind for n in range(4) for kind, *_ in await seen(sandbox, 100 + n)} == {"document"}
    assert (await seen(sandbox, 100))[0][1:] == (WAY_OUT, 1)
    assert asked.count("photo") == 1


def refuse(monkeypatch: pytest.MonkeyPatch, name: str, why: Any) -> list[Any]:
    """Lets the sandbox refuse a step where `why` gives a reason; what it was asked for."""
    does, asked = getattr(sending, name), list[Any]()

    def step(bot: Any, request: Any, *more: Any) -> Any:
        asked.append(more[0] if more else request)
        if (reason := why(request, *more)) is not None:
            raise reason
        return does(bot, request, *more)

    monkeypatch.setattr(sending, name, step)
    return asked


@pytest.mark.parametrize("refusal", [bad_request("no such thing"), forbidden("bot was blocked by the user")])
async def test_a_part_that_is_refused_for_good_leaves_the_rest_and_a_note(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = planned(database, sandbox, clock, PEOPLE[:1])
    put_files(telling, f"{ONE}\n\n{LONG[:1500]}", ("programma.pdf",))
    refuse(monkeypatch, "_with_file", lambda request, kind: refusal if kind == "document" else None)
    async with telling.sender():
        await telling.settles()
    gone = "blocked" in refusal.description
    assert [kind for kind, *_ in await seen(sandbox, 100)] == ["photo"] + ([] if gone else ["text"])
    (attempt,) = database.read(lambda session: session.scalars(select(Attempt)).all())
    assert (attempt.outcome, telling.deliveries()["p0"].state) == ("Delivered", "sent")
    assert attempt.detail.startswith("part 2 of 3: ")


@pytest.mark.parametrize("refusal", [too_many(1), Refusal(502, "Bad Gateway")])
async def test_what_passes_is_waited_out_between_parts(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [refusal, refusal]
    telling = planned(database, sandbox, clock, PEOPLE[:1])
    put_files(telling, f"{ONE}\n\n{LONG[:1500]}", ("programma.pdf",))
    refuse(monkeypatch, "_with_file", lambda request, kind: left.pop() if kind == "document" and left else None)
    async with telling.sender():
        await telling.settles()
    assert [kind for kind, *_ in await seen(sandbox, 100)] == ["photo", "document", "text"]
    assert database.read(lambda session: session.scalars(select(Attempt)).all()) == []


async def test_the_first_part_decides_as_a_single_message_does(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [Person("both", email="both@example.org", telegram="100")])
    put_files(telling, TWO, ("programma.pdf",))
    await sandbox.person(100).blocks()
    async with telling.sender():
        await telling.settles()
    assert telling.states() == {"both": ("sent", "email", "")}
    assert len(sandbox.world.mail.kept) == 1


async def test_a_connection_that_is_lost_at_the_text_is_in_doubt_and_at_a_picture_is_gone_on_from(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = planned(database, sandbox, clock, PEOPLE[:2])
    put_files(telling, TWO, ("programma.pdf",))
    lose: dict[int, str] = {100: "document", 101: "text"}
    make = BotCalls.make

    async def losing(calls: Any, call: Any) -> Any:
        answer = await make(calls, call)
        if lose.get(call.parameters["chat_id"]) in call.parameters and isinstance(answer.outcome, Delivered):
            return BotCalls._read(calls, 200, b"")
        return answer

    monkeypatch.setattr(BotCalls, "make", losing)
    async with telling.sender():
        await telling.settles()
    assert {name: row[0] for name, row in telling.states().items()} == {"p0": "sent", "p1": "in-doubt"}
    assert {len(await sandbox.person(100 + n).bot_messages()) for n in range(2)} == {4}, "nothing was sent twice"


async def test_a_sender_that_is_killed_between_parts_leaves_a_doubt(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "APART", 30)
    telling = planned(database, sandbox, clock, PEOPLE[:1])
    put_files(telling, TWO)
    deps = telling.make_deps("killed", lease=timedelta(seconds=1))
    sender = Sender(deps)
    task = asyncio.ensure_future(sender.one_group(deps.channels[0]))
    while len(await sandbox.person(100).bot_messages()) < 2:
        await asyncio.sleep(0.05)
    task.cancel()  # as a kill: nothing is written down
    await asyncio.gather(task, return_exceptions=True)
    for channel in deps.channels:
        await channel.close()
    async with telling.sender(lease=timedelta(seconds=1)):
        await telling.until(lambda t: t.count("in-doubt") == 1)
        await asyncio.sleep(1.5)
    assert telling.states()["p0"] == ("in-doubt", "telegram", "sender-died")
    assert len(await sandbox.person(100).bot_messages()) == 2


async def test_the_rates_hold_over_parts(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "APART", 1.0)
    people = [Person(f"p{n}", telegram=str(100 + n)) for n in range(24)]
    async with running_sandbox(limits=Limits(chat_burst=3)) as sandbox:
        telling = planned(database, sandbox, clock, people)
        put_files(telling, TWO, ("programma.pdf",))
        heard: list[Outcome] = []
        make = BotCalls.make

        async def listening(calls: Any, call: Any) -> Any:
            answer = await make(calls, call)
            heard.append(answer.outcome)
            return answer

        monkeypatch.setattr(BotCalls, "make", listening)
        begun = SystemClock().now()
        pace = {"telegram": Pace(30), "email": Pace(1)}
        async with telling.sender("one", paces=pace), telling.sender("two", paces=pace):
            await telling.settles()
        took = (SystemClock().now() - begun).total_seconds()
    assert telling.count("sent") == 24
    assert not [one for one in heard if isinstance(one, ThrottledUntil)]
    assert took > 24 * 4 / 30 - 1
    permit = database.read(lambda session: session.get_one(Permit, "telegram").next_at)
    assert permit >= begun + timedelta(seconds=24 * 4 / 30)


async def test_while_parts_are_under_way_nothing_else_is_written_to_that_chat(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "APART", 2.0)
    telling = planned(database, sandbox, clock, PEOPLE[:1])
    put_files(telling, TWO)

    def another(session: Session) -> None:
        make_mailing(session, telling.rows, slug="other")
        schedule_occurrences(session, None, clock.now())
        plan_all_due(session, clock.now(), RULES)

    async with telling.sender():
        await telling.until(lambda t: t.count("handed-over") == 1)
        telling.write(another)
        while telling.count("planned", "claimed", "handed-over"):
            await asyncio.sleep(0.3)
            clock.advance(timedelta(seconds=2))
    assert [kind for kind, *_ in await seen(sandbox, 100)] == ["photo", "photo", "text", "text"]


async def test_mails_have_them_too_and_heavy_ones_leave_few_at_a_time(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "HEAVIEST_GROUP", 40_000)
    people = [Person(f"m{n}", email=f"m{n}@example.org") for n in range(9)]
    telling = planned(database, sandbox, clock, people)
    put_files(telling, TWO, ("programma.pdf", "elenco.csv"))
    async with telling.sender():
        await telling.settles()
    assert telling.count("sent") == 9
    for mail in sandbox.world.mail.kept:
        parts = {part.name: part.content for part in mail.letter.parts}
        assert parts == {name: FILES[name] for name in parts} and len(parts) == 4
    assert {one.recipients[0] for one in sandbox.world.mail.kept} == {one.email for one in people}


async def test_the_proof_has_the_files_that_left(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [MAIL])
    put_files(telling, ONE, ("programma.pdf",))
    async with telling.sender():
        await telling.settles()
    (text,) = database.read(lambda session: session.scalars(select(SentText)).all())
    assert [one["name"] for one in text.files] == ["mappa.png", "programma.pdf"]
    telling.write(lambda s: write_files(s, text.mailing_id, []))  # whatever becomes of the mailing afterwards
    made = io.BytesIO()
    database.read(lambda session: write_proof(session, text.mailing_id, made, translator("en")))
    archive = zipfile.ZipFile(made)
    files = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist() if name.startswith("files/")}
    assert files == {name: FILES[name] for name in ("mappa.png", "programma.pdf")}
    (told,) = (archive.read(name).decode() for name in archive.namelist() if name.startswith("texts/"))
    assert all(name in told for name in archive.namelist() if name.startswith("files/"))


async def test_a_channel_without_files_says_so(sandbox: RunningSandbox) -> None:
    channel = TelegramChannel(TOKEN, sandbox.addresses.telegram)
    message = ChatMessage("100", "text", before=(ChatPart("first"),))
    sandbox.world.bots["participants"].private_chat(100).started = True
    assert [type(one) for one in await channel.send([message], 0)] == [Delivered]
    await channel.close()
