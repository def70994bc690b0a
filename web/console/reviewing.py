"""A mailing before it leaves: to how many, who is left out and why, what they will read, when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.i18n import LANGUAGE_NAMES
from core.process.tables import Office
from core.staff.accounts import Staff
from core.staff.roles import Permission
from core.staff.tables import Account
from notifications.ledger.report import Count, counts
from notifications.ledger.revision import revision_of
from notifications.ledger.states import DeliveryState, MailingState, OccurrenceState
from notifications.ledger.tables import Mailing
from notifications.planning.missed import Verdict
from notifications.planning.obstacles import Obstacle, obstacles
from notifications.planning.outlook import PAST_NAMES, Outlook, outlook
from notifications.planning.preview import Person, Preview, dry_run, estimated_end, may_have_it_now, people_meant
from notifications.planning.rules import Rules
from notifications.planning.writing import may_be_changed
from notifications.rehearsal.blanks import Blank, blanks_of
from web.console import store
from web.console.acts import Offer, Standing, may_stop, offers
from web.console.one_person import may_release
from web.console.page import console_page, page_number
from web.console.sampling import asked_of, samples_for
from web.console.store import READS
from web.deps import WebDeps
from web.site import site_of

STILL_TO_LEAVE = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.HANDED_OVER)


@dataclass(frozen=True)
class Review:
    """What whoever releases has to know; `preview` is None once it has been planned."""

    mailing: store.MailingRow
    revision: str
    process: store.ProcessRow
    author: str
    sees_people: bool
    can_change: bool
    offers: tuple[Offer, ...]
    may_stop: bool
    outlook: Outlook | None
    obstacles: tuple[Obstacle, ...]
    preview: Preview | None
    blanks: tuple[Blank, ...]
    ends: datetime | None
    counts: tuple[Count, ...]


async def review(request: Request, staff: Staff) -> Response:
    """`?person=` looks for somebody by name, reference or address, `?as=` shows the samples as that person reads them,
    `?channel=` those of one channel only."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    now = deps.clock.now()
    found = await deps.database.aread(lambda session: _load(session, deps, staff, mailing_id, now))
    asked = asked_of(request, sees_people=found.sees_people)
    shown = await deps.database.aread(lambda session: samples_for(session, deps, found.mailing, asked, now))
    return console_page(
        request,
        staff,
        "console/review.html",
        review=found,
        shown=shown,
        tried=request.query_params.get("tried", ""),
        can_try=deps.telling.can_try,
        language_names=LANGUAGE_NAMES,
        past=PAST_NAMES,
    )


async def audience(request: Request, staff: Staff) -> Response:
    """Everybody who would get it and who would not, with the reason; `?reason=` shows those of one reason."""
    deps, mailing_id, page = site_of(request).deps, int(request.path_params["mailing_id"]), page_number(request)
    now, reason = deps.clock.now(), request.query_params.get("reason", "")

    def work(session: Session) -> tuple[store.MailingRow, store.ProcessRow, Preview, list[Person]]:
        mailing, rules = store.find_mailing(session, staff, mailing_id), deps.telling.rules
        which = (reason, page * store.PAGE, store.PAGE + 1)
        rows = people_meant(session, mailing_id, now, rules, which)
        process = store.find_process(session, staff, mailing.process_id)
        return mailing, process, dry_run(session, mailing_id, now, rules), rows

    mailing, process, found, rows = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/audience.html",
        mailing=mailing,
        process=process,
        reasons=sorted({one.reason for one in found.counts if one.reason}),
        reason=reason,
        rows=rows[: store.PAGE],
        page=page,
        more=len(rows) > store.PAGE,
    )


def _load(session: Session, deps: WebDeps, staff: Staff, mailing_id: int, now: datetime) -> Review:
    mailing = store.find_mailing(session, staff, mailing_id, *READS)
    office, row, telling = mailing.office_id, session.get_one(Mailing, mailing_id), deps.telling
    planned = tuple(counts(session, mailing_id))
    preview = None if planned else dry_run(session, mailing_id, now, telling.rules)
    author = session.get(Account, mailing.written_by) if mailing.written_by is not None else None
    meant = outlook(session, row, now)
    standing = _standing(session, staff, row, (planned, preview, meant), (telling.rules, now))
    return Review(
        mailing=mailing,
        revision=revision_of(session, row),
        process=store.find_process(session, staff, mailing.process_id),
        author=author.name if author is not None else "",
        sees_people=staff.may(Permission.SEE_PEOPLE, office),
        can_change=standing.may_change and standing.may_write,
        offers=tuple(offers(standing)),
        may_stop=may_stop(standing),
        outlook=meant if not planned else None,
        obstacles=tuple(obstacles(session, now, mailing_id=mailing_id)),
        preview=preview,
        blanks=blanks_of(session, mailing_id, preview, now, (telling.rules, telling.voice)) if preview else (),
        ends=estimated_end(session, mailing_id, preview, telling.rates) if preview and preview.people else None,
        counts=planned,
    )


def _standing(
    session: Session,
    staff: Staff,
    row: Mailing,
    found: tuple[Sequence[Count], Preview | None, Outlook | None],
    by: tuple[Rules, datetime],
) -> Standing:
    planned, preview, meant = found
    office, is_left = row.office_id or 0, bool(planned)
    occurrence = store.occurrence_of(session, row.id)
    is_due = occurrence is not None and occurrence.state != OccurrenceState.PLANNED
    is_released = row.state == MailingState.RELEASED
    releases = may_release(session, staff, office)
    return Standing(
        state=row.state,
        may_write=staff.may(Permission.WRITE_MAILINGS, office),
        may_release=releases,
        may_pause=staff.may(Permission.PAUSE_MAILINGS, office),
        may_change=may_be_changed(session, row),
        needs_other=row.written_by == staff.account_id and not session.get_one(Office, office).one_person,
        refused=bool(preview and preview.refusal),
        too_late=not is_left and meant is not None and meant.past == Verdict.DROP,
        missed=occurrence is not None and occurrence.state in {OccurrenceState.ASKED, OccurrenceState.DROPPED},
        left=is_left,
        waits=is_due or any(one.state in STILL_TO_LEAVE for one in planned),
        missing=may_have_it_now(session, row.id, by[1], by[0]) if is_left and is_released and releases else 0,
    )
