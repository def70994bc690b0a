"""The page behind the link of a confirmation mail: looking changes nothing, the button joins, once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkExpired, LinkForged
from core.links import Purpose, in_days
from core.people.consent import PURPOSE_NAMES
from core.people.errors import JoinRequestGone
from core.people.join_requests import confirm_request, find_request, key_of, refuse_requests
from core.people.open_offices import check_open, kept_text
from core.people.store import remaining
from core.people.tables import JoinRequest, Municipality
from core.process.events import EventFacts
from core.process.joined import event_they_came_for
from notifications.sending.context import LINK_LASTS
from web.public.store import PublicRound, load_office, open_rounds_of
from web.site import OfficeName, remember_reader, site_of


@dataclass(frozen=True)
class Confirming:
    """A request as its page shows it; `person_id` is who it made a member, 0 before."""

    nonce: int
    request: JoinRequest
    office: OfficeName
    text: str
    person_id: int
    rounds: tuple[PublicRound, ...]
    municipality: str = ""
    event: EventFacts | None = None  # that they came for

    @property
    def in_chat(self) -> bool:
        """Whether the request came from a chat, which the address then belongs to."""
        return self.request.joins_id is not None


async def show(request: Request) -> Response:
    """What is to be confirmed, or that it is."""
    found = await _open(request)
    return site_of(request).page(
        request,
        "public/joined.html" if found.person_id else "public/confirm_join.html",
        found=found,
        purposes=[PURPOSE_NAMES[one] for one in found.request.purposes if one in PURPOSE_NAMES],
        preferences=_preferences(request, found) if found.person_id else "",
        event=found.event,
        invitation=_invitation(request, found),
    )


async def act(request: Request) -> Response:
    """Joins, pressing again changes nothing; or sees to it that no such mail comes again."""
    site, found = site_of(request), await _open(request)
    now, key = site.deps.clock.now(), key_of(found.request.email)
    async with request.form() as data:
        if data.get("do") == "never" and not found.person_id:
            erasers = site.deps.personal.erasers
            await site.deps.database.shared(
                lambda session: refuse_requests(session, found.nonce, erasers, now), key=key
            )
            return site.page(request, "public/not_asked.html")
    await site.deps.database.shared(lambda session: confirm_request(session, found.nonce, now), key=key)
    return RedirectResponse(request.url.path, 303)


def _preferences(request: Request, found: Confirming) -> str:
    """Where the person can choose otherwise, for a day from now."""
    deps = site_of(request).deps
    numbers = (found.person_id, found.request.office_id)
    return f"/preferences/{deps.links.sign(Purpose.PREFERENCES, *numbers, expires=in_days(deps.clock.now(), 1))}"


def _invitation(request: Request, found: Confirming) -> str:
    """Where the person replies to the event that they came for, "" for none."""
    deps, event = site_of(request).deps, found.event
    if event is None:
        return ""
    return f"/events/{deps.links.sign(Purpose.RSVP, found.person_id, event.id, expires=event.ends_at + LINK_LASTS)}"


async def _open(request: Request) -> Confirming:
    """Raises LinkForged, JoinRequestGone, JoiningClosed."""
    site, now = site_of(request), site_of(request).deps.clock.now()
    try:
        numbers = site.deps.links.read(Purpose.CONFIRM_JOIN, request.path_params["token"], now)
    except LinkExpired as expired:
        raise JoinRequestGone from expired
    if len(numbers) != 1:
        raise LinkForged

    def work(session: Session) -> Confirming:
        asked = find_request(session, numbers[0], now)
        joined = asked.confirmed_at is not None
        if not joined:
            check_open(session, asked.office_id)
        place = session.get(Municipality, asked.municipality_id) if asked.municipality_id else None
        return Confirming(
            numbers[0],
            asked,
            load_office(session, asked.office_id),
            kept_text(session, asked.office_id, asked.text_version),
            remaining(session, asked.joins_id or asked.participant_id) if joined else 0,
            tuple(open_rounds_of(session, asked.office_id, now)) if joined else (),
            place.name if place else "",
            event_they_came_for(session, asked.office_id, asked.source.partition(":")[2], now) if joined else None,
        )

    found = await site.deps.database.aread(work)
    remember_reader(request, found.request.language, found.office)
    return found
