"""Rates of what a message is written to: mail domains and groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.errors import SettingWrong
from notifications.ledger.candidates import Candidate, candidates
from notifications.sending.permits import Line, hold, reserve, waiting_time
from notifications.sending.scopes import GROUP_RATE, LONGEST_LINE, parse_domain_rates, scope_of, take
from tests.notifications.office import DUE, Person
from tests.notifications.sending import planned
from tests.support.sandbox import RunningSandbox, running_sandbox

LARGE, SMALL = "large.example", "small.example"


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


def test_rates_as_the_settings_name_them() -> None:
    assert parse_domain_rates("Gmail.com=60/minute  libero.it=0.5/second") == {"gmail.com": 1, "libero.it": 0.5}
    assert parse_domain_rates("") == {}


@pytest.mark.parametrize(
    "text", ["gmail.com", "gmail.com=0/minute", "gmail.com=5", "gmail.com=5/week", "=5/hour", "a=-1/hour"]
)
def test_what_is_no_rate_is_said(text: str) -> None:
    with pytest.raises(SettingWrong, match=r"gmail\.com=60/minute"):
        parse_domain_rates(f"libero.it=1/second {text}")


async def test_a_slow_domain_holds_up_no_other(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    people = [Person(f"l{n}", email=f"l{n}@{LARGE}") for n in range(30)]
    people += [Person(f"s{n}", email=f"s{n}@{SMALL}") for n in range(30)]
    telling = planned(database, sandbox, clock, people)
    async with telling.sender(domain_rates={LARGE: 1 / 60}), telling.sender("two", domain_rates={LARGE: 1 / 60}):
        await telling.until(lambda t: t.count("sent") == 31 and not t.count("claimed", "handed-over"))
    told = Counter(mail.recipients[0].partition("@")[2] for mail in sandbox.world.mail.kept)
    assert told == {LARGE: 1, SMALL: 30}
    waiting = sorted(d.due_at - clock.now() for d in telling.deliveries().values() if d.state == "planned")
    apart = [round((later - sooner).total_seconds()) for sooner, later in pairwise(waiting)]
    assert set(apart) == {60}  # each has a place of its own to come back to


def test_those_that_wait_get_permits_at_their_places(database: Database) -> None:
    scope = Line("email@large.example", 0.5)

    def work(session: Session) -> list[float]:
        waits = [take(session, scope, DUE) for _ in range(5)]
        return [wait.total_seconds() if wait else 0 for wait in waits]

    first = database.write(work)
    assert first == [0, 2, 4, 6, 8]
    for wait in first[1:]:
        assert database.write(partial(take, scope=scope, machine_now=DUE + timedelta(seconds=wait))) is None


def test_a_slow_domain_has_a_place_of_its_own_for_everybody(database: Database) -> None:
    scope = Line("email@large.example", 1 / 60)
    waits = database.write(lambda session: [take(session, scope, DUE) for _ in range(300)])
    assert waits == [None, *(timedelta(minutes=number) for number in range(1, 300))]


def test_places_end_after_a_day_and_begin_anew_when_the_clock_went_back(database: Database) -> None:
    scope = Line("email@large.example", 1 / 3600)
    waits = database.write(lambda session: [take(session, scope, DUE) for _ in range(40)])
    assert waits[:26] == [None, *(timedelta(hours=number) for number in range(1, 26))]
    assert set(waits[26:]) == {LONGEST_LINE}
    earlier = DUE - timedelta(days=400)
    again = database.write(lambda session: [take(session, scope, earlier) for _ in range(3)])
    assert again == [None, timedelta(hours=1), timedelta(hours=2)]


@pytest.mark.parametrize("hours", [0.5, 3, 50])
def test_less_than_one_an_hour_is_a_rate_too(database: Database, hours: float) -> None:
    line = Line("email", 1 / (hours * 3600))

    def work(session: Session) -> list[timedelta]:
        reserve(session, line, 1, DUE)
        first = waiting_time(session, line, DUE)
        hold(session, line, DUE + timedelta(seconds=15), DUE)
        return [first, waiting_time(session, line, DUE), take(session, line, DUE) or timedelta()]

    assert database.write(work) == [timedelta(hours=hours)] * 3


def test_what_a_delivery_is_written_to(database: Database) -> None:
    one: Any = dict.fromkeys(Candidate._fields)
    mail = Candidate(**(one | {"channel": "email", "address": "ada@LARGE.example"}))
    assert scope_of(mail, {LARGE: 2}) == Line(f"email@{LARGE}", 2)
    assert scope_of(mail, {SMALL: 2}) is None
    assert scope_of(mail._replace(channel="telegram", address="-1007"), {}) == Line("telegram:-1007", GROUP_RATE)
    assert scope_of(mail._replace(channel="telegram", address="77"), {}) is None
    assert database.read(lambda session: candidates(session, [], DUE)) == []
