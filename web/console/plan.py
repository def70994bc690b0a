"""The plan of a process as a calendar: what leaves in the coming weeks, to how many, and what stands in its way."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.clock import local
from core.staff.accounts import Staff
from core.staff.roles import Permission
from notifications.planning.calendar import Entry, plan_ahead
from notifications.planning.obstacles import Obstacle, obstacles
from web.console import store
from web.console.page import console_page
from web.site import site_of

WEEKS = (4, 8, 26)


async def show(request: Request, staff: Staff) -> Response:
    """`?weeks=` looks further ahead."""
    deps, process_id = site_of(request).deps, int(request.path_params["process_id"])
    asked, now = request.query_params.get("weeks", ""), deps.clock.now()
    weeks = int(asked) if asked in map(str, WEEKS) else WEEKS[1]

    def work(session: Session) -> tuple[store.ProcessRow, list[Entry], list[Obstacle], dict[int, store.MailingRow]]:
        process = store.find_process(session, staff, process_id)
        entries = plan_ahead(session, now, timedelta(weeks=weeks), deps.telling.rules, process_id)
        held_up = obstacles(session, now, process_id=process_id)
        return process, entries, held_up, {one.id: one for one in store.mailings(session, process_id)}

    process, entries, held_up, mailings = await deps.database.aread(work)
    days = [
        (date.fromisoformat(day), list(found))
        for day, found in groupby(entries, lambda entry: entry.due.due_local[:10])
    ]
    return console_page(
        request,
        staff,
        "console/plan.html",
        process=process,
        days=days,
        obstacles=held_up,
        mailings=mailings,
        today=local(now, process.time_zone).date(),
        weeks=weeks,
        choices=WEEKS,
        may_write=staff.may(Permission.WRITE_MAILINGS, process.office_id),
    )
