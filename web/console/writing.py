"""Writing a mailing: one form for a new one and for one that has not left; what was typed is never lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.i18n import LANGUAGE_NAMES, LANGUAGES, translator
from core.people.consent import PURPOSE_NAMES, PURPOSES
from core.people.everybody import EVERYBODY, find_everybody, keep_everybody
from core.people.tables import Audience
from core.process.tables import Event, Phase, Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.content.files import ENDINGS
from notifications.content.variables import VARIABLES
from notifications.ledger.revision import hold_mailing, revision_of
from notifications.ledger.tables import Mailing, MailingText
from notifications.planning.anchors import MOMENTS
from notifications.planning.outlook import PAST_NAMES, Outlook, outlook
from notifications.planning.preview import dry_run
from notifications.planning.writing import (
    Draft,
    MailingHasLeft,
    as_mailing,
    change_draft,
    check_draft,
    may_be_changed,
    save_draft,
    texts_of,
)
from surveys.polls.store import polls_of
from surveys.polls.tables import Poll
from surveys.responses.tables import Round
from web.console import store
from web.console.errors import ChangedMeanwhile
from web.console.mailing_draft import (
    BUTTON_KINDS,
    KINDS,
    RULES,
    SPANS,
    SPREAD_UNITS,
    WITHIN_UNITS,
    AtField,
    at_fields,
    button_rows,
    read_draft,
    typed,
)
from web.console.mailing_files import FormFiles, standing_files, take_files, uploads_of
from web.console.page import console_page
from web.site import site_of

NO_FILES = FormFiles()
TIMED = frozenset({"moment", "days", "hours", "time"})


@dataclass(frozen=True)
class Choices:
    """What the form offers."""

    process: store.ProcessRow
    languages: Sequence[str]
    audiences: Sequence[tuple[int, str]]
    names_everybody: bool  # one of the audiences does
    rounds: Sequence[tuple[int, dict[str, str]]]
    events: Sequence[tuple[int, dict[str, str]]]
    polls: Sequence[tuple[int, dict[str, str]]]
    moments: Sequence[tuple[str, str, dict[str, str]]]  # "phase:analysis:opens", the moment, the title


@dataclass(frozen=True)
class Written:
    """A form that was sent: its files, what is wrong, when it would leave, and the draft that it makes; or one that is
    shown: `stays` says what for ("files" or "time")."""

    choices: Choices
    files: FormFiles = NO_FILES
    problems: Sequence[AtField] = ()
    kept: Draft | None = None
    stays: str = ""
    outlook: Outlook | None = None

    @property
    def is_good(self) -> bool:
        return not self.problems and self.kept is not None and not self.stays

    @property
    def draft(self) -> Draft:
        assert self.kept is not None
        return self.kept


@dataclass(frozen=True)
class Sent:
    """A form as it came, its uploads by name, what a mail may weigh, and when."""

    form: FormData
    uploads: Sequence[tuple[str, bytes]]
    limit_mb: int
    now: datetime


async def new(request: Request, staff: Staff) -> Response:
    deps, process_id = site_of(request).deps, int(request.path_params["process_id"])
    choices = await deps.database.aread(lambda session: _choices(session, staff, process_id))
    return _form(request, staff, choices, {"kind": "mailing", "purpose": PURPOSES[0], "time": "09:30", "days": "0"})


async def create(request: Request, staff: Staff) -> Response:
    """Keeps a draft; with anything wrong the form comes back as it was sent."""
    deps, process_id = site_of(request).deps, int(request.path_params["process_id"])
    form, now = await request.form(), deps.clock.now()
    uploads = await uploads_of(form)

    def work(session: Session) -> tuple[Written, int]:
        sent = Sent(form, uploads, deps.telling.mail_limit_mb, now)
        written = _read(session, _choices(session, staff, process_id), sent)
        if not written.is_good:
            return written, 0
        process = session.get_one(Process, process_id)
        mailing_id = save_draft(session, process, written.draft, staff.account_id, now)
        _note(session, staff, "mailing.written", (mailing_id, process.office_id), now)
        return written, mailing_id

    written, mailing_id = await deps.database.awrite(work)
    if not written.is_good:
        return _form(request, staff, written.choices, typed(form), written)
    return RedirectResponse(f"/console/mailings/{mailing_id}/review", 303)


async def edit(request: Request, staff: Staff) -> Response:
    """Raises MailingHasLeft once it was planned or stopped."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    now = deps.clock.now()

    def work(session: Session) -> tuple[dict[str, str], Written]:
        mailing = store.find_mailing(session, staff, mailing_id, Permission.WRITE_MAILINGS)
        row = session.get_one(Mailing, mailing_id)
        if not may_be_changed(session, row):
            raise MailingHasLeft
        texts = texts_of(session, mailing_id)
        values = _standing(row, texts) | {"revision": revision_of(session, row)}
        # Its readers may have chosen a language that the process does not write in: without a text nothing leaves.
        read = dry_run(session, mailing_id, now, deps.telling.rules).missing_languages
        choices = _choices(session, staff, mailing.process_id, {*mailing.subjects, *read})
        files = standing_files(session, mailing_id, texts)
        return values, Written(choices, files, outlook=outlook(session, row, now))

    values, written = await deps.database.aread(work)
    return _form(request, staff, written.choices, values, written)


async def change(request: Request, staff: Staff) -> Response:
    """Keeps what was changed; where somebody else was faster, the form comes back and says so."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    form, now = await request.form(), deps.clock.now()
    uploads, values = await uploads_of(form), typed(form)

    def work(session: Session) -> Written:
        mailing = store.find_mailing(session, staff, mailing_id, Permission.WRITE_MAILINGS)
        sent = {one for one in LANGUAGES if f"subject-{one}" in values}
        choices = _choices(session, staff, mailing.process_id, {*mailing.subjects, *sent})
        written = _read(session, choices, Sent(form, uploads, deps.telling.mail_limit_mb, now))
        revision = revision_of(session, hold_mailing(session, mailing_id))
        if revision != values.get("revision", "") and not written.stays:
            values["revision"] = revision
            written = replace(written, problems=(AtField("", ChangedMeanwhile()), *written.problems))
        if written.is_good:
            change_draft(session, mailing_id, written.draft, staff.account_id, now)
            _note(session, staff, "mailing.changed", (mailing_id, mailing.office_id), now)
        return written

    written = await deps.database.awrite(work)
    if not written.is_good:
        return _form(request, staff, written.choices, values, written)
    return RedirectResponse(f"/console/mailings/{mailing_id}/review", 303)


def _read(session: Session, choices: Choices, sent: Sent) -> Written:
    """What the form says and has sent along; `stay` adds files to it, or asks when it would leave."""
    files = take_files(session, sent.form, sent.uploads, choices.languages)
    to_all = sent.form.get("audience") == EVERYBODY
    all_of_them = keep_everybody(session, choices.process.office_id, choices.languages[0]) if to_all else None
    draft, said = read_draft(sent.form, choices.languages, files, all_of_them)
    draft = replace(draft, limit_mb=sent.limit_mb)
    process = session.get_one(Process, choices.process.id)
    is_timed = not TIMED & {one.field for one in said}
    when = outlook(session, as_mailing(process, draft), sent.now) if is_timed else None
    if "stay" in sent.form:
        stays = "time" if sent.form["stay"] == "time" else "files"
        wrong = [*said, *(AtField("upload", one) for one in files.problems)]
        of_interest = {"time": TIMED, "files": {"upload"}}[stays]
        return Written(choices, files, [one for one in wrong if one.field in of_interest], draft, stays, when)
    problems = at_fields(check_draft(session, process, draft), files.problems, said)
    return Written(choices, files, problems, draft, outlook=when)


def _span(name: str, raw: Mapping[str, int], units: Sequence[str]) -> dict[str, str]:
    """A time as one number of the largest unit that shows it whole."""
    span = timedelta(**raw)
    unit = next(one for one in SPANS if one in units and not span % SPANS[one])
    return {name: str(span // SPANS[unit]), f"{name}-unit": unit}


def _standing(row: Mailing, texts: Sequence[MailingText]) -> dict[str, str]:
    """A kept mailing as the form's values: all of it, so that to keep them changes nothing."""
    anchor = row.anchor or {}
    kind = next((one for one in MOMENTS if one in anchor), "phase")
    values = {
        "kind": row.kind,
        "purpose": row.purpose,
        "audience": str(row.audience_id or ""),
        "round": str(row.round_id or ""),
        "event": str(row.event_id or ""),
        "poll": str(row.poll_id or ""),
        "moment": f"{kind}:{anchor.get(kind, '')}:{anchor.get('at', MOMENTS[kind][0])}",
        "days": str(anchor.get("days", 0)),
        "hours": str(anchor.get("hours", "")),
        "time": str(anchor.get("time", "")),
        "missed": str(row.missed.get("rule", "catch-up")),
    }
    values |= {"working": "yes"} if anchor.get("working") else {}
    values |= _span("within", row.missed["until"], WITHIN_UNITS) if row.missed.get("until") else {}
    values |= _span("spread", row.spread, SPREAD_UNITS) if any(row.spread.values()) else {}
    for text in texts:
        values |= {f"subject-{text.language}": text.subject, f"body-{text.language}": text.body}
        for number, button in enumerate(text.buttons):
            names = {"button": "kind", "label": "label", "url": "url"}
            values |= {f"{part}-{text.language}-{number}": str(button.get(key, "")) for part, key in names.items()}
    return values


def _choices(session: Session, staff: Staff, process_id: int, written: Collection[str] = ()) -> Choices:
    """`written` are the languages of texts that are there already. Raises NothingHere, NotAllowed."""
    process = store.find_process(session, staff, process_id)
    staff.need(Permission.WRITE_MAILINGS, process.office_id)
    audiences = select(Audience.id, Audience.name).where(Audience.office_id == process.office_id).order_by(Audience.id)
    rounds = select(Round.id, Round.slug, Round.title).where(Round.process_id == process_id)
    phases = select(Phase).where(Phase.process_id == process_id).order_by(Phase.position)
    events = select(Event).where(Event.process_id == process_id).order_by(Event.starts_local)
    own, polls = session.scalars(events).all(), polls_of(session, Poll.process_id == process_id)
    moments = [
        (f"{kind}:{one.slug}:{moment}", moment, one.title)
        for kind, found in (("phase", session.scalars(phases)), ("event", own))
        for one in found
        for moment in MOMENTS[kind]
    ]
    of_polls = ((one, moment) for one in polls for moment in MOMENTS["poll"])
    moments += [(f"poll:{one.slug}:{moment}", moment, dict(one.definition.title)) for one, moment in of_polls]
    asking = session.execute(rounds.order_by(Round.opens_at.desc())).all()
    moments += [(f"round:{one.slug}:{moment}", moment, one.title) for one in asking for moment in MOMENTS["round"]]
    wanted = session.get_one(Process, process_id).languages
    return Choices(
        process=process,
        languages=[*wanted, *sorted(set(written) - set(wanted))],
        audiences=[(row.id, row.name) for row in session.execute(audiences)],
        names_everybody=find_everybody(session, process.office_id) is not None,
        rounds=[(row.id, row.title) for row in asking],
        events=[(one.id, one.title) for one in own],
        polls=[(one.id, dict(one.definition.title)) for one in polls],
        moments=moments,
    )


def _note(session: Session, staff: Staff, act: str, about: tuple[int, int], now: datetime) -> None:
    mailing_id, office_id = about
    record(session, Act(act, f"mailing:{mailing_id}", staff.account_id, office_id), now)


def _form(
    request: Request, staff: Staff, choices: Choices, values: Mapping[str, str], written: Written | None = None
) -> Response:
    written = written or Written(choices)
    t = translator(staff.language)
    return console_page(
        request,
        staff,
        "console/mailing_form.html",
        status=max((one.problem.status for one in written.problems), default=200),
        choices=choices,
        values=values,
        problems=written.problems,
        errors={one.field: one.say(t) for one in reversed(written.problems)},
        files=written.files,
        stays=written.stays,
        outlook=written.outlook,
        past=PAST_NAMES,
        limit_mb=site_of(request).deps.telling.mail_limit_mb,
        accepts=",".join(f".{ending}" for ending in ENDINGS),
        kinds=KINDS,
        purposes=PURPOSE_NAMES,
        rules=RULES,
        button_kinds=BUTTON_KINDS,
        buttons=button_rows(values, choices.languages),
        units={"within": WITHIN_UNITS, "spread": SPREAD_UNITS},
        language_names=LANGUAGE_NAMES,
        variables=VARIABLES,
    )
