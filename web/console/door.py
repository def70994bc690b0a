"""The door of an event on a telephone: a page that works on without a connection, the list it holds, and its acts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.i18n import LANGUAGES, pick_text, translator
from core.links import Links
from core.people.tables import Municipality, Organisation
from core.process.door.consenting import door_text
from core.process.door.listing import Expected, expected, gone, numbers
from core.process.door.window import closes_at, opens_at
from core.process.events import EventFacts, load_event
from core.process.replies import Reply
from core.process.tables import Event, Process
from core.staff.accounts import Staff
from core.staff.audit import Act, is_recorded, record
from core.staff.roles import Permission
from web.assets import STATIC
from web.console.door_acts import Arrived, Door, read_acts
from web.console.door_words import door_words
from web.console.event_page import event_for
from web.console.form_tokens import form_token
from web.console.page import console_page
from web.site import site_of

HERE = "/console/door"
NOTED_ANEW = timedelta(hours=20)
CAMERA = "camera=(self), geolocation=(), microphone=(), payment=()"
SHELL = (
    "fonts.css", "door.css", "jsqr.js", "door-store.js", "door-scan.js", "door-list.js", "door-view.js", "door.js",
    "icon.svg", "fonts/titillium-regular.woff2", "fonts/titillium-600.woff2", "fonts/titillium-700.woff2",
)  # fmt: skip


async def list_events(request: Request, staff: Staff) -> Response:
    """The events at whose door somebody may stand, those that end last first."""
    deps = site_of(request).deps
    now = deps.clock.now()

    def work(session: Session) -> list[EventFacts]:
        offices = staff.offices(Permission.CHECK_IN)
        statement = (
            select(Event.id)
            .join(Process, Process.id == Event.process_id)
            .where(Process.office_id.in_(offices), Event.cancelled.is_(False), Event.kind != "appointment")
            .order_by(Event.starts_local, Event.id)
        )
        found = (load_event(session, one) for one in session.scalars(statement).all())
        return [one for one in found if Reply.IN_PERSON in one.modes and now < closes_at(one)]

    found = await deps.database.aread(work)
    return console_page(request, staff, "console/door_list.html", found=found, now=now)


async def show(request: Request, staff: Staff) -> Response:
    """The page itself holds nobody; it asks for the list, and the telephone keeps both."""
    site, event_id = site_of(request), int(request.path_params["event_id"])
    event = await site.deps.database.aread(lambda s: event_for(s, staff, event_id, Permission.CHECK_IN))
    t = translator(staff.language)
    shell = [site.assets.url(name) for name in SHELL]
    page = console_page(
        request,
        staff,
        "console/door.html",
        event=event,
        here=f"{HERE}/{event_id}",
        door_words=_inert(door_words(t)),
        shell=_inert(shell),
        opens=opens_at(event),
    )
    page.headers["Permissions-Policy"] = CAMERA
    return page


async def worker(_: Request) -> Response:
    """What keeps the page on the telephone; it sees the pages of doors alone."""
    content = (STATIC / "door-worker.js").read_bytes()
    return Response(content, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


async def load_list(request: Request, staff: Staff) -> Response:
    """Who is expected and who is in, with the numbers; `?since=` an act: what has changed after it.

    That somebody has the list on a telephone is noted, once a day of theirs: such a note is no change by a look.
    """
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    since, now = _act_in(request.query_params.get("since", "")), deps.clock.now()

    def work(session: Session) -> tuple[dict[str, Any], Act | None]:
        event = event_for(session, staff, event_id, Permission.CHECK_IN)
        taken = _taken(session, event, staff, now)
        count = asdict(numbers(session, event_id))  # first: what is done meanwhile is told twice rather than never
        people = [_row(one, staff.language) for one in expected(session, event, deps.links, since)]
        told = {"numbers": count, "people": people, "gone": [] if since is None else gone(session, event_id, since)}
        whole = _whole(session, event, staff.language, deps.links) if since is None else {}
        return told | whole, taken

    found, taken = await deps.database.aread(work)
    if taken is not None:
        await deps.database.shared(lambda session: record(session, taken, now))
    return JSONResponse({**found, "now": now.isoformat(), "token": form_token(request)})


async def keep(request: Request, staff: Staff) -> Response:
    """Keeps what was done, each act once, in the order in which it was done.

    The answer tells of whom these acts concern, and of whom other doors have acted on since the act the telephone
    knows last; never of those whom nothing was done about.
    """
    deps, event_id, form = site_of(request).deps, int(request.path_params["event_id"]), await request.form()
    acts = read_acts(str(form.get("acts", "")), str(form.get("seals", "[]")))
    now, t = deps.clock.now(), translator(staff.language)
    since = _act_in(str(form.get("since", "")))

    def work(session: Session) -> tuple[list[Arrived], dict[str, Any]]:
        event = event_for(session, staff, event_id, Permission.CHECK_IN)
        if (taken := _taken(session, event, staff, now)) is not None:
            record(session, taken, now)
        door = Door(session, event, staff, deps.links, now)
        arrived = [door.keep(one) for one in acts]
        count, own = asdict(numbers(session, event_id)), [one.became.act_id - 1 for one in arrived if one.became]
        after = min(own + ([since] if since is not None else []), default=count["last"])
        people = [_row(one, staff.language) for one in expected(session, event, deps.links, after)]
        return arrived, {"people": people, "gone": gone(session, event_id, after), "numbers": count}

    arrived, told = await deps.database.shared(work, key=f"event:{event_id}")
    results = [one.told(t) for one in arrived]
    return JSONResponse({**told, "results": results, "now": now.isoformat(), "token": form_token(request)})


def _taken(session: Session, event: EventFacts, staff: Staff, now: datetime) -> Act | None:
    """That this account has the list on a telephone, where it is not noted already."""
    taken = Act("door.list-taken", f"event:{event.id}", staff.account_id, event.office_id)
    return None if is_recorded(session, taken, now - NOTED_ANEW) else taken


def _act_in(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _whole(session: Session, event: EventFacts, language: str, links: Links) -> dict[str, Any]:
    text = door_text(session, event.office_id)
    return {
        "event": {
            "id": event.id,
            "title": pick_text(event.title, language),
            "starts": event.starts_at.isoformat(),
            "ends": event.ends_at.isoformat(),
            "opens": opens_at(event).isoformat(),
            "zone": event.time_zone,
        },
        "organisations": _places(session, Organisation, event.office_id),
        "municipalities": _places(session, Municipality, event.office_id),
        "consent": {"seal": text.sealed(links), "text": text.text, "languages": list(LANGUAGES)},
    }


def _places(
    session: Session, table: type[Organisation] | type[Municipality], office_id: int
) -> Sequence[tuple[int, str]]:
    rows = session.execute(select(table.id, table.name).where(table.office_id == office_id).order_by(table.name))
    return [(row.id, row.name) for row in rows]


def _row(one: Expected, language: str) -> dict[str, Any]:
    """One of the list, without what is empty: hundreds of them travel to a telephone."""
    told = {
        "id": one.participant_id, "name": one.shown_name, "org": one.organisation, "reply": one.reply,
        "waits": one.waits_for, "along": one.companions, "instead": one.substitute, "needs": one.needs,
        "came": one.came, "at": _iso(one.came_at), "last": _iso(one.acted_at), "with": one.came_along,
        "table": one.table, "theme": pick_text(one.theme, language) if one.theme else "", "codes": list(one.codes),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", None, 0)}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _inert(data: object) -> str:
    """JSON that ends no element of a page."""
    return json.dumps(data, ensure_ascii=True).replace("<", "\\u003c")
