"""Webhooks are kept by several people and processes at once, and with long queues, without holding anybody up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.ids import RandomIds
from core.people.erasing import erase_person
from core.people.merging import merge
from core.webhooks.calls import given_up, replay_failed
from core.webhooks.emitting import Happening, emit
from core.webhooks.errors import WebhookExists, WebhooksTooMany, WebhookUnknown
from core.webhooks.keeping import (
    MOST,
    MOST_CLEARED,
    NewWebhook,
    add_webhook,
    clear_removed,
    find_webhook,
    remove,
    resume,
    webhooks,
)
from core.webhooks.kinds import Kind
from core.webhooks.tables import Webhook, WebhookCall
from notifications.hooks.queue import Room, claim
from notifications.ledger.queue import Claimer, Moment
from tests.conftest import NOW
from tests.hooks.receiver import until
from tests.hooks.scene import ALL, PRIVATE, calling, calls, hook
from tests.people import scene

URL = "https://programs.example.org/ascolto"
CLAIMER, MOMENT = Claimer("hooks-1", timedelta(minutes=1)), Moment(NOW, NOW)


@pytest.fixture
def office(database: Database) -> int:
    return database.write(scene.office)


def queue(database: Database, webhook_id: int, count: int, **more: Any) -> None:
    row = {
        "webhook_id": webhook_id, "event_id": "evt", "kind": "response.answered", "data": {}, "happened_at": NOW,
        "state": "waiting", "due_at": NOW, **more,
    }  # fmt: skip
    database.write(lambda session: session.execute(insert(WebhookCall), [row] * count))


def both(database: Database, one: Callable[[Session], Any], other: Callable[[Session], Any]) -> None:
    """Begins `other` while `one` has written and not committed."""
    written, looked = Event(), Event()

    def first(session: Session) -> None:
        one(session)
        written.set()
        looked.wait(1)  # the other one cannot get any further

    def second() -> None:
        written.wait(30)
        database.write(other)
        looked.set()

    with ThreadPoolExecutor() as threads:
        running = threads.submit(database.write, first), threads.submit(second)
        for each in running:
            each.result()


def adding(office: int, url: str) -> Callable[[Session], int]:
    return lambda session: add_webhook(session, NewWebhook(office, url, ALL), PRIVATE, RandomIds(), NOW)


def test_two_at_once_do_not_add_one_address_twice(database: Database, office: int) -> None:
    with pytest.raises(WebhookExists):
        both(database, adding(office, URL), adding(office, URL))
    assert len(database.read(lambda session: webhooks(session, [office]))) == 1


def test_two_at_once_do_not_pass_the_limit(database: Database, office: int) -> None:
    for number in range(MOST - 1):
        hook(database, office, f"{URL}/{number}")
    with pytest.raises(WebhooksTooMany):
        both(database, adding(office, f"{URL}/one"), adding(office, f"{URL}/other"))
    assert len(database.read(lambda session: webhooks(session, [office]))) == MOST


def test_a_removed_webhook_is_gone_at_once_and_its_calls_after_it(database: Database, office: int) -> None:
    number = hook(database, office, URL)
    stays = hook(database, office, f"{URL}/stays")
    queue(database, number, MOST_CLEARED + 1)
    queue(database, stays, 1)
    known = database.read(lambda session: find_webhook(session, number))
    database.write(lambda session: remove(session, known, PRIVATE, NOW))
    assert len(calls(database)) == MOST_CLEARED + 2  # whoever removes it does not wait for them
    with pytest.raises(WebhookUnknown):
        database.read(lambda session: find_webhook(session, number))
    database.write(lambda session: resume(session, known, PRIVATE, NOW))  # by somebody who had it before them
    database.write(lambda session: emit(session, Happening(Kind.ANSWERED, office), NOW))
    again = hook(database, office, URL)
    assert [one.id for one in database.read(lambda session: webhooks(session, [office]))] == [stays, again]
    assert [database.write(clear_removed) for _ in range(3)] == [True, True, False]
    assert [one.webhook_id for one in calls(database)] == [stays, stays]
    assert database.read(lambda session: session.get(Webhook, number)) is None


async def test_the_sender_clears_up_after_a_removed_webhook(database: Database, office: int, clock: FixedClock) -> None:
    number = hook(database, office, URL)
    queue(database, number, 3)
    database.write(lambda session: remove(session, find_webhook(session, number), PRIVATE, NOW))
    async with calling(database, clock):
        await until(lambda: not calls(database))


def test_what_was_given_up_is_replayed_in_batches(
    database: Database, office: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.webhooks.calls.BATCH", 2)
    number = hook(database, office, URL)
    queue(database, number, 3, state="failed")
    queue(database, number, 1, state="done")
    batches = database.read(lambda session: given_up(session, number, NOW))
    assert batches == [[1, 2], [3]]
    for batch in ([1, 2, 4], [1, 2], [3]):
        database.write(lambda s, batch=batch: replay_failed(s, find_webhook(s, number), batch, PRIVATE, NOW))  # type: ignore[misc]
    assert [one.state for one in calls(database)] == ["waiting", "waiting", "waiting", "done"]


def test_of_a_failing_webhook_the_most_tried_call_that_is_due_goes_first(database: Database, office: int) -> None:
    number = hook(database, office, URL)
    later = NOW + timedelta(seconds=1)
    for attempts, due_at in ((0, NOW - timedelta(days=1)), (9, later), (2, NOW), (3, NOW), (3, NOW - timedelta(1))):
        queue(database, number, 1, attempts=attempts, due_at=due_at)
    claimed = [
        one.id
        for _ in range(5)
        for one in database.write(lambda session: claim(session, CLAIMER, [Room(number, True, 1)], MOMENT))
    ]
    assert claimed == [5, 4, 3, 1]


@pytest.mark.parametrize("through", [1, 2])
def test_the_reference_stays_known_after_merging(database: Database, office: int, through: int) -> None:
    """It stays with the row that goes, and what happens from then on is about the one who remains."""
    gone = database.write(lambda session: scene.member(session, office, reference="R-7"))
    kept = gone
    for _ in range(through):
        before, kept = kept, database.write(lambda session: scene.member(session, office))
        database.write(lambda session, before=before, kept=kept: merge(session, before, kept, NOW))  # type: ignore[misc]
    number = hook(database, office, URL)
    for person in (gone, kept):
        queue(database, number, 1, participant_id=person)
    claimed = database.write(lambda session: claim(session, CLAIMER, [Room(number, False, 4)], MOMENT))
    assert [one.reference for one in claimed] == ["R-7", "R-7"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestLongQueues:
    """Nothing reads or sorts a queue of any length: each statement finds what it wants in an index."""

    def test_claiming_for_a_failing_webhook(self, database: Database, office: int) -> None:
        number = hook(database, office, URL)
        queue(database, number, 5)
        queue(database, number, 1, attempts=3)
        steps = plans(database, lambda session: claim(session, CLAIMER, [Room(number, True, 1)], MOMENT), "WITH")
        assert any("ix_webhook_call_tried" in one for one in steps)
        assert not [one for one in steps if "TEMP B-TREE" in one or one.startswith("SCAN webhook_call")]

    def test_erasing_somebody(self, database: Database, office: int) -> None:
        person = database.write(lambda session: scene.member(session, office))
        number = hook(database, office, URL)
        queue(database, number, 5)
        queue(database, number, 1, participant_id=person)
        steps = plans(database, lambda session: erase_person(session, person, (), NOW), "UPDATE webhook_call")
        assert [one for one in steps if "webhook_call" in one] == [
            "SEARCH webhook_call USING INDEX ix_webhook_call_participant_id (participant_id=?)"
        ]
        assert [one.participant_id for one in calls(database)] == [None] * 6


def plans(database: Database, work: Callable[[Session], Any], of: str = "") -> list[str]:
    """How SQLite goes about the statements of some work."""
    ran: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        if "webhook_call" in statement and statement.startswith(of):
            ran.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        database.write(work)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert ran
    with database.engine.connect() as connection:
        return [
            str(row[3])
            for statement, values in ran
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
