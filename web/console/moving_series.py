"""Series as staff move them, of polls and of questionnaires alike: started by somebody else, paused, stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import N_
from core.process.tables import Office
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from notifications.ledger.release import FourEyes
from notifications.planning.foreseen import Foreseen, foresee
from notifications.planning.rules import Rules
from notifications.review.offers import MAY_NOT
from notifications.review.one_person import may_release, need_release
from surveys.polls.series import Series as PollSeries
from surveys.recurring.clockwork import AnySeries
from surveys.recurring.rhythm import SeriesState
from surveys.recurring.series import Series as RoundSeries
from web.console.errors import ActUnknown
from web.site import site_of

AnyKind = PollSeries | RoundSeries
ACTS = {
    "start": (SeriesState.RUNNING, "started"),
    "pause": (SeriesState.PAUSED, "paused"),
    "stop": (SeriesState.STOPPED, "stopped"),
}


class SeriesFourEyes(FourEyes):
    text = N_(
        "You wrote this series yourself: somebody else of the office has to read it and start it, also after a pause. "
        "Where one person does everything, whoever runs the service can lift this for the office."
    )


@dataclass(frozen=True)
class Starting:
    """What starting a series would bring about, or has; `why` it cannot be started by whoever looks, "" if it can."""

    foreseen: Foreseen
    why: str


def starting(session: Session, staff: Staff, series: AnyKind, rules: Rules, now: datetime) -> Starting:
    why = MAY_NOT if not may_release(session, staff, series.office_id) else ""
    if not why and needs_other(session, staff, series):
        why = SeriesFourEyes.text
    return Starting(foresee(session, series, rules, now), why)


def needs_other(session: Session, staff: Staff, series: AnySeries) -> bool:
    """Whether it is theirs, and two pairs of eyes are needed."""
    return series.written_by == staff.account_id and not session.get_one(Office, series.office_id).one_person


@dataclass(frozen=True)
class Moves:
    """One kind of series: what it is called in addresses and in the audit log, who may move it, and its page."""

    name: str
    find: Callable[[Session, Staff, int], AnySeries]  # raises NothingHere, NotAllowed
    set_state: Callable[[Session, int, SeriesState], None]
    page: Callable[[Request, Staff, Problem], Awaitable[Response]]


async def move(request: Request, staff: Staff, moves: Moves) -> Response:
    """Starts (raises SeriesFourEyes for whoever wrote it), pauses or stops for good."""
    deps, series_id, name = site_of(request).deps, int(request.path_params["series_id"]), request.path_params["act"]
    now = deps.clock.now()
    if name not in ACTS:
        raise ActUnknown
    state, word = ACTS[name]

    def work(session: Session) -> None:
        series = moves.find(session, staff, series_id)
        if state is SeriesState.RUNNING:
            need_release(session, staff, series.office_id)
            if needs_other(session, staff, series):
                raise SeriesFourEyes
        moves.set_state(session, series_id, state)
        subject = f"{moves.name}:{series_id}"
        record(session, Act(f"{moves.name}.{word}", subject, staff.account_id, series.office_id), now)

    try:
        await deps.database.awrite(work)
    except Problem as problem:
        if problem.status == 404:
            raise
        return await moves.page(request, staff, problem)
    return RedirectResponse(f"/console/{moves.name}/{series_id}?done={name}", 303)
