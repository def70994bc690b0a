"""Contributions as rows: gathered from where they were said, tagged, decided about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from core.contributions.errors import NothingChosen, TagWrong, WordsMissing
from core.contributions.kinds import GOAL_NAMES, Found, Kind, Outcome, Said, Source
from core.contributions.tables import Contribution
from core.database.inserting import insert_into
from core.database.many import among
from core.process.tables import Process

AT_ONCE = 500
LONGEST_AXIS, LONGEST_WORDS = 80, 4000


@dataclass(frozen=True)
class Filter:
    """Which ones; None or "" is all of them."""

    kind: str = ""
    axis: str = ""
    goal: int | None = None
    outcome: str | None = None
    untagged: bool = False  # without an axis


@dataclass(frozen=True)
class Shown:
    """A contribution with its words; `said` is None where they are not there any more."""

    id: int
    kind: Kind
    said: Said | None
    said_at: datetime | None
    known: bool  # whether the office knows who said it
    axis: str
    goal: int
    outcome: Outcome
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What became of several at once; `words` by language, for whoever said them."""

    outcome: Outcome
    words: Mapping[str, str]


def gather(session: Session, process: Process, sources: Iterable[Source], now: datetime) -> int:
    """Takes in what was said since, and lets go of what is not there any more; how many there are now."""
    for source in sources:
        for some in _batches(source.find(session, process.id)):
            _take(session, process, (source.kind, some), now)
        gone = Contribution.kind == source.kind, Contribution.seen_at < now
        session.execute(delete(Contribution).where(Contribution.process_id == process.id, *gone))
    return session.scalar(select(func.count()).where(Contribution.process_id == process.id)) or 0


def _batches(found: Iterator[Found]) -> Iterator[list[Found]]:
    while some := list(islice(found, AT_ONCE)):
        yield some


def _take(session: Session, process: Process, found: tuple[Kind, Sequence[Found]], now: datetime) -> None:
    kind, some = found
    same: dict[str, Any] = {
        "office_id": process.office_id,
        "process_id": process.id,
        "kind": kind.value,
        "seen_at": now,
    }
    rows: list[dict[str, Any]] = [
        same | {"source": one.source, "participant_id": one.participant_id, "said_at": one.said_at, "words": {}}
        for one in some
    ]
    new = insert_into(session, Contribution)
    newer = {"seen_at": now, "participant_id": new.excluded.participant_id, "said_at": new.excluded.said_at}
    keys = ["process_id", "kind", "source"]
    session.execute(new.values(rows).on_conflict_do_update(index_elements=keys, set_=newer))


def contributions(
    session: Session, process_id: int, sources: Iterable[Source], wanted: Filter, span: tuple[int, int]
) -> list[Shown]:
    """Those that fit, newest first, `span` being how many are left out and how many are read."""
    skipped, most = span
    found = select(Contribution).where(Contribution.process_id == process_id, *_conditions(wanted))
    newest = (Contribution.said_at.desc(), Contribution.id.desc())
    rows = session.scalars(found.order_by(Contribution.said_at.is_(None), *newest).offset(skipped).limit(most)).all()
    return _with_words(session, rows, sources)


def every_contribution(session: Session, process_id: int, sources: Sequence[Source], wanted: Filter) -> Iterator[Shown]:
    """All that fit, some hundred at a time, in the order of their numbers."""
    last = 0
    fits = Contribution.process_id == process_id, *_conditions(wanted)
    while True:
        found = select(Contribution).where(*fits, Contribution.id > last).order_by(Contribution.id).limit(AT_ONCE)
        rows = session.scalars(found).all()
        if not rows:
            return
        yield from _with_words(session, rows, sources)
        last = rows[-1].id


def words_said(session: Session, ids: Collection[int], sources: Iterable[Source]) -> list[Shown]:
    """These, in the order of their numbers."""
    found = select(Contribution).where(among(Contribution.id, ids)).order_by(Contribution.id)
    return _with_words(session, session.scalars(found).all(), sources)


def axes_of(session: Session, process_id: int) -> list[str]:
    """The axes that were given to contributions of a process."""
    used = select(Contribution.axis).where(Contribution.process_id == process_id, Contribution.axis != "").distinct()
    return sorted(session.scalars(used))


def tag(session: Session, process_id: int, ids: Collection[int], axis: str, goal: int) -> None:
    """Raises NothingChosen, TagWrong."""
    axis = " ".join(axis.split())
    if len(axis) > LONGEST_AXIS or (goal and goal not in GOAL_NAMES):
        raise TagWrong(most=LONGEST_AXIS)
    _change(session, process_id, ids, axis=axis, goal=goal)


def decide(
    session: Session, process: Process, ids: Collection[int], decision: Decision, by: tuple[int, datetime]
) -> dict[int, list[int]]:
    """Notes what became of them; who said them, each with which. Raises NothingChosen, WordsMissing."""
    author, now = by
    words = {code: text.strip() for code, text in decision.words.items()}
    is_open = decision.outcome is Outcome.OPEN
    if not is_open and not all(0 < len(words.get(code, "")) <= LONGEST_WORDS for code in process.languages):
        raise WordsMissing(most=LONGEST_WORDS)
    by_whom = {"decided_by": None if is_open else author, "decided_at": None if is_open else now}
    told = {} if is_open else words
    _change(session, process.id, ids, outcome=decision.outcome.value, words=told, **by_whom)
    mine = Contribution.process_id == process.id, Contribution.participant_id.is_not(None)
    found = select(Contribution.id, Contribution.participant_id).where(among(Contribution.id, ids), *mine)
    people: dict[int, list[int]] = {}
    for row in session.execute(found.order_by(Contribution.id)):
        people.setdefault(row.participant_id, []).append(row.id)
    return people


def _change(session: Session, process_id: int, ids: Collection[int], **values: Any) -> None:
    theirs = Contribution.process_id == process_id, among(Contribution.id, ids)
    if not session.scalar(select(func.count()).where(*theirs)):
        raise NothingChosen
    session.execute(update(Contribution).where(*theirs).values(**values))


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    found += [Contribution.kind == wanted.kind] if wanted.kind else []
    found += [Contribution.axis == wanted.axis] if wanted.axis else []
    found += [Contribution.axis == ""] if wanted.untagged else []
    found += [Contribution.goal == wanted.goal] if wanted.goal is not None else []
    return found + ([Contribution.outcome == wanted.outcome] if wanted.outcome is not None else [])


def _with_words(session: Session, rows: Sequence[Contribution], sources: Iterable[Source]) -> list[Shown]:
    said: dict[tuple[str, str], Said] = {}
    for source in sources:
        mine = [one.source for one in rows if one.kind == source.kind]
        said |= {(source.kind, name): words for name, words in (source.read(session, mine) if mine else {}).items()}
    return [
        Shown(
            one.id, Kind(one.kind), said.get((one.kind, one.source)), one.said_at, one.participant_id is not None,
            one.axis, one.goal, Outcome(one.outcome), dict(one.words),
        )
        for one in rows
    ]  # fmt: skip
