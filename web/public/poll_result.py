"""The result of a poll for everybody, where staff publish it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.i18n import translator
from surveys.polls.kinds import SECRECY_NAMES
from surveys.polls.poll import Poll
from surveys.polls.reading import Turnout, voters_of
from surveys.polls.screens import is_published
from surveys.polls.store import find_by_code
from surveys.polls.tally.methods import TITLES
from web.live.stage import Shown, show_result
from web.public.store import load_office
from web.site import OfficeName, language_of, remember_reader, site_of


@dataclass(frozen=True)
class _Published:
    poll: Poll
    shown: Shown | None  # None while it is not published
    turnout: Turnout
    office: OfficeName


async def show(request: Request) -> Response:
    """Raises PollUnknown."""
    site, t = site_of(request), translator(language_of(request))
    now = site.deps.clock.now()

    def work(session: Session) -> _Published:
        poll = find_by_code(session, request.path_params["code"])
        shown = show_result(session, site, poll, t) if is_published(session, poll, now) else None
        return _Published(poll, shown, voters_of(session, poll), load_office(session, poll.office_id))

    found = await site.deps.database.aread(work)
    remember_reader(request, "", found.office)
    if found.shown is None:
        return site.page(request, "public/poll_unpublished.html", 404, poll=found.poll)
    return site.page(
        request, "public/poll_result.html", poll=found.poll, shown=found.shown, turnout=found.turnout,
        secrecy=SECRECY_NAMES[found.poll.definition.secrecy.value], methods=TITLES,
    )  # fmt: skip
