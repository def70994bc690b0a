"""A tally of a million ballots over eight options by each method, beside bare reading of the rows from the database.

The rows lie in a SQLite file, one a ballot. The bare run fetches every row and does nothing with it. Ours lets the
database put equal ballots together, as the product does, reads those and counts them; once also row by row.
"""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Comparison, Comparisons, compare
from surveys.polls.tally.counting import tally
from surveys.polls.tally.methods import Method
from surveys.polls.tally.options import Options
from surveys.polls.tally.rule import Rule

BALLOTS = int(os.environ.get("BENCH_BALLOTS", "1000000"))
PAIRS = 3
CODES = tuple("ABCDEFGH")
TABLE = """
    CREATE TABLE ballot (id INTEGER PRIMARY KEY, poll_id INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE INDEX ballot_poll ON ballot (poll_id);
"""
ROWS = "SELECT body FROM ballot WHERE poll_id = 1"
SINGLE = "SELECT body, 1 FROM ballot WHERE poll_id = 1"
TOGETHER = "SELECT body, count(*) FROM ballot WHERE poll_id = 1 GROUP BY body"
RANKED = (
    Method.PLURALITY, Method.BORDA, Method.IRV, Method.SCHULZE, Method.RANKED_PAIRS, Method.COPELAND, Method.CONDORCET,
)  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """The ballots of the table, to be iterated over again and again."""

    connection: sqlite3.Connection
    statement: str

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self.connection.execute(self.statement))


async def run() -> Comparisons:
    found = []
    for make, methods, statement in (
        (_ranking, RANKED, TOGETHER),
        (_ranking, (Method.SCHULZE,), SINGLE),
        (_with_ties, (Method.SCHULZE,), TOGETHER),
        (_choices, (Method.APPROVAL,), TOGETHER),
        (_points, (Method.DOTS,), TOGETHER),
        (_number, (Method.MEAN,), TOGETHER),
    ):
        with tempfile.TemporaryDirectory() as folder:
            connection = _fill(Path(folder) / "ballots.sqlite", make)
            found += [await _measure(connection, method, make, statement) for method in methods]
            connection.close()
    return Comparisons(tuple(found))


async def _measure(
    connection: sqlite3.Connection, method: Method, make: Callable[[random.Random], str], statement: str
) -> Comparison:
    options = None if method is Method.MEAN else Options(CODES)
    different = connection.execute("SELECT count(DISTINCT body) FROM ballot").fetchone()[0]
    limit = "" if make is _with_ties or statement is SINGLE else " (limit 3)"
    what = f"{make.__doc__}, {different:,} different{', row by row' if statement is SINGLE else ''}{limit}"

    async def ours(_: int) -> float:
        start = time.perf_counter()
        outcome = tally(Rule(method), options, Rows(connection, statement))
        seconds = time.perf_counter() - start
        assert outcome.turnout.cast == BALLOTS
        return seconds

    async def bare(_: int) -> float:
        start = time.perf_counter()
        for _row in connection.execute(ROWS):
            pass
        return time.perf_counter() - start

    return await compare(f"{BALLOTS:,} ballots by {method}: {what}", BALLOTS, (ours, bare), PAIRS)


def _fill(path: Path, make: Callable[[random.Random], str]) -> sqlite3.Connection:
    rnd = random.Random(8)
    connection = sqlite3.connect(path)
    connection.executescript(TABLE)
    connection.executemany("INSERT INTO ballot (poll_id, body) VALUES (1, ?)", ((make(rnd),) for _ in range(BALLOTS)))
    connection.commit()
    return connection


def _ranking(rnd: random.Random) -> str:
    """one to eight options in order"""
    return ">".join(rnd.sample(CODES, rnd.randint(1, len(CODES))))


def _with_ties(rnd: random.Random) -> str:
    """one to eight options in order, a quarter of them beside another"""
    first, *others = rnd.sample(CODES, rnd.randint(1, len(CODES)))
    return first + "".join(rnd.choice(">>>=") + code for code in others)


def _choices(rnd: random.Random) -> str:
    """one to eight options"""
    return " ".join(sorted(rnd.sample(CODES, rnd.randint(1, len(CODES)))))


def _points(rnd: random.Random) -> str:
    """ten points"""
    given = [rnd.choice(CODES) for _ in range(10)]
    return " ".join(f"{code}:{given.count(code)}" for code in CODES if code in given)


def _number(rnd: random.Random) -> str:
    """a number from 0 to 10"""
    return str(rnd.randint(0, 10))
