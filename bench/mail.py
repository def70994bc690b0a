"""Mails with the ledger on, beside a bare pipelined client that sends as many bytes; a local sink takes both.

The senders (two, as a machine of two cores would run), the bare client and the sink (Postfix's smtp-sink) are processes
of their own; the bare clients are as many as the senders, with as many connections.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from bench.measure import Comparison, compare
from bench.plan import people_of
from core.database.database import Database
from notifications.content.email import Letter, compile_mail, render_mail
from notifications.content.text import Setting, Text, read_buttons
from notifications.ledger.tables import Delivery, MailingText
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from tests.notifications.office import BUTTONS, DUE, RULES, make_mailing
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.mail_servers import free_ports

MAILS = int(os.environ.get("BENCH_MAILS", "100000"))
PAIRS = int(os.environ.get("BENCH_PAIRS", "3"))
SENDERS = int(os.environ.get("BENCH_SENDERS", "2"))
CONNECTIONS = int(os.environ.get("BENCH_CONNECTIONS", "8"))
WORDS = "Il Piano strategico metropolitano raccoglie le proposte di chi vive e lavora nel territorio. "
BODY = "Gentile **{{ name }}**,\n\n" + "\n\n".join([WORDS * 2] * 5) + "\n\nRisponda entro il {{ closes_on }}."
AT = datetime(2023, 7, 6, 7, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Found:
    """A comparison, and a sender's memory in megabytes: idle, and the most while it sent."""

    comparison: Comparison
    memory: list[tuple[float, float]] = field(default_factory=list)

    def lines(self) -> list[str]:
        idle, most = max(self.memory, key=lambda one: one[1] - one[0])
        return [
            *self.comparison.lines(),
            f"  a sender's memory: {idle:.0f} MB idle, at most {most - idle:.0f} MB above",
        ]


@dataclass(frozen=True)
class FoundOnBoth:
    found: tuple[Found, ...]

    def lines(self) -> list[str]:
        return [line for one in self.found for line in one.lines()]


async def run() -> FoundOnBoth:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 - before anything runs
        found = [await _on("SQLite", SqliteDatabases(folder))]
        postgres = PostgresDatabases(folder)
        try:
            found.append(await _on("PostgreSQL", postgres))
        finally:
            postgres.close()
    return FoundOnBoth(tuple(found))


async def _on(kind: str, databases: SqliteDatabases | PostgresDatabases) -> Found:
    memory: list[tuple[float, float]] = []
    with databases.fresh() as url, _sink() as port, tempfile.NamedTemporaryFile() as sample:
        content = _sample()
        sample.write(content)
        sample.flush()
        database = Database(url)
        try:
            database.write(_prepare)

            async def ours(number: int) -> float:
                await asyncio.to_thread(_again, database)
                told = await asyncio.to_thread(_send, url, port)
                memory.extend((one["idle"], one["most"]) for one in told)
                sent = database.read(lambda s: s.scalar(select(func.count()).where(Delivery.state == "sent")))
                assert sent == MAILS, sent
                return max(one["seconds"] for one in told)

            async def bare(number: int) -> float:
                return await asyncio.to_thread(_send_bare, port, sample.name)

            name = f"Sending {MAILS:,} mails of {len(content):,} bytes, {kind} (limit 1.67)"
            return Found(await compare(name, MAILS, (ours, bare), PAIRS), memory)
        finally:
            database.close()


@contextmanager
def _sink() -> Iterator[int]:
    """Postfix's own sink, which reads a mail line by line as a mail server does and keeps none."""
    port = free_ports(1)[0]
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    with subprocess.Popen((found_sink(), *user, f"127.0.0.1:{port}", "1000")) as sink:
        while not _listens(port):
            assert sink.poll() is None
        yield port
        sink.terminate()


def found_sink() -> str:
    """Where it is; raises LookupError with what to install."""
    found = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise LookupError("smtp-sink was not found: install Postfix (Debian: postfix)")
    return found


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _send(url: str, port: int) -> list[dict[str, float]]:
    """What each sender tells when there is nothing left to send; all begin together."""
    command = (sys.executable, "-m", "bench.mail_sender", url, str(port), str(CONNECTIONS))
    with ExitStack() as stack:
        senders = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(SENDERS)
        ]
        pipes = [(one.stdin, one.stdout) for one in senders if one.stdin is not None and one.stdout is not None]
        assert [heard.readline() for _, heard in pipes] == ["ready\n"] * SENDERS
        for told, _ in pipes:
            told.write("go\n")
            told.flush()
        return [json.loads(heard.read().splitlines()[-1]) for _, heard in pipes]


def _send_bare(port: int, sample: str) -> float:
    """As many processes as senders, each with its share, from the first one's beginning to the last one's end."""
    each = (str(port), str(MAILS // SENDERS), str(CONNECTIONS), sample)
    command = (sys.executable, "-m", "bench.bare_mail", *each)
    with ExitStack() as stack:
        clients = [
            stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) for _ in range(SENDERS)
        ]
        spans = [one.stdout.read().split() for one in clients if one.stdout is not None]
    return max(float(end) for _, end in spans) - min(float(start) for start, _ in spans)


def _prepare(session: Session) -> None:
    rows = people_of(session, MAILS)
    make_mailing(session, rows)
    session.execute(update(MailingText).values(body=BODY))
    schedule_occurrences(session, None, DUE)
    (planned,) = plan_all_due(session, DUE, RULES)
    assert planned.added == MAILS, planned


def _again(database: Database) -> None:
    """Everything as it was before it was sent, and the database's own books in order."""
    values = {"state": "planned", "attempts": 0, "tries": 0, "claimed_by": "", "handed_over_at": None}
    database.write(lambda session: session.execute(update(Delivery).values(values)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_postgres = database.engine.dialect.name == "postgresql"
        connection.execute(text("VACUUM FULL ANALYZE delivery" if is_postgres else "PRAGMA wal_checkpoint(TRUNCATE)"))


def _sample() -> bytes:
    """A mail as everybody gets it, for the bare client."""
    sender = "Ufficio <office@example.org>"
    setting = Setting(
        sender, "Città metropolitana", "", "office@example.org", {"closes_on": "31 ottobre"}, 1, "x.example.org"
    )
    link = f"https://ascolto.example.org/q/{'x' * 32}person1"
    values = dict.fromkeys(("answer_link", "unsubscribe_link", "preferences_link", "join_link"), link)
    skeleton = compile_mail(Text("it", "Invito [it]", BODY, read_buttons(BUTTONS, "it")), setting, has_name=True)
    letter = Letter("person1@example.org", "<delivery-1@example.org>", AT, {**values, "name": "person1"})
    return render_mail(skeleton, letter).data
