"""Polls that come back, in the console: made from a poll, started, paused, stopped; and how they came out over time."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import N_, translator
from core.ids import read_id
from core.process.horizon import DayTooFar, is_too_far
from core.process.package.dates import to_instant
from core.spreadsheet import safe_cell
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.errors import NotAllowed
from core.staff.roles import Permission
from notifications.content.foretold import Foretold
from notifications.planning.pulse import read_ahead
from surveys.polls.kinds import SECRECY_TOLD
from surveys.polls.limits import limits_in_words
from surveys.polls.outcome import draft_rule_told
from surveys.polls.published import for_staff
from surveys.polls.reading import read_ballots, turnout_of
from surveys.polls.series import Series, SeriesUnknown, add_series, load_series, set_series_state, turns_of
from surveys.polls.series_tables import PollSeries
from surveys.polls.staging import audience_name, poll_for
from surveys.polls.store import Place
from surveys.polls.trend import Line, Point, chart, lines_of, table
from surveys.recurring.clockwork import slug_in
from surveys.recurring.rhythm import MOST_DAYS, MOST_WEEKS, SERIES_STATE_NAMES, USUAL_TIME, Rhythm, SeriesState
from web.console import store
from web.console.errors import NothingHere
from web.console.moving_series import ACTS, Moves, Starting, move, starting
from web.console.once import is_new
from web.console.page import console_page
from web.console.polls import NAMES, show_poll
from web.console.times import LocalClock
from web.site import site_of


class FirstPassed(Problem):
    text = N_("The day on which the first one opens has passed already. Please choose a later one.")
    status = 422


class RhythmWrong(Problem):
    text = N_(
        "Please write whole numbers: every 1 to {weeks} weeks, open for fewer days than that, and a reminder at most "
        "as many days before the close (0 for none); and the day on which the first one opens."
    )
    status = 422


@dataclass(frozen=True)
class SeriesView:
    series: Series
    process: store.ProcessRow
    audience: str
    ahead: Sequence[tuple[str, Sequence[Foretold]]]
    points: Sequence[Point]
    lines: Sequence[Line]
    starting: Starting


async def repeat(request: Request, staff: Staff) -> Response:
    """Makes a series out of a poll, once of one form; it stays a draft until somebody else of the office starts it.

    With anything wrong the poll's page comes back with the form as it was sent.
    """
    deps, poll_id = site_of(request).deps, int(request.path_params["poll_id"])
    now, form = deps.clock.now(), await request.form()
    typed = {str(name): str(value) for name, value in form.items()}

    def work(session: Session) -> str:
        poll = poll_for(session, staff, poll_id)
        rhythm = read_rhythm(typed, LocalClock(poll.time_zone, now))
        if not is_new(session, staff, f"series:{poll_id}", typed, now):
            return f"/console/processes/{poll.process_id}/polls"
        process = store.find_process(session, staff, poll.process_id or 0)
        place = Place(poll.office_id, process.id, process.time_zone)
        bare = replace(poll.definition, opens_local=None, closes_local=None, event_id=None, walk_ins=False)
        bare = replace(bare, names_in_groups=False)
        slug = slug_in(session, PollSeries, poll.office_id, poll.slug)
        made = add_series(session, place, (slug, bare, rhythm), (staff.account_id, now))
        record(session, Act("series.added", f"series:{made}", staff.account_id, poll.office_id), now)
        return f"/console/series/{made}"

    try:
        return RedirectResponse(await deps.database.awrite(work), 303)
    except (RhythmWrong, FirstPassed, DayTooFar) as problem:
        return await show_poll(request, staff, problem, typed)


async def show(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def act(request: Request, staff: Staff) -> Response:
    """Starts (raises FourEyes for whoever wrote it), pauses or stops for good."""
    return await move(request, staff, Moves("series", _series, set_series_state, _page))


async def export(request: Request, staff: Staff) -> Response:
    """The trend as CSV; in the audit log."""
    deps, series_id = site_of(request).deps, int(request.path_params["series_id"])
    now, t = deps.clock.now(), translator(staff.language)
    least = deps.telling.rules.small_numbers

    def work(session: Session) -> tuple[Series, Sequence[Point]]:
        series = series_to_read(session, staff, series_id)
        staff.need(Permission.EXPORT_RESULTS, series.office_id)
        record(session, Act("series.exported", f"series:{series_id}", staff.account_id, series.office_id), now)
        return series, _points(session, series_id, now, least)

    series, points = await deps.database.awrite(work)
    kept = io.StringIO()
    csv.writer(kept).writerows([safe_cell(cell) for cell in row] for row in table(points, t))
    headers = {"Content-Disposition": f'attachment; filename="{series.slug}.csv"'}
    return Response("\ufeff" + kept.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _page(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    deps, series_id = site_of(request).deps, int(request.path_params["series_id"])
    now, t = deps.clock.now(), translator(staff.language)
    least = deps.telling.rules.small_numbers

    def work(session: Session) -> SeriesView:
        series = series_to_read(session, staff, series_id)
        points = _points(session, series_id, now, least)
        process = store.find_process(session, staff, series.process_id)
        audience = audience_name(session, series.definition.audience_id)
        starts = starting(session, staff, series, deps.telling.rules, now)
        return SeriesView(series, process, audience, read_ahead(session, series), points, lines_of(points, t), starts)

    view = await deps.database.aread(work)
    title = t("Over time")
    return console_page(
        request,
        staff,
        "console/series.html",
        status=problem.status if problem else 200,
        view=view,
        series=view.series,
        now=now,
        chart=chart([one.number for one in view.points], view.lines, title),
        states=SERIES_STATE_NAMES,
        names=NAMES,
        told=SECRECY_TOLD[view.series.definition.secrecy.value],
        limits=list(limits_in_words(view.series.definition, t)),
        rule=draft_rule_told(view.series.definition, t),
        may_act=_may_act(staff, view.series),
        may_edit=view.series.state != SeriesState.STOPPED and staff.may(Permission.MANAGE_POLLS, view.series.office_id),
        may_export=staff.may(Permission.EXPORT_RESULTS, view.series.office_id),
        problem=problem,
        done=request.query_params.get("done", ""),
        dones={*ACTS, "edit"},
    )


def _points(session: Session, series_id: int, now: datetime, least: int) -> list[Point]:
    found = []
    for number, poll in turns_of(session, series_id):
        turnout = turnout_of(session, poll, now)
        standing = for_staff(poll, read_ballots(session, poll), least)
        found.append(Point(number, poll, standing, turnout.voted, turnout.asked))
    return found


def _series(session: Session, staff: Staff, series_id: int) -> Series:
    """For whoever moves it; raises NothingHere, NotAllowed."""
    series = series_to_read(session, staff, series_id)
    if not _may_act(staff, series):
        raise NotAllowed
    return series


def _may_act(staff: Staff, series: Series) -> bool:
    return any(staff.may(one, series.office_id) for one in (Permission.RELEASE_MAILINGS, Permission.MANAGE_POLLS))


def series_to_read(session: Session, staff: Staff, series_id: int) -> Series:
    """Raises NothingHere, NotAllowed."""
    try:
        series = load_series(session, series_id)
    except SeriesUnknown as error:
        raise NothingHere from error
    if series.office_id not in staff.roles:
        raise NothingHere
    staff.need(Permission.SEE_RESULTS, series.office_id)
    return series


def read_rhythm(typed: Mapping[str, str], clock: LocalClock) -> Rhythm:
    """Raises RhythmWrong, FirstPassed, DayTooFar."""
    weeks, days, remind = (read_id(typed.get(one, "").strip()) for one in ("weeks", "open_days", "remind_days"))
    remind = 0 if typed.get("remind_days", "").strip() == "0" else remind
    try:
        first = datetime.fromisoformat(f"{typed.get('first', '')}T{typed.get('first-time', '') or USUAL_TIME}")
    except ValueError as error:
        raise RhythmWrong(weeks=MOST_WEEKS) from error
    if (
        not weeks
        or not days
        or remind is None
        or weeks > MOST_WEEKS
        or days > MOST_DAYS
        or days >= weeks * 7
        or remind > days
        or first.tzinfo is not None
    ):
        raise RhythmWrong(weeks=MOST_WEEKS)
    if is_too_far(first, clock.now):
        raise DayTooFar
    if to_instant(first, clock.zone) <= clock.now:
        raise FirstPassed
    return Rhythm(weeks, first.isoformat(timespec="minutes"), days, remind)
