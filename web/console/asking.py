"""A question to the people from a template: everything is filled in, and one button asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, LANGUAGES, N_
from core.ids import read_id
from core.people.tables import Audience
from core.process.lending import Lending, lenders, lending_of, set_lending
from core.process.own_process import need_process, spoken, usual_process
from core.process.tables import Office, Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.errors import NotAllowed
from core.staff.roles import Permission
from notifications.content.poll_texts import INVITATION, RESULT, texts_for
from notifications.ledger.report import Count
from notifications.planning.asking import Question, TextsWrong, launch, make_question, reach_of, usual_close
from notifications.planning.lent import Words, ask_lent, take_back
from notifications.planning.result_telling import TO_NAMES, To
from notifications.planning.rules import Rules
from notifications.review.one_person import may_release
from surveys.polls.faults import PollFault
from surveys.polls.poll import Definition
from surveys.polls.store import instant_of, load_poll
from surveys.polls.tables import Poll
from surveys.polls.templates import Template, find_template, templates
from web.console.errors import NothingHere
from web.console.page import console_page
from web.console.poll_draft import FIELDS, Known, read_poll, slug_of, values_of
from web.deps import WebDeps
from web.site import site_of

LENDS = Permission.IMPORT_PEOPLE  # who answers for what is done with the people of an office
NEEDED = (Permission.MANAGE_POLLS, Permission.WRITE_MAILINGS)
NOT_IN_ALL = N_("It was changed in one language and not in {language}: people would be asked different things.")
TOO_LATE = N_("The close has passed already. Please choose a later one.")
WHY = {
    "anonymous": N_(
        "Anonymous: nobody can find out who chose what, the office neither; so people say what they think."
    ),
    "named": N_("Named: the office reads who chose what, so that it can come back to them; names are not published."),
}
ABOUT = {**FIELDS, "invitation": N_("Invitation"), "result": N_("Message with the result")}
PARTS = (INVITATION, RESULT)


@dataclass(frozen=True)
class Desk:
    """Where it is asked: the office, its process (None where it is still to be made), and what can be chosen."""

    office_id: int
    office: str
    zone: str
    languages: Sequence[str]
    audiences: Sequence[tuple[int, str]]
    releases: bool  # whether whoever asks lets it leave
    lenders: Sequence[tuple[int, str]] = ()  # the municipalities of a union that let it ask their people too


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


async def choose(request: Request, staff: Staff) -> Response:
    """The templates; whoever works in several offices says for which."""
    offices = _offices(staff)
    if not offices:
        raise NotAllowed
    wanted = read_id(request.query_params.get("office", ""))

    office_id = wanted if wanted in offices else min(offices)

    def work(session: Session) -> tuple[list[tuple[int, str]], Lending | None]:
        found = select(Office.id, Office.name).where(Office.id.in_(offices)).order_by(Office.id)
        lending = lending_of(session, office_id) if staff.may(LENDS, office_id) else None
        return [(row.id, row.name) for row in session.execute(found)], lending

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
        values = _usual(template, desk, now)
        counts = _lent_counts(session, desk, now, deps.telling.rules)
        return Sheet(
            desk, template, values, reach_of(session, process, None, now, deps.telling.rules), lent_counts=counts
        )

    return _page(request, staff, await deps.database.aread(work))


async def ask(request: Request, staff: Staff) -> Response:
    """Makes the poll with its mailings and lets them leave where one person may; `look` only counts the readers."""
    deps, template = site_of(request).deps, find_template(request.path_params["template"])
    now = deps.clock.now()
    typed = {str(name): str(value) for name, value in (await request.form()).items()}

    def read(session: Session) -> tuple[Sheet, Definition]:
        desk, process = _desk(session, staff, request)
        values = {**_usual(template, desk, now), **typed}
        definition, faults = read_poll(values, Known(desk.languages, [one for one, _ in desk.audiences], []))
        faults = [*faults, *_changed_here_only(template, definition, desk.languages), *_late(definition, desk, now)]
        reach = reach_of(session, process, definition.audience_id, now, deps.telling.rules)
        counts = _lent_counts(session, desk, now, deps.telling.rules)
        return Sheet(desk, template, values, reach, faults, lent_counts=counts), definition

    def work(session: Session) -> int:
        sheet, definition = read(session)
        return 0 if sheet.faults else _keep(session, deps, staff, (sheet, definition), now)

    problems: list[tuple[str, Problem]] = []
    if "look" not in typed:
        try:
            if poll_id := await deps.database.awrite(work):
                return RedirectResponse(f"/console/polls/{poll_id}?done=asked", 303)
        except TextsWrong as wrong:
            problems = [(part, one.problem) for part, one in wrong.amiss]
    sheet, _ = await deps.database.aread(read)
    return _page(request, staff, replace(sheet, problems=problems))


def _keep(session: Session, deps: WebDeps, staff: Staff, asked: tuple[Sheet, Definition], now: datetime) -> int:
    """The poll's number. Raises TextsWrong, with which nothing is kept."""
    sheet, definition = asked
    office_id, languages = sheet.desk.office_id, sheet.desk.languages
    process = need_process(session, office_id)
    taken = session.scalars(select(Poll.slug).where(Poll.office_id == office_id)).all()
    slug, _ = slug_of({}, next(iter(definition.title.values()), ""), taken)
    texts = {part: _texts(part, sheet.values, languages) for part in PARTS}
    to = To.VOTERS if sheet.values.get("result-to") == To.VOTERS else To.ASKED
    new = Question(slug, definition, texts[INVITATION], texts[RESULT], deps.telling.mail_limit_mb, to)
    made = make_question(session, deps.ids, process, new, (staff.account_id, now))
    lent = [one for one, _ in sheet.desk.lenders if f"lent-{one}" in sheet.values]
    words = Words(texts[INVITATION], texts[RESULT], to)
    ask_lent(session, load_poll(session, made.poll_id), lent, words, now)
    poll, mailings = [f"poll:{made.poll_id}"], [f"mailing:{one}" for one in made.mailing_ids]
    done = [("poll.added", poll), ("mailing.written", mailings)]
    if sheet.desk.releases:
        launch(session, made, staff.account_id, now)
        done += [("mailing.released", mailings), ("poll.opened", poll)]
    for act, subjects in done:
        for subject in subjects:
            record(session, Act(act, subject, staff.account_id, office_id), now)
    return made.poll_id


def _desk(session: Session, staff: Staff, request: Request) -> tuple[Desk, Process]:
    """Raises NothingHere, NotAllowed."""
    asked = request.query_params.get("office", "")
    office_id = read_id(asked) if asked else min(_offices(staff), default=0)
    if office_id is None or (asked and office_id not in staff.roles):
        raise NothingHere
    for permission in NEEDED:
        staff.need(permission, office_id)
    process = usual_process(session, office_id)
    office = session.get_one(Office, office_id)
    known = {*process.languages, *spoken(session, office_id)}
    found = select(Audience.id, Audience.name).where(Audience.office_id == office_id).order_by(Audience.name)
    desk = Desk(
        office_id=office_id,
        office=office.name,
        zone=process.time_zone,
        languages=[one for one in LANGUAGES if one in known],
        audiences=[(row.id, row.name) for row in session.execute(found)],
        releases=office.one_person and may_release(session, staff, office_id),
        lenders=lenders(session, office_id),
    )
    return desk, process


def _lent_counts(session: Session, desk: Desk, now: datetime, rules: Rules) -> dict[int, int]:
    """How many people of each office that lends them can be reached, and nothing else of them."""
    found = {}
    for office_id, _ in desk.lenders:
        each = reach_of(session, usual_process(session, office_id), None, now, rules)
        found[office_id] = sum(one.people for one in each if not one.reason)
    return found


def _offices(staff: Staff) -> list[int]:
    """Those in which somebody may ask."""
    return [one for one in staff.offices(NEEDED[0]) if staff.may(NEEDED[1], one)]


def _usual(template: Template, desk: Desk, now: datetime) -> dict[str, str]:
    """The form as it is filled in: the template, this week's close, and the texts."""
    values = values_of(replace(template.definition, closes_local=usual_close(now, desk.zone)))
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
            found += [PollFault(about, NOT_IN_ALL, {"language": LANGUAGE_NAMES.get(code, code)}) for code in same]
    return found


def _titles(poll: Definition, languages: Sequence[str]) -> dict[str, str]:
    return {code: poll.title.get(code, "") for code in languages}


def _labels(poll: Definition, languages: Sequence[str]) -> dict[str, str]:
    return {code: "\n".join(one.label.get(code, "") for one in poll.options) for code in languages}


def _late(new: Definition, desk: Desk, now: datetime) -> list[PollFault]:
    closes = instant_of(new.closes_local, desk.zone)
    return [PollFault("closes", TOO_LATE)] if closes is not None and closes <= now else []


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
