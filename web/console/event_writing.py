"""Writing an event: one form for a new one and for one that stands, its documents, and calling it off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, N_, pick_text, translator
from core.inbound import first_time
from core.process.changing import CANCELLED, change_event, concerned
from core.process.event_files import Document, add_document, documents_of, keep_for_afterwards, remove_document
from core.process.events import EventFacts
from core.process.removing import EventInUse, remove_event
from core.process.replies import MODES
from core.process.tables import Event, Process
from core.slugs import free_slug, slug_from
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.content.files import ENDINGS, look_at
from notifications.ledger.events import hangs_on
from notifications.ledger.undecided import undecided
from web.console import store
from web.console.event_draft import (
    KINDS,
    LATE,
    LONG_TEXTS,
    USUAL,
    Amiss,
    BeginsInThePast,
    read_event,
    standing_form,
)
from web.console.events import find_event
from web.console.mailing_files import uploads_of
from web.console.page import console_page
from web.console.times import LocalClock
from web.public.store import event_address
from web.site import site_of

TELL_UNDECIDED = "tell_undecided"


class EventChangedMeanwhile(Problem):
    text = N_(
        "Somebody changed this event while you were writing. Please look at it as it is now. If what stands here is "
        "to take its place, keep it once more."
    )
    status = 409


@dataclass(frozen=True)
class Choices:
    """What the form offers; `event_id` is 0 for a new event."""

    process: store.ProcessRow
    languages: Sequence[str]
    phases: Sequence[tuple[int, dict[str, str]]]
    event_id: int = 0
    documents: Sequence[Document] = ()
    concerned: int = 0  # people who are told of a change
    undecided: int = 0  # people who are told of it too, where staff do not say otherwise
    public_page: str = ""


async def new(request: Request, staff: Staff) -> Response:
    process_id = int(request.path_params["process_id"])
    choices = await site_of(request).deps.database.aread(lambda session: _choices(session, staff, process_id))
    return _form(request, staff, choices, {**USUAL, "key": site_of(request).deps.ids.token()})


async def create(request: Request, staff: Staff) -> Response:
    """Keeps a new event, of a form that was sent twice once; with anything wrong it comes back as it was sent."""
    deps, process_id = site_of(request).deps, int(request.path_params["process_id"])
    values, now = await _typed(request), deps.clock.now()

    def work(session: Session) -> tuple[Choices, list[Amiss], int]:
        choices = _choices(session, staff, process_id)
        clock = LocalClock(choices.process.time_zone, now)
        columns, amiss = read_event(values, choices.languages, [str(one) for one, _ in choices.phases], clock)
        if amiss:
            return choices, amiss, 0
        if values.get("key") and not first_time(session, "web", f"event:{staff.account_id}:{values['key'][:64]}", now):
            return choices, amiss, 0  # the second press of a double click: the event is there
        title = pick_text(columns["title"], choices.languages[0])
        taken = session.scalars(select(Event.slug).where(Event.process_id == process_id)).all()
        slug = free_slug(slug_from(title, "event"), taken)
        row = insert(Event).values(process_id=process_id, slug=slug, **columns).returning(Event.id)
        made = session.execute(row).scalar_one()
        _note(session, staff, "event.added", (made, choices.process.office_id), now)
        return choices, amiss, made

    choices, amiss, made = await deps.database.awrite(work)
    if amiss:
        return _form(request, staff, choices, values, amiss)
    return RedirectResponse(f"/console/events/{made}/edit?kept=1" if made else f"/console/processes/{process_id}", 303)


async def edit(request: Request, staff: Staff) -> Response:
    event_id = int(request.path_params["event_id"])

    now = site_of(request).deps.clock.now()

    def work(session: Session) -> tuple[Choices, dict[str, str]]:
        choices = _choices_of(session, staff, event_id, now)
        values = standing_form(session.get_one(Event, event_id))
        return choices, values | {"revision": _revision(values)}

    choices, values = await site_of(request).deps.database.aread(work)
    return _form(request, staff, choices, values | {TELL_UNDECIDED: "yes"})


async def change(request: Request, staff: Staff) -> Response:
    """Keeps what was changed, and those concerned are told; where somebody else was faster, the form says so."""
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    values, now = await _typed(request), deps.clock.now()

    def work(session: Session) -> tuple[Choices, list[Amiss]]:
        choices = _choices_of(session, staff, event_id, now)
        event = session.get_one(Event, event_id)
        clock = LocalClock(choices.process.time_zone, now, event.starts_local)
        columns, amiss = read_event(values, choices.languages, [str(one) for one, _ in choices.phases], clock)
        revision = _revision(standing_form(event))
        if revision != values.get("revision", ""):
            values["revision"] = revision
            amiss = [Amiss("", EventChangedMeanwhile()), *amiss]
        if not amiss:
            change_event(session, event_id, columns, now, _undecided(session, event_id, values))
            _note(session, staff, "event.changed", (event_id, choices.process.office_id), now)
        return choices, amiss

    choices, amiss = await deps.database.awrite(work)  # everybody concerned is told: long work
    if amiss:
        return _form(request, staff, choices, values, amiss)
    return RedirectResponse(f"/console/events/{event_id}/edit?kept=1", 303)


async def keep_documents(request: Request, staff: Staff) -> Response:
    """Adds what was sent and removes what was ticked; what cannot be kept is said at the field."""
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    form, now = await request.form(), deps.clock.now()
    removed = [str(one) for one in form.getlist("remove")]
    afterwards = {str(one) for one in form.getlist("afterwards")}
    uploads = await uploads_of(form)

    def work(session: Session) -> tuple[Choices, list[Amiss], dict[str, str]]:
        about = event_id, _choices_of(session, staff, event_id, now).process.office_id
        amiss = []
        keep_for_afterwards(session, event_id, afterwards)
        for name in removed:
            remove_document(session, event_id, name)
            _note(session, staff, "event.file-removed", about, now)
        for name, content in uploads:
            try:
                found = look_at(name, content)
            except Problem as problem:
                amiss.append(Amiss("upload", problem))
                continue
            later = "new-afterwards" in form
            document = Document(found.name, found.media_type, found.sha256, found.size, later)
            add_document(session, event_id, document, content, now)
            _note(session, staff, "event.file-added", about, now)
        values = standing_form(session.get_one(Event, event_id))
        more = {"revision": _revision(values), TELL_UNDECIDED: "yes"}
        return _choices_of(session, staff, event_id, now), amiss, values | more

    choices, amiss, values = await deps.database.awrite(work)
    if amiss:
        return _form(request, staff, choices, values, amiss)
    return RedirectResponse(f"/console/events/{event_id}/edit?kept=1#documents", 303)


async def ask_to_cancel(request: Request, staff: Staff) -> Response:
    """Says who will be told; changes nothing."""
    event_id = int(request.path_params["event_id"])

    now = site_of(request).deps.clock.now()

    def work(session: Session) -> dict[str, Any]:
        return _to_tell(session, _event(session, staff, event_id), now)

    told = await site_of(request).deps.database.aread(work)
    return console_page(request, staff, "console/event_cancel.html", problem=None, **told)


def _to_tell(session: Session, event: EventFacts, now: datetime) -> dict[str, Any]:
    """What the page asks about: the event, how many are told that it does not take place, and how many could be."""
    people = concerned(session, event.id, CANCELLED, now)
    others = undecided(session, event.id).difference(people)
    return {"event": event, "concerned": len(people), "undecided": len(others)}


async def cancel(request: Request, staff: Staff) -> Response:
    """Calls the event off, or (`do=restore`) lets it take place after all."""
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    form, now = await _typed(request), deps.clock.now()
    off = form.get("do") != "restore"

    def work(session: Session) -> None:
        event = _event(session, staff, event_id)
        if event.cancelled == off:
            return
        change_event(session, event_id, {"cancelled": off}, now, _undecided(session, event_id, form))
        _note(session, staff, "event.cancelled" if off else "event.restored", (event_id, event.office_id), now)

    await deps.database.awrite(work)
    return RedirectResponse(f"/console/events/{event_id}", 303)


def _undecided(session: Session, event_id: int, form: Mapping[str, str]) -> set[int]:
    """Those who are told too, as whoever filled in the form wished."""
    return undecided(session, event_id) if TELL_UNDECIDED in form else set()


async def remove(request: Request, staff: Staff) -> Response:
    """Deletes an event that was made by mistake; what stands in the way is said on the page."""
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    now = deps.clock.now()

    def work(session: Session) -> tuple[dict[str, Any], EventFacts, Problem | None]:
        event = _event(session, staff, event_id)
        try:
            if hangs_on(session, event_id):
                raise EventInUse
            remove_event(session, event_id)
        except EventInUse as problem:
            return _to_tell(session, event, now), event, problem
        _note(session, staff, "event.deleted", (event_id, event.office_id), now)
        return {}, event, None

    told, event, problem = await deps.database.awrite(work)
    if problem is None:
        return RedirectResponse(f"/console/processes/{event.process_id}", 303)
    return console_page(request, staff, "console/event_cancel.html", status=problem.status, problem=problem, **told)


def _event(session: Session, staff: Staff, event_id: int) -> EventFacts:
    """Raises NothingHere, NotAllowed."""
    event = find_event(session, staff, event_id)
    staff.need(Permission.MANAGE_EVENTS, event.office_id)
    return event


def _choices(session: Session, staff: Staff, process_id: int) -> Choices:
    """Raises NothingHere, NotAllowed."""
    process = store.find_process(session, staff, process_id)
    staff.need(Permission.MANAGE_EVENTS, process.office_id)
    phases = [(one.id, one.title) for one in store.phases(session, process_id)]
    return Choices(process, session.get_one(Process, process_id).languages, phases)


def _choices_of(session: Session, staff: Staff, event_id: int, now: datetime) -> Choices:
    event = _event(session, staff, event_id)
    choices = _choices(session, staff, event.process_id)
    office = store.office_slug(session, event.office_id)
    people = concerned(session, event_id, CANCELLED, now)
    is_public = event.kind == "event" and not event.invited_only
    return Choices(
        choices.process,
        choices.languages,
        choices.phases,
        event_id,
        documents_of(session, event_id),
        len(people),
        len(undecided(session, event_id) - set(people)),
        event_address(office, event.slug) if is_public else "",
    )


def _revision(values: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


async def _typed(request: Request) -> dict[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _note(session: Session, staff: Staff, act: str, about: tuple[int, int], now: datetime) -> None:
    event_id, office_id = about
    record(session, Act(act, f"event:{event_id}", staff.account_id, office_id), now)


def _form(
    request: Request, staff: Staff, choices: Choices, values: Mapping[str, str], amiss: Sequence[Amiss] = ()
) -> Response:
    t = translator(staff.language)
    more: dict[str, Any] = {
        "errors": {one.field: one.problem.say(t) for one in reversed(amiss)},
        "accepts": ",".join(f".{ending}" for ending in ENDINGS),
        "long_texts": LONG_TEXTS,
        "late": LATE,
        "asks_late": bool(values.get(LATE)) or any(isinstance(one.problem, BeginsInThePast) for one in amiss),
        "language_names": LANGUAGE_NAMES,
        "modes": MODES,
        "kinds": KINDS,
    }
    return console_page(
        request,
        staff,
        "console/event_form.html",
        status=max((one.problem.status for one in amiss), default=200),
        choices=choices,
        values=values,
        problems=amiss,
        kept=not amiss and "kept" in request.query_params,
        **more,
    )
