"""What staff show of polls: the remote control of a room's screen, results revealed and published, count sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import pick_text, translator
from core.ids import read_id
from core.process.room.rooms import RoomFacts, load_room
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from surveys.polls.heard import unread, unread_told
from surveys.polls.kinds import STATE_NAMES, Shown
from surveys.polls.making import NOT_BEGUN
from surveys.polls.outcome import ALL, count_sheet
from surveys.polls.poll import Poll
from surveys.polls.reading import voters_of
from surveys.polls.screens import on_screen, polls_at, screen_of
from surveys.polls.staging import (
    LOGGED,
    PUBLISH,
    REVEAL,
    do_to_poll,
    next_step,
    poll_for,
    show_on_screen,
    step_poll,
)
from surveys.polls.store import load_poll
from web.console.errors import ActUnknown
from web.console.event_page import event_for, number_of
from web.console.page import console_page
from web.site import site_of

STEPPED, NEXT, BACK, QUESTIONS = "step", "next", "back", "questions"
SURE = "sure"  # said to the question about answers that nobody has read
SHOWING = (REVEAL, PUBLISH)


@dataclass(frozen=True)
class OnStage:
    """A poll in the remote control: what would come next of it."""

    poll: Poll
    state: str
    voted: int
    reveals: bool
    step: str
    unread: int  # different answers in words


@dataclass(frozen=True)
class StageView:
    room: RoomFacts
    polls: Sequence[OnStage]
    shown: int | None


async def show(request: Request, staff: Staff) -> Response:
    """The remote control of an event's screen, for a second device; `?close=7` asks once more before closing, and
    `?reveal=7` before a result is shown without the answers that are unread."""
    return await _page(request, staff)


async def act(request: Request, staff: Staff) -> Response:
    """`do` is `questions`, `poll:7`, an act and a poll (`open:7`, `reveal:7:sure`), or one of a key: `step`, `next`,
    `back`."""
    deps, event_id, form = site_of(request).deps, int(request.path_params["event_id"]), await request.form()
    kind, _, about = str(form.get("do", "")).partition(":")
    number, _, sure = about.partition(":")
    seen, now = str(form.get("seen", "")), deps.clock.now()
    least, here = deps.telling.rules.small_numbers, f"/console/events/{event_id}/stage"

    def work(session: Session) -> str:
        """Where the reader goes on."""
        event = event_for(session, staff, event_id, Permission.RUN_ROOMS)
        staff.need(Permission.MANAGE_POLLS, event.office_id)
        line: list[int | None] = [None, *polls_at(session, event_id)]
        shown = on_screen(session, event_id)
        at = line.index(shown) if shown in line else 0
        if kind == STEPPED:
            if shown is not None:
                step_poll(session, deps.ids, staff, (load_poll(session, shown), seen), now)
            return here
        if kind in LOGGED:
            poll = _of_event(session, staff, event_id, number)
            if kind == REVEAL and sure != SURE and unread(session, poll, least):
                return f"{here}?reveal={poll.id}#revealing"
            do_to_poll(session, deps.ids, staff, (poll, kind), now)
            return here
        wanted = {NEXT: min(at + 1, len(line) - 1), BACK: max(at - 1, 0), QUESTIONS: 0}
        if kind in wanted:
            poll_id = line[wanted[kind]]
        elif kind == "poll":
            poll_id = _of_event(session, staff, event_id, number).id
        else:
            raise ActUnknown
        show_on_screen(session, staff, (event_id, event.office_id), poll_id, now)
        return here

    try:
        return RedirectResponse(await deps.database.awrite(work), 303)
    except Problem as problem:
        if problem.status in {403, 404}:
            raise
        return await _page(request, staff, problem)


async def ask_to_show(request: Request, staff: Staff) -> Response:
    """Asks whether a result (`?do=reveal`, `?do=publish`) is shown without the answers that are unread.

    Where nothing is to be asked the poll's page is shown.
    """
    deps, poll_id, do = site_of(request).deps, int(request.path_params["poll_id"]), request.query_params.get("do", "")
    least, t = deps.telling.rules.small_numbers, translator(staff.language)

    def work(session: Session) -> tuple[Poll, int]:
        poll = poll_for(session, staff, poll_id)
        return poll, unread(session, poll, least)

    poll, left = await deps.database.aread(work)
    if not left or do not in SHOWING:
        return RedirectResponse(f"/console/polls/{poll_id}", 303)
    return console_page(
        request, staff, "console/poll_show.html", poll=poll, act=do, left=left, asked=unread_told(left, t), sure=SURE
    )


async def act_on_poll(request: Request, staff: Staff) -> Response:
    """One of LOGGED, or a key's `step` on the poll's own screen; a poll has neither `next` nor `back`."""
    deps, poll_id, form = site_of(request).deps, int(request.path_params["poll_id"]), await request.form()
    kind, seen, now = str(form.get("do", "")), str(form.get("seen", "")), deps.clock.now()
    least, here = deps.telling.rules.small_numbers, f"/console/polls/{poll_id}"

    def work(session: Session) -> str:
        """Where the reader goes on."""
        poll = poll_for(session, staff, poll_id)
        if kind in SHOWING and SURE not in form and unread(session, poll, least):
            return f"{here}/stage?do={kind}"
        if kind == STEPPED:
            step_poll(session, deps.ids, staff, (poll, seen), now)
        elif kind in LOGGED:
            do_to_poll(session, deps.ids, staff, (poll, kind), now)
        elif kind not in {NEXT, BACK}:
            raise ActUnknown
        return f"{here}?done={kind}"

    return RedirectResponse(await deps.database.awrite(work), 303)


async def sheet(request: Request, staff: Staff) -> Response:
    """The count sheet, with every ballot, for whoever may export results; raises what `count_sheet` does."""
    deps, poll_id, form = site_of(request).deps, int(request.path_params["poll_id"]), await request.form()
    part, now, t = str(form.get("part", ALL)), deps.clock.now(), translator(staff.language)
    least = deps.telling.rules.small_numbers

    def work(session: Session) -> tuple[Poll, str]:
        poll = poll_for(session, staff, poll_id, Permission.EXPORT_RESULTS)
        lines = "".join(count_sheet(session, poll, t, part, least))
        record(session, Act("poll.sheet", f"poll:{poll_id}", staff.account_id, poll.office_id), now)
        return poll, lines

    poll, lines = await deps.database.awrite(work)
    name = poll.slug if part == ALL else f"{poll.slug}-{part}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _of_event(session: Session, staff: Staff, event_id: int, number: str) -> Poll:
    poll = poll_for(session, staff, number_of(number))
    if poll.definition.event_id != event_id:
        raise ActUnknown
    return poll


async def _page(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    now, least = deps.clock.now(), deps.telling.rules.small_numbers

    def work(session: Session) -> StageView:
        event = event_for(session, staff, event_id, Permission.RUN_ROOMS)
        staff.need(Permission.MANAGE_POLLS, event.office_id)
        polls = [_on_stage(session, load_poll(session, one), now, least) for one in polls_at(session, event_id)]
        return StageView(load_room(session, event_id), polls, on_screen(session, event_id))

    view = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/stage.html",
        status=problem.status if problem else 200,
        view=view,
        title=pick_text(view.room.event.title, staff.language),
        states=STATE_NAMES,
        problem=problem,
        shown_live=Shown.LIVE,
        closing=read_id(request.query_params.get("close", "")),
        revealing=read_id(request.query_params.get("reveal", "")),
        unread_told=unread_told,
        sure=SURE,
    )


def _on_stage(session: Session, poll: Poll, now: datetime, least: int) -> OnStage:
    reveals = screen_of(session, poll.id).reveals(poll, now)
    state = poll.state_at(now)
    voted = voters_of(session, poll).voted if state not in NOT_BEGUN else 0
    left = unread(session, poll, least)
    return OnStage(poll, state.value, voted, reveals, next_step(poll, now, reveals=reveals), left)
