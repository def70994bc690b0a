"""The desk of a room: questions are approved, hidden, merged, pinned and marked as answered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.notices import News, tell
from core.process.replies import MODES
from core.process.room.asking import ANSWERED, HIDDEN, SHOWN, WAITING
from core.process.room.board import Deskful, desk
from core.process.room.errors import RoomClosed
from core.process.room.moderating import ACTS, merge, moderate
from core.process.room.rooms import RoomFacts, load_room, set_room
from core.process.standing import standing_attendance
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from web.console.errors import ActUnknown
from web.console.event_page import event_for, number_of
from web.console.page import console_page
from web.site import site_of

ORDER = (WAITING, SHOWN, ANSWERED, HIDDEN)
LOGGED = {
    "show": "question.shown", "hide": "question.hidden", "pin": "question.pinned", "unpin": "question.unpinned",
    "answer": "question.answered",
}  # fmt: skip


@dataclass(frozen=True)
class DeskView:
    room: RoomFacts
    questions: tuple[Deskful, ...]

    def of(self, state: str) -> list[Deskful]:
        """Those in one state; what waits is read in the order it came."""
        found = [one for one in self.questions if one.state == state]
        return sorted(found, key=lambda one: one.id) if state == WAITING else found


async def show(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def settle(request: Request, staff: Staff) -> Response:
    """Opens or closes the room, and says whether questions are read before they are shown."""
    deps, event_id, form = site_of(request).deps, int(request.path_params["event_id"]), await request.form()
    now, is_open, moderated = deps.clock.now(), form.get("do") != "close", "moderated" in form

    def work(session: Session) -> None:
        event = event_for(session, staff, event_id, Permission.RUN_ROOMS)
        set_room(session, event_id, deps.ids, is_open=is_open, moderated=moderated)
        details = {"moderated": moderated}
        act = "room.opened" if is_open else "room.closed"
        record(session, Act(act, f"event:{event_id}", staff.account_id, event.office_id, details), now)

    await deps.database.shared(work, key=f"room:{event_id}")
    return RedirectResponse(f"/console/events/{event_id}/room", 303)


async def act(request: Request, staff: Staff) -> Response:
    """`do` is an act and a question (`show:7`), or `merge` for those that are ticked."""
    deps, event_id, form = site_of(request).deps, int(request.path_params["event_id"]), await request.form()
    kind, _, number = str(form.get("do", "")).partition(":")
    picked, now = [number_of(one) for one in form.getlist("pick")], deps.clock.now()

    def work(session: Session) -> None:
        event = event_for(session, staff, event_id, Permission.RUN_ROOMS)
        if kind == "merge":
            question = merge(session, event_id, picked)
            logged, details = "question.merged", {"questions": len(set(picked))}
        else:
            if kind not in ACTS:
                raise ActUnknown
            question, details = number_of(number), {}
            moderate(session, event_id, question, kind)
            logged = LOGGED[kind]
        record(session, Act(logged, f"question:{question}", staff.account_id, event.office_id, details), now)

    try:
        await deps.database.shared(work, key=f"room:{event_id}")
    except Problem as problem:
        if problem.status in {403, 404}:
            raise
        return await _page(request, staff, problem)
    return RedirectResponse(f"/console/events/{event_id}/room", 303)


async def announce(request: Request, staff: Staff) -> Response:
    """Tells everybody with a place that questions can be asked; each once."""
    deps, event_id, now = site_of(request).deps, int(request.path_params["event_id"]), site_of(request).deps.clock.now()

    def work(session: Session) -> None:
        event = event_for(session, staff, event_id, Permission.RUN_ROOMS)
        room = load_room(session, event_id)
        if not room.open:
            raise RoomClosed
        attended = standing_attendance(event_id)
        people = session.scalars(select(attended.c.person_id).where(attended.c.reply.in_(MODES))).all()
        values = {"event_id": event_id, "code": room.code}
        for person in sorted(people):
            tell(session, News("room-open", f"{event_id}:{person}", person, "", event.office_id, values), now)
        details = {"people": len(people)}
        record(session, Act("room.announced", f"event:{event_id}", staff.account_id, event.office_id, details), now)

    try:
        await deps.database.awrite(work)
    except RoomClosed as problem:
        return await _page(request, staff, problem)
    return RedirectResponse(f"/console/events/{event_id}/room?told=1", 303)


async def _page(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])

    def work(session: Session) -> DeskView:
        event = event_for(session, staff, event_id, Permission.RUN_ROOMS)
        names = staff.may(Permission.SEE_PEOPLE, event.office_id)
        return DeskView(load_room(session, event_id), tuple(desk(session, event_id, event.office_id, names=names)))

    view = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/room.html",
        status=problem.status if problem else 200,
        view=view,
        states=ORDER,
        problem=problem,
        told="told" in request.query_params,
        takes_questions=view.room.takes_questions(deps.clock.now()),
        address=deps.urls.room(view.room.code),
    )
