"""What facilitators write down at their tables, from a phone: saved while they write, exported beside the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from core.clock import local
from core.errors import Problem
from core.i18n import pick_text, translator
from core.process.events import EventFacts, load_event
from core.process.room.notes import Written, all_notes, notes_of, save_note
from core.process.room.seating import TableFacts, find_table
from core.process.room.tables import ThematicTable
from core.process.room.themes import load_plan, load_themes
from core.process.tables import Event, Process
from core.staff.accounts import Staff
from core.staff.roles import Permission
from surveys.responses.errors import FormUnknown
from surveys.responses.rounds import OpenRound
from surveys.responses.shelf import FormShelf
from surveys.results.counts import QuestionResult
from surveys.results.export import Format
from surveys.results.store import results
from surveys.results.table import Cell
from web.console import store
from web.console.errors import NothingHere
from web.console.event_page import event_for, number_of
from web.console.page import console_page
from web.console.sheets import Sheets, TakenAlong, format_named, take_along
from web.site import site_of

LONGEST_CELL = 30_000  # Excel cuts a cell off at 32,767 characters
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
HEAD: list[Cell] = ["table", "theme", "axis", "axis_label", "facilitator", "written_at", "text"]
HEAD_RESULTS: list[Cell] = ["axis", "axis_label", "notes", "round", "question", "answered", "count_or_points"]


@dataclass(frozen=True)
class NotesView:
    """A table with its axes (name and text, the last one "" for the rest) and what somebody has written so far."""

    event: EventFacts
    table: TableFacts
    axes: tuple[tuple[str, str], ...]
    notes: Mapping[str, tuple[str, int]]


async def list_tables(request: Request, staff: Staff) -> Response:
    """The tables of the events at which this account may write notes, the next ones first."""

    def work(session: Session) -> list[tuple[EventFacts, list[tuple[int, int, dict[str, str]]]]]:
        offices = [one for one in staff.roles if staff.may(Permission.WRITE_TABLE_NOTES, one)]
        planned = select(ThematicTable.event_id).distinct()
        statement = (
            select(Event.id)
            .join(Process, Process.id == Event.process_id)
            .where(Process.office_id.in_(offices), Event.id.in_(planned))
            .order_by(Event.starts_local.desc(), Event.id)
        )
        return [
            (
                load_event(session, one),
                [(table, number, t.title) for t in load_themes(session, one) for table, number, _ in t.tables],
            )
            for one in session.scalars(statement).all()
        ]

    found = await site_of(request).deps.database.aread(work)
    return console_page(request, staff, "console/table_list.html", found=found)


async def show(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def save(request: Request, staff: Staff) -> Response:
    """Keeps one axis's text; a script asks for JSON and goes on writing, a form gets the page back."""
    deps, table_id, form = site_of(request).deps, int(request.path_params["table_id"]), await request.form()
    axis, text, revision = (str(form.get(name, "")) for name in ("axis", "text", "revision"))
    now = deps.clock.now()

    def work(session: Session) -> tuple[str, int]:
        view = _load(session, staff, table_id)
        if axis not in dict(view.axes):
            raise NothingHere
        return save_note(session, Written(table_id, axis, staff.account_id, text, number_of(revision or "0")), now)

    try:
        said, number = await deps.database.shared(work, key=f"note:{table_id}:{staff.account_id}")
    except Problem as problem:
        if "json" in request.headers.get("accept", "") or problem.status in {403, 404}:
            raise
        return await _page(request, staff, problem)
    if "json" in request.headers.get("accept", ""):
        return JSONResponse({"text": said, "revision": number})
    return RedirectResponse(f"/console/tables/{table_id}?kept=1", 303)


async def export(request: Request, staff: Staff) -> Response:
    """All notes of an event; in XLSX with the results of each axis beside them."""
    deps, event_id, t = site_of(request).deps, int(request.path_params["event_id"]), translator(staff.language)
    form = format_named(request.path_params["form"])

    def read(session: Session) -> tuple[EventFacts, Sheets]:
        event = event_for(session, staff, event_id, Permission.EXPORT_RESULTS)
        sheets = {t("notes"): list(_notes(session, event, staff.language))}
        if form is Format.XLSX:
            sheets[t("results by axis")] = list(_results(session, deps.shelf, event, staff.language))
        return event, sheets

    return await take_along(request, staff, TakenAlong("notes.exported", form, "-tables"), read)


async def _page(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    table_id = int(request.path_params["table_id"])
    view = await site_of(request).deps.database.aread(lambda session: _load(session, staff, table_id))
    return console_page(
        request,
        staff,
        "console/table_notes.html",
        status=problem.status if problem else 200,
        view=view,
        problem=problem,
        kept="kept" in request.query_params,
    )


def _load(session: Session, staff: Staff, table_id: int) -> NotesView:
    table, row = find_table(session, table_id), session.get(ThematicTable, table_id)
    if table is None or row is None:
        raise NothingHere
    event = event_for(session, staff, row.event_id, Permission.WRITE_TABLE_NOTES)
    axes = _axes(session, event.id)
    return NotesView(event, table, (*axes.items(), ("", "")), notes_of(session, table_id, staff.account_id))


def _axes(session: Session, event_id: int) -> dict[str, str]:
    plan = load_plan(session, event_id)
    return {one["value"]: one["label"] for one in plan.axes} if plan is not None else {}


def _notes(session: Session, event: EventFacts, language: str) -> Iterator[list[Cell]]:
    yield HEAD
    axes = _axes(session, event.id)
    for one in all_notes(session, event.id):
        at = local(one.at, event.time_zone).isoformat(timespec="seconds")
        about: list[Cell] = [
            one.number,
            pick_text(one.theme, language),
            one.axis,
            axes.get(one.axis, ""),
            one.account,
            at,
        ]
        for start in range(0, len(one.text), LONGEST_CELL):
            yield [*about, one.text[start : start + LONGEST_CELL]]


def _results(session: Session, shelf: FormShelf, event: EventFacts, language: str) -> Iterator[list[Cell]]:
    """Each axis with how many notes there are on it, and what questionnaires of the process found on the same name."""
    yield HEAD_RESULTS
    axes, notes = _axes(session, event.id), all_notes(session, event.id)
    counted = [
        (round_.title_in(language), one)
        for round_ in store.rounds(session, event.process_id)
        for one in _counted(session, shelf, round_, language)
    ]
    for axis, label in axes.items():
        written = sum(1 for one in notes if one.axis == axis)
        found: list[list[Cell]] = []
        for title, one in counted:
            numbers = [bar.count for bar in one.bars if bar.value == axis]
            numbers += [ranked.points for ranked in one.ranking if ranked.value == axis]
            found += [[axis, label, written, title, one.label, one.answered, number] for number in numbers]
        yield from found or [[axis, label, written, "", "", None, None]]


def _counted(session: Session, shelf: FormShelf, round_: OpenRound, language: str) -> tuple[QuestionResult, ...]:
    try:
        return results(session, shelf, round_, language)
    except FormUnknown:  # nothing was published for it yet
        return ()
