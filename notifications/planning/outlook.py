"""When a mailing would leave as it stands, and what becomes of one whose time has passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing
from notifications.planning.anchors import due_local, parse_anchor, to_utc
from notifications.planning.missed import Verdict, judge, parse_missed
from notifications.planning.planner import steps_from, useful_until
from notifications.planning.schedule import timetables

PAST_NAMES = {
    Verdict.PLAN.value: N_("This time has passed. It leaves as soon as it is released, within the hours of sending."),
    Verdict.ASK.value: N_("This time has passed. It does not leave by itself: staff are asked."),
    Verdict.DROP.value: N_(
        "This time has passed, and it does not leave any more: the event has begun, the questionnaire is closed, or "
        "its rule for a missed time says so."
    ),
}


@dataclass(frozen=True)
class Outlook:
    """`due_at` is the instant that was meant, `first_at` that at which the first may leave; `past` is "" or what
    becomes of it: plan, ask or drop."""

    due_at: datetime
    zone: str
    first_at: datetime
    past: str = ""


def outlook(session: Session, mailing: Mailing, now: datetime) -> Outlook | None:
    """None where its anchor says no time. The mailing may be one that is not kept yet. Reads only."""
    if mailing.process_id is None:
        return None
    try:
        timetable = timetables(session, {mailing.process_id})[mailing.process_id]
        due_at = to_utc(due_local(parse_anchor(mailing.anchor), timetable), timetable.zone)
        past = _verdict(session, mailing, due_at, now) if due_at < now else None
    except Problem:
        return None
    steps = steps_from(session, mailing, max(due_at, now))
    return Outlook(due_at, timetable.zone, steps[0], past.value if past is not None else "")


def _verdict(session: Session, mailing: Mailing, due_at: datetime, now: datetime) -> Verdict:
    """To release a mailing after its time is to want it now."""
    is_released = mailing.state == MailingState.RELEASED
    since = (mailing.released_at or due_at) if is_released else now
    return judge(parse_missed(mailing.missed), max(due_at, since), now, useful_until(session, mailing))
