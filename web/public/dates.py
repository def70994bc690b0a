"""Dates that somebody is asked about: one press for each. A look changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkForged
from core.links import Purpose
from core.people.errors import PersonErased
from core.people.store import remaining
from core.process.dates.choosing import SUITS
from core.process.dates.errors import DateNotOffered
from core.process.dates.polling import answer
from core.process.dates.reading import PollFacts, answers_of, poll_facts
from core.process.replies import Door
from web.public.store import load_office, look_up_reader
from web.site import OfficeName, remember_reader, site_of


@dataclass(frozen=True)
class Asked:
    """A signed link opened: the dates, and what this person has said of them by their ids."""

    poll: PollFacts
    participant_id: int
    answers: dict[int, str]
    language: str
    office: OfficeName


async def show(request: Request) -> Response:
    site, asked = site_of(request), await _open(request)
    kept = request.query_params.get("kept", "")
    return site.page(
        request,
        "public/dates.html",
        poll=asked.poll,
        answers=asked.answers,
        suits=SUITS,
        is_open=asked.poll.open_at(site.deps.clock.now()),
        kept=int(kept) if kept.isdecimal() and len(kept) < 18 and int(kept) in asked.answers else 0,
        chosen=next((one for one in asked.poll.dates if one.id == asked.poll.chosen_id), None),
    )


async def act(request: Request) -> Response:
    """Keeps what was pressed, `12:yes`; raises what core.process.dates raises."""
    site, asked = site_of(request), await _open(request)
    option, _, said = str((await request.form()).get("do", "")).partition(":")
    now = site.deps.clock.now()
    date = next((one.id for one in asked.poll.dates if str(one.id) == option), None)
    if date is None:
        raise DateNotOffered
    await site.deps.database.shared(
        lambda session: answer(session, date, asked.participant_id, (said, Door.WEB), now),
        key=f"participant:{asked.participant_id}",
    )
    return RedirectResponse(f"{request.url.path}?kept={date}#date-{date}", 303)


async def _open(request: Request) -> Asked:
    """Raises LinkForged, LinkExpired, PersonErased, DatePollUnknown."""
    deps = site_of(request).deps
    numbers = deps.links.read(Purpose.DATES, request.path_params["token"], deps.clock.now())
    if len(numbers) != 2:
        raise LinkForged
    participant_id, poll_id = numbers

    def work(session: Session) -> Asked:
        language, erased = look_up_reader(session, participant_id)
        if erased:
            raise PersonErased
        poll, person = poll_facts(session, poll_id), remaining(session, participant_id)
        office = load_office(session, poll.office_id)
        return Asked(poll, person, answers_of(session, poll_id, person), language, office)

    asked = await deps.database.aread(work)
    remember_reader(request, asked.language, asked.office)
    return asked
