"""Questionnaires that come back, in the console: made, started, paused, stopped; and how they came out over time."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.clock import local
from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, N_, Translator, translator
from core.ids import read_id
from core.people.tables import Audience
from core.process.tables import Process
from core.spreadsheet import safe_cell
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.content.foretold import Foretold
from notifications.planning.round_pulse import read_rounds_ahead
from surveys.engine.form import Form
from surveys.polls.trend import chart
from surveys.recurring.rhythm import SERIES_STATE_NAMES
from surveys.recurring.series import (
    Repeated,
    RoundSeriesUnknown,
    Series,
    add_round_series,
    load_round_series,
    round_series_of,
    rounds_of,
    set_round_series_state,
)
from surveys.recurring.trend import Followed, Wave, follow, rows, sent_words
from surveys.responses.tables import Questionnaire
from surveys.results.participation import participation
from surveys.results.store import results, results_form
from web.console import store
from web.console.errors import NothingHere
from web.console.moving_series import ACTS, Moves, Starting, move, starting
from web.console.once import KEY, is_new
from web.console.page import console_page
from web.console.series import read_rhythm
from web.console.times import LocalClock
from web.deps import WebDeps
from web.site import site_of

LONGEST_TITLE = 200


class SeriesUnclear(Problem):
    text = N_(
        "Please choose a questionnaire and write a title in each language, of at most {most} characters: people read "
        "it in the invitation."
    )
    status = 422


@dataclass(frozen=True)
class Choices:
    """What the form offers."""

    process: store.ProcessRow
    languages: Sequence[str]
    questionnaires: Sequence[tuple[int, str]]
    audiences: Sequence[tuple[int, str]]
    series: Sequence[Series]
    may_write: bool


@dataclass(frozen=True)
class SeriesView:
    series: Series
    process: store.ProcessRow
    audience: str
    questionnaire: str
    ahead: Sequence[tuple[str, Sequence[Foretold]]]
    waves: Sequence[Wave]
    followed: Sequence[Followed]
    starting: Starting


async def list_all(request: Request, staff: Staff) -> Response:
    return await _list(request, staff)


async def add(request: Request, staff: Staff) -> Response:
    """Keeps a series as a draft, once of one form; somebody else of the office reads and starts it."""
    deps, process_id = site_of(request).deps, int(request.path_params["process_id"])
    now, form = deps.clock.now(), await request.form()
    typed = {str(name): str(value) for name, value in form.items()}

    def work(session: Session) -> str:
        choices = _choices(session, staff, process_id)
        staff.need(Permission.WRITE_MAILINGS, choices.process.office_id)
        if not is_new(session, staff, f"round-series:{process_id}", typed, now):
            return request.url.path
        process = session.get_one(Process, process_id)
        asked, rhythm = _asked(typed, choices), read_rhythm(typed, LocalClock(process.time_zone, now))
        made = add_round_series(session, process, asked, rhythm, (staff.account_id, now))
        record(session, Act("round-series.added", f"round-series:{made}", staff.account_id, process.office_id), now)
        return f"/console/round-series/{made}"

    try:
        address = await deps.database.awrite(work)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return await _list(request, staff, typed, problem)
    return RedirectResponse(address, 303)


async def show(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def act(request: Request, staff: Staff) -> Response:
    """Starts (raises FourEyes for whoever wrote it), pauses or stops for good."""
    return await move(request, staff, Moves("round-series", _to_move, set_round_series_state, _page))


def _to_move(session: Session, staff: Staff, series_id: int) -> Series:
    """Raises NothingHere, NotAllowed."""
    series = _series(session, staff, series_id)
    if not staff.may(Permission.RELEASE_MAILINGS, series.office_id):
        staff.need(Permission.WRITE_MAILINGS, series.office_id)
    return series


async def export(request: Request, staff: Staff) -> Response:
    """The trend as CSV, with the same numbers hidden; in the audit log."""
    deps, series_id = site_of(request).deps, int(request.path_params["series_id"])
    now, t = deps.clock.now(), translator(staff.language)

    def work(session: Session) -> SeriesView:
        view = _view(session, deps, staff, series_id, t)
        staff.need(Permission.EXPORT_RESULTS, view.series.office_id)
        act = Act("round-series.exported", f"round-series:{series_id}", staff.account_id, view.series.office_id)
        record(session, act, now)
        return view

    view = await deps.database.awrite(work)
    kept, least = io.StringIO(), deps.telling.rules.small_numbers
    lines = rows(view.waves, view.followed, t, least) if view.waves else ()
    csv.writer(kept).writerows([safe_cell(cell) for cell in row] for row in lines)
    headers = {"Content-Disposition": f'attachment; filename="{view.series.slug}.csv"'}
    return Response("\ufeff" + kept.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _list(
    request: Request, staff: Staff, typed: Mapping[str, str] | None = None, problem: Problem | None = None
) -> Response:
    process_id = int(request.path_params["process_id"])
    deps = site_of(request).deps
    choices = await deps.database.aread(lambda session: _choices(session, staff, process_id))
    return console_page(
        request,
        staff,
        "console/round_series_list.html",
        status=problem.status if problem else 200,
        choices=choices,
        values=typed or {KEY: deps.ids.token()},
        problem=problem,
        states=SERIES_STATE_NAMES,
        language_names=LANGUAGE_NAMES,
    )


async def _page(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    deps, series_id, t = site_of(request).deps, int(request.path_params["series_id"]), translator(staff.language)
    view = await deps.database.aread(lambda session: _view(session, deps, staff, series_id, t))
    numbers, office_id = [one.number for one in view.waves], view.series.office_id
    charts = [chart(numbers, one.lines, one.label, f"trend-{at}") for at, one in enumerate(view.followed)]
    starts = staff.may(Permission.RELEASE_MAILINGS, office_id)
    return console_page(
        request,
        staff,
        "console/round_series.html",
        status=problem.status if problem else 200,
        view=view,
        series=view.series,
        questions=list(zip(view.followed, charts, strict=True)),
        sent=[sent_words(one, t, deps.telling.rules.small_numbers) for one in view.waves],
        least=deps.telling.rules.small_numbers,
        states=SERIES_STATE_NAMES,
        may_act=starts or staff.may(Permission.WRITE_MAILINGS, office_id),
        may_export=staff.may(Permission.EXPORT_RESULTS, office_id),
        problem=problem,
        done=request.query_params.get("done", ""),
        dones=ACTS,
    )


def _choices(session: Session, staff: Staff, process_id: int) -> Choices:
    """Raises NothingHere, NotAllowed."""
    process = store.find_process(session, staff, process_id)
    staff.need(Permission.SEE_RESULTS, process.office_id)
    asked = select(Questionnaire.id, Questionnaire.slug).where(Questionnaire.process_id == process_id)
    audiences = select(Audience.id, Audience.name).where(Audience.office_id == process.office_id)
    return Choices(
        process=process,
        languages=session.get_one(Process, process_id).languages,
        questionnaires=[(row.id, row.slug) for row in session.execute(asked.order_by(Questionnaire.slug))],
        audiences=[(row.id, row.name) for row in session.execute(audiences.order_by(Audience.name))],
        series=round_series_of(session, process_id),
        may_write=staff.may(Permission.WRITE_MAILINGS, process.office_id),
    )


def _asked(typed: Mapping[str, str], choices: Choices) -> Repeated:
    """Raises SeriesUnclear."""
    title = {one: " ".join(typed.get(f"title-{one}", "").split()) for one in choices.languages}
    questionnaire, audience = read_id(typed.get("questionnaire", "")), typed.get("audience", "")
    audience_id = read_id(audience) if audience else None
    known = {one for one, _ in choices.questionnaires}
    if (
        questionnaire not in known
        or (audience and audience_id not in {one for one, _ in choices.audiences})
        or not all(0 < len(one) <= LONGEST_TITLE for one in title.values())
    ):
        raise SeriesUnclear(most=LONGEST_TITLE)
    assert questionnaire is not None
    return Repeated(questionnaire, title, audience_id)


def _series(session: Session, staff: Staff, series_id: int) -> Series:
    """Raises NothingHere, NotAllowed."""
    try:
        series = load_round_series(session, series_id)
    except RoundSeriesUnknown as error:
        raise NothingHere from error
    if series.office_id not in staff.roles:
        raise NothingHere
    staff.need(Permission.SEE_RESULTS, series.office_id)
    return series


def _view(session: Session, deps: WebDeps, staff: Staff, series_id: int, t: Translator) -> SeriesView:
    series = _series(session, staff, series_id)
    form, waves = _waves(session, deps, series, t)
    followed = follow(form, waves, t, deps.telling.rules.small_numbers) if form is not None else ()
    audience = session.get(Audience, series.asked.audience_id) if series.asked.audience_id is not None else None
    return SeriesView(
        series=series,
        process=store.find_process(session, staff, series.process_id),
        audience=audience.name if audience else "",
        questionnaire=session.get_one(Questionnaire, series.asked.questionnaire_id).slug,
        ahead=read_rounds_ahead(session, series),
        waves=waves,
        followed=followed,
        starting=starting(session, staff, series, deps.telling.rules, deps.clock.now()),
    )


def _waves(session: Session, deps: WebDeps, series: Series, t: Translator) -> tuple[Form | None, list[Wave]]:
    """The rounds that have opened, counted."""
    now: datetime = deps.clock.now()
    form: Form | None = None
    waves: list[Wave] = []
    for number, round_ in rounds_of(session, series.id):
        if round_.opens_at > now:
            continue
        whole = participation(session, round_, now).whole
        form = results_form(session, deps.shelf, round_)
        counted = {one.ref: one for one in results(session, deps.shelf, round_, t.language)}
        opened = local(round_.opens_at, round_.time_zone).date()
        waves.append(Wave(number, round_.id, opened, whole.complete, whole.invited, counted))
    return form, waves
