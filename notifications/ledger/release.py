"""Staff's word on a mailing: release, pause, resume, cancel; and on deliveries in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_, Translator
from core.process.tables import Office, Process
from core.staff.audit import Act, record
from core.webhooks.kinds import Kind as Event
from notifications.ledger.happenings import emit_deliveries
from notifications.ledger.opening import Along, goes_along, hangs_on_opening
from notifications.ledger.queue import skip_cancelled
from notifications.ledger.results import tells_of_a_draft
from notifications.ledger.revision import hold_mailing
from notifications.ledger.states import MAILING_STATE_NAMES, DeliveryState, Kind, MailingState
from notifications.ledger.tables import Delivery, Mailing
from surveys.polls.making import plan_poll

FROM = {
    MailingState.RELEASED: (MailingState.DRAFT, MailingState.PAUSED),
    MailingState.PAUSED: (MailingState.RELEASED,),
    MailingState.CANCELLED: (MailingState.DRAFT, MailingState.RELEASED, MailingState.PAUSED),
}


class MailingUnknown(Problem):
    text = N_("There is no mailing called {slug}. The mailings are: {known}")
    status = 404


class MailingAmbiguous(Problem):
    text = N_("Several mailings are called {slug}. Say which one you mean: {known}")
    status = 409


class MailingStateWrong(Problem):
    text = N_("This mailing cannot be changed so: it is {state}.")
    status = 409

    def say(self, t: Translator) -> str:
        return t(self.text, state=t(MAILING_STATE_NAMES[str(self.values["state"])]))


class FourEyes(Problem):
    text = N_(
        "You wrote this mailing yourself: somebody else of the office has to read it and release it, also after a "
        "pause. Where one person does everything, whoever runs the service can lift this for the office."
    )
    status = 403


class PollNeverBegun(Problem):
    text = N_(
        "The poll has not been opened, so there is no result to tell. Open it first, or release its invitation: with "
        "it the poll opens."
    )
    status = 409


class NotInDoubt(Problem):
    text = N_("This delivery is not in doubt, or not any more. Please look at the list again.")
    status = 409


def find_mailing(session: Session, slug: str) -> Mailing:
    """The mailing of a slug, or of `process/slug` where several processes have one.

    Raises MailingUnknown, MailingAmbiguous.
    """
    process, _, name = slug.rpartition("/")
    statement = select(Mailing, Process.slug).outerjoin(Process, Process.id == Mailing.process_id)
    mailings = session.execute(statement.where(Mailing.kind != Kind.NOTICE).order_by(Mailing.id)).all()
    found = [(one, of) for one, of in mailings if one.slug == name and process in {"", of}]
    if len(found) > 1:
        raise MailingAmbiguous(slug=slug, known=_names(found))
    if not found:
        raise MailingUnknown(slug=slug, known=_names(mailings) or "-")
    return found[0][0]


def _names(found: Iterable[Any]) -> str:
    return ", ".join(sorted(f"{process}/{one.slug}" if process else one.slug for one, process in found))


def release(session: Session, mailing_id: int, account_id: int | None, now: datetime) -> Along | None:
    """Lets a mailing leave; raises FourEyes for whoever wrote it, MailingStateWrong, PollNeverBegun.

    `account_id` None stands for the command line. To go on after a pause is a release too: who wrote a mailing does
    not undo what somebody else held it for. An invitation that hangs on its poll's opening opens it, and takes the
    message with the result along: that is returned.
    """
    mailing = hold_mailing(session, mailing_id)
    office = session.get(Office, mailing.office_id) if mailing.office_id is not None else None
    wrote = account_id is not None and account_id == mailing.written_by
    if wrote and not (office is not None and office.one_person):
        raise FourEyes
    if tells_of_a_draft(session, mailing):
        raise PollNeverBegun
    along = goes_along(session, mailing)
    set_state(session, mailing_id, MailingState.RELEASED, now)
    if along is not None:  # raises what plan_poll does
        plan_poll(session, along.poll.id, now)
        if along.result is not None:
            set_state(session, along.result, MailingState.RELEASED, now)
    if hangs_on_opening(session, mailing) is not None:
        _release_lent(session, mailing, now)
    return along


def _release_lent(session: Session, invitation: Mailing, now: datetime) -> None:
    """With a union's invitation leave those of its municipalities, which allowed it (planning/lent.py)."""
    others = Mailing.poll_id == invitation.poll_id, Mailing.office_id != invitation.office_id
    waiting = select(Mailing.id).where(*others, Mailing.state == MailingState.DRAFT, Mailing.written_by.is_(None))
    for mailing_id in session.scalars(waiting.order_by(Mailing.id)).all():
        set_state(session, mailing_id, MailingState.RELEASED, now)


def set_state(session: Session, mailing_id: int, state: MailingState, now: datetime) -> None:
    """Releases (also after a pause), pauses or cancels; raises MailingStateWrong.

    A pause and a cancellation act on the next group of every sender, within a second; where it is just being
    planned, as soon as that is done and before anything of it leaves.
    """
    values: dict[str, object] = {"state": state}
    if state is MailingState.RELEASED:
        values["released_at"] = now
    changed = session.execute(
        update(Mailing).where(Mailing.id == mailing_id, Mailing.state.in_(FROM[state])).values(values)
    )
    assert isinstance(changed, CursorResult)
    if not changed.rowcount:
        raise MailingStateWrong(state=session.get_one(Mailing, mailing_id).state)
    if state is MailingState.CANCELLED:
        skip_cancelled(session, now)


def settle_doubt(
    session: Session, delivery_id: int, *, resend: bool, now: datetime, account_id: int | None = None
) -> None:
    """Staff's decision on a delivery in doubt: send it again, or take it as sent; raises NotInDoubt.

    The decision stands in the audit log.
    """
    if resend:
        values = {"state": DeliveryState.PLANNED, "reason": "", "tries": 0, "due_at": now, "claimed_by": ""}
    else:
        values = {"state": DeliveryState.SENT, "reason": "taken-as-sent", "settled_at": now, "claimed_by": ""}
    changed = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.IN_DOUBT)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(changed, CursorResult)
    if not changed.rowcount:
        raise NotInDoubt
    if not resend:
        emit_deliveries(session, Event.DELIVERED, [delivery_id], now)
    mailing = session.get_one(Mailing, session.get_one(Delivery, delivery_id).mailing_id)
    act = "delivery.again" if resend else "delivery.taken"
    record(session, Act(act, f"delivery:{delivery_id}", account_id, mailing.office_id), now)
