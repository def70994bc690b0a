"""A poll's form in the console: one is made, and changed until it is open."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import translator
from core.process.offices import audiences_of
from core.process.tables import Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.ledger.drawing_back import draw_back, hold_mailings_of
from surveys.polls.errors import PollBegun, PollSlugTaken, PollWrong
from surveys.polls.faults import PollFault
from surveys.polls.kinds import (
    KIND_NAMES,
    METHODS,
    SECRECY_NAMES,
    SECRECY_TOLD,
    SHOWN_NAMES,
    TIES_NAMES,
    Kind,
    Secrecy,
    State,
)
from surveys.polls.making import NOT_BEGUN, add_poll, change_poll, lock_poll
from surveys.polls.poll import Poll
from surveys.polls.secrecy import SMALL_ROOM
from surveys.polls.staging import poll_for
from surveys.polls.store import Place, slugs_of
from surveys.polls.tally.methods import TITLES, Method
from web.console import store
from web.console.errors import PollChangedMeanwhile, PollOpenedMeanwhile
from web.console.once import KEY, is_new
from web.console.page import console_page
from web.console.poll_draft import FIELDS, Known, read_close, read_poll, slug_of, values_of
from web.console.times import LocalClock
from web.console.typed import typed_of
from web.site import site_of


@dataclass(frozen=True)
class Choices:
    """What the form offers; `poll` is the one that is changed."""

    process: store.ProcessRow
    languages: Sequence[str]
    time_zone: str
    audiences: Sequence[tuple[int, str]]
    events: Sequence[tuple[int, dict[str, str]]]
    poll: Poll | None = None

    def known(self, now: datetime) -> Known:
        audiences, events = [one for one, _ in self.audiences], [one for one, _ in self.events]
        before = self.poll.definition if self.poll else None
        return Known(self.languages, audiences, events, before, LocalClock(self.time_zone, now))


@dataclass(frozen=True)
class FormFilled:
    """The form with what stands in it, and what is wrong with it."""

    choices: Choices
    values: Mapping[str, str]
    faults: Sequence[PollFault] = ()
    problem: Problem | None = None


async def new(request: Request, staff: Staff) -> Response:
    process_id = int(request.path_params["process_id"])
    choices = await site_of(request).deps.database.aread(lambda session: _choices(session, staff, process_id))
    usual = {"kind": "single", "secrecy": "anonymous", "shown": "after_close"}
    usual[KEY] = site_of(request).deps.ids.token()
    return _form(request, staff, FormFilled(choices, usual))


async def create(request: Request, staff: Staff) -> Response:
    """With anything wrong the form comes back as it was sent; sent twice, it makes one poll."""
    deps, process_id = site_of(request).deps, int(request.path_params["process_id"])
    typed, now = await typed_of(request), site_of(request).deps.clock.now()

    def work(session: Session) -> tuple[Choices, list[PollFault], int]:
        choices = _choices(session, staff, process_id)
        definition, faults = read_poll(typed, choices.known(now))
        office_id = choices.process.office_id
        slug, wrong = slug_of(typed, next(iter(definition.title.values()), ""), slugs_of(session, office_id))
        if wrong is not None or faults:
            return choices, [*([wrong] if wrong else []), *faults], 0
        if not is_new(session, staff, "poll", typed, now):
            return choices, [], 0
        place = Place(office_id, process_id, choices.time_zone)
        made = add_poll(session, deps.ids, place, (slug, definition), now)
        record(session, Act("poll.added", f"poll:{made}", staff.account_id, office_id), now)
        return choices, [], made

    try:
        choices, faults, made = await deps.database.shared(work)
    except PollSlugTaken as problem:
        choices = await deps.database.aread(lambda session: _choices(session, staff, process_id))
        fault = PollFault("slug", problem.text, {"slug": typed["slug"].strip()})
        return _form(request, staff, FormFilled(choices, typed, [fault]))
    if faults:
        return _form(request, staff, FormFilled(choices, typed, faults))
    there = f"/console/polls/{made}" if made else f"/console/processes/{process_id}/polls"
    return RedirectResponse(there, 303)


async def edit(request: Request, staff: Staff) -> Response:
    poll_id, now = int(request.path_params["poll_id"]), site_of(request).deps.clock.now()

    def work(session: Session) -> tuple[Choices, Poll]:
        poll = poll_for(session, staff, poll_id)
        return _choices(session, staff, poll.process_id or 0, poll), poll

    choices, poll = await site_of(request).deps.database.aread(work)
    return _form(request, staff, FormFilled(choices, values_of(poll.definition) | {"revision": _revision(poll, now)}))


async def change(request: Request, staff: Staff) -> Response:
    """Of a poll that is open only its close can be changed; what stands in the way is said on the form.

    What was released about one that is not open yet is a draft again. Where somebody else was faster, changing or
    opening it, the form comes back with what was typed. That the question was not kept is said only of a form that
    held it, which that of an open poll does not.
    """
    deps, poll_id = site_of(request).deps, int(request.path_params["poll_id"])
    typed, now = await typed_of(request), deps.clock.now()

    def work(session: Session) -> tuple[FormFilled, bool]:
        poll_for(session, staff, poll_id)
        mailings = hold_mailings_of(session, poll_id)
        poll = lock_poll(session, poll_id)
        choices = _choices(session, staff, poll.process_id or 0, poll)
        begun, revision = poll.state_at(now) not in NOT_BEGUN, _revision(poll, now)
        if revision != typed.get("revision", "") and poll.state_at(now) is not State.CLOSED:
            problem = PollOpenedMeanwhile() if begun and "kind" in typed else PollChangedMeanwhile()
            return FormFilled(choices, typed | {"revision": revision}, problem=problem), False
        if begun:
            definition, faults = read_close(typed, poll.definition, LocalClock(poll.time_zone, now))
        else:
            definition, faults = read_poll(typed, choices.known(now))
        drawn = False
        if not faults:
            change_poll(session, poll_id, definition, now)
            record(session, Act("poll.changed", f"poll:{poll_id}", staff.account_id, poll.office_id), now)
            if not begun and (definition != poll.definition or poll.state is not State.DRAFT):
                drawn = bool(draw_back(session, mailings, poll.office_id, staff.account_id, now))
        return FormFilled(choices, typed, faults), drawn

    drawn = False
    try:
        filled, drawn = await deps.database.awrite(work)
    except (PollBegun, PollWrong) as problem:
        filled = FormFilled(await _choices_of(request, staff), typed, problem=problem)
    if filled.faults or filled.problem:
        return _form(request, staff, filled)
    return RedirectResponse(f"/console/polls/{poll_id}?done={'drawn-back' if drawn else 'changed'}", 303)


def _revision(poll: Poll, now: datetime) -> str:
    """Names what the form of a poll shows, and whether it is planned or open."""
    state = poll.state_at(now)
    told = values_of(poll.definition), state.value if state in NOT_BEGUN else ""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _form(request: Request, staff: Staff, filled: FormFilled) -> Response:
    choices, values, faults, problem = filled.choices, filled.values, filled.faults, filled.problem
    now = site_of(request).deps.clock.now()
    return console_page(
        request,
        staff,
        "console/poll_form.html",
        status=problem.status if problem else 422 if faults else 200,
        choices=choices,
        values=values,
        faults=faults,
        errors={one.about for one in faults},
        fields=FIELDS,
        problem=problem,
        unkept=_unkept(choices, values) if isinstance(problem, PollOpenedMeanwhile) else {},
        begun=choices.poll is not None and choices.poll.state_at(now) not in NOT_BEGUN,
        kinds=KIND_NAMES,
        tie_methods={one: TITLES[Method(one)] for one in METHODS[Kind.RANKING]},
        ties=TIES_NAMES,
        shown=SHOWN_NAMES,
        secrecy=SECRECY_NAMES,
        secrecy_told=SECRECY_TOLD,
        small_room=translator(staff.language)(SMALL_ROOM, least=site_of(request).deps.telling.rules.small_numbers),
        secrecies=[one.value for one in (Secrecy.ANONYMOUS, Secrecy.NAMED)],
    )


def _unkept(choices: Choices, values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What was typed into a form that cannot be kept any more, by language, with the names of its fields."""
    names = ("title", "summary", "options", "low", "high")
    return {
        code: {FIELDS[name]: text for name in names if (text := values.get(f"{name}-{code}", "").strip())}
        for code in choices.languages
    }


async def _choices_of(request: Request, staff: Staff) -> Choices:
    poll_id = int(request.path_params["poll_id"])

    def work(session: Session) -> Choices:
        poll = poll_for(session, staff, poll_id)
        return _choices(session, staff, poll.process_id or 0, poll)

    return await site_of(request).deps.database.aread(work)


def _choices(session: Session, staff: Staff, process_id: int, poll: Poll | None = None) -> Choices:
    """Raises NothingHere, NotAllowed."""
    process = _process_to_change(session, staff, process_id)
    row = session.get_one(Process, process_id)
    return Choices(
        process=process,
        languages=[str(one) for one in row.languages],
        time_zone=row.time_zone,
        audiences=audiences_of(session, process.office_id),
        events=store.events_of(session, process_id),
        poll=poll,
    )


def _process_to_change(session: Session, staff: Staff, process_id: int) -> store.ProcessRow:
    process = store.find_process(session, staff, process_id)
    staff.need(Permission.MANAGE_POLLS, process.office_id)
    return process
