"""The result of a poll for everybody, where staff publish it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.i18n import translator
from surveys.polls.errors import PollUnknown
from surveys.polls.kinds import SECRECY_NAMES, State
from surveys.polls.poll import Poll
from surveys.polls.reading import Turnout, voters_of
from surveys.polls.screens import screen_of
from surveys.polls.store import find_by_code
from surveys.polls.tally.methods import TITLES
from web.live.stage import Shown, show_result
from web.public.store import load_office
from web.site import OfficeName, language_of, remember_reader, site_of


@dataclass(frozen=True)
class _Published:
    poll: Poll
    shown: Shown
    turnout: Turnout
    office: OfficeName


async def show(request: Request) -> Response:
    """Raises PollUnknown where it is not published."""
    site, t = site_of(request), translator(language_of(request))
    now = site.deps.clock.now()

    def work(session: Session) -> _Published:
        poll = find_by_code(session, request.path_params["code"])
        if (
            not screen_of(session, poll.id).published
            or poll.state_at(now) is not State.CLOSED
            or poll.settled_at is None
        ):
            raise PollUnknown
        office = load_office(session, poll.office_id)
        return _Published(poll, show_result(session, site, poll, t), voters_of(session, poll), office)

    found = await site.deps.database.aread(work)
    remember_reader(request, "", found.office)
    return site.page(
        request, "public/poll_result.html", poll=found.poll, shown=found.shown, turnout=found.turnout,
        secrecy=SECRECY_NAMES[found.poll.definition.secrecy.value], methods=TITLES,
    )  # fmt: skip
