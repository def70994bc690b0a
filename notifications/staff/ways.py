"""Ways out by which nothing can leave: noted by whoever tries, and taken away by the first message that arrives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, or_
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from notifications.channels.contract import (
    Delivered,
    Misconfigured,
    Outcome,
    RecipientGone,
    Rejected,
    UnreachableNow,
)
from notifications.staff.tables import WayTrouble

IN_TROUBLE = (UnreachableNow, Misconfigured)
ANSWERS = (Delivered, Rejected, RecipientGone)
LONGEST_SAID = 300


@dataclass(frozen=True)
class Way:
    """A way that was tried, of a channel, and all ways of it that there are."""

    name: str
    channel: str
    among: tuple[str, ...] = ()


# Written once: every group of messages that arrives says so.
_IS_GONE = and_(WayTrouble.channel == bindparam("of"), WayTrouble.way.not_in(bindparam("all", expanding=True)))
_WORKS = delete(WayTrouble).where(or_(WayTrouble.way == bindparam("this"), _IS_GONE))


def note_way(session: Session, way: Way, outcomes: Sequence[Outcome], now: datetime) -> None:
    """What a group of tries says of its way; since when it does not work stands from the first.

    Of a way that there is no more nobody tries whether it works again: the others of its channel speak for it.
    """
    if any(isinstance(one, ANSWERS) for one in outcomes):
        ways = {"this": way.name, "of": way.channel, "all": [*way.among, way.name]}
        session.connection().execute(_WORKS, ways)
        return
    trouble = next((one for one in outcomes if isinstance(one, IN_TROUBLE)), None)
    if trouble is not None:
        said = "".join(one if one.isprintable() else " " for one in trouble.detail)[:LONGEST_SAID]
        row = {"way": way.name, "channel": way.channel, "since": now, "said": said}
        session.execute(insert_into(session, WayTrouble).values(row).on_conflict_do_nothing())
