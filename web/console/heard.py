"""What people wrote in a poll of words: read, let through, hidden, put together, given themes, taken along."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.process.room.themes import load_plan
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from surveys.polls.errors import FiguresWithheld, NothingTicked, PollUnknown
from surveys.polls.heard import (
    HIDDEN,
    LONGEST_THEME,
    SHOWN,
    STATES,
    WAITING,
    Answer,
    answers_of,
    judge,
    merge_answers,
    set_themes,
    split_answer,
)
from surveys.polls.kinds import Kind
from surveys.polls.outcome import is_withheld
from surveys.polls.poll import Poll
from surveys.polls.reading import read_ballots
from surveys.polls.staging import poll_for
from surveys.results.export import write_csv
from surveys.results.table import Cell
from web.console.errors import ActUnknown
from web.console.page import console_page
from web.site import site_of

JUDGED = {"show": SHOWN, "hide": HIDDEN, "wait": WAITING}
LOGGED = {
    "show": "poll.answer-shown", "hide": "poll.answer-hidden", "wait": "poll.answer-waits",
    "merge": "poll.answers-merged", "split": "poll.answer-split", "themes": "poll.themes-set",
}  # fmt: skip
MOST = 300  # of one state on one page
HEAD = ["answer", "count", "state", "theme", "proposed theme", "wordings"]


@dataclass(frozen=True)
class Heard:
    """`axes` are what the notes of the event's tables go by: themes may have their names.

    `still_to_come` are votes that are taken and not among the answers yet.
    """

    poll: Poll
    answers: tuple[Answer, ...]
    axes: tuple[str, ...]
    still_to_come: int

    def of(self, state: str) -> list[Answer]:
        return [one for one in self.answers if one.state == state]


async def show(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def act(request: Request, staff: Staff) -> Response:
    """`do` is an act and an answer (`show:KEY`), `split:KEY:WORDING`, `merge` or `show` for those ticked, `themes`."""
    deps, poll_id, form = site_of(request).deps, int(request.path_params["poll_id"]), await request.form()
    kind, now = str(form.get("do", "")).partition(":")[0], deps.clock.now()
    least = deps.telling.rules.small_numbers
    if kind not in LOGGED:
        raise ActUnknown

    def work(session: Session) -> None:
        poll = _text_poll(session, staff, poll_id, least)
        count = _do(session, poll, form)
        details = {"answers": count}
        record(session, Act(LOGGED[kind], f"poll:{poll_id}", staff.account_id, poll.office_id, details), now)

    try:
        await deps.database.shared(work, key=f"poll-words:{poll_id}")
    except Problem as problem:
        if problem.status in {403, 404}:
            raise
        return await _page(request, staff, problem, form)
    return RedirectResponse(f"/console/polls/{poll_id}/words", 303)


async def export(request: Request, staff: Staff) -> Response:
    """All answers as CSV, as staff have read them."""
    deps, poll_id, file = site_of(request).deps, int(request.path_params["poll_id"]), io.BytesIO()
    now, least = deps.clock.now(), deps.telling.rules.small_numbers

    def work(session: Session) -> Poll:
        poll = _text_poll(session, staff, poll_id, least)
        write_csv(_rows(answers_of(session, poll)), file)
        record(session, Act("poll.words-exported", f"poll:{poll_id}", staff.account_id, poll.office_id), now)
        return poll

    poll = await deps.database.awrite(work)
    headers = {"Content-Disposition": f'attachment; filename="{poll.slug}-words.csv"', "Cache-Control": "no-store"}
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _do(session: Session, poll: Poll, form: FormData) -> int:
    """How many answers it was about; raises NothingTicked, AnswerGone, ThemeTooLong."""
    kind, _, about = str(form.get("do", "")).partition(":")
    picked = [str(one) for one in form.getlist("pick")]
    if not (about or picked or kind == "themes"):
        raise NothingTicked
    match kind:
        case "merge":
            merge_answers(session, poll, picked)
            return len(set(picked))
        case "split":
            key, _, digest = about.partition(":")
            split_answer(session, poll, key, digest)
            return 1
        case "themes":
            prefix = "theme."
            named = [(name.removeprefix(prefix), str(form[name])) for name in form if name.startswith(prefix)]
            set_themes(session, poll, named)
            return len(named)
    keys = [about] if about else picked
    for key in keys:
        judge(session, poll, key, JUDGED[kind])
    return len(keys)


def _rows(answers: list[Answer]) -> Iterator[list[Cell]]:
    yield list[Cell](HEAD)
    for one in answers:
        wordings = " | ".join(f"{said.text} ({said.count})" for said in one.wordings)
        yield [one.text, one.count, one.state, one.theme, one.proposed, wordings]


async def _page(
    request: Request, staff: Staff, problem: Problem | None = None, form: FormData | None = None
) -> Response:
    """With a problem it comes back with what was typed."""
    deps, poll_id = site_of(request).deps, int(request.path_params["poll_id"])
    least = deps.telling.rules.small_numbers

    def work(session: Session) -> Heard:
        poll = _text_poll(session, staff, poll_id, least)
        event_id = poll.definition.event_id
        plan = load_plan(session, event_id) if event_id is not None else None
        axes = tuple(str(one["label"]) for one in plan.axes) if plan is not None else ()
        return Heard(poll, tuple(answers_of(session, poll)), axes, read_ballots(session, poll).waiting)

    view = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/words.html",
        status=problem.status if problem else 200,
        view=view,
        poll=view.poll,
        states=STATES,
        most=MOST,
        longest=LONGEST_THEME,
        problem=problem,
        typed={name: str(value) for name, value in form.items()} if form is not None else {},
    )


def _text_poll(session: Session, staff: Staff, poll_id: int, least: int) -> Poll:
    """Raises NothingHere, NotAllowed, PollUnknown for a poll of another kind, FiguresWithheld."""
    poll = poll_for(session, staff, poll_id)
    if poll.kind is not Kind.TEXT:
        raise PollUnknown
    if is_withheld(session, poll, least):
        raise FiguresWithheld(least=least)
    return poll
