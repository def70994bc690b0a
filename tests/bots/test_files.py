"""Files and places sent in the chat: answers at once, fetched after the commit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bots.participants import fetching, show
from bots.participants.fetching import DELAYS, LEASE, fetch_due, run_fetching
from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from core.people.erasing import erase_person
from surveys.responses import attachment_store as store
from surveys.responses.my_data import erase_answers
from surveys.responses.tables import Attachment, Response
from tests.bots.stage import Stage, labels, newest
from tests.responses.scene import build
from tests.support.attachments import HTML, JPEG, MP4, OGG, PDF, PROGRAM, media_form, png
from tests.support.sandbox import Person, RunningSandbox


@pytest.fixture
async def filing(
    database: Database, clock: FixedClock, links: Links, sandbox: RunningSandbox
) -> AsyncIterator[Stage]:  # fmt: skip
    """A stage whose questionnaire asks for a picture, a sound, a film, a paper, a code, a place and an idea."""
    scene = build(database, clock.now(), media_form("picture", "sound", "film", "paper", "code", "place", "idea"))
    async with sandbox.bot() as bot:
        yield Stage(scene, sandbox, bot, clock, links)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "PAUSES", (0.01,))
    monkeypatch.setattr(fetching, "LOOK_SECONDS", 0.01)


async def sends(stage: Stage, person: Person, kind: str, name: str, content: bytes) -> str:
    """What the bot says to a file."""
    await person.sends_file(kind, name, content)
    await stage.hears()
    return str((await newest(person))["text"])


def files(stage: Stage) -> list[Attachment]:
    return list(stage.scene.database.read(lambda s: s.scalars(select(Attachment).order_by(Attachment.id)).all()))


def content(stage: Stage, attachment_id: int) -> bytes:
    return stage.scene.database.read(lambda s: b"".join(store.parts(s, attachment_id)))


async def at_question(stage: Stage, label: str, number: int = 501) -> Person:
    """Somebody who left out all questions before one."""
    person = await stage.joined(number)
    while label not in (await newest(person))["text"]:
        await stage.press(person, "Skip")
    return person


async def test_each_kind_is_answered_with_its_file_and_fetched(filing: Stage) -> None:
    person = await filing.joined()
    picture = png(3, 2)
    for kind, name, sent in (
        ("photo", "tree.png", picture),
        ("voice", "voice.ogg", OGG),
        ("video_note", "round.mp4", MP4),
        ("document", "Relazione finale.pdf", PDF),
        ("photo", "code.jpg", JPEG),
    ):
        await sends(filing, person, kind, name, sent)
    await person.does("locations", {"latitude": 45.07, "longitude": -7.5, "accuracy": 12.5})
    await filing.hears()
    given = filing.values(person)
    assert "One proposal?" in (await newest(person))["text"]
    assert given["place"] == "45.07 -7.5 0 12.5"
    assert {one.name for one in files(filing)} == set(given.values()) - {given["place"]}
    assert {one.state for one in files(filing)} == {"waiting"}
    while await fetch_due(filing.deps()):
        pass
    kept = {one.name: (one.state, one.media_type, content(filing, one.id)) for one in files(filing)}
    assert kept[given["picture"]] == ("stored", "image/png", picture), "the largest of a photo's sizes"
    assert kept[given["sound"]] == ("stored", "audio/ogg", OGG)
    assert kept[given["film"]] == ("stored", "video/mp4", MP4)
    assert kept[given["paper"]] == ("stored", "application/pdf", PDF)
    assert kept[given["code"]] == ("stored", "image/jpeg", JPEG)
    assert given["paper"].startswith("Relazione-finale-")


@pytest.mark.parametrize(
    ("label", "kind", "sent", "told"),
    [
        ("A picture", "document", ("x.pdf", PDF), "Please send a picture: JPEG"),
        ("A picture", "voice", ("v.ogg", OGG), "Please send a picture: JPEG"),
        ("your voice", "photo", ("p.jpg", JPEG), "Please send a recording: MP3"),
        ("A video?", "document", ("x.pdf", PDF), "Please send a video: MP4"),
        ("Where is it?", "photo", ("p.jpg", JPEG), "does not take a file"),
        ("One proposal?", "voice", ("v.ogg", OGG), "does not take a file"),
    ],
)
async def test_another_kind_of_file_is_refused_in_clear_words(
    filing: Stage, label: str, kind: str, sent: tuple[str, bytes], told: str
) -> None:
    person = await at_question(filing, label)
    before = filing.turn(person).session
    assert told in await sends(filing, person, kind, *sent)
    assert (filing.turn(person).session, files(filing)) == (before, [])


async def test_words_and_places_are_no_file(filing: Stage) -> None:
    person = await filing.joined()
    assert "Please send a photo" in (await filing.say(person, "../../etc/passwd"))["text"]
    await person.shares_location(45, 7)
    await filing.hears()
    assert "does not ask for a place" in (await newest(person))["text"]
    assert filing.values(person) == {}


async def test_a_code_may_be_written_or_photographed(filing: Stage) -> None:
    person = await at_question(filing, "The code on the sign?")
    await filing.say(person, "8001234567890")
    assert filing.values(person) == {"code": "8001234567890"}


async def test_only_the_first_of_an_album_is_an_answer(filing: Stage) -> None:
    person = await filing.joined()
    await person.sends_file("photo", "1.jpg", JPEG, album="7")
    await person.sends_file("photo", "2.jpg", JPEG, album="7")
    await filing.hears()
    assert "only the first was taken" in (await newest(person))["text"]
    assert list(filing.values(person)) == ["picture"]
    assert len(files(filing)) == 1


async def test_a_file_that_arrives_twice_is_one(filing: Stage) -> None:
    person = await filing.joined()
    await person.sends_file("photo", "1.jpg", JPEG)
    (update,) = await filing.bot.get_updates(timeout=0)
    for _ in range(3):
        await filing.dispatcher().feed_update(filing.bot, update)
    assert len(files(filing)) == 1
    assert filing.turn(person).session.revision == 1


async def test_what_telegram_would_not_hand_over_is_refused_at_once(filing: Stage) -> None:
    person = await at_question(filing, "A document?")
    told = await sends(filing, person, "document", "big.pdf", PDF.ljust(21 * 2**20, b"\0"))
    assert "too large: at most 20 MB" in told
    assert files(filing) == []


@pytest.mark.parametrize("sent", [HTML, PROGRAM], ids=["page", "program"])
async def test_a_file_that_is_not_what_it_was_called_is_told_and_its_answer_marked(
    filing: Stage, sent: bytes
) -> None:  # fmt: skip
    person = await filing.joined()
    await sends(filing, person, "document", "photo.jpg", sent)
    name = filing.values(person)["picture"]
    await fetch_due(filing.deps())
    assert [(one.state, one.telegram_file_id, one.chat_id) for one in files(filing)] == [("failed", None, None)]
    told = (await newest(person))["text"]
    assert name in told
    assert "Please send a picture: JPEG" in told
    assert "write /review" in told
    assert filing.values(person)["picture"] == name, "marked as missing, not taken away"
    assert await fetch_due(filing.deps()) == 0


async def test_trouble_is_tried_again_and_a_broken_download_is_no_file(filing: Stage) -> None:
    person = await filing.joined()
    await sends(filing, person, "photo", "1.jpg", JPEG)
    for number, fault in enumerate((
        {"status": 500, "methods": ["getFile"], "times": 1},
        {"status": 502, "methods": ["download"], "times": 1},
        {"drop": "before", "methods": ["download"], "times": 1},
    )):  # fmt: skip
        await filing.sandbox.misbehaves(telegram=fault)
        assert await fetch_due(filing.deps()) == 1
        assert [one.state for one in files(filing)] == ["waiting"]
        assert await fetch_due(filing.deps()) == 0, "not before its time"
        filing.clock.advance(DELAYS[number])
    assert await fetch_due(filing.deps()) == 1
    assert [one.state for one in files(filing)] == ["stored"]
    assert content(filing, files(filing)[0].id) == JPEG


async def test_after_many_tries_the_person_is_told(filing: Stage) -> None:
    person = await filing.joined()
    await sends(filing, person, "photo", "1.jpg", JPEG)
    await filing.sandbox.misbehaves(telegram={"status": 404, "methods": ["download"]})
    for _ in range(len(DELAYS) + 1):
        assert await fetch_due(filing.deps()) == 1
        filing.clock.advance(max(DELAYS))
    assert "could not be kept. Telegram did not hand it over." in (await newest(person))["text"]
    assert [one.state for one in files(filing)] == ["failed"]
    await filing.sandbox.behaves()
    assert await fetch_due(filing.deps()) == 0


async def test_a_file_claimed_by_a_process_that_ended_is_fetched_by_another(filing: Stage) -> None:
    person = await filing.joined()
    await sends(filing, person, "photo", "1.jpg", JPEG)
    now = filing.clock.now()
    filing.scene.database.write(lambda s: store.claim(s, now, now + LEASE, 4))
    assert await fetch_due(filing.deps()) == 0
    filing.clock.advance(LEASE)
    task = asyncio.create_task(run_fetching(filing.deps()))
    for _ in range(1000):
        if files(filing)[0].state == "stored":
            break
        await asyncio.sleep(0.01)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert content(filing, files(filing)[0].id) == JPEG


async def test_two_processes_fetch_a_file_once(filing: Stage) -> None:
    person = await filing.joined()
    await sends(filing, person, "photo", "1.jpg", JPEG)
    tried = await asyncio.gather(fetch_due(filing.deps()), fetch_due(filing.deps()))
    assert sorted(tried) == [0, 1]
    assert [one.state for one in files(filing)] == ["stored"]


async def test_nobody_is_told_of_a_file_that_was_replaced_meanwhile(filing: Stage) -> None:
    person = await filing.joined()
    await sends(filing, person, "document", "photo.jpg", HTML)
    await filing.say(person, "/back")
    await sends(filing, person, "photo", "real.jpg", JPEG)
    before = len(await person.bot_messages())
    while await fetch_due(filing.deps()):
        pass
    assert [one.state for one in files(filing)] == ["stored"]
    assert len(await person.bot_messages()) == before


async def test_an_erased_persons_file_is_not_kept_when_it_arrives(filing: Stage) -> None:
    person = await filing.joined()
    await sends(filing, person, "photo", "1.jpg", JPEG)
    database, now = filing.scene.database, filing.clock.now()
    participant = database.read(lambda s: s.scalars(select(Response.participant_id)).one())
    claimed = database.write(lambda s: store.claim(s, now, now + timedelta(minutes=1), 1))
    database.write(lambda s: erase_person(s, participant or 0, [erase_answers], now))
    await fetching._fetch(filing.deps(), claimed[0])
    assert files(filing) == []


async def test_an_answer_can_be_kept_or_replaced(filing: Stage) -> None:
    person = await filing.joined()
    await sends(filing, person, "photo", "1.jpg", JPEG)
    first = filing.values(person)["picture"]
    await filing.say(person, "/back")
    message = await newest(person)
    assert any(first in one for one in labels(message)), labels(message)
    await filing.press(person, "Keep")
    assert filing.values(person)["picture"] == first
    await filing.say(person, "/back")
    await sends(filing, person, "photo", "2.jpg", JPEG)
    assert [one.name for one in files(filing)] == [filing.values(person)["picture"]] != [first]
