"""The result goes back to those who were asked: in words and as a picture, by mail and in the chat."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest
from PIL import Image
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.process.tables import Process
from notifications.content.poll_texts import INVITATION, REMINDER, RESULT, texts_for
from notifications.ledger.files import files_of
from notifications.ledger.release import release
from notifications.ledger.tables import Mailing
from notifications.planning.asking import Asked, Question, launch, make_question
from notifications.planning.outlook import outlook
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from surveys.polls.kinds import State
from surveys.polls.making import close_poll
from surveys.polls.store import load_poll
from surveys.polls.voters import Voter
from tests.events.test_telling import WITH_RETURNS
from tests.notifications.office import RULES
from tests.notifications.sending import BUSY
from tests.polls.scene import BOOTH, add, chosen, define, vote
from tests.polls.test_mail import Asking
from tests.support.sandbox import RunningSandbox, running_sandbox

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both
LANGUAGES = ("it", "en")


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


def asked(asking: Asking, slug: str = "square") -> Asked:
    def work(session: Session) -> Asked:
        process = session.get_one(Mailing, 1).process_id
        new = Question(
            slug, define(walk_ins=True, closes_local="2023-07-14T18:00"),
            {one: {"subject": "?", "body": "?", "buttons": [], "attachments": []} for one in LANGUAGES},
            texts_for(RESULT, LANGUAGES),
        )  # fmt: skip
        return make_question(session, BOOTH.ids, session.get_one(Process, process), new, (1, asking.scene.now))

    made: Asked = asking.scene.database.write(work)
    return made


async def test_the_result_arrives_in_words_and_as_a_picture(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    asking = Asking(database, sandbox, clock, define())
    made = asked(asking)
    database.write(partial(release, mailing_id=made.mailing_ids[0], account_id=2, now=clock.now()))
    poll = database.read(lambda s: load_poll(s, made.poll_id))
    assert poll.state is State.OPEN, "with its invitation"
    database.write(lambda s: schedule_occurrences(s, None, clock.now()))
    before = database.read(lambda s: files_of(s, made.mailing_ids[1]))
    for number in range(9):
        vote(asking.scene, poll, Voter(account=number), chosen("B" if number else "A"), now=clock.now())
    clock.advance(timedelta(days=1))
    database.write(lambda s: close_poll(s, BOOTH.ids, made.poll_id, clock.now()))
    database.write(lambda s: schedule_occurrences(s, None, clock.now()))
    asking.plan()
    after = database.read(lambda s: files_of(s, made.mailing_ids[1]))
    assert (
        set(after) == {"result-it.png", "result-en.png"}
        and after["result-it.png"].sha256 != before["result-it.png"].sha256
    )
    async with asking.telling.sender("sender-1", voice=WITH_RETURNS):
        await asking.telling.until(lambda one: one.count(*BUSY) <= 1)
        clock.advance(timedelta(seconds=2))  # one message a second in a chat
        await asking.telling.settles()
    english, italian = asking.mails()["bruno"], asking.mails()["anna"]
    assert english["Subject"] == "The result: Where shall the bench stand?"
    words = english.get_body(("plain",)).get_content()
    assert "9 votes counted." in words and "not published" in words and "11%" not in words
    assert "9" in italian.get_body(("plain",)).get_content()
    picture = next(part for part in english.walk() if part.get_content_type() == "image/png")
    assert Image.open(io.BytesIO(picture.get_content())).size[0] == 1000
    chat = list(sandbox.world.bots["participants"].private_chat(901).messages.values())
    assert "9 voti contati." in chat[-1].text and chat[-1].media, "the words are the picture's caption"


async def test_before_the_close_it_says_that_it_is_still_to_come(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    asking = Asking(database, sandbox, clock, define())
    made = asked(asking)
    result = database.read(lambda s: outlook(s, s.get_one(Mailing, made.mailing_ids[1]), clock.now()))
    invitation = database.read(lambda s: outlook(s, s.get_one(Mailing, made.mailing_ids[0]), clock.now()))
    assert result is not None and invitation is None, "a draft's opening has no time yet"
    database.write(lambda s: s.execute(update(Mailing).values(written_by=None)))
    database.write(lambda s: launch(s, made, 3, clock.now()))
    poll = database.read(lambda s: load_poll(s, made.poll_id))
    later = add(asking.scene, define(), "other", opened=False)
    assert poll.state is State.OPEN and later.state is State.DRAFT
    assert database.write(lambda s: plan_all_due(s, clock.now(), RULES)) != []


def test_the_name_of_the_office_stands_alone_as_no_word_before_it_fits_every_name(database_url: str) -> None:
    """ "di Città metropolitana" is no Italian, nor is "of Metropolitan city" English."""
    for what in (INVITATION, REMINDER, RESULT):
        for language, text in texts_for(what, LANGUAGES).items():
            lines = [line for line in text["body"].splitlines() if "{{ office }}" in line]
            assert lines == ["{{ office }}"], (what, language)
