"""Opens the next poll of a series when its row is due, with its invitation, its reminder and the message after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from core.i18n import pick_text
from core.ids import Ids
from core.process.languages import written_in
from core.process.package.dates import to_instant
from core.process.tables import Office, Process
from notifications.content.foretold import Foretold, foretell
from notifications.content.poll_texts import INVITATION, REMINDER, RESULT, texts_for
from notifications.ledger.release import set_state
from notifications.ledger.result_pictures import result_files
from notifications.ledger.states import POLLS, RESULTS, Kind, MailingState
from notifications.planning.closing import close_on
from notifications.planning.planner import window_of
from notifications.planning.schedule import schedule_occurrences
from notifications.planning.windows import next_open
from notifications.planning.writing import Draft, save_draft
from surveys.polls.making import add_poll, plan_poll
from surveys.polls.series import Series, add_turn, load_series
from surveys.polls.series_tables import PollSeries
from surveys.polls.store import load_poll
from surveys.polls.tables import Poll
from surveys.recurring.clockwork import claim, due, slug_in

log = structlog.get_logger()


def open_turns(session: Session, ids: Ids, now: datetime) -> list[int]:
    """Opens what is due, in the caller's transaction: for commands and tests. The polls' numbers."""
    opened = (open_turn(session, ids, series_id, now) for series_id in due(session, PollSeries, now))
    return [one for one in opened if one is not None]


def open_turn(session: Session, ids: Ids, series_id: int, now: datetime) -> int | None:
    """One poll of a series; None where it is not due (any more), or runs no more.

    On a day on which nothing is sent it opens with the next hour of sending; the rhythm stays as it is.
    """
    series = load_series(session, series_id)
    day = series.next_local[:10]
    if series.next_at > now or not claim(session, PollSeries, series, now):
        return None
    process = session.get_one(Process, series.process_id)
    opens, closes = (one.isoformat(timespec="minutes") for one in _local_times(session, series, now)[:2])
    slug = slug_in(session, Poll, series.office_id, f"{series.slug}-{day}")
    new = replace(series.definition, opens_local=opens, closes_local=closes)
    poll_id = add_poll(session, ids, series.place, (slug, new), now)
    add_turn(session, series.id, poll_id)
    plan_poll(session, poll_id, now)
    _write_mailings(session, series, process, (poll_id, slug), now)
    log.info("poll of a series opens", series=series.id, poll=poll_id)
    return poll_id


def next_times(session: Session, series: Series, now: datetime) -> tuple[datetime, datetime]:
    """When the next poll of a series that runs opens and closes."""
    opens, closes, zone = _local_times(session, series, now)
    return to_instant(opens, zone), to_instant(closes, zone)


def _local_times(session: Session, series: Series, now: datetime) -> tuple[datetime, datetime, str]:
    window, zone = window_of(session, session.get_one(Process, series.process_id))
    opens = next_open(window, max(now, series.next_at), zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return opens, close_on((opens + timedelta(days=series.rhythm.open_days)).date(), window, zone), zone


def read_ahead(session: Session, series: Series) -> list[tuple[str, Sequence[Foretold]]]:
    """What people will read of each poll of a series: for whoever starts it."""
    languages = written_in(session, session.get_one(Process, series.process_id))
    office, title = session.get_one(Office, series.office_id).name, dict(series.definition.title)
    parts = [INVITATION, *([REMINDER] if series.rhythm.remind_days else []), RESULT]

    def values(code: str) -> dict[str, str]:
        return {"poll": pick_text(title, code), "office": office}

    return [(one, foretell(texts_for(one, languages), values)) for one in parts]


def _write_mailings(session: Session, series: Series, process: Process, poll: tuple[int, str], now: datetime) -> None:
    """Released with the series, which somebody else of the office has read."""
    poll_id, slug = poll
    languages = written_in(session, process)
    opens: dict[str, Any] = {"poll": slug, "at": "opens", "days": 0, "working": False}
    closes: dict[str, Any] = opens | {"at": "closes"}
    drafts = [_draft(INVITATION, POLLS, opens, poll_id, languages)]
    if series.rhythm.remind_days:
        remind = closes | {"days": -series.rhythm.remind_days, "time": "10:00"}
        drafts.append(replace(_draft(REMINDER, POLLS, remind, poll_id, languages), kind=Kind.REMINDER.value))
    result = _draft(RESULT, RESULTS, closes, poll_id, languages)
    drafts.append(replace(result, files=result_files(session, load_poll(session, poll_id), result.texts)))
    kept = [save_draft(session, process, one, None, now) for one in drafts]
    for mailing_id in kept:
        set_state(session, mailing_id, MailingState.RELEASED, now)
    schedule_occurrences(session, kept, now)


def _draft(what: str, purpose: str, anchor: dict[str, Any], poll_id: int, languages: list[str]) -> Draft:
    return Draft(
        kind=Kind.MAILING.value, purpose=purpose, audience_id=None, round_id=None, anchor=anchor,
        missed={"rule": "catch-up"}, spread={}, texts=texts_for(what, languages), poll_id=poll_id,
    )  # fmt: skip
