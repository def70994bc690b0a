"""Which thematic table somebody would like, and which one is theirs: a signed link. A look changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkForged, Problem
from core.ids import read_id
from core.links import Purpose
from core.people.errors import PersonErased
from core.people.store import remaining
from core.process.events import EventFacts, load_event
from core.process.room.seating import TableFacts, ThemeUnknown, told_table_of, wish, wishes_of
from core.process.room.themes import ThemeFacts, load_plan, load_themes
from web.public.store import load_office, look_up_reader
from web.site import OfficeName, remember_reader, site_of


@dataclass(frozen=True)
class TablesPage:
    """A signed link opened: themes on offer, what somebody wishes for, the table they were told."""

    event: EventFacts
    participant_id: int
    language: str
    office: OfficeName
    themes: tuple[ThemeFacts, ...]
    wishes: tuple[int, ...]
    table: TableFacts | None
    takes_wishes: bool


async def show(request: Request) -> Response:
    return _show(request, await _open(request))


async def act(request: Request) -> Response:
    site, page, form = site_of(request), await _open(request), await request.form()
    first, second = (str(form.get(name, "")) for name in ("first", "second"))
    now = site.deps.clock.now()

    def work(session: Session) -> None:
        wish(session, page.event, page.participant_id, (_number(first), _number(second) if second else None), now)

    try:
        await site.deps.database.shared(work, key=f"participant:{page.participant_id}")
    except Problem as problem:
        return _show(request, page, problem)
    return RedirectResponse(f"{request.url.path}?kept=1", 303)


def _show(request: Request, page: TablesPage, problem: Problem | None = None) -> Response:
    return site_of(request).page(
        request,
        "public/tables.html",
        problem.status if problem else 200,
        page=page,
        problem=problem,
        kept="kept" in request.query_params and bool(page.wishes) and problem is None,
    )


async def _open(request: Request) -> TablesPage:
    """Raises LinkForged, LinkExpired, PersonErased, EventUnknown."""
    deps = site_of(request).deps
    now = deps.clock.now()
    numbers = deps.links.read(Purpose.TABLES, request.path_params["token"], now)
    if len(numbers) != 2:
        raise LinkForged
    participant_id, event_id = numbers

    def work(session: Session) -> TablesPage:
        language, erased = look_up_reader(session, participant_id)
        if erased:
            raise PersonErased
        event, person, plan = (
            load_event(session, event_id),
            remaining(session, participant_id),
            load_plan(session, event_id),
        )
        table = told_table_of(session, event_id, person)
        return TablesPage(
            event=event,
            participant_id=person,
            language=language,
            office=load_office(session, event.office_id),
            themes=tuple(load_themes(session, event_id)),
            wishes=wishes_of(session, event_id, person),
            table=table,
            takes_wishes=plan is not None and plan.wishes_open and table is None and now < event.starts_at,
        )

    page = await deps.database.aread(work)
    remember_reader(request, page.language, page.office)
    return page


def _number(text: str) -> int:
    theme = read_id(text)
    if theme is None:
        raise ThemeUnknown
    return theme
