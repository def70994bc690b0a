"""What whoever releases a mailing has to know: to how many, who is left out and why, when it ends, what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from core.i18n import N_
from core.staff.accounts import Staff
from core.staff.roles import Permission
from core.staff.tables import Account
from notifications.ledger.opening import Along, goes_along, read_of
from notifications.ledger.report import Count, counts
from notifications.ledger.results import tells_of_a_draft, tells_of_no_votes
from notifications.ledger.states import DeliveryState, MailingState, OccurrenceState
from notifications.ledger.tables import Mailing
from notifications.planning.missed import Verdict
from notifications.planning.obstacles import Obstacle, obstacles
from notifications.planning.outlook import Outlook, outlook
from notifications.planning.preview import Preview, dry_run, estimated_end, may_have_it_now
from notifications.planning.rules import Rules
from notifications.planning.writing import may_be_changed
from notifications.rehearsal.blanks import Blank, blanks_of
from notifications.review.offers import Offer, Standing, may_stop, offers
from notifications.review.one_person import may_release, needs_other
from notifications.review.store import READS, MailingRow, ProcessRow, find_mailing, find_process, occurrence_of
from notifications.sending.context import Voice
from surveys.polls.poll import Poll
from surveys.polls.store import load_poll

STILL_TO_LEAVE = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.HANDED_OVER)

IS_IT_NEEDED = N_("Nobody voted: is this message needed?")


@dataclass(frozen=True)
class Review:
    """What whoever releases has to know; `preview` is None once it has been planned."""

    mailing: MailingRow
    revision: str
    process: ProcessRow
    author: str
    sees_people: bool
    can_change: bool
    offers: tuple[Offer, ...]
    may_stop: bool
    outlook: Outlook | None
    obstacles: tuple[Obstacle, ...]
    preview: Preview | None
    blanks: tuple[Blank, ...]
    poll: Poll | None  # that it is about
    doubt: str  # what whoever releases it asks themselves first, "" for nothing
    along: Along | None  # what its release takes along
    ends: datetime | None
    counts: tuple[Count, ...]


@dataclass(frozen=True)
class Judging:
    """By which rules a mailing finds its people, who speaks in it, and how many leave a second, by channel."""

    rules: Rules
    voice: Voice
    rates: Mapping[str, float] = field(default_factory=dict)


def load_review(session: Session, staff: Staff, mailing_id: int, by: Judging, now: datetime) -> Review:
    """Raises NothingHere."""
    mailing = find_mailing(session, staff, mailing_id, *READS)
    office, row = mailing.office_id, session.get_one(Mailing, mailing_id)
    planned = tuple(counts(session, mailing_id))
    preview = None if planned else dry_run(session, mailing_id, now, by.rules)
    author = session.get(Account, mailing.written_by) if mailing.written_by is not None else None
    meant = outlook(session, row, now)
    poll = load_poll(session, row.poll_id) if row.poll_id is not None else None
    standing = _standing(session, staff, row, (planned, preview, meant), (by.rules, now))
    return Review(
        mailing=mailing,
        revision=read_of(session, row),
        process=find_process(session, staff, mailing.process_id),
        author=author.name if author is not None else "",
        sees_people=staff.may(Permission.SEE_PEOPLE, office),
        can_change=standing.may_change and standing.may_write,
        offers=tuple(offers(standing)),
        may_stop=may_stop(standing),
        outlook=meant if not planned else None,
        obstacles=tuple(obstacles(session, now, mailing_id=mailing_id)),
        preview=preview,
        blanks=blanks_of(session, mailing_id, preview, now, (by.rules, by.voice)) if preview else (),
        poll=poll,
        doubt=IS_IT_NEEDED if not planned and tells_of_no_votes(session, row) else "",
        along=goes_along(session, row),
        ends=estimated_end(session, mailing_id, preview, by.rates) if preview and preview.people else None,
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
    occurrence = occurrence_of(session, row.id)
    is_due = occurrence is not None and occurrence.state != OccurrenceState.PLANNED
    is_released = row.state == MailingState.RELEASED
    releases = may_release(session, staff, office)
    return Standing(
        state=row.state,
        may_write=staff.may(Permission.WRITE_MAILINGS, office),
        may_release=releases,
        may_pause=staff.may(Permission.PAUSE_MAILINGS, office),
        may_change=may_be_changed(session, row),
        needs_other=needs_other(session, staff, office, row.written_by),
        refused=bool(preview and preview.refusal),
        not_opened=tells_of_a_draft(session, row),
        too_late=not is_left and meant is not None and meant.past == Verdict.DROP,
        missed=occurrence is not None and occurrence.state in {OccurrenceState.ASKED, OccurrenceState.DROPPED},
        left=is_left,
        waits=is_due or any(one.state in STILL_TO_LEAVE for one in planned),
        missing=may_have_it_now(session, row.id, by[1], by[0]) if is_left and is_released and releases else 0,
    )
