"""Dates that people are asked about: made, asked, looked at as a grid, and one of them chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.addresses import is_https
from core.errors import Problem
from core.ids import read_id
from core.people.store import membership
from core.people.tables import Audience, Membership, Participant
from core.process.dates import polling
from core.process.dates.choosing import SUITS, Tally, order, propose
from core.process.dates.errors import DatePollUnknown, DeadlinePassed
from core.process.dates.polling import NewPoll, add_poll
from core.process.dates.reading import GridRow, PollFacts, grid, poll_facts, polls_of, tallies
from core.process.dates.tables import DatePoll
from core.process.events import EventFacts, load_event
from core.process.horizon import DayTooFar, is_too_far
from core.process.package.dates import to_instant
from core.process.tables import Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from web.console import store
from web.console.errors import ActUnknown, LinkWrong, NothingHere
from web.console.page import console_page
from web.console.people import search
from web.console.times import LocalClock, read_span
from web.deps import WebDeps
from web.site import site_of

FIELDS = ("place", "link", "event", "dates", "until")


@dataclass(frozen=True)
class PollView:
    """What a poll's page shows; `found` are people who can be added, `audiences` those of the office."""

    poll: PollFacts
    rows: list[GridRow]
    tallies: dict[int, Tally]
    order: list[int]
    proposed: Tally | None
    audiences: list[Audience]
    found: list[Any]


@dataclass(frozen=True)
class Doing:
    """An act of somebody of the staff on a poll, with what they sent."""

    deps: WebDeps
    staff: Staff
    poll: PollFacts
    sent: Mapping[str, str]
    now: datetime


async def list_all(request: Request, staff: Staff) -> Response:
    return await _list(request, staff)


async def add(request: Request, staff: Staff) -> Response:
    """With anything wrong the form comes back as it was sent."""
    deps, process_id = site_of(request).deps, int(request.path_params["process_id"])
    form, now = await request.form(), site_of(request).deps.clock.now()
    typed = {str(name): str(value) for name, value in form.items()}

    def work(session: Session) -> int:
        process = _process(session, staff, process_id)
        new = _read(session, process_id, LocalClock(process.time_zone, now), typed)
        made = add_poll(session, new, now)
        record(session, Act("dates.added", f"dates:{made}", staff.account_id, process.office_id), now)
        return made

    try:
        made = await deps.database.shared(work)
    except NothingHere:
        raise
    except Problem as problem:
        if problem.status == 403:
            raise
        return await _list(request, staff, problem, typed)
    return RedirectResponse(f"/console/dates/{made}", 303)


async def show(request: Request, staff: Staff) -> Response:
    """`?find=` looks for people to be asked."""
    return await _one(request, staff)


async def act(request: Request, staff: Staff) -> Response:
    """What stands in the way is said on the page."""
    deps, poll_id, name = site_of(request).deps, int(request.path_params["poll_id"]), request.path_params["act"]
    sent = {str(key): str(value) for key, value in (await request.form()).items()}
    now, do = deps.clock.now(), ACTS.get(name)
    if do is None:
        raise ActUnknown

    def work(session: Session) -> None:
        poll = _poll(session, staff, poll_id)
        did, details = do(session, Doing(deps, staff, poll, sent, now))
        record(session, Act(did, f"dates:{poll_id}", staff.account_id, poll.office_id, details), now)

    try:
        await deps.database.shared(work, key=f"dates:{poll_id}")
    except NothingHere:
        raise
    except Problem as problem:
        if problem.status == 403:
            raise
        return await _one(request, staff, problem)
    return RedirectResponse(f"/console/dates/{poll_id}?done={name}", 303)


def _add_audience(session: Session, doing: Doing) -> tuple[str, dict[str, Any]]:
    """The people of an audience as it is now."""
    number = doing.sent.get("audience", "")
    audience = session.get(Audience, read_id(number) or 0)
    if audience is None or audience.office_id != doing.poll.office_id:
        raise NothingHere
    meant = doing.deps.telling.rules.clause(audience.rule, audience.office_id, doing.now)
    people = (
        select(Participant.id)
        .join(Membership, Membership.participant_id == Participant.id)
        .where(Membership.office_id == audience.office_id, Membership.left_at.is_(None), meant)
        .where(Participant.erased_at.is_(None), Participant.merged_into.is_(None))
    )
    count = polling.add_asked(session, doing.poll.id, session.scalars(people).all())
    return "dates.people", {"people": count}


def _add_person(session: Session, doing: Doing) -> tuple[str, dict[str, Any]]:
    person = read_id(doing.sent.get("person", ""))
    if person is None or membership(session, doing.poll.office_id, person) is None:
        raise NothingHere
    return "dates.people", {"people": polling.add_asked(session, doing.poll.id, [person])}


def _ask(session: Session, doing: Doing) -> tuple[str, dict[str, Any]]:
    return "dates.asked", {"people": polling.ask(session, doing.poll.id, doing.now)}


def _close(session: Session, doing: Doing) -> tuple[str, dict[str, Any]]:
    polling.close(session, doing.poll.id, doing.now)
    return "dates.closed", {}


def _choose(session: Session, doing: Doing) -> tuple[str, dict[str, Any]]:
    number = doing.sent.get("date", "")
    option = read_id(number) or 0
    return "dates.chosen", {"event": polling.choose(session, doing.poll.id, option, doing.now)}


ACTS: dict[str, Callable[[Session, Doing], tuple[str, dict[str, Any]]]] = {
    "audience": _add_audience,
    "person": _add_person,
    "ask": _ask,
    "close": _close,
    "choose": _choose,
}


def _read(session: Session, process_id: int, clock: LocalClock, typed: Mapping[str, str]) -> NewPoll:
    """Raises WindowsWrong, EndsBeforeStart, NotDates, DeadlinePassed, DayTooFar, NothingHere."""
    dates = [read_span(line, clock.now) for line in typed.get("dates", "").splitlines() if line.strip()]
    try:
        until = date.fromisoformat(typed.get("until", ""))
    except ValueError as error:
        raise DeadlinePassed from error
    if is_too_far(until, clock.now):
        raise DayTooFar
    closes_at = to_instant(datetime.combine(until, time()) + timedelta(days=1), clock.zone)
    languages = session.get_one(Process, process_id).languages
    event = typed.get("event", "")
    if event and event not in {str(one.id) for one in store.events(session, process_id)}:
        raise NothingHere
    return NewPoll(
        process_id=process_id,
        title={language: typed.get(f"title-{language}", "").strip()[:200] for language in languages},
        dates=[polling.Span(starts, ends) for starts, ends in dates],
        closes_at=closes_at,
        place=typed.get("place", "").strip()[:200],
        link=_link(typed.get("link", "")),
        event_id=int(event) if event else None,
    )


def _link(text: str) -> str:
    """Raises LinkWrong."""
    link = text.strip()[:500]
    if link and not is_https(link):
        raise LinkWrong
    return link


async def _list(
    request: Request, staff: Staff, problem: Problem | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    process_id = int(request.path_params["process_id"])

    def work(session: Session) -> tuple[store.ProcessRow, list[DatePoll], list[EventFacts], list[str]]:
        process = _process(session, staff, process_id)
        events = [load_event(session, one.id) for one in store.events(session, process_id) if not one.cancelled]
        languages = session.get_one(Process, process_id).languages
        return process, list(polls_of(session, process_id)), events, languages

    process, polls, events, languages = await site_of(request).deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/dates.html",
        status=problem.status if problem else 200,
        process=process,
        polls=polls,
        events=events,
        languages_of=languages,
        typed=dict.fromkeys((*FIELDS, *(f"title-{one}" for one in languages)), "") | dict(typed or {}),
        problem=problem,
    )


async def _one(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    poll_id, find = int(request.path_params["poll_id"]), request.query_params.get("find", "")
    deps = site_of(request).deps

    def work(session: Session) -> PollView:
        poll = _poll(session, staff, poll_id)
        rows = grid(session, poll)
        counted = tallies(poll, rows)
        audiences = select(Audience).where(Audience.office_id == poll.office_id).order_by(Audience.name)
        return PollView(
            poll=poll,
            rows=rows,
            tallies={one.option_id: one for one in counted},
            order=[one.option_id for one in order(counted)],
            proposed=propose(counted),
            audiences=list(session.scalars(audiences)),
            found=list(session.execute(search(poll.office_id, find))),
        )

    view = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/date_poll.html",
        status=problem.status if problem else 200,
        view=view,
        suits=SUITS,
        find=find,
        is_open=view.poll.open_at(deps.clock.now()),
        problem=problem,
        done=request.query_params.get("done", "") in ACTS,
    )


def _process(session: Session, staff: Staff, process_id: int) -> store.ProcessRow:
    process = store.find_process(session, staff, process_id)
    staff.need(Permission.MANAGE_EVENTS, process.office_id)
    return process


def _poll(session: Session, staff: Staff, poll_id: int) -> PollFacts:
    """Raises NothingHere, NotAllowed."""
    try:
        poll = poll_facts(session, poll_id)
    except DatePollUnknown as error:
        raise NothingHere from error
    if poll.office_id not in staff.roles:
        raise NothingHere
    staff.need(Permission.MANAGE_EVENTS, poll.office_id)
    return poll
