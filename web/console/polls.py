"""Polls in the console: made, changed, opened, closed, and looked at."""

from __future__ import annotations

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
from notifications.planning.asking import drop_question
from notifications.planning.result_telling import (
    TO_NAMES,
    ResultToldAlready,
    To,
    tell_result,
    told_to,
)
from surveys.polls.errors import PollSlugTaken
from surveys.polls.faults import PollFault
from surveys.polls.figures import NOT_BY_FIRST_PLACES, is_decided_otherwise, own_figures
from surveys.polls.glance import COUNTED, Glance, glance
from surveys.polls.groups import hides_until_close, shows_names
from surveys.polls.kinds import (
    KIND_NAMES,
    METHODS,
    SECRECY_NAMES,
    SECRECY_TOLD,
    SHOWN_NAMES,
    STATE_NAMES,
    TIES_NAMES,
    Kind,
    Secrecy,
)
from surveys.polls.lent import names_lending
from surveys.polls.making import NOT_BEGUN, add_poll, change_poll, close_poll, open_poll, plan_poll
from surveys.polls.outcome import Result, result_of, rule_told, tells_apart
from surveys.polls.poll import Poll
from surveys.polls.reading import Ballots, Turnout, read_ballots, turnout_of
from surveys.polls.screens import ScreenFacts, change_screen, screen_of
from surveys.polls.series import Series, series_of
from surveys.polls.staging import LOGGED, poll_for
from surveys.polls.store import Place, polls_of, slugs_of
from surveys.polls.tables import Poll as Row
from surveys.polls.tally.methods import TITLES, Method
from surveys.recurring.rhythm import SERIES_STATE_NAMES
from web.console import store
from web.console.errors import ActUnknown
from web.console.named_votes import NamedVote, named_votes
from web.console.once import KEY, is_new
from web.console.page import console_page
from web.console.poll_draft import FIELDS, Known, read_close, read_poll, slug_of, values_of
from web.deps import WebDeps
from web.site import site_of

METHODS_SHOWN = {one: TITLES[Method(one)] for kind in METHODS for one in METHODS[kind] if one}


@dataclass(frozen=True)
class Choices:
    """What the form offers; `poll` is the one that is changed."""

    process: store.ProcessRow
    languages: Sequence[str]
    time_zone: str
    audiences: Sequence[tuple[int, str]]
    events: Sequence[tuple[int, dict[str, str]]]
    poll: Poll | None = None

    @property
    def known(self) -> Known:
        audiences, events = [one for one, _ in self.audiences], [one for one, _ in self.events]
        return Known(self.languages, audiences, events, self.poll.definition if self.poll else None)


@dataclass(frozen=True)
class FormFilled:
    """The form with what stands in it, and what is wrong with it."""

    choices: Choices
    values: Mapping[str, str]
    faults: Sequence[PollFault] = ()
    problem: Problem | None = None


@dataclass(frozen=True)
class PollView:
    """What a poll's page shows; `votes` are those of a named poll, for who may see people."""

    poll: Poll
    process: store.ProcessRow
    turnout: Turnout
    ballots: Ballots
    votes: Sequence[NamedVote]
    result: Result | None
    screen: ScreenFacts
    mailings: Sequence[store.MailingRow]
    told_to: To | None
    lenders: Sequence[str]  # the municipalities whose people are asked too


async def list_all(request: Request, staff: Staff) -> Response:
    process_id, now = int(request.path_params["process_id"]), site_of(request).deps.clock.now()

    def work(session: Session) -> tuple[store.ProcessRow, list[tuple[Poll, Turnout]], list[Series]]:
        process = _process(session, staff, process_id)
        found = polls_of(session, Row.process_id == process_id)
        return process, [(one, turnout_of(session, one, now)) for one in found], series_of(session, process_id)

    process, polls, series = await site_of(request).deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/polls.html",
        process=process,
        polls=polls,
        series=series,
        series_states=SERIES_STATE_NAMES,
        now=now,
        states=STATE_NAMES,
        kinds=KIND_NAMES,
    )


async def new(request: Request, staff: Staff) -> Response:
    process_id = int(request.path_params["process_id"])
    choices = await site_of(request).deps.database.aread(lambda session: _choices(session, staff, process_id))
    usual = {"kind": "single", "secrecy": "anonymous", "shown": "after_close"}
    usual[KEY] = site_of(request).deps.ids.token()
    return _form(request, staff, FormFilled(choices, usual))


async def create(request: Request, staff: Staff) -> Response:
    """With anything wrong the form comes back as it was sent; sent twice, it makes one poll."""
    deps, process_id = site_of(request).deps, int(request.path_params["process_id"])
    typed, now = await _typed(request), site_of(request).deps.clock.now()

    def work(session: Session) -> tuple[Choices, list[PollFault], int]:
        choices = _choices(session, staff, process_id)
        definition, faults = read_poll(typed, choices.known)
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
    choices = await _choices_of(request, staff)
    assert choices.poll is not None
    return _form(request, staff, FormFilled(choices, values_of(choices.poll.definition)))


async def change(request: Request, staff: Staff) -> Response:
    """Of a poll that is open only its close can be changed; what stands in the way is said on the form."""
    deps, typed = site_of(request).deps, await _typed(request)
    choices, now = await _choices_of(request, staff), site_of(request).deps.clock.now()
    assert choices.poll is not None
    poll = choices.poll
    begun = poll.state_at(now) not in NOT_BEGUN
    definition, faults = read_close(typed, poll.definition) if begun else read_poll(typed, choices.known)
    if faults:
        return _form(request, staff, FormFilled(choices, typed, faults))

    def work(session: Session) -> None:
        poll_for(session, staff, poll.id)
        change_poll(session, poll.id, definition, now)
        record(session, Act("poll.changed", f"poll:{poll.id}", staff.account_id, poll.office_id), now)

    try:
        await deps.database.awrite(work)
    except Problem as problem:
        if problem.status == 403:
            raise
        return _form(request, staff, FormFilled(choices, typed, problem=problem))
    return RedirectResponse(f"/console/polls/{poll.id}?done=changed", 303)


async def show(request: Request, staff: Staff) -> Response:
    return await _one(request, staff)


async def tell(request: Request, staff: Staff) -> Response:
    """Prepares the message with the result, to those whom staff chose; it leaves once it is released."""
    deps, poll_id = site_of(request).deps, int(request.path_params["poll_id"])
    now, chosen = deps.clock.now(), (await _typed(request)).get("result-to", "")
    to = To.VOTERS if chosen == To.VOTERS else To.ASKED

    def work(session: Session) -> int:
        poll = poll_for(session, staff, poll_id)
        staff.need(Permission.WRITE_MAILINGS, poll.office_id)
        made = tell_result(session, poll, to, staff.account_id, now)
        record(session, Act("mailing.written", f"mailing:{made}", staff.account_id, poll.office_id), now)
        return made

    try:
        made = await deps.database.awrite(work)
    except ResultToldAlready as problem:
        return await _one(request, staff, problem)
    return RedirectResponse(f"/console/mailings/{made}/review", 303)


async def act(request: Request, staff: Staff) -> Response:
    """Opens, plans, closes or takes away; what stands in the way is said on the page."""
    deps, poll_id, name = site_of(request).deps, int(request.path_params["poll_id"]), request.path_params["act"]
    now = deps.clock.now()
    if name not in ACTS:
        raise ActUnknown

    def work(session: Session) -> Poll:
        poll = poll_for(session, staff, poll_id)
        _do(session, deps, name, poll_id, now)
        record(session, Act(ACTS[name], f"poll:{poll_id}", staff.account_id, poll.office_id), now)
        return poll

    try:
        poll = await deps.database.awrite(work)
    except Problem as problem:
        if problem.status in {403, 404}:
            raise
        return await _one(request, staff, problem)
    back = f"/console/processes/{poll.process_id}/polls" if name == "drop" else f"/console/polls/{poll_id}?done={name}"
    return RedirectResponse(back, 303)


NAMES = {
    "kind": KIND_NAMES, "state": STATE_NAMES, "secrecy": SECRECY_NAMES, "shown": SHOWN_NAMES, "ties": TIES_NAMES,
    "method": METHODS_SHOWN,
}  # fmt: skip
ACTS = {"open": "poll.opened", "plan": "poll.planned", "close": "poll.closed", "drop": "poll.dropped"}


def _do(session: Session, deps: WebDeps, name: str, poll_id: int, now: datetime) -> None:
    match name:
        case "open":
            open_poll(session, poll_id, now)
        case "plan":
            plan_poll(session, poll_id, now)
        case "close":
            close_poll(session, deps.ids, poll_id, now)
        case "drop":
            drop_question(session, poll_id, now)
            return
    change_screen(session, poll_id)


async def _one(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    deps, poll_id = site_of(request).deps, int(request.path_params["poll_id"])
    now, t = deps.clock.now(), translator(staff.language)

    def work(session: Session) -> PollView:
        poll = poll_for(session, staff, poll_id)
        reads_names = not poll.is_secret and staff.may(Permission.SEE_PEOPLE, poll.office_id)
        return PollView(
            poll=poll,
            process=store.find_process(session, staff, poll.process_id or 0),
            turnout=turnout_of(session, poll, now),
            ballots=read_ballots(session, poll),
            votes=named_votes(session, poll) if reads_names else (),
            result=result_of(session, poll, t, now) if poll.state_at(now) not in NOT_BEGUN else None,
            screen=screen_of(session, poll.id),
            mailings=[one for one in store.mailings(session, poll.process_id or 0) if one.poll_id == poll.id],
            told_to=told_to(session, poll),
            lenders=names_lending(session, poll.id),
        )

    view = await deps.database.aread(work)
    standing = glance(view.poll, view.ballots.together)
    return console_page(
        request,
        staff,
        "console/poll.html",
        status=problem.status if problem else 200,
        view=view,
        poll=view.poll,
        rule=rule_told(view.poll, t),
        state=view.poll.state_at(now).value,
        standing=standing,
        apart=_apart(view),
        counted=COUNTED.get(view.poll.kind, ""),
        own=own_figures(view.poll, view.result.everybody if view.result else None, works=True),
        hint=t(NOT_BY_FIRST_PLACES) if is_decided_otherwise(view.poll) else "",
        names=NAMES,
        told=SECRECY_TOLD[view.poll.definition.secrecy.value],
        address=deps.urls.open_vote(view.poll.code),
        chat=deps.urls.vote_in_chat(view.poll.code),
        group=_in_group(view.poll) if deps.urls.chat else "",
        problem=problem,
        result_to=TO_NAMES,
        may_tell=staff.may(Permission.WRITE_MAILINGS, view.poll.office_id),
        done=request.query_params.get("done", "") in {*ACTS, *LOGGED, "changed", "asked"},
        live=f"{deps.urls.public}/live/{view.poll.code}",
        published=f"{deps.urls.open_vote(view.poll.code)}/result",
        reveals=view.screen.reveals(view.poll, now),
        key=deps.ids.token(),
    )  # fmt: skip


def _apart(view: PollView) -> tuple[Glance, Glance] | None:
    """How it stands among those asked and among walk-ins; of a secret poll only where neither pile is a small one."""
    own, apart = glance(view.poll, view.ballots.own), glance(view.poll, view.ballots.apart)
    return (own, apart) if tells_apart(view.poll, view.ballots) else None


def _in_group(poll: Poll) -> str:
    """What a group in Telegram gets of a poll."""
    if not shows_names(poll):
        return "button"
    return "hidden" if hides_until_close(poll) else "own"


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
        begun=choices.poll is not None and choices.poll.state_at(now) not in NOT_BEGUN,
        kinds=KIND_NAMES,
        methods=METHODS_SHOWN,
        tie_methods={one: TITLES[Method(one)] for one in METHODS[Kind.RANKING]},
        ties=TIES_NAMES,
        shown=SHOWN_NAMES,
        secrecy=SECRECY_NAMES,
        secrecy_told=SECRECY_TOLD,
        secrecies=[one.value for one in (Secrecy.ANONYMOUS, Secrecy.NAMED)],
    )


async def _typed(request: Request) -> dict[str, str]:
    return {str(name): str(value) for name, value in (await request.form()).items()}


async def _choices_of(request: Request, staff: Staff) -> Choices:
    poll_id = int(request.path_params["poll_id"])

    def work(session: Session) -> Choices:
        poll = poll_for(session, staff, poll_id)
        return _choices(session, staff, poll.process_id or 0, poll)

    return await site_of(request).deps.database.aread(work)


def _choices(session: Session, staff: Staff, process_id: int, poll: Poll | None = None) -> Choices:
    """Raises NothingHere, NotAllowed."""
    process = _process(session, staff, process_id)
    row = session.get_one(Process, process_id)
    return Choices(
        process=process,
        languages=[str(one) for one in row.languages],
        time_zone=row.time_zone,
        audiences=audiences_of(session, process.office_id),
        events=store.events_of(session, process_id),
        poll=poll,
    )


def _process(session: Session, staff: Staff, process_id: int) -> store.ProcessRow:
    process = store.find_process(session, staff, process_id)
    staff.need(Permission.MANAGE_POLLS, process.office_id)
    return process
