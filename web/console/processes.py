"""The list of processes and the dashboard of one: who was written to, who answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.clock import local
from core.process.door.listing import Numbers, attended_events, numbers
from core.process.events import EventFacts, load_event
from core.process.tables import Phase
from core.staff.accounts import Staff
from core.staff.roles import Permission
from notifications.ledger.report import Count, counts
from notifications.ledger.states import DeliveryState
from notifications.planning.obstacles import Obstacle, obstacles
from notifications.review.one_person import who_else_releases
from notifications.review.series import WAITS, SeriesRow, for_others_to_start, to_start
from notifications.review.today import for_others, to_release
from surveys.responses.rounds import OpenRound, SubjectKind
from surveys.results.participation import Participation, participation
from web.console import store
from web.console.page import console_page
from web.console.store import READS
from web.site import site_of

CONTRIBUTIONS = (Permission.SEE_PEOPLE, Permission.ANSWER_PEOPLE)
SENT = (DeliveryState.SENT, DeliveryState.HANDED_OVER)


@dataclass(frozen=True)
class RoundView:
    round: OpenRound
    participation: Participation
    open_now: bool

    @property
    def of_people(self) -> bool:
        """Whether it is known whom it asks; a round open to anybody has no number of invited."""
        return self.round.subject_kind is not SubjectKind.LINK


@dataclass(frozen=True)
class MailingView:
    """A mailing with what became of it; `due` while it is still to leave."""

    mailing: store.MailingRow
    counts: tuple[Count, ...]
    due: datetime | None

    @property
    def written_to(self) -> int:
        return sum(one.people for one in self.counts if one.state in SENT)

    @property
    def people(self) -> int:
        return sum(one.people for one in self.counts)


@dataclass(frozen=True)
class Dashboard:
    process: store.ProcessRow
    today: date
    phases: tuple[Phase, ...]
    rounds: tuple[RoundView, ...]
    later: tuple[OpenRound, ...]  # questionnaires that are not open yet, the next one first
    category_titles: dict[str, dict[str, str]]
    mailings: tuple[MailingView, ...]
    events: tuple[EventFacts, ...]
    came: dict[int, Numbers]  # of the events to which somebody has come
    obstacles: tuple[Obstacle, ...]
    may_see_people: bool
    may_review: bool
    may_write: bool
    may_manage_events: bool
    may_answer: bool


@dataclass(frozen=True)
class FirstPage:
    """The processes, what waits for whoever looks, and what of theirs waits for others, whose names stand by office;
    `dues` when mailings are due, by their number."""

    processes: list[store.ProcessRow]
    waiting: list[store.MailingRow]
    series: list[SeriesRow]
    written: list[store.MailingRow]
    series_written: list[SeriesRow]
    others: dict[int, list[str]]
    dues: dict[int, datetime]


async def list_processes(request: Request, staff: Staff) -> Response:
    """First what waits for whoever looks to release it, as under /today of the staff's bot."""
    deps = site_of(request).deps
    now = deps.clock.now()

    def work(session: Session) -> FirstPage:
        waiting, written = to_release(session, staff, now), for_others(session, staff, now)
        processes = {one.process_id for one in (*waiting, *written)}
        dues = store.next_due(session, processes) if processes else {}
        series_written = for_others_to_start(session, staff)
        offices = {one.office_id for one in written} | {one.office_id for one in series_written}
        return FirstPage(
            processes=store.processes(session, staff),
            waiting=waiting,
            series=to_start(session, staff),
            written=written,
            series_written=series_written,
            others=who_else_releases(session, staff.account_id, offices) if offices else {},
            dues=dues,
        )

    found = await deps.database.aread(work)
    places = {one.id: one for one in found.processes}
    return console_page(request, staff, "console/processes.html", page=found, places=places, series_waits=WAITS)


async def dashboard(request: Request, staff: Staff) -> Response:
    deps = site_of(request).deps
    process_id, now = int(request.path_params["process_id"]), deps.clock.now()
    found = await deps.database.aread(lambda session: _load(session, staff, process_id, now))
    return console_page(request, staff, "console/dashboard.html", dashboard=found)


def _load(session: Session, staff: Staff, process_id: int, now: datetime) -> Dashboard:
    process = store.find_process(session, staff, process_id)
    events = tuple(load_event(session, one.id) for one in store.events(session, process_id))
    due = store.next_due(session, [process_id])
    rounds = store.rounds(session, process_id)
    return Dashboard(
        process=process,
        today=local(now, process.time_zone).date(),
        phases=tuple(store.phases(session, process_id)),
        rounds=tuple(
            RoundView(one, participation(session, one, now), one.open_at(now)) for one in rounds if one.opens_at <= now
        ),
        later=tuple(one for one in reversed(rounds) if one.opens_at > now),
        category_titles=store.category_titles(session, process.office_id),
        mailings=tuple(
            MailingView(one, tuple(counts(session, one.id)), due.get(one.id))
            for one in store.mailings(session, process_id)
        ),
        events=events,
        came={one: numbers(session, one) for one in attended_events(session, [each.id for each in events])},
        obstacles=tuple(obstacles(session, now, process_id=process_id)),
        may_see_people=staff.may(Permission.SEE_PEOPLE, process.office_id),
        may_review=any(staff.may(one, process.office_id) for one in READS),
        may_write=staff.may(Permission.WRITE_MAILINGS, process.office_id),
        may_manage_events=staff.may(Permission.MANAGE_EVENTS, process.office_id),
        may_answer=all(staff.may(one, process.office_id) for one in CONTRIBUTIONS),
    )
