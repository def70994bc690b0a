"""A question to the people from a template: everything is filled in, and one button asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, N_
from core.ids import read_id
from core.process.lending import Lending, lending_of, set_lending
from core.process.offices import office_names
from core.process.own_process import need_process, usual_process
from core.process.tables import Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.errors import NotAllowed
from core.staff.roles import Permission
from notifications.content.poll_texts import INVITATION, RESULT, texts_for
from notifications.ledger.report import Count
from notifications.planning.asking import TextsWrong, reach_of
from notifications.planning.closing import usual_close
from notifications.planning.lent import take_back
from notifications.planning.planner import window_of
from notifications.planning.result_telling import TO_NAMES, To
from notifications.planning.rules import Rules
from notifications.planning.windows import is_open, next_open
from notifications.review.asking import WHY, Desk, Said, ask_people, asking_offices, open_desk
from surveys.polls.faults import PollFault
from surveys.polls.poll import Definition
from surveys.polls.templates import Template, find_template, templates
from web.console.errors import NothingHere
from web.console.once import KEY, is_new
from web.console.page import console_page
from web.console.poll_draft import FIELDS, Known, read_poll, values_of
from web.console.times import LocalClock
from web.deps import WebDeps
from web.site import site_of

LENDS = Permission.IMPORT_PEOPLE  # who answers for what is done with the people of an office
NOT_IN_ALL = N_("It was changed in one language and not in {language}: people would be asked different things.")
ABOUT = {**FIELDS, "invitation": N_("Invitation"), "result": N_("Message with the result")}
PARTS = (INVITATION, RESULT)


@dataclass(frozen=True)
class Sheet:
    """The page with what stands in it: to how many it goes, and what is wrong."""

    desk: Desk
    template: Template
    values: Mapping[str, str]
    reach: Sequence[Count]
    faults: Sequence[PollFault] = ()
    problems: Sequence[tuple[str, Problem]] = ()  # of the texts
    lent_counts: Mapping[int, int] = field(default_factory=dict)  # how many each lender's mailing would reach
    leaves_at: datetime | None = None  # the next hour of sending; None for at once

    @property
    def lent(self) -> list[tuple[int, str]]:
        """Those whose people are asked too, as it is ticked."""
        return [(one, name) for one, name in self.desk.lenders if f"lent-{one}" in self.values]


async def choose(request: Request, staff: Staff) -> Response:
    """The templates; whoever works in several offices says for which."""
    offices = asking_offices(staff)
    if not offices:
        raise NotAllowed
    wanted = read_id(request.query_params.get("office", ""))

    office_id = wanted if wanted in offices else min(offices)

    def work(session: Session) -> tuple[list[tuple[int, str]], Lending | None]:
        lending = lending_of(session, office_id) if staff.may(LENDS, office_id) else None
        return list(office_names(session, offices).items()), lending

    names, lending = await site_of(request).deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/ask.html",
        templates=templates(),
        offices=names,
        office_id=office_id,
        lending=lending,
        done="done" in request.query_params,
    )


async def lend(request: Request, staff: Staff) -> Response:
    """An office lets the one above it ask its people too, or takes that back: what has not left yet is stopped."""
    deps, form = site_of(request).deps, await request.form()
    now, office_id = deps.clock.now(), read_id(form.get("office", "")) or 0
    allowed = form.get("do") == "allow"

    def work(session: Session) -> None:
        if office_id not in staff.roles:
            raise NothingHere
        staff.need(LENDS, office_id)
        set_lending(session, office_id, staff.account_id, now, allowed=allowed)
        word = "lending.allowed" if allowed else "lending.taken-back"
        record(session, Act(word, f"office:{office_id}", staff.account_id, office_id), now)
        for mailing_id in () if allowed else take_back(session, office_id, now):
            record(session, Act("mailing.cancelled", f"mailing:{mailing_id}", staff.account_id, office_id), now)

    await deps.database.awrite(work)
    return RedirectResponse(f"/console/ask?office={office_id}&done=lending", 303)


async def show(request: Request, staff: Staff) -> Response:
    deps, template = site_of(request).deps, find_template(request.path_params["template"])
    now = deps.clock.now()

    def work(session: Session) -> Sheet:
        desk, process = _desk(session, staff, request)
        values = _usual(template, desk, now) | {KEY: deps.ids.token()}
        counts = _lent_counts(session, desk, now, deps.telling.rules)
        reach = reach_of(session, process, None, now, deps.telling.rules)
        return Sheet(desk, template, values, reach, lent_counts=counts, leaves_at=_leaves_at(session, process, now))

    return _page(request, staff, await deps.database.aread(work))


async def ask(request: Request, staff: Staff) -> Response:
    """Makes the poll with its mailings and lets them leave where one person may; `look` only counts the readers.

    Pressed twice it asks once.
    """
    deps, template = site_of(request).deps, find_template(request.path_params["template"])
    now = deps.clock.now()
    typed = {str(name): str(value) for name, value in (await request.form()).items()}

    def read(session: Session) -> tuple[Sheet, Definition]:
        desk, process = _desk(session, staff, request)
        values = {**_usual(template, desk, now), **typed}
        audiences, clock = [one for one, _ in desk.audiences], LocalClock(desk.zone, now)
        definition, faults = read_poll(values, Known(desk.languages, audiences, [], clock=clock))
        faults = [*faults, *_changed_here_only(template, definition, desk.languages)]
        reach = reach_of(session, process, definition.audience_id, now, deps.telling.rules)
        counts = _lent_counts(session, desk, now, deps.telling.rules)
        leaves = _leaves_at(session, process, now)
        return Sheet(desk, template, values, reach, faults, lent_counts=counts, leaves_at=leaves), definition

    def work(session: Session) -> str:
        sheet, definition = read(session)
        if sheet.faults:
            return ""
        if not is_new(session, staff, "ask", typed, now):
            return f"/console/processes/{need_process(session, sheet.desk.office_id).id}/polls"
        return f"/console/polls/{_keep(session, deps, staff, (sheet, definition), now)}?done=asked"

    problems: list[tuple[str, Problem]] = []
    if "look" not in typed:
        try:
            if there := await deps.database.awrite(work):
                return RedirectResponse(there, 303)
        except TextsWrong as wrong:
            problems = [(part, one.problem) for part, one in wrong.amiss]
    sheet, _ = await deps.database.aread(read)
    return _page(request, staff, replace(sheet, problems=problems))


def _keep(session: Session, deps: WebDeps, staff: Staff, asked: tuple[Sheet, Definition], now: datetime) -> int:
    """The poll's number. Raises TextsWrong, with which nothing is kept."""
    sheet, definition = asked
    texts = {part: _texts(part, sheet.values, sheet.desk.languages) for part in PARTS}
    to = To.VOTERS if sheet.values.get("result-to") == To.VOTERS else To.ASKED
    said = Said(definition, texts, deps.telling.mail_limit_mb, to, [one for one, _ in sheet.lent])
    return ask_people(session, deps.ids, (staff, sheet.desk), said, now).poll_id


def _desk(session: Session, staff: Staff, request: Request) -> tuple[Desk, Process]:
    """Raises NothingHere, NotAllowed."""
    asked = request.query_params.get("office", "")
    office_id = read_id(asked) if asked else min(asking_offices(staff), default=0)
    if office_id is None or (asked and office_id not in staff.roles):
        raise NothingHere
    return open_desk(session, staff, office_id)


def _lent_counts(session: Session, desk: Desk, now: datetime, rules: Rules) -> dict[int, int]:
    """How many people of each office that lends them can be reached, and nothing else of them."""
    found = {}
    for office_id, _ in desk.lenders:
        each = reach_of(session, usual_process(session, office_id), None, now, rules)
        found[office_id] = sum(one.people for one in each if not one.reason)
    return found


def _leaves_at(session: Session, process: Process, now: datetime) -> datetime | None:
    """When what is released now leaves; None for at once."""
    window, zone = window_of(session, process)
    return None if is_open(window, now, zone) else next_open(window, now, zone)


def _usual(template: Template, desk: Desk, now: datetime) -> dict[str, str]:
    """The form as it is filled in: the template, this week's close, and the texts."""
    values = values_of(replace(template.definition, closes_local=usual_close(now, desk.zone, desk.window)))
    for part in PARTS:
        for language, text in texts_for(part, desk.languages).items():
            values |= {f"{part}-subject-{language}": text["subject"], f"{part}-body-{language}": text["body"]}
    return values


def _texts(part: str, values: Mapping[str, str], languages: Sequence[str]) -> dict[str, dict[str, object]]:
    return {
        language: {
            **text,
            "subject": values[f"{part}-subject-{language}"].strip(),
            "body": values[f"{part}-body-{language}"].replace("\r\n", "\n").strip(),
        }
        for language, text in texts_for(part, languages).items()
    }


def _changed_here_only(template: Template, new: Definition, languages: Sequence[str]) -> list[PollFault]:
    """A question that was put in other words in one language has to be so in all."""
    found = []
    for about, mine, usual in (
        ("title", _titles(new, languages), _titles(template.definition, languages)),
        ("options", _labels(new, languages), _labels(template.definition, languages)),
    ):
        same = [code for code in languages if mine[code] == usual[code]]
        if same and len(same) < len(languages):
            found += [PollFault(about, NOT_IN_ALL, {"language": code}) for code in same]
    return found


def _titles(poll: Definition, languages: Sequence[str]) -> dict[str, str]:
    return {code: poll.title.get(code, "") for code in languages}


def _labels(poll: Definition, languages: Sequence[str]) -> dict[str, str]:
    return {code: "\n".join(one.label.get(code, "") for one in poll.options) for code in languages}


def _page(request: Request, staff: Staff, sheet: Sheet) -> Response:
    return console_page(
        request,
        staff,
        "console/ask_form.html",
        status=422 if sheet.faults or sheet.problems else 200,
        sheet=sheet,
        desk=sheet.desk,
        chosen_one=sheet.template,
        values=sheet.values,
        faults=sheet.faults,
        problems=sheet.problems,
        fields=ABOUT,
        why=WHY,
        parts=PARTS,
        result_to=TO_NAMES,
        language_names=LANGUAGE_NAMES,
    )
