"""A reminder speaks to those in the hall and to those online in their own words; who waits gets none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.process.tables import Event
from notifications.content.check import check_text
from notifications.ledger.tables import MailingText
from notifications.sending.compose import Skeletons
from notifications.sending.context import load_context
from tests.events.test_telling import DUE, PEOPLE, STARTS, plan, prepared, reasons, say, sent_to
from tests.notifications.sending import VOICE, Telling
from tests.support.sandbox import RunningSandbox, running_sandbox

BODY = (
    "{% if in_person %}Hall: {{ place }}, {{ address }}. {{ directions }}{% elif online %}Screen: "
    "{{ link }}{% if not link %}later{% endif %}{% else %}Still open.{% endif %}"
)


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


def reminding(database: Database, sandbox: RunningSandbox, clock: FixedClock, **values: Any) -> Telling:
    telling = prepared(database, sandbox, clock)

    def work(session: Session) -> None:
        for text in session.scalars(select(MailingText)):
            text.body = BODY
        event = session.scalars(select(Event)).one()
        usual = {"address": "Corso <7>", "directions": {"it": "Tram **4**"}, "link": "https://meet.example.org/a"}
        for name, value in (usual | {"link_hours": 48} | values).items():
            setattr(event, name, value)

    telling.write(work)
    return telling


def read(sandbox: RunningSandbox) -> dict[str, str]:
    """The plain text of each mail, by whom it went to, down to the greeting of the office."""
    found = {}
    for one in sandbox.world.mail.kept:
        part = message_from_bytes(one.raw, policy=policy.default).get_body(("plain",))
        assert part is not None
        found[one.recipients[0].partition("@")[0]] = str(part.get_content()).split("\n--")[0].strip()
    return found


async def test_each_reads_what_concerns_them(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    telling = reminding(database, sandbox, clock)
    for name in ("in-person", "online", "maybe"):
        say(telling, name, name)
    plan(telling)
    say(telling, "no", "in-person")  # decided at the moment of sending
    await sent_to(telling)
    mails = {name: text.split("Il Suo codice")[0].strip() for name, text in read(sandbox).items()}
    assert mails["in-person"] == mails["no"] and "Hall: " in mails["in-person"]
    assert "Corso <7>. Tram 4" in mails["in-person"] and "meet.example.org" not in mails["in-person"]
    assert mails["online"] == "Screen: https://meet.example.org/a"
    assert mails["maybe"] == mails["silent"] == "Still open."


async def test_the_link_is_not_there_before_its_time(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = reminding(database, sandbox, clock, link_hours=2)
    say(telling, "online", "online")
    plan(telling)
    await sent_to(telling)
    assert read(sandbox)["online"] == "Screen: later"


@pytest.mark.parametrize("late", [False, True])
async def test_who_waits_gets_no_reminder_and_nobody_after_the_start(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, late: bool
) -> None:
    telling = reminding(database, sandbox, clock, seats={"in-person": 1, "online": 1})
    say(telling, "in-person", "in-person")
    say(telling, "online", "online")
    say(telling, "maybe", "in-person")
    say(telling, "no", "online")
    plan(telling)
    if late:
        clock.set(STARTS)
    await sent_to(telling)
    waiting = {"maybe": "waiting", "no": "waiting"}
    if late:
        assert read(sandbox) == {} and set(reasons(telling)) == {one.name for one in PEOPLE}
    else:
        assert set(read(sandbox)) == {"in-person", "online", "silent"} and reasons(telling) == waiting


async def test_a_text_is_compiled_once_for_each_way_to_take_part(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = reminding(database, sandbox, clock)
    context = telling.database.read(lambda s: load_context(s, 1, VOICE, ()))
    skeletons, now = Skeletons(), DUE + timedelta(minutes=1)
    made = [
        skeletons.get("email", context.texts["it"], context.setting_for("it", reply, now), has_name=True)
        for reply in ("in-person", "online", "maybe", "", "no", "online", "in-person")
    ]
    assert len({id(one) for one in made}) == 3


def test_a_mistake_in_any_variant_is_found() -> None:
    text = {"language": "it", "subject": "a", "body": BODY}
    assert check_text(text) == []
    assert check_text(text | {"body": "{% if in_person %}{% if online %}{% else %}{{ lnk }}{% endif %}{% endif %}"})
    assert check_text(text | {"body": "{% if in_person %}a{% elif online %}[x]({{ link }}){% endif %}"})
