"""No more messages: from the link in a message, or by a mail program's own button.

RFC 8058: the POST with `List-Unsubscribe=One-Click` comes without cookies and acts at once; a
GET never does, since programs open links before people see them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from core.errors import LinkForged
from core.i18n import translator
from core.links import Purpose, in_days
from core.people.consent import PURPOSE_NAMES
from notifications.intake.unsubscribe import unsubscribe
from web.errors import PostIncomplete
from web.public.store import load_office, load_told
from web.public.wishes import Wishes, load_wishes
from web.site import OfficeName, language_of, remember_reader, site_of


@dataclass(frozen=True)
class Leaving:
    """What a delivery's link is about; `purpose` is "" for everything of the office."""

    delivery_id: int
    participant_id: int
    office_id: int
    purpose: str
    wishes: Wishes
    office: OfficeName


async def show(request: Request) -> Response:
    """What would be stopped, or what has been."""
    leaving = await _open(request)
    return site_of(request).page(
        request,
        "public/unsubscribe.html",
        leaving=leaving,
        purpose=PURPOSE_NAMES.get(leaving.purpose, ""),
        stopped=leaving.purpose not in leaving.wishes.purposes if leaving.purpose else not leaving.wishes.purposes,
        stopped_all=not leaving.wishes.purposes,
        preferences=_preferences(request, leaving),
    )


async def act(request: Request) -> Response:
    site = site_of(request)
    leaving = await _open(request)
    data = await request.form()
    one_click = data.get("List-Unsubscribe") == "One-Click"
    if not one_click and data.get("do") not in ("purpose", "everything"):
        raise PostIncomplete
    everything, now = data.get("do") == "everything", site.deps.clock.now()
    await site.deps.database.shared(
        lambda session: unsubscribe(session, leaving.delivery_id, everything, now),
        key=f"participant:{leaving.participant_id}",
    )
    if one_click:
        t = translator(language_of(request))
        return PlainTextResponse(t("You will receive no more of these messages."))
    return RedirectResponse(request.url.path, 303)


def _preferences(request: Request, leaving: Leaving) -> str:
    """Where the person can take it back or choose otherwise, for a day from now."""
    deps = site_of(request).deps
    expires = in_days(deps.clock.now(), 1)
    numbers = (leaving.participant_id, leaving.office_id)
    return f"/preferences/{deps.links.sign(Purpose.PREFERENCES, *numbers, expires=expires)}"


async def _open(request: Request) -> Leaving:
    """Raises LinkForged, LinkExpired, PersonErased."""
    site, now = site_of(request), site_of(request).deps.clock.now()
    numbers = site.deps.links.read(Purpose.UNSUBSCRIBE, request.path_params["token"], now)
    if len(numbers) != 1:
        raise LinkForged

    def work(session: Session) -> Leaving:
        told = load_told(session, numbers[0])
        if told is None:
            raise LinkForged
        wishes = load_wishes(session, told.participant_id, told.office_id, now)
        office = load_office(session, told.office_id)
        return Leaving(numbers[0], told.participant_id, told.office_id, told.purpose, wishes, office)

    leaving = await site.deps.database.aread(work)
    remember_reader(request, leaving.wishes.language, leaving.office)
    return leaving
