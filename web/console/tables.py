"""The thematic tables of an event: themes and sizes, wishes asked for, seats dealt, people moved, everybody told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import N_
from core.ids import read_id
from core.people.tables import Zone
from core.process.events import EventFacts
from core.process.room.seating import Seated, announce, ask_for_wishes, coming, deal, move
from core.process.room.tables import TablePlan
from core.process.room.themes import (
    MIX,
    MOST_SEATS,
    MOST_TABLES,
    MOST_THEMES,
    ThemeFacts,
    WantedTheme,
    load_plan,
    load_themes,
    save_plan,
    save_themes,
)
from core.process.tables import Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from web.console.errors import ActUnknown
from web.console.event_page import event_for, number_of
from web.console.page import console_page
from web.site import site_of

BLANKS = 3  # empty lines of the form
LONGEST = 200


class TablesWrong(Problem):
    text = N_("Each theme needs a title, from 1 to {tables} tables and from 1 to {seats} seats at each.")
    status = 422


@dataclass(frozen=True)
class TablesView:
    event: EventFacts
    languages: tuple[str, ...]
    plan: TablePlan | None
    themes: tuple[ThemeFacts, ...]
    people: tuple[Seated, ...]
    zones: dict[int, str]
    sees_people: bool

    @property
    def unseated(self) -> int:
        return sum(1 for one in self.people if one.table_id is None)

    @property
    def untold(self) -> int:
        return sum(1 for one in self.people if one.table_id is not None and one.table_id != one.told_table_id)

    def at(self, table_id: int) -> list[Seated]:
        return [one for one in self.people if one.table_id == table_id]

    def granted(self, theme: ThemeFacts) -> int:
        """How many sit at a theme they wished for."""
        tables = {one for one, _, _ in theme.tables}
        return sum(1 for one in self.people if one.table_id in tables and theme.id in one.wishes)

    def mixes(self, by: str) -> bool:
        return by in (self.plan.mix if self.plan is not None else MIX)

    def axes(self) -> str:
        """As they are written: a line `name = text`."""
        found = self.plan.axes if self.plan is not None else []
        return "\n".join(f"{one['value']} = {one['label']}" for one in found)


async def show(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def save(request: Request, staff: Staff) -> Response:
    """Keeps themes, tables, seats, axes and whether wishes are taken; all or nothing."""
    deps, event_id, form = site_of(request).deps, int(request.path_params["event_id"]), await request.form()
    now = deps.clock.now()

    def work(session: Session) -> None:
        event = event_for(session, staff, event_id, Permission.RUN_ROOMS)
        axes, mix = _axes(str(form.get("axes", ""))), [str(one) for one in form.getlist("mix")]
        save_plan(session, event_id, axes, wishes_open="wishes" in form, mix=mix)
        save_themes(session, event_id, _wanted(form, _languages(session, event)))
        record(session, Act("tables.changed", f"event:{event_id}", staff.account_id, event.office_id), now)

    return await _do(request, staff, work)


async def act(request: Request, staff: Staff) -> Response:
    """`deal` seats everybody, `tell` tells them, `ask` asks for wishes."""
    deps, event_id, form = site_of(request).deps, int(request.path_params["event_id"]), await request.form()
    wanted, now = str(form.get("do", "")), deps.clock.now()

    def work(session: Session) -> None:
        event = event_for(session, staff, event_id, Permission.RUN_ROOMS)
        logged, count = _perform(session, event, wanted, now)
        details = {"people": count}
        record(session, Act(logged, f"event:{event_id}", staff.account_id, event.office_id, details), now)

    return await _do(request, staff, work, wanted)


async def move_person(request: Request, staff: Staff) -> Response:
    deps, event_id, form = site_of(request).deps, int(request.path_params["event_id"]), await request.form()
    person, table, now = number_of(form.get("person", "")), number_of(form.get("table", "")), deps.clock.now()

    def work(session: Session) -> None:
        event = event_for(session, staff, event_id, Permission.RUN_ROOMS)
        staff.need(Permission.SEE_PEOPLE, event.office_id)
        move(session, event, person, table)
        details = {"people": 1}
        record(session, Act("tables.moved", f"event:{event_id}", staff.account_id, event.office_id, details), now)

    return await _do(request, staff, work, "moved")


def _perform(session: Session, event: EventFacts, wanted: str, now: datetime) -> tuple[str, int]:
    if wanted == "tell":
        return "tables.told", announce(session, event, now)
    if wanted == "ask":
        return "tables.asked", ask_for_wishes(session, event, now)
    if wanted != "deal":
        raise ActUnknown
    deal(session, event)
    return "tables.dealt", sum(1 for one in coming(session, event) if one.table_id is not None)


async def _do(request: Request, staff: Staff, work: object, done: str = "saved") -> Response:
    assert callable(work)
    try:
        await site_of(request).deps.database.awrite(work)
    except Problem as problem:
        if problem.status in {403, 404}:
            raise
        return await _page(request, staff, problem)
    return RedirectResponse(f"/console/events/{request.path_params['event_id']}/tables?done={done}", 303)


async def _page(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    event_id = int(request.path_params["event_id"])

    def work(session: Session) -> TablesView:
        event = event_for(session, staff, event_id, Permission.RUN_ROOMS)
        zones = session.execute(select(Zone.id, Zone.name).where(Zone.office_id == event.office_id))
        return TablesView(
            event=event,
            languages=_languages(session, event),
            plan=load_plan(session, event_id),
            themes=tuple(load_themes(session, event_id)),
            people=tuple(coming(session, event)),
            zones={row.id: row.name for row in zones},
            sees_people=staff.may(Permission.SEE_PEOPLE, event.office_id),
        )

    view = await site_of(request).deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/tables.html",
        status=problem.status if problem else 200,
        view=view,
        problem=problem,
        blanks=range(len(view.themes), min(len(view.themes) + BLANKS, MOST_THEMES)),
        done=request.query_params.get("done", "") if problem is None else "",
    )


def _languages(session: Session, event: EventFacts) -> tuple[str, ...]:
    return tuple(session.get_one(Process, event.process_id).languages)


def _wanted(form: FormData, languages: tuple[str, ...]) -> list[WantedTheme]:
    """The lines of the form that have a title; raises TablesWrong."""
    found = []
    for line in range(MOST_THEMES):
        title = {code: str(form.get(f"title.{line}.{code}", "")).strip()[:LONGEST] for code in languages}
        title = {code: text for code, text in title.items() if text}
        numbers = [str(form.get(f"{name}.{line}", "")) for name in ("id", "tables", "seats")]
        if not title:
            continue
        theme, tables, seats = (read_id(one) or 0 for one in numbers)
        if not (0 < tables <= MOST_TABLES and 0 < seats <= MOST_SEATS):
            raise TablesWrong(tables=MOST_TABLES, seats=MOST_SEATS)
        found.append(WantedTheme(theme, title, tables, seats))
    return found


def _axes(text: str) -> list[dict[str, str]]:
    """Lines `name = text`, or a text alone, which is its own name; one that stands there twice counts once."""
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines()[:30]:
        name, _, label = (part.strip() for part in line.partition("="))
        if name:
            found.setdefault(name[:50], {"value": name[:50], "label": (label or name)[:LONGEST]})
    return list(found.values())
