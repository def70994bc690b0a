"""Links to pass on: made, counted, printed as a poster."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import pick_text, translator
from core.people.tables import Municipality, Organisation
from core.process.events import EventFacts, load_event
from core.process.tables import Event, Office, Process
from core.sharing import links
from core.sharing.links import NewShare, ShareCount
from core.sharing.tables import ShareLink
from core.spreadsheet import safe_cell
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from web.console.errors import NothingHere
from web.console.page import console_page
from web.console.qr import qr_svg
from web.console.signing import LARGEST_ID
from web.site import site_of

HERE = "/console/links"


@dataclass(frozen=True)
class Choices:
    """What a link can be made for, of the offices whose links somebody may make: ids with names."""

    offices: list[tuple[int, str]]
    events: list[tuple[int, dict[str, str]]]
    municipalities: list[tuple[int, str]]
    organisations: list[tuple[int, str]]


async def list_all(request: Request, staff: Staff) -> Response:
    return await _list(request, staff)


async def add(request: Request, staff: Staff) -> Response:
    deps, form = site_of(request).deps, await request.form()
    now = deps.clock.now()
    sent = {name: _number(str(form.get(name, ""))) for name in ("office", "event", "municipality", "organisation")}
    note = " ".join(str(form.get("note", "")).split())

    def work(session: Session) -> int:
        choices = _choices(session, staff)
        lists: list[tuple[str, Sequence[tuple[int, Any]]]] = [
            ("office", choices.offices), ("event", choices.events), ("municipality", choices.municipalities),
            ("organisation", choices.organisations),
        ]  # fmt: skip
        for name, known in lists:
            if sent[name] is not None and sent[name] not in {one[0] for one in known}:
                raise NothingHere
        office_id = _office_of(session, sent["event"]) if sent["event"] is not None else sent["office"]
        if office_id is None:
            raise NothingHere
        new = NewShare(office_id, sent["event"], sent["municipality"], sent["organisation"], note)
        made = links.add_share(session, new, deps.ids, now)
        record(session, Act("share.added", f"share:{made}", staff.account_id, office_id), now)
        return made

    try:
        await deps.database.shared(work)
    except NothingHere:
        raise
    except Problem as problem:
        return await _list(request, staff, problem)
    return RedirectResponse(f"{HERE}?done=1", 303)


async def close(request: Request, staff: Staff) -> Response:
    deps, link_id = site_of(request).deps, int(request.path_params["link_id"])
    now = deps.clock.now()

    def work(session: Session) -> None:
        link = _link(session, staff, link_id)
        links.close_share(session, link_id, now)
        record(session, Act("share.closed", f"share:{link_id}", staff.account_id, link.office_id), now)

    await deps.database.shared(work)
    return RedirectResponse(f"{HERE}?done=1", 303)


async def poster(request: Request, staff: Staff) -> Response:
    """A page to be printed, or saved as a PDF, in the languages of the process: what, when, where, the code."""
    deps, link_id = site_of(request).deps, int(request.path_params["link_id"])

    def work(session: Session) -> tuple[ShareLink, str, EventFacts | None, list[str], list[Any]]:
        link = _link(session, staff, link_id)
        event = load_event(session, link.event_id) if link.event_id is not None else None
        spoken = session.get_one(Process, event.process_id).languages if event is not None else [staff.language]
        office = session.get_one(Office, link.office_id).name
        return link, office, event, spoken, links.visits_by_day(session, link_id)

    link, name, event, spoken, days = await deps.database.aread(work)
    address = deps.urls.share(link.code)
    return console_page(
        request,
        staff,
        "console/poster.html",
        name=name,
        event=event,
        voices=[translator(one) for one in spoken],
        days=days,
        address=address,
        svg=qr_svg(address, scale=8),
    )


async def picture(request: Request, staff: Staff) -> Response:
    """The code alone, for a leaflet of the office's own."""
    deps, link_id = site_of(request).deps, int(request.path_params["link_id"])
    link = await deps.database.aread(lambda session: _link(session, staff, link_id))
    headers = {"Content-Disposition": f'attachment; filename="{link.code}.svg"'}
    return Response(qr_svg(deps.urls.share(link.code), scale=10), media_type="image/svg+xml", headers=headers)


async def export(request: Request, staff: Staff) -> Response:
    deps, t = site_of(request).deps, translator(staff.language)
    now = deps.clock.now()

    def work(session: Session) -> list[ShareCount]:
        offices = _offices(staff)
        for office in offices:
            record(session, Act("shares.exported", f"office:{office}", staff.account_id, office), now)
        return links.counts(session, offices)

    found = await deps.database.shared(work)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [t("Address"), t("Event"), t("Municipality"), t("Organisation"), t("Note"), t("Visits"), t("Joined")]
    )
    for one in found:
        texts = [deps.urls.share(one.code), pick_text(one.event, staff.language) if one.event else "", one.municipality]
        row = [*map(safe_cell, [*texts, one.organisation, one.note]), one.visits, one.joined]
        writer.writerow(row)
    headers = {"Content-Disposition": f'attachment; filename="links-{now:%Y-%m-%d}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _list(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    deps = site_of(request).deps

    def work(session: Session) -> tuple[list[ShareCount], Choices]:
        return links.counts(session, _offices(staff)), _choices(session, staff)

    found, choices = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/links.html",
        status=problem.status if problem else 200,
        found=found,
        choices=choices,
        address_of=deps.urls.share,
        problem=problem,
        done="done" in request.query_params,
    )


def _offices(staff: Staff) -> list[int]:
    """Raises NothingHere where there are none."""
    offices = [office for office in staff.roles if staff.may(Permission.SHARE_LINKS, office)]
    if not offices:
        raise NothingHere
    return offices


def _choices(session: Session, staff: Staff) -> Choices:
    offices = _offices(staff)
    events = (
        select(Event.id, Event.title)
        .join(Process, Process.id == Event.process_id)
        .where(Process.office_id.in_(offices), Event.kind == "event", Event.invited_only.is_(False))
        .where(Event.cancelled.is_(False))
        .order_by(Event.starts_local, Event.id)
    )
    return Choices(
        offices=_named(session, select(Office.id, Office.name).where(Office.id.in_(offices)).order_by(Office.name)),
        events=[(row.id, row.title) for row in session.execute(events)],
        municipalities=_named(session, _of(Municipality, offices)),
        organisations=_named(session, _of(Organisation, offices)),
    )


def _of(table: type[Municipality] | type[Organisation], offices: list[int]) -> Any:
    return select(table.id, table.name).where(table.office_id.in_(offices)).order_by(table.name)


def _named(session: Session, statement: Any) -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in session.execute(statement)]


def _office_of(session: Session, event_id: int) -> int:
    found = select(Process.office_id).join(Event, Event.process_id == Process.id).where(Event.id == event_id)
    return session.execute(found).scalar_one()


def _link(session: Session, staff: Staff, link_id: int) -> ShareLink:
    """Raises NothingHere."""
    link = session.get(ShareLink, link_id)
    if link is None or link.office_id not in _offices(staff):
        raise NothingHere
    return link


def _number(text: str) -> int | None:
    """None for what is left out; a number that nothing has for what is none."""
    if not text:
        return None
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
