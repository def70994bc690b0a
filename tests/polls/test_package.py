"""Polls in a process package: checked with their lines, loaded, loaded again, left alone once they are open."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.faults import FileWrong
from core.file_contents import read_content
from core.ids import RandomIds
from core.process.package.loading import Loaded, check_package, load
from core.staff.tables import AuditEntry
from core.tables import FileContent
from notifications.ledger.release import set_state
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing
from surveys.polls import series
from surveys.polls.due import polls_due, tend_poll
from surveys.polls.kinds import Kind, Secrecy, Shown, State
from surveys.polls.making import change_poll
from surveys.polls.poll import Poll
from surveys.polls.series_tables import PollSeries
from surveys.polls.store import facts_of
from surveys.polls.tables import Poll as Row
from surveys.recurring.rhythm import SeriesState
from tests.package.conftest import folder
from tests.package.test_package import SECTIONS, bring, change, faults, line_of, told

__all__ = ["folder"]  # the fixture of the package's own tests

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the database is not the point

POLLS = """polls:
  - slug: bench
    kind: ranking
    title: {it: "Dove la panchina?", en: "Where shall the bench stand?"}
    summary: {it: Una sola., en: Only one.}
    options:
      - {name: park, label: {it: Parco, en: Park}, picture: park.png, shows: {it: Un parco, en: A park}}
      - {name: square, label: {it: Piazza, en: Square}}
      - {name: school, label: {it: Scuola, en: School}}
    most: 2
    shuffled: true
    method: borda
    beside: schulze
    ties: lot
    quorum: 30%
    threshold: 50
    results: after_vote
    walk_ins: true
    audience: those
    event: launch
    opens: start+8d 10:00
    closes: {phase: listening, at: closes}
    ready: true
  - {slug: mood, kind: scale, title: {it: "Come va?", en: "How is it?"}, secrecy: named, most: 4}
people:
"""


def picture() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@pytest.fixture
def package(folder: Path) -> Path:
    change(folder, "process.yaml", "people:\n", POLLS)
    (folder / "park.png").write_bytes(picture())
    return folder


def polls(database: Database) -> dict[str, Poll]:
    rows = database.read(lambda session: session.scalars(select(Row)).all())
    return {row.slug: facts_of(row) for row in rows}


def load_at(database: Database, folder: Path, now: datetime) -> Loaded:
    checked = check_package(folder, SECTIONS)
    return database.write(lambda session: load(session, checked, now))


def test_polls_are_loaded_and_loaded_again(database: Database, package: Path, clock: FixedClock) -> None:
    bring(database, package)
    bench, mood = polls(database)["bench"], polls(database)["mood"]
    assert (bench.kind, bench.rules.most, bench.rules.shuffled) == (Kind.RANKING, 2, True)
    counting = bench.definition.counting
    assert counting.beside == "schulze"
    assert (counting.method, counting.ties, counting.quorum, counting.of_all, counting.threshold) == (
        "borda", "lot", 30, True, 50,
    )  # fmt: skip
    assert (bench.definition.secrecy, bench.definition.shown) == (Secrecy.ANONYMOUS, Shown.AFTER_VOTE)
    assert bench.state is State.PLANNED and bench.opens_at is not None and bench.closes_at is not None
    assert bench.definition.audience_id and bench.definition.event_id and bench.definition.walk_ins
    shown = bench.definition.options[0].picture
    assert shown is not None and shown.words["en"] == "A park"
    assert database.read(lambda session: read_content(session, shown.sha256)) == picture()
    assert (mood.state, mood.rules.least, mood.rules.most, mood.is_secret) == (State.DRAFT, 1, 4, False)
    assert told(bring(database, package)) == {}
    change(package, "process.yaml", "most: 2", "most: 3")
    assert told(bring(database, package)) == {"poll bench": "changed"}
    assert polls(database)["bench"].rules.most == 3 and polls(database)["bench"].state is State.PLANNED


@pytest.mark.parametrize("by_package", [False, True])
def test_a_poll_loaded_anew_draws_back_what_was_released_about_it(
    database: Database, package: Path, clock: FixedClock, by_package: bool
) -> None:
    """What the package itself lets leave, it lets leave again."""
    released = "    released: true\n" if by_package else ""
    about = (
        "  - slug: bench\n    kind: mailing\n    purpose: polls\n    poll: bench\n"
        f"    anchor: {{poll: bench, at: opens}}\n{released}"
    )
    change(package, "process.yaml", "polls:\n", f"{about}polls:\n")
    for language in ("it", "en"):
        path = package / "messages" / f"bench.{language}.md"
        path.write_text("---\nsubject: Bench\n---\n{{ poll }}\n", encoding="utf-8")

    def standing() -> Mailing:
        found = select(Mailing).where(Mailing.slug == "bench")
        return database.read(lambda session: session.scalars(found).one())

    bring(database, package)
    if not by_package:
        database.write(lambda session: set_state(session, standing().id, MailingState.RELEASED, clock.now()))
    assert standing().state == MailingState.RELEASED and told(bring(database, package)) == {}
    assert standing().state == MailingState.RELEASED, "the poll is as it was"
    change(package, "process.yaml", "most: 2", "most: 3")
    assert told(bring(database, package)) == {"poll bench": "changed"}
    assert standing().state == (MailingState.RELEASED if by_package else MailingState.DRAFT)
    assert polls(database)["bench"].state is State.PLANNED
    log = select(AuditEntry.account_id).where(AuditEntry.act == "mailing.drawn-back")
    assert database.read(lambda session: session.scalars(log).all()) == [None]


def test_what_was_edited_or_opened_is_left_as_it_is(database: Database, package: Path, clock: FixedClock) -> None:
    bring(database, package)
    mood = polls(database)["mood"]

    def edit(session: Session) -> None:
        new = mood.definition
        change_poll(session, mood.id, type(new)(**{**new.__dict__, "walk_ins": True}), clock.now())

    database.write(edit)
    change(package, "process.yaml", "most: 4}", "most: 7}")
    assert told(bring(database, package)) == {"poll mood": "kept"}
    bench = polls(database)["bench"]
    assert bench.opens_at is not None
    clock.set(bench.opens_at + timedelta(minutes=1))
    assert database.read(lambda session: polls_due(session, clock.now())) == [bench.id]
    database.write(lambda session: tend_poll(session, RandomIds(), bench.id, clock.now()))
    change(package, "process.yaml", "method: borda", "method: irv")
    loaded = load_at(database, package, clock.now())
    assert any("has been opened" in str(one) for one in loaded.warnings)
    assert polls(database)["bench"].definition.counting.method == "borda"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: ranking", "kind: rankin", "cannot stand after kind"),
        ("beside: schulze", "beside: dots", "another one can be shown"),
        ("method: borda", "method: plural", "cannot stand after method"),
        ("most: 2", "most: 9", "do not fit"),
        ("quorum: 30%", "quorum: some", "a percentage"),
        ("quorum: 30%", "quorum: 130%", "between 0 and 100"),
        ("name: square", "name: park", "Two options"),
        ("label: {it: Piazza, en: Square}", "label: {it: Piazza, en: Park}", "Two options say the same in en: Park"),
        ("label: {it: Piazza, en: Square}", f"label: {{it: Piazza, en: {'x' * 301}}}", "longer than 300"),
        ('title: {it: "Come va?", en: "How is it?"}', f"title: {{it: Sì, en: {'x' * 301}}}", "In en it is longer"),
        ("name: square", "name: none", "stands for a vote for none"),
        ("label: {it: Piazza, en: Square}", "label: {it: Piazza}", "has no text in en"),
        ("shows: {it: Un parco, en: A park}", "shows: {it: Un parco}", "needs words in en"),
        ("picture: park.png", "picture: process.yaml", "cannot be shown"),
        ("picture: park.png", "picture: ../park.png", "does not lie in"),
        ("walk_ins: true\n    audience: those", "audience: these", "no audience these"),
        ("event: launch", "event: lunch", "no event lunch"),
        ("    opens: start+8d 10:00\n", "", "needs a time"),
        ("closes: {phase: listening, at: closes}", "closes: start+8d 09:00", "closes before it opens"),
        ("secrecy: named", "secrecy: open", "cannot stand after secrecy"),
        ('title: {it: "Come va?", en: "How is it?"}', 'title: {it: "Come va?"}', "no text in en"),
        ("walk_ins: true", "walk_in: true", "unknown here"),
    ],
)
def test_faults_are_told_with_their_lines(database_url: str, package: Path, old: str, new: str, words: str) -> None:
    change(package, "process.yaml", old, new)
    found = faults(package)
    assert any(words in one for one in found), found
    first = line_of(package, "polls:")
    assert all(int(one.split(":")[1]) >= first for one in found)


def test_secrecy_is_fixed_and_a_slug_belongs_to_one_process(database: Database, package: Path) -> None:
    bring(database, package)
    change(package, "process.yaml", "secrecy: named", "secrecy: anonymous")
    with pytest.raises(Exception, match="fixed when it was made"):
        bring(database, package)


EVERY = """
polls:
  - slug: pulse
    kind: scale
    title: {it: "Come va?", en: "How is it?"}
    audience: those
    opens: {phase: listening, at: opens, days: 1, time: "10:00"}
    every: {weeks: 13, open_days: 7}
people:
"""


def test_a_package_brings_no_pictures_of_the_one_before(database: Database, package: Path) -> None:
    """Sections are made once and check many packages."""
    check_package(package, SECTIONS)
    (package / "park.png").unlink()
    change(package, "process.yaml", POLLS, "people:\n")
    bring(database, package)
    assert database.read(lambda session: session.scalar(select(func.count()).select_from(FileContent))) == 0


def test_a_poll_with_every_is_a_series_that_staff_start(database: Database, folder: Path, clock: FixedClock) -> None:
    change(folder, "process.yaml", "people:\n", EVERY)
    bring(database, folder)
    (made,) = database.read(lambda session: [series.facts_of(one) for one in session.scalars(select(PollSeries))])
    assert (made.state, made.rhythm.every_weeks, made.rhythm.open_days, made.rhythm.remind_days) == ("draft", 13, 7, 2)
    assert made.definition.audience_id is not None and polls(database) == {}
    assert told(bring(database, folder)) == {}
    database.write(lambda session: series.set_series_state(session, made.id, SeriesState.RUNNING))
    assert told(bring(database, folder)) == {}, "that it runs is no edit"
    change(folder, "process.yaml", "weeks: 13", "weeks: 12")
    assert told(bring(database, folder)) == {"poll-series pulse": "changed"}
    again = database.read(lambda session: series.load_series(session, made.id))
    assert (again.state, again.rhythm.every_weeks) == ("draft", 12), "somebody reads what was changed"
    for old, new, words in (
        ("weeks: 12", "weeks: 1", "before the earlier one is closed"),
        ("    audience: those\n", "    closes: start+9d\n", "has no closes"),
        ("weeks: 12, ", "", "weeks"),
        ("weeks: 12", "weeks: many", "weeks"),
    ):
        change(folder, "process.yaml", old, new)
        with pytest.raises(FileWrong) as wrong:
            check_package(folder, SECTIONS)
        assert words in str(wrong.value), new
        change(folder, "process.yaml", new or "every: {", old if new else f"every: {{{old}")
