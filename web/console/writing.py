"""Writing a mailing: one form for a new one and for one that has not left; what was typed is never lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, LANGUAGES
from core.people.consent import PURPOSE_NAMES, PURPOSES
from core.people.tables import Audience
from core.process.tables import Event, Phase, Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.content.files import ENDINGS
from notifications.ledger.revision import hold_mailing, revision_of
from notifications.ledger.states import Kind
from notifications.ledger.tables import Mailing, MailingText
from notifications.planning.preview import dry_run
from notifications.planning.writing import (
    Draft,
    MailingHasLeft,
    change_draft,
    check_draft,
    may_be_changed,
    save_draft,
    texts_of,
)
from surveys.responses.tables import Round
from web.console import store
from web.console.errors import ChangedMeanwhile
from web.console.mailing_files import FormFiles, standing_files, take_files, uploads_of
from web.console.page import console_page
from web.site import site_of

KINDS = (Kind.MAILING.value, Kind.REMINDER.value)
RULES = ("catch-up", "ask", "drop")
BUTTON_KINDS = ("answer", "rsvp", "join-chat", "link")
BUTTONS = 3  # as many rows there are at least
NO_FILES = FormFiles()
SPANS = {"days": timedelta(days=1), "hours": timedelta(hours=1), "minutes": timedelta(minutes=1)}
WITHIN_UNITS, SPREAD_UNITS = ("days", "hours"), ("hours", "days", "minutes")
MOMENTS = {"phase": ("opens", "closes"), "event": ("starts", "ends")}


@dataclass(frozen=True)
class Choices:
    """What the form offers."""

    process: store.ProcessRow
    languages: Sequence[str]
    audiences: Sequence[tuple[int, str]]
    rounds: Sequence[tuple[int, dict[str, str]]]
    events: Sequence[tuple[int, dict[str, str]]]
    moments: Sequence[tuple[str, str, dict[str, str]]]  # "phase:analysis:opens", the moment, the title


@dataclass(frozen=True)
class Written:
    """A form that was sent: its files, what is wrong, and the draft that it makes; or one that is shown (`stays`)."""

    choices: Choices
    files: FormFiles = NO_FILES
    problems: Sequence[Problem] = ()
    kept: Draft | None = None
    stays: bool = False

    @property
    def is_good(self) -> bool:
        return not self.problems and self.kept is not None

    @property
    def draft(self) -> Draft:
        assert self.kept is not None
        return self.kept


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
        written = _read(session, _choices(session, staff, process_id), (form, uploads), deps.telling.mail_limit_mb)
        if not written.is_good:
            return written, 0
        process = session.get_one(Process, process_id)
        mailing_id = save_draft(session, process, written.draft, staff.account_id, now)
        _note(session, staff, "mailing.written", (mailing_id, process.office_id), now)
        return written, mailing_id

    written, mailing_id = await deps.database.awrite(work)
    if not written.is_good:
        return _form(request, staff, written.choices, _typed(form), written)
    return RedirectResponse(f"/console/mailings/{mailing_id}/review", 303)


async def edit(request: Request, staff: Staff) -> Response:
    """Raises MailingHasLeft once it was planned or stopped."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    now = deps.clock.now()

    def work(session: Session) -> tuple[Choices, dict[str, str], FormFiles]:
        mailing = store.find_mailing(session, staff, mailing_id, Permission.WRITE_MAILINGS)
        row = session.get_one(Mailing, mailing_id)
        if not may_be_changed(session, row):
            raise MailingHasLeft
        texts = texts_of(session, mailing_id)
        values = _standing(row, texts) | {"revision": revision_of(session, row)}
        # Its readers may have chosen a language that the process does not write in: without a text nothing leaves.
        read = dry_run(session, mailing_id, now, deps.telling.rules).missing_languages
        choices = _choices(session, staff, mailing.process_id, {*mailing.subjects, *read})
        return choices, values, standing_files(session, mailing_id, texts)

    choices, values, files = await deps.database.aread(work)
    return _form(request, staff, choices, values, Written(choices, files))


async def change(request: Request, staff: Staff) -> Response:
    """Keeps what was changed; where somebody else was faster, the form comes back and says so."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    form, now = await request.form(), deps.clock.now()
    uploads, typed = await uploads_of(form), _typed(form)

    def work(session: Session) -> Written:
        mailing = store.find_mailing(session, staff, mailing_id, Permission.WRITE_MAILINGS)
        sent = {one for one in LANGUAGES if f"subject-{one}" in typed}
        choices = _choices(session, staff, mailing.process_id, {*mailing.subjects, *sent})
        written = _read(session, choices, (form, uploads), deps.telling.mail_limit_mb)
        revision = revision_of(session, hold_mailing(session, mailing_id))
        if revision != typed.get("revision", "") and not written.stays:
            typed["revision"] = revision
            written = replace(written, problems=(ChangedMeanwhile(), *written.problems))
        if written.is_good:
            change_draft(session, mailing_id, written.draft, staff.account_id, now)
            _note(session, staff, "mailing.changed", (mailing_id, mailing.office_id), now)
        return written

    written = await deps.database.awrite(work)
    if not written.is_good:
        return _form(request, staff, written.choices, typed, written)
    return RedirectResponse(f"/console/mailings/{mailing_id}/review", 303)


def _read(
    session: Session, choices: Choices, sent: tuple[FormData, Sequence[tuple[str, bytes]]], limit_mb: int
) -> Written:
    """What the form says and has sent along; `stay` only adds files to it."""
    form, uploads = sent
    files = take_files(session, form, uploads, choices.languages)
    if "stay" in form:
        return Written(choices, files, files.problems, stays=True)
    draft = replace(read_draft(form, choices.languages, files), limit_mb=limit_mb)
    process = session.get_one(Process, choices.process.id)
    return Written(choices, files, (*files.problems, *check_draft(session, process, draft)), draft)


def read_draft(form: FormData, languages: Sequence[str], files: FormFiles) -> Draft:
    """What the form says; what cannot be read is left for the checks to name."""
    typed = _typed(form)
    moment = typed.get("moment", "").split(":")
    anchor: dict[str, Any] = {moment[0]: moment[1], "at": moment[2]} if len(moment) == 3 else {}
    anchor |= {"days": _whole(typed.get("days", "")), "working": "working" in typed}
    if typed.get("time"):
        anchor["time"] = typed["time"]
    missed: dict[str, Any] = {"rule": typed.get("missed", "catch-up")}
    if typed.get("within"):
        missed["until"] = {_unit(typed, "within", WITHIN_UNITS): _whole(typed["within"])}
    spread = _whole(typed.get("spread", "") or "0")
    return Draft(
        kind=typed["kind"] if typed.get("kind") in KINDS else KINDS[0],
        purpose=typed["purpose"] if typed.get("purpose") in PURPOSES else PURPOSES[0],
        audience_id=_number(typed.get("audience", "")),
        round_id=_number(typed.get("round", "")),
        anchor=anchor,
        missed=missed,
        spread={_unit(typed, "spread", SPREAD_UNITS): spread} if spread else {},
        event_id=_number(typed.get("event", "")),
        texts={
            language: _text(typed, language) | {"attachments": list(files.attached[language])} for language in languages
        },
        files=files.found,
    )


def _text(typed: Mapping[str, str], language: str) -> dict[str, Any]:
    buttons: list[dict[str, str]] = []
    for number in _rows(typed, [language]):
        kind, label, url = (typed.get(f"{part}-{language}-{number}", "") for part in ("button", "label", "url"))
        if kind in BUTTON_KINDS:
            buttons.append({"kind": kind, "label": label} | ({"url": url} if kind == "link" else {}))
    body = typed.get(f"body-{language}", "").replace("\r\n", "\n")
    return {"subject": typed.get(f"subject-{language}", ""), "body": body, "buttons": buttons}


def _rows(values: Mapping[str, str], languages: Sequence[str]) -> range:
    """The rows for buttons: as many as there are buttons in one of the languages, at least three."""
    rows = BUTTONS
    while any(f"button-{language}-{rows}" in values for language in languages):
        rows += 1
    return range(rows)


def _unit(typed: Mapping[str, str], name: str, units: Sequence[str]) -> str:
    """The unit of a number; the first where none was chosen."""
    unit = typed.get(f"{name}-unit", "")
    return unit if unit in units else units[0]


def _span(name: str, raw: Mapping[str, int], units: Sequence[str]) -> dict[str, str]:
    """A time as one number of the largest unit that shows it whole."""
    span = timedelta(**raw)
    unit = next(one for one in SPANS if one in units and not span % SPANS[one])
    return {name: str(span // SPANS[unit]), f"{name}-unit": unit}


def _standing(row: Mailing, texts: Sequence[MailingText]) -> dict[str, str]:
    """A kept mailing as the form's values: all of it, so that to keep them changes nothing."""
    anchor = row.anchor or {}
    kind = "event" if "event" in anchor else "phase"
    values = {
        "kind": row.kind,
        "purpose": row.purpose,
        "audience": str(row.audience_id or ""),
        "round": str(row.round_id or ""),
        "event": str(row.event_id or ""),
        "moment": f"{kind}:{anchor.get(kind, '')}:{anchor.get('at', MOMENTS[kind][0])}",
        "days": str(anchor.get("days", 0)),
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


def _typed(form: FormData) -> dict[str, str]:
    return {name: value.strip() for name, value in form.items() if isinstance(value, str)}


def _whole(text: str) -> int | str:
    """A whole number, or the words as they are, which no check takes for one."""
    try:
        return int(text)
    except ValueError:
        return text


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _choices(session: Session, staff: Staff, process_id: int, written: Collection[str] = ()) -> Choices:
    """`written` are the languages of texts that are there already. Raises NothingHere, NotAllowed."""
    process = store.find_process(session, staff, process_id)
    staff.need(Permission.WRITE_MAILINGS, process.office_id)
    audiences = select(Audience.id, Audience.name).where(Audience.office_id == process.office_id).order_by(Audience.id)
    rounds = select(Round.id, Round.title).where(Round.process_id == process_id).order_by(Round.opens_at.desc())
    phases = select(Phase).where(Phase.process_id == process_id).order_by(Phase.position)
    events = select(Event).where(Event.process_id == process_id).order_by(Event.starts_local)
    own = session.scalars(events).all()
    moments = [
        (f"{kind}:{one.slug}:{moment}", moment, one.title)
        for kind, found in (("phase", session.scalars(phases)), ("event", own))
        for one in found
        for moment in MOMENTS[kind]
    ]
    wanted = session.get_one(Process, process_id).languages
    return Choices(
        process=process,
        languages=[*wanted, *sorted(set(written) - set(wanted))],
        audiences=[(row.id, row.name) for row in session.execute(audiences)],
        rounds=[(row.id, row.title) for row in session.execute(rounds)],
        events=[(one.id, one.title) for one in own],
        moments=moments,
    )


def _note(session: Session, staff: Staff, act: str, about: tuple[int, int], now: datetime) -> None:
    mailing_id, office_id = about
    record(session, Act(act, f"mailing:{mailing_id}", staff.account_id, office_id), now)


def _form(
    request: Request, staff: Staff, choices: Choices, values: Mapping[str, str], written: Written | None = None
) -> Response:
    problems, files = (written.problems, written.files) if written else ((), NO_FILES)
    return console_page(
        request,
        staff,
        "console/mailing_form.html",
        status=max((one.status for one in problems), default=200),
        choices=choices,
        values=values,
        problems=problems,
        files=files,
        added=written is not None and written.stays,
        limit_mb=site_of(request).deps.telling.mail_limit_mb,
        accepts=",".join(f".{ending}" for ending in ENDINGS),
        kinds=KINDS,
        purposes=PURPOSE_NAMES,
        rules=RULES,
        button_kinds=BUTTON_KINDS,
        buttons=_rows(values, choices.languages),
        units={"within": WITHIN_UNITS, "spread": SPREAD_UNITS},
        language_names=LANGUAGE_NAMES,
        variables=("name", "office", "process", "round", "closes_on", "event", "starts_on", "starts_at", "place"),
    )
