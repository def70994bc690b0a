"""The form of a series of polls: its question's words, how often, and when the next one opens.

What was changed is a draft again, as by a package: somebody else of the office reads and starts it. Options, kind and
secrecy stay, since the polls of a series are read side by side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import N_
from core.process.package.dates import to_instant
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from surveys.polls.checking import check
from surveys.polls.faults import PollFault
from surveys.polls.poll import Definition
from surveys.polls.series import Series, SeriesStateWrong, change_series, turns_of
from surveys.recurring.rhythm import Rhythm, SeriesState, next_after
from web.console.once import KEY, is_new
from web.console.page import console_page
from web.console.series import read_rhythm, series_to_read
from web.console.times import LocalClock
from web.console.typed import typed_of
from web.site import site_of

SEEN = "seen"


class EarlierStillOpen(Problem):
    text = N_("The next one would open before the earlier one is closed.")
    status = 422


async def edit(request: Request, staff: Staff) -> Response:
    """Raises NothingHere, NotAllowed, SeriesStateWrong."""
    deps, series_id = site_of(request).deps, int(request.path_params["series_id"])
    series = await deps.database.aread(lambda session: _series(session, staff, series_id))
    return _form(request, staff, series, _values(series, deps.clock.now()) | {KEY: deps.ids.token()})


async def change(request: Request, staff: Staff) -> Response:
    """With anything wrong, or where somebody else was faster, the form comes back as it was sent.

    One that changes nothing leaves the series as it runs; sent twice, it is kept once.
    """
    deps, series_id = site_of(request).deps, int(request.path_params["series_id"])
    typed, now = await typed_of(request), deps.clock.now()

    def work(session: Session) -> Sequence[PollFault]:
        series = _series(session, staff, series_id)
        new, rhythm = _worded(series.definition, typed), read_rhythm(typed, LocalClock(series.time_zone, now))
        if _is_as_it_was(series, new, rhythm):
            return ()
        if faults := check(new, list(series.definition.title)):
            return faults
        if not is_new(session, staff, f"series-edit:{series_id}", typed, now):
            return ()
        _refuse_overlap(session, series, rhythm)
        if typed.get(SEEN, "") != _mark(series):
            raise SeriesStateWrong
        change_series(session, series, (new, rhythm), staff.account_id)
        record(session, Act("series.changed", f"series:{series_id}", staff.account_id, series.office_id), now)
        return ()

    problem: Problem | None = None
    faults: Sequence[PollFault] = ()
    try:
        faults = await deps.database.awrite(work)
    except Problem as found:
        if found.status in {403, 404}:
            raise
        problem = found
    if problem is None and not faults:
        return RedirectResponse(f"/console/series/{series_id}?done=edit", 303)
    series = await deps.database.aread(lambda session: series_to_read(session, staff, series_id))
    return _form(request, staff, series, typed, (faults, problem))


def _form(
    request: Request,
    staff: Staff,
    series: Series,
    values: Mapping[str, str],
    wrong: tuple[Sequence[PollFault], Problem | None] = ((), None),
) -> Response:
    faults, problem = wrong
    status = problem.status if problem else 422 if faults else 200
    return console_page(
        request, staff, "console/series_form.html", status, series=series, values=values, faults=faults, problem=problem
    )


def _series(session: Session, staff: Staff, series_id: int) -> Series:
    series = series_to_read(session, staff, series_id)
    staff.need(Permission.MANAGE_POLLS, series.office_id)
    if series.state is SeriesState.STOPPED:
        raise SeriesStateWrong
    return series


def _worded(before: Definition, typed: Mapping[str, str]) -> Definition:
    """With the words that were typed, in the languages that it is asked in."""
    title = {code: " ".join(typed.get(f"title-{code}", "").split()) for code in before.title}
    summary = {code: "\n".join(typed.get(f"summary-{code}", "").splitlines()).strip() for code in before.title}
    return replace(before, title=title, summary={code: words for code, words in summary.items() if words})


def _is_as_it_was(series: Series, new: Definition, rhythm: Rhythm) -> bool:
    """Whether a form says what stands, its words as browsers send them; the first of its rhythm is the next opening."""
    words = _worded(series.definition, _words(series.definition))
    return (new, rhythm) == (words, replace(series.rhythm, first=series.next_local))


def _refuse_overlap(session: Session, series: Series, rhythm: Rhythm) -> None:
    first = to_instant(datetime.fromisoformat(rhythm.first), series.time_zone)
    if any(poll.closes_at is not None and poll.closes_at > first for _, poll in turns_of(session, series.id)):
        raise EarlierStillOpen


def _values(series: Series, now: datetime) -> dict[str, str]:
    """What stands in the form: the next opening, or the one that its rhythm has next where that has passed."""
    rhythm = series.rhythm
    opens = series.next_local if series.next_at > now else next_after(rhythm, series.time_zone, now)
    numbers = {"weeks": rhythm.every_weeks, "open_days": rhythm.open_days, "remind_days": rhythm.remind_days}
    values = _words(series.definition) | {name: str(number) for name, number in numbers.items()}
    return values | {"first": opens[:10], "first-time": opens[11:16], SEEN: _mark(series)}


def _words(definition: Definition) -> dict[str, str]:
    values = {f"title-{code}": words for code, words in definition.title.items()}
    return values | {f"summary-{code}": words for code, words in definition.summary.items()}


def _mark(series: Series) -> str:
    """A digest of what the form changes, and of how the series stands."""
    told = series.definition, series.rhythm, series.next_local, series.state.value
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
