"""A mailing held still while somebody acts on it, and a digest that tells whether it is still what was read."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from notifications.ledger.files import files_of
from notifications.ledger.tables import Mailing, MailingText

WORDS = (MailingText.language, MailingText.subject, MailingText.body, MailingText.buttons, MailingText.attachments)


class MailingChanged(Problem):
    text = N_("This mailing was changed meanwhile. Please read it as it is now, and then decide.")
    status = 409


def hold_mailing(session: Session, mailing_id: int) -> Mailing:
    """A mailing as it stands, locked until the commit.

    Whoever plans, releases, changes or stops it waits for the others here, before looking at anything else of it.
    """
    # Not against foreign keys: senders note texts that leave while a plan is under way.
    held = select(Mailing).where(Mailing.id == mailing_id).with_for_update(key_share=True)
    return session.scalars(held, execution_options={"populate_existing": True}).one()


def revision_of(session: Session, mailing: Mailing) -> str:
    """A digest of what a mailing says, to whom and when; its state is not part of it."""
    texts = select(*WORDS).where(MailingText.mailing_id == mailing.id).order_by(MailingText.language)
    about = (mailing.kind, mailing.purpose, mailing.audience_id, mailing.round_id, mailing.event_id, mailing.poll_id)
    when = (mailing.anchor, mailing.missed, mailing.spread)
    files = {name: file.sha256 for name, file in files_of(session, mailing.id).items()}
    told = json.dumps([about, when, [tuple(row) for row in session.execute(texts)], files], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def check_revision(session: Session, mailing_id: int, seen: str) -> None:
    """Holds a mailing; raises MailingChanged unless it is what was seen."""
    if revision_of(session, hold_mailing(session, mailing_id)) != seen:
        raise MailingChanged
