"""Planning a mailing to a million people, beside the bare INSERT ... SELECT of as many rows, on both databases."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

from bench.measure import Comparison, Comparisons, compare
from core.database.database import Database
from core.people.tables import Address, Membership, Participant
from notifications.ledger.tables import Delivery, Mailing, MailingText, Occurrence
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from tests.notifications.office import DUE, RULES, OfficeRows, make_mailing, make_office
from tests.support.databases import PostgresDatabases, SqliteDatabases

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))
PAIRS = 3
BLOCK = 50_000
LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)
COLUMNS = (
    "mailing_id, occurrence_id, participant_id, channel, address_id, state, reason, priority, attempts, tries, due_at, "
    "claimed_by, message_id, text_digest, provider_id"
)
# The same rows for the same people of the office, read from the same tables, with nothing to decide.
BARE = text(f"""INSERT INTO delivery ({COLUMNS})
    SELECT :mailing, :occurrence, p.id, 'email', a.id, 'planned', '', 1, 0, 0, :due, '', '', '', ''
    FROM membership m JOIN participant p ON p.id = m.participant_id JOIN address a ON a.participant_id = p.id
    WHERE m.office_id = :office""")


async def run() -> Comparisons:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 - before anything runs
        found = [await _on("SQLite", SqliteDatabases(folder))]
        postgres = PostgresDatabases(folder)
        try:
            found.append(await _on("PostgreSQL", postgres))
        finally:
            postgres.close()
    return Comparisons(tuple(found))


async def _on(kind: str, databases: SqliteDatabases | PostgresDatabases) -> Comparison:
    with databases.fresh() as url:
        database = Database(url)
        try:
            rows = database.write(lambda session: people_of(session, PEOPLE))

            async def ours(number: int) -> float:
                return await asyncio.to_thread(_plan, database, rows, number)

            async def bare(number: int) -> float:
                return await asyncio.to_thread(_insert, database, rows, number)

            return await compare(f"Planning {PEOPLE:,} deliveries, {kind} (limit 1.5)", PEOPLE, (ours, bare), PAIRS)
        finally:
            database.close()


def people_of(session: Session, count: int) -> OfficeRows:
    """An office with so many people, each with an address."""
    rows = make_office(session, [])
    for start in range(1, count + 1, BLOCK):
        ids = range(start, min(start + BLOCK, count + 1))
        session.execute(insert(Participant), [{"id": n, "language": "it", "created_at": LONG_AGO} for n in ids])
        session.execute(insert(Membership), [_membership(rows, n) for n in ids])
        session.execute(insert(Address), [_address(n) for n in ids])
    return rows


def _membership(rows: OfficeRows, number: int) -> dict[str, object]:
    return {
        "office_id": rows.office, "participant_id": number, "name": f"Person {number}", "attributes": {},
        "source": "bench", "legal_basis": "public-task", "joined_at": LONG_AGO,
    }  # fmt: skip


def _address(number: int) -> dict[str, object]:
    value = f"person{number}@example.org"
    return {
        "id": number, "participant_id": number, "channel": "email", "value": value, "proved_at": LONG_AGO,
        "created_at": LONG_AGO,
    }  # fmt: skip


def _fresh(database: Database, rows: OfficeRows, name: str) -> None:
    """An empty ledger and one mailing that is due; the database's own books in order."""

    def work(session: Session) -> None:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("TRUNCATE mailing CASCADE"))
        else:
            for table in (Delivery, Occurrence, MailingText, Mailing):
                session.execute(delete(table))
        make_mailing(session, rows, slug=name)
        schedule_occurrences(session, None, DUE)

    database.write(work)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.engine.dialect.name == "postgresql":
            connection.execute(text("VACUUM ANALYZE"))
        else:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _plan(database: Database, rows: OfficeRows, number: int) -> float:
    _fresh(database, rows, f"ours-{number}")
    start = time.perf_counter()
    (planned,) = database.write(lambda session: plan_all_due(session, DUE, RULES))
    assert planned.added == PEOPLE, planned
    return time.perf_counter() - start


def _insert(database: Database, rows: OfficeRows, number: int) -> float:
    _fresh(database, rows, f"bare-{number}")

    def work(session: Session) -> None:
        mailing, occurrence = session.execute(text("SELECT mailing_id, id FROM occurrence")).one()
        stored = DUE.replace(tzinfo=None).isoformat(" ", "microseconds")  # as SQLAlchemy writes it into SQLite
        due: object = DUE if session.get_bind().dialect.name == "postgresql" else stored
        session.execute(BARE, {"mailing": mailing, "occurrence": occurrence, "due": due, "office": rows.office})

    start = time.perf_counter()
    database.write(work)
    return time.perf_counter() - start
