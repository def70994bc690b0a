"""The demo as a process of its own, and what can be seen of its ledger."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from cli.demo_world import STAFF
from cli.tables import METADATA
from core.database.database import Database
from notifications.ledger.tables import Delivery, Mailing, Occurrence

Json = dict[str, Any]
PASSWORD = STAFF.password
UNDER_WAY = ("planned", "claimed", "handed-over")
PATIENCE = 1200
STEP_SECONDS = 0.1


@dataclass(frozen=True)
class Demo:
    """A demo that runs; `folder` holds its database."""

    url: str
    folder: Path
    http: httpx.Client

    def letters(self, address: str, mailing: str = "") -> list[Json]:
        """The mails somebody got, of one mailing if given, oldest first."""
        found: list[Json] = self.http.get("/mail/messages", params={"to": address}).json()
        return [mail for mail in found if mailing in dict(self.letter(mail["id"])["headers"]).get("List-Id", "")]

    def letter(self, number: int) -> Json:
        return dict(self.http.get(f"/mail/messages/{number}").json())

    def all_mail(self) -> list[Json]:
        return list(self.http.get("/mail/messages").json())

    def chat(self, number: int) -> list[Json]:
        answer = self.http.get(f"/telegram/participants/people/{number}/chat")
        return list(answer.json()["messages"])

    def due(self, mailing: str) -> datetime:
        statement = select(Occurrence.due_at).join(Mailing, Mailing.id == Occurrence.mailing_id)
        with self._database() as database:
            return database.read(lambda session: session.scalars(statement.where(Mailing.slug == mailing)).one())

    def states(self, mailing: str) -> dict[tuple[str, str, str], int]:
        """How many deliveries of a mailing there are by state, channel and reason."""
        columns = Delivery.state, Delivery.channel, Delivery.reason
        statement = select(*columns, func.count()).join(Mailing, Mailing.id == Delivery.mailing_id)
        counted = statement.where(Mailing.slug == mailing).group_by(*columns)
        with self._database() as database:
            rows = database.read(lambda session: session.execute(counted).all())
        return {(state, channel or "", reason): count for state, channel, reason, count in rows}

    def settles(self, mailing: str) -> dict[tuple[str, str, str], int]:
        """Waits until all that was planned of a mailing has left or failed."""
        found: dict[tuple[str, str, str], int] = {}

        def settled() -> bool:
            nonlocal found
            found = self.states(mailing)
            return bool(found) and not any(state in UNDER_WAY for state, _, _ in found)

        until(settled, lambda: f"{mailing}: {found}")
        return found

    def everything(self) -> dict[str, list[str]]:
        """Every row of every table."""
        with self._database() as database:
            return database.read(
                lambda session: {
                    table.name: sorted(str(tuple(row)) for row in session.execute(select(table)))
                    for table in METADATA.sorted_tables
                }
            )

    def move_to(self, instant: datetime) -> None:
        answer = self.http.post("/clock", json={"to": (instant + timedelta(minutes=1)).isoformat()})
        assert answer.status_code == 200, answer.text

    @contextmanager
    def _database(self) -> Iterator[Database]:
        database = Database(f"sqlite:///{self.folder / 'ascolto.sqlite'}")
        try:
            yield database
        finally:
            database.close()


def until(seen: Callable[[], bool], told: Callable[[], str] = str) -> None:
    """Looks again and again; fails with what is told after two minutes."""
    for _ in range(PATIENCE):
        if seen():
            return
        time.sleep(STEP_SECONDS)
    raise AssertionError(told())


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """`ascolto demo` on a free port; it has told its addresses when this yields."""
    command = [sys.executable, "-m", "cli.main", "demo", "--port", str(free_port()), "--folder", str(folder / "demo")]
    log = folder / "demo.log"
    with log.open("w") as told, subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT) as process:
        try:
            url = f"http://127.0.0.1:{command[command.index('--port') + 1]}"

            def told_address() -> bool:
                assert process.poll() is None, log.read_text()
                return f"{url}/sandbox" in log.read_text()

            until(told_address, log.read_text)
            with httpx.Client(base_url=url, timeout=60) as http:
                yield Demo(url, folder / "demo", http)
        finally:
            process.terminate()
            process.wait()
    assert "Traceback" not in log.read_text(), log.read_text()


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
