"""In somebody else's calendar program: what was asked, changed and called off stays one event, as it now is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.database.database import Database
from tests.calendars.mails import calendar_bytes, change, newest, tell
from tests.events.test_mail import deliver
from tests.events.test_telling import RSVP, plan, prepared, say
from tests.notifications.office import Person
from tests.support.khal import khal_in, why_not
from tests.support.sandbox import RunningSandbox, running_sandbox

MOVED = {"starts_local": "2023-10-30T09:30", "ends_local": "2023-10-30T13:00"}  # the clocks go back before

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


async def test_one_event_from_the_invitation_to_its_end(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, tmp_path: Path
) -> None:
    anna = Person("anna", email="anna@example.com")
    telling, khal = prepared(database, sandbox, clock, kind="mailing", buttons=RSVP, people=[anna]), khal_in(tmp_path)
    change(telling, place="Torino")
    plan(telling)
    await deliver(telling)
    khal.takes(calendar_bytes(newest(telling)))
    ((start, _, title, place, status, uid),) = khal.shows("2023-09-26")
    assert (start, title, status) == ("2023-09-27 10:00", "Lancio", "CONFIRMED")
    assert place == "Torino, o online"
    say(telling, "anna", "in-person")
    change(telling, place="Pinerolo", address="Via Po 1", **MOVED)
    await tell(telling, "sender-2")
    khal.takes(calendar_bytes(newest(telling)))
    assert khal.shows("2023-09-26") == []
    moved = ["2023-10-30 09:30", "2023-10-30 13:00", title, "Pinerolo, Via Po 1", "CONFIRMED", uid]
    assert khal.shows("2023-10-27") == [moved]
    change(telling, cancelled=True)
    await tell(telling, "sender-3")
    khal.takes(calendar_bytes(newest(telling)))
    ((start, _, _, _, status, same),) = khal.shows("2023-10-27")
    assert (start, status, same) == ("2023-10-30 09:30", "CANCELLED", uid)
