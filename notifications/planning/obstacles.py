"""What holds a mailing up, so that nobody has to open each to find out: which, why, and what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.i18n import N_
from notifications.ledger.results import is_of_a_draft, waits_for_close
from notifications.ledger.states import Kind, MailingState, OccurrenceState
from notifications.ledger.tables import IS_IN_DOUBT, IS_PLANNED, Attempt, Delivery, Mailing, Occurrence
from notifications.planning.missed import GRACE
from notifications.planning.planner import send_window
from notifications.planning.windows import is_open

SLOW = timedelta(hours=1)  # so long something may wait for its turn, or for another try


class Cause(StrEnum):
    NO_TEXT = "no-text"
    NO_AUDIENCE = "no-audience"
    ASKED = "asked"
    NOT_NOTED = "not-noted"
    NOBODY_VOTED = "nobody-voted"
    POLL_DRAFT = "poll-draft"
    UNCOUNTED = "no-result"
    DROPPED = "dropped"
    NOT_RELEASED = "not-released"
    PAUSED = "paused"
    NOT_PLANNED = "not-planned"
    MISCONFIGURED = "misconfigured"
    WAITING = "waiting"
    IN_DOUBT = "in-doubt"


CAUSE_NAMES = {
    Cause.NO_TEXT: N_("It does not leave: some of its readers read a language that it has no text in."),
    Cause.NO_AUDIENCE: N_("It does not leave: it is not clear to whom it goes."),
    Cause.ASKED: N_("Its time passed while the service was off, and it waits for somebody to decide."),
    Cause.NOT_NOTED: N_(
        "It waits, because nobody, or nobody who followed online, is noted as having come to its event."
    ),
    Cause.NOBODY_VOTED: N_("It was left out, because nobody voted in its poll: there is no result to tell."),
    Cause.POLL_DRAFT: N_("It does not leave: its poll is a draft, and its question may still change."),
    Cause.UNCOUNTED: N_("It does not leave: its poll is closed, and its ballots have not been counted."),
    Cause.DROPPED: N_("Its time was missed, and it did not leave."),
    Cause.NOT_RELEASED: N_("Its time has passed, and nobody has released it."),
    Cause.PAUSED: N_("It is paused, although its time has come."),
    Cause.NOT_PLANNED: N_("Its time has passed, and nothing has begun to leave."),
    Cause.MISCONFIGURED: N_("Messages cannot leave: the settings of the mail relay or of the bot are wrong."),
    Cause.WAITING: N_("Messages have been waiting for more than an hour, and none leaves."),
    Cause.IN_DOUBT: N_("For some messages nobody knows whether they arrived."),
}
WHAT_TO_DO = {
    Cause.NO_TEXT: N_("Add the missing text. It leaves within a minute then."),
    Cause.NO_AUDIENCE: N_("Choose an audience or a questionnaire."),
    Cause.ASKED: N_("Let it leave now, or stop it for good."),
    Cause.NOT_NOTED: N_("Note who came, also of those who followed online; then let it leave, or stop it for good."),
    Cause.NOBODY_VOTED: N_("Stop it for good, or let it leave all the same."),
    Cause.POLL_DRAFT: N_("Open the poll, or stop the mailing for good."),
    Cause.UNCOUNTED: N_("Ask whoever runs the service to look at its log: the counting of the poll fails."),
    Cause.DROPPED: N_("Let it leave now if it is still of use, or stop it for good."),
    Cause.NOT_RELEASED: N_("Release it, choose another day, or stop it for good."),
    Cause.PAUSED: N_("Let it go on, or stop it for good."),
    Cause.NOT_PLANNED: N_("Ask whoever runs the service whether its planner is running (ascolto serve)."),
    Cause.MISCONFIGURED: N_("Ask whoever runs the service to look at its settings (ascolto doctor)."),
    Cause.WAITING: N_(
        "Ask whoever runs the service whether its sender is running and the relay answers (ascolto doctor)."
    ),
    Cause.IN_DOUBT: N_("Open the ledger and decide for each: send it again, or take it as sent."),
}
STILL: Mapping[str, Cause] = {MailingState.PAUSED: Cause.PAUSED, MailingState.DRAFT: Cause.NOT_RELEASED}


@dataclass(frozen=True)
class Obstacle:
    """What holds a mailing up; `detail` is the languages that are missing, what the other side said, or how many."""

    mailing_id: int
    slug: str
    cause: Cause
    since: datetime | None = None
    detail: str = ""


def obstacles(
    session: Session,
    now: datetime,
    *,
    process_id: int | None = None,
    mailing_id: int = 0,
    offices: Collection[int] | None = None,
) -> list[Obstacle]:
    """Those of a process, of one mailing, of some offices, or of all, in the order in which mailings were written."""
    statement = select(Mailing).where(Mailing.kind != Kind.NOTICE, Mailing.state != MailingState.CANCELLED)
    if process_id is not None:
        statement = statement.where(Mailing.process_id == process_id)
    if offices is not None:
        statement = statement.where(Mailing.office_id.in_(offices))
    if mailing_id:
        statement = statement.where(Mailing.id == mailing_id)
    mailings = session.scalars(statement.order_by(Mailing.id)).all()
    return [one for mailing in mailings for one in _of(session, mailing, now)]


def _of(session: Session, mailing: Mailing, now: datetime) -> Iterator[Obstacle]:
    late = select(Occurrence).where(
        Occurrence.mailing_id == mailing.id, Occurrence.state != OccurrenceState.PLANNED, Occurrence.due_at <= now
    )
    found_late = session.scalars(late.order_by(Occurrence.due_at)).all()
    for occurrence in () if found_late and waits_for_close(session, mailing, now) else found_late:
        if (found := _late(mailing, occurrence, now)) is not None:
            cause, detail = found
            yield Obstacle(mailing.id, mailing.slug, cause, occurrence.due_at, detail)
    since = _waiting_since(session, mailing)
    if since is not None and since <= now and mailing.state in STILL:
        yield Obstacle(mailing.id, mailing.slug, STILL[mailing.state], since)
    elif since is not None and mailing.state == MailingState.RELEASED and is_of_a_draft(session, mailing):
        yield Obstacle(mailing.id, mailing.slug, Cause.POLL_DRAFT, since)
    elif since is not None and mailing.state == MailingState.RELEASED:
        yield from _held(session, mailing, since, now)
    if in_doubt := session.scalar(select(func.count()).where(Delivery.mailing_id == mailing.id, IS_IN_DOUBT)):
        yield Obstacle(mailing.id, mailing.slug, Cause.IN_DOUBT, detail=str(in_doubt))


def _late(mailing: Mailing, occurrence: Occurrence, now: datetime) -> tuple[Cause, str] | None:
    """Why an occurrence whose time has come was not planned; None while it is about to be."""
    reason, _, detail = occurrence.reason.partition(":")
    if occurrence.state == OccurrenceState.ASKED:
        return (Cause(reason) if reason in {Cause.NOT_NOTED, Cause.NOBODY_VOTED} else Cause.ASKED), ""
    if occurrence.state == OccurrenceState.DROPPED:
        return Cause.DROPPED, ""
    if mailing.state == MailingState.DRAFT:
        return Cause.NOT_RELEASED, ""
    if mailing.state == MailingState.PAUSED:
        return Cause.PAUSED, ""
    if reason in {Cause.NO_TEXT, Cause.NO_AUDIENCE, Cause.POLL_DRAFT}:
        return Cause(reason), detail.replace(",", ", ")
    since = max(occurrence.due_at, mailing.released_at or occurrence.due_at)
    why = Cause.UNCOUNTED if reason == Cause.UNCOUNTED else Cause.NOT_PLANNED
    return (why, "") if now - since > GRACE else None


def _waiting_since(session: Session, mailing: Mailing) -> datetime | None:
    """Since when the first of its messages that have not left should have."""
    return session.scalar(select(func.min(Delivery.due_at)).where(Delivery.mailing_id == mailing.id, IS_PLANNED))


def _held(session: Session, mailing: Mailing, since: datetime, now: datetime) -> Iterator[Obstacle]:
    """What keeps planned messages from leaving: wrong settings, or nobody who sends them."""
    if now - since <= GRACE:
        return
    if detail := _misconfigured(session, mailing):
        yield Obstacle(mailing.id, mailing.slug, Cause.MISCONFIGURED, since, detail)
        return
    window, zone = send_window(session, mailing)
    is_late = now - since > SLOW and is_open(window, now, zone) and is_open(window, now - SLOW, zone)
    if is_late and not _is_under_way(session, mailing, now - SLOW):
        yield Obstacle(mailing.id, mailing.slug, Cause.WAITING, since)


def _is_under_way(session: Session, mailing: Mailing, since: datetime) -> bool:
    """Whether something of it left lately: a large one takes hours, and nothing is wrong."""
    left = Delivery.mailing_id == mailing.id, Delivery.handed_over_at > since
    return session.scalar(select(Delivery.id).where(*left).limit(1)) is not None


def _misconfigured(session: Session, mailing: Mailing) -> str:
    """What the other side said when it was last tried, where our settings are wrong; such a try does not count."""
    last = and_(Attempt.delivery_id == Delivery.id, Attempt.number == Delivery.attempts + 1)
    statement = (
        select(Attempt.detail)
        .join(Delivery, last)
        .where(Delivery.mailing_id == mailing.id, IS_PLANNED, Attempt.outcome == "Misconfigured")
        .order_by(Attempt.at.desc())
    )
    found = session.scalar(statement.limit(1))
    return "" if found is None else found or "-"
