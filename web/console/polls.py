"""Polls in the console: opened, closed, and looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import Translator, translator
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.planning.dropping import drop_question
from notifications.planning.result_telling import (
    TO_NAMES,
    ResultToldAlready,
    To,
    result_mailing,
    result_that_left,
    tell_result,
    told_to,
)
from notifications.review.store import READS
from notifications.review.unreleased import UNRELEASED, state_names, untold
from surveys.polls.errors import FiguresWithheld
from surveys.polls.figures import NOT_BY_FIRST_PLACES, Figures, figures_of, is_decided_otherwise
from surveys.polls.glance import COUNTED, Glance, glance
from surveys.polls.groups import hides_until_close, shows_names
from surveys.polls.heard import unread
from surveys.polls.kinds import (
    KIND_NAMES,
    METHODS,
    SECRECY_NAMES,
    SECRECY_TOLD,
    SHOWN_NAMES,
    TIES_NAMES,
    Kind,
    State,
)
from surveys.polls.lent import names_lending
from surveys.polls.limits import limits_in_words
from surveys.polls.making import NOT_BEGUN, close_poll, open_poll, plan_poll
from surveys.polls.outcome import Result, result_of, rule_told, tells_apart, withholds
from surveys.polls.poll import Poll
from surveys.polls.published import disclose, for_staff, for_voters, words_for_voters
from surveys.polls.reading import Ballots, Turnout, read_ballots, turnout_of
from surveys.polls.screens import ScreenFacts, change_screen, screen_of
from surveys.polls.secrecy import room_warned
from surveys.polls.series import Series, series_of
from surveys.polls.staging import LOGGED, audience_of, event_of, poll_for, poll_to_read
from surveys.polls.store import polls_of
from surveys.polls.tables import Poll as Row
from surveys.polls.tally.methods import TITLES, Method
from surveys.recurring.rhythm import SERIES_STATE_NAMES
from web.console import store
from web.console.errors import ActUnknown
from web.console.named_votes import NamedVote, named_votes
from web.console.page import console_page
from web.console.typed import typed_of
from web.deps import WebDeps
from web.site import site_of


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
    result_left: int | None  # the mailing with which it has been told
    result_there: int | None  # or with which it will be, to whom it is told
    lenders: Sequence[str]  # the municipalities whose people are asked too
    audience: str  # "" for everybody whom the office knows
    event: Mapping[str, str]  # the title of that at which it takes place
    unread: int  # different answers in words
    untold: bool  # what is written to people about it waits to be released


@dataclass(frozen=True)
class Shown:
    """A result as the page shows it: `in_full` with its working, else only what is `told`; or why it is `withheld`."""

    standing: Glance
    apart: tuple[Glance, Glance] | None = None
    figures: Figures | None = None
    in_full: bool = False
    told: Sequence[str] = ()
    withheld: str = ""


async def list_all(request: Request, staff: Staff) -> Response:
    process_id, now = int(request.path_params["process_id"]), site_of(request).deps.clock.now()

    def work(session: Session) -> tuple[store.ProcessRow, list[tuple[Poll, Turnout, list[str]]], list[Series]]:
        process = store.find_process(session, staff, process_id)
        found = polls_of(session, Row.process_id == process_id)
        waiting = untold(session, [one.id for one in found])
        polls = [
            (one, turnout_of(session, one, now), list(state_names(one.state_at(now), waits=one.id in waiting)))
            for one in found
        ]
        return process, polls, series_of(session, process_id)

    process, polls, series = await site_of(request).deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/polls.html",
        process=process,
        polls=polls,
        series=series,
        series_states=SERIES_STATE_NAMES,
        kinds=KIND_NAMES,
        manages=staff.may(Permission.MANAGE_POLLS, process.office_id),
    )


async def show(request: Request, staff: Staff) -> Response:
    return await show_poll(request, staff)


async def tell(request: Request, staff: Staff) -> Response:
    """Prepares the message with the result, to those whom staff chose; it leaves once it is released."""
    deps, poll_id = site_of(request).deps, int(request.path_params["poll_id"])
    now, chosen = deps.clock.now(), (await typed_of(request)).get("result-to", "")
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
        return await show_poll(request, staff, problem)
    return RedirectResponse(f"/console/mailings/{made}/review", 303)


async def act(request: Request, staff: Staff) -> Response:
    """Opens, plans, closes or takes away; what stands in the way is said on the page."""
    deps, poll_id, name = site_of(request).deps, int(request.path_params["poll_id"]), request.path_params["act"]
    now = deps.clock.now()
    if name not in ACTS:
        raise ActUnknown

    def work(session: Session) -> Poll:
        poll = poll_for(session, staff, poll_id)
        if name == "drop":
            drop_question(session, poll_id, staff.account_id, now)
        else:
            _do(session, deps, name, poll_id, now)
        record(session, Act(ACTS[name], f"poll:{poll_id}", staff.account_id, poll.office_id), now)
        return poll

    try:
        poll = await deps.database.awrite(work)
    except Problem as problem:
        if problem.status in {403, 404}:
            raise
        return await show_poll(request, staff, problem)
    back = f"/console/processes/{poll.process_id}/polls" if name == "drop" else f"/console/polls/{poll_id}?done={name}"
    return RedirectResponse(back, 303)


async def ask_to_act(request: Request, staff: Staff) -> Response:
    """Asks once more before what cannot be undone; changes nothing."""
    deps, poll_id, name = site_of(request).deps, int(request.path_params["poll_id"]), request.path_params["act"]
    now = deps.clock.now()
    if name not in ASKED:
        raise ActUnknown

    def work(session: Session) -> tuple[Poll, Turnout, bool]:
        poll = poll_for(session, staff, poll_id)
        return poll, turnout_of(session, poll, now), name == "open" and bool(untold(session, [poll_id]))

    poll, turnout, warns = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/poll_act.html",
        poll=poll,
        turnout=turnout,
        act=name,
        warning=UNRELEASED if warns else "",
    )


NAMES = {
    "kind": KIND_NAMES, "secrecy": SECRECY_NAMES, "shown": SHOWN_NAMES, "ties": TIES_NAMES,
    "method": {one: TITLES[Method(one)] for one in METHODS[Kind.RANKING]},
}  # fmt: skip
ASKED = ("open", "close", "drop")
ACTS = {"open": "poll.opened", "plan": "poll.planned", "close": "poll.closed", "drop": "poll.dropped"}


def _do(session: Session, deps: WebDeps, name: str, poll_id: int, now: datetime) -> None:
    match name:
        case "open":
            open_poll(session, poll_id, now)
        case "plan":
            plan_poll(session, poll_id, now)
        case "close":
            close_poll(session, deps.ids, poll_id, now)
    change_screen(session, poll_id)


async def show_poll(
    request: Request, staff: Staff, problem: Problem | None = None, repeated: Mapping[str, str] | None = None
) -> Response:
    """The poll's page; `repeated` is what was typed into its form for a series."""
    deps, poll_id = site_of(request).deps, int(request.path_params["poll_id"])
    now, t, least = deps.clock.now(), translator(staff.language), deps.telling.rules.small_numbers

    def work(session: Session) -> PollView:
        poll = poll_to_read(session, staff, poll_id)
        event = event_of(session, poll)
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
            result_left=result_that_left(session, poll),
            result_there=there.id if (there := result_mailing(session, poll)) is not None else None,
            lenders=names_lending(session, poll.id),
            audience=audience_of(session, poll),
            event=event.title if event is not None else {},
            unread=unread(session, poll, least),
            untold=bool(untold(session, [poll.id])),
        )

    view = await deps.database.aread(work)
    manages = staff.may(Permission.MANAGE_POLLS, view.poll.office_id)
    shown, state = _shown(view, least, t, conducts=manages), view.poll.state_at(now)
    return console_page(
        request,
        staff,
        "console/poll.html",
        status=problem.status if problem else 200,
        view=view,
        poll=view.poll,
        limits=list(limits_in_words(view.poll.definition, t)),
        rule=rule_told(view.poll, t),
        state=state.value,
        states=list(state_names(state, waits=view.untold)),
        warning=UNRELEASED if view.untold and state is not State.CLOSED else "",
        shown=shown,
        tells_apart=tells_apart(view.poll, view.ballots, least),
        counted=COUNTED.get(view.poll.kind, ""),
        hint=t(NOT_BY_FIRST_PLACES) if is_decided_otherwise(view.poll) else "",
        names=NAMES,
        warned=room_warned(view.poll.definition, t, least),
        told=SECRECY_TOLD[view.poll.definition.secrecy.value],
        address=deps.urls.open_vote(view.poll.code),
        chat=deps.urls.vote_in_chat(view.poll.code),
        group=_in_group(view.poll) if deps.urls.chat else "",
        problem=problem,
        result_to=TO_NAMES,
        told_already=ResultToldAlready.text,
        manages=manages,
        exports=staff.may(Permission.EXPORT_RESULTS, view.poll.office_id),
        may_tell=manages and staff.may(Permission.WRITE_MAILINGS, view.poll.office_id),
        reads_mailings=any(staff.may(one, view.poll.office_id) for one in READS),
        done=request.query_params.get("done", "") in {*ACTS, *LOGGED, "changed", "asked"},
        did=request.query_params.get("done", ""),
        drawn_back=request.query_params.get("done", "") == "drawn-back",
        live=f"{deps.urls.public}/live/{view.poll.code}",
        published=f"{deps.urls.open_vote(view.poll.code)}/result",
        reveals=view.screen.reveals(view.poll, now),
        repeated={"key": deps.ids.token()} | dict(repeated or {}),
    )  # fmt: skip


def _shown(view: PollView, least: int, t: Translator, *, conducts: bool) -> Shown:
    """The result for whoever conducts the poll, in full; else as those who may vote read it."""
    poll, decided = view.poll, view.result.everybody if view.result else None
    if withholds(poll, view.ballots.together, least):
        return Shown(for_staff(poll, view.ballots, least), withheld=FiguresWithheld(least=least).say(t))
    if conducts:
        standing = for_staff(poll, view.ballots, least)
        return Shown(standing, _apart(view, least), figures_of(poll, standing, decided, works=True), in_full=True)
    standing, apart = for_voters(poll, view.ballots, least), None if poll.is_secret else _apart(view, least)
    if view.result is None:
        return Shown(standing, apart)
    counts = [one for one in (view.result.everybody, view.result.beside) if one is not None]
    may, words = disclose(poll, standing, counts, least), words_for_voters(poll, standing, view.result, t, least)
    return Shown(standing, apart, may.figures, in_full=may.works, told=words)


def _apart(view: PollView, least: int) -> tuple[Glance, Glance] | None:
    """How it stands among those asked and among walk-ins; of a secret poll only where neither pile is a small one."""
    own, apart = glance(view.poll, view.ballots.own), glance(view.poll, view.ballots.apart)
    return (own, apart) if tells_apart(view.poll, view.ballots, least) else None


def _in_group(poll: Poll) -> str:
    """What a group in Telegram gets of a poll."""
    if not shows_names(poll):
        return "button"
    return "hidden" if hides_until_close(poll) else "own"
