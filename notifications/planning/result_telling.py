"""To whom the result of a poll is told: to everybody who was asked, or to those who took part.

Of a secret poll too: its register says who took part, and nothing of what they chose.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_, pick_text, translator
from core.people.tables import Audience
from core.process.languages import written_in
from core.process.tables import Office, Process
from notifications.content.poll_texts import RESULT, texts_for
from notifications.ledger.result_pictures import result_files
from notifications.ledger.revision import hold_mailing
from notifications.ledger.states import RESULTS, Kind, MailingState
from notifications.ledger.tables import Mailing
from notifications.planning.writing import Draft, may_be_changed, save_draft
from surveys.polls.poll import Poll
from surveys.polls.predicates import NAME


class To(StrEnum):
    ASKED = "asked"
    VOTERS = "voters"


TO_NAMES = {
    To.ASKED: N_("everybody who was asked"),
    To.VOTERS: N_("those who took part"),
}
VOTERS_NAME = N_("Took part in: {poll}")


class ResultToldAlready(Problem):
    text = N_(
        "The message with the result has left, or is leaving. To tell it to others too, write a mailing to the "
        "audience you mean."
    )
    status = 409


def result_audience(session: Session, poll: Poll, to: To, office_id: int | None = None) -> int | None:
    """The audience of a mailing with the result; None is the poll's own, so everybody who was asked.

    `office_id` is another office's whose people were asked too: then it is of these.
    """
    if to is To.ASKED:
        return None
    rule, slug = {NAME: poll.slug}, f"{NAME}-{poll.slug}"
    if office_id is not None:
        above = session.get_one(Office, poll.office_id).slug
        rule, slug = {NAME: f"{above}/{poll.slug}"}, f"{NAME}-{above}-{poll.slug}"
    office_id = office_id or poll.office_id
    own = select(Audience).where(Audience.office_id == office_id, Audience.slug.startswith(slug, autoescape=True))
    known = {one.slug: one for one in session.scalars(own)}
    if same := next((one for one in known.values() if one.rule == rule), None):
        return same.id
    free = next(one for one in (slug, *(f"{slug}-{at}" for at in range(2, len(known) + 3))) if one not in known)
    process = session.get(Process, poll.process_id) if poll.process_id is not None else None
    language = process.languages[0] if process is not None and process.languages else "it"
    name = translator(language)(VOTERS_NAME, poll=pick_text(dict(poll.definition.title), language) or poll.slug)
    row = {"office_id": office_id, "slug": free, "name": name, "rule": rule}
    return int(session.execute(insert(Audience).values(row).returning(Audience.id)).scalar_one())


def result_mailing(session: Session, poll: Poll) -> Mailing | None:
    """The message with the result of a poll, the newest that was not stopped."""
    mine = Mailing.poll_id == poll.id, Mailing.office_id == poll.office_id, Mailing.purpose == RESULTS
    going = Mailing.state != MailingState.CANCELLED
    return session.scalars(select(Mailing).where(*mine, going).order_by(Mailing.id.desc())).first()


def result_that_left(session: Session, poll: Poll) -> int | None:
    """The number of the message with the result that has left or is leaving, so that `tell_result` would refuse."""
    there = result_mailing(session, poll)
    return there.id if there is not None and not may_be_changed(session, there) else None


def tell_result(session: Session, poll: Poll, to: To, author: int, now: datetime) -> int:
    """Writes the message with the result, or sends the one that is there to others; it is a draft then, to be released.

    The mailing's number. Raises ResultToldAlready.
    """
    there = result_mailing(session, poll)
    if there is not None:
        if not may_be_changed(session, hold_mailing(session, there.id)):
            raise ResultToldAlready
        audience_id = result_audience(session, poll, to)
        if there.audience_id != audience_id:
            anew = {"state": MailingState.DRAFT, "released_at": None, "written_by": author}
            changed = update(Mailing).where(Mailing.id == there.id).values(audience_id=audience_id, **anew)
            session.execute(changed)
        return there.id
    process = session.get_one(Process, poll.process_id)
    texts = texts_for(RESULT, written_in(session, process))
    draft = Draft(
        kind=Kind.MAILING.value, purpose=RESULTS, audience_id=result_audience(session, poll, to), round_id=None,
        anchor={"poll": poll.slug, "at": "closes", "days": 0, "working": False}, missed={"rule": "catch-up"}, spread={},
        texts=texts, poll_id=poll.id, files=result_files(session, poll, texts),
    )  # fmt: skip
    return save_draft(session, process, draft, author, now)


def told_to(session: Session, poll: Poll) -> To | None:
    """To whom a poll's message with the result goes; None for an audience that staff chose otherwise."""
    mailing = result_mailing(session, poll)
    if mailing is None or mailing.audience_id is None:
        return To.ASKED
    rule = session.get_one(Audience, mailing.audience_id).rule
    return To.VOTERS if rule == {NAME: poll.slug} else None
