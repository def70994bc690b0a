"""Trial mails from the console keep the relays' rates and pauses, and pages know how fast mailings leave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cli.roles.web import telling_of
from cli.world import World
from core.clock import FixedClock
from core.config import Settings
from core.database.database import Database
from core.ids import CountedIds
from notifications.channels.contract import Delivered
from notifications.channels.smtp.relay import parse_relays
from notifications.sending.permits import Line, hold, waiting_time
from notifications.sending.trial import TrialLater
from surveys.responses.shelf import FormShelf
from tests.channels.relays import Terse, mails, scripted


def world(smtp_url: str, database: Database, clock: FixedClock) -> World:
    settings = Settings(mail_from="office@example.org", smtp_url=smtp_url, secret_key="x" * 32, smtp_rate=40)
    return World(settings, database, clock, CountedIds(), FormShelf())


async def test_a_trial_leaves_by_a_relay_that_is_free_and_takes_a_permit(database: Database, clock: FixedClock) -> None:
    first, second = Terse(), Terse()
    async with scripted(first) as one, scripted(second) as two:
        url = f"smtp://127.0.0.1:{one}?rate=0.1 smtp://127.0.0.1:{two}?rate=0.1"
        telling = telling_of(world(url, database, clock), "bot", clock)
        lines = [Line(relay.way, relay.rate) for relay in parse_relays(url)]
        (mail,) = mails("ada")
        for relay in (first, second):
            assert isinstance(await telling.try_mail(mail), Delivered)
            assert len(relay.taken) == 1
        waits = database.write(lambda session: [waiting_time(session, line, clock.now()) for line in lines])
        assert waits == [timedelta(seconds=10)] * 2
        with pytest.raises(TrialLater):
            await telling.try_mail(mail)
        clock.advance(timedelta(seconds=10))
        until = clock.now() + timedelta(minutes=1)
        database.write(lambda session: hold(session, lines[0], until, clock.now()))
        assert isinstance(await telling.try_mail(mail), Delivered)
    assert (len(first.taken), len(second.taken)) == (1, 2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing of it is in the database
@pytest.mark.parametrize(
    ("smtp_url", "rate"),
    [
        ("", 40),
        ("smtp://a.example.org", 40),
        ("smtp://a.example.org smtp://b.example.org?weight=3", 40),
        ("smtp://a.example.org?rate=7 smtp://b.example.org", 47),
        ("smtp://a.example.org?rate=7 smtp://b.example.org?rate=5", 12),
    ],
)
def test_an_estimate_counts_all_relays(database: Database, clock: FixedClock, smtp_url: str, rate: float) -> None:
    assert telling_of(world(smtp_url, database, clock), "bot").rates["email"] == rate
