"""Mailboxes that are asked whether they want to join: how often at most, and those that want it no more."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from core.people.errors import JoiningBusy
from core.people.tables import JoinRequest, Suppression

MOST_A_DAY = 3  # to one mailbox
MOST_AN_HOUR = 200  # over the installation
MOST_AN_HOUR_OFFICE = 100
UNASKED = "joining"  # a suppression's channel; its value is a digest, so that no address stays behind
NEVER = "asked-not-to-be-asked"


def mailbox_of(email: str) -> str:
    """An address without what stands behind a plus sign: many such addresses lead to one mailbox."""
    local, at, domain = email.rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def may_be_asked(session: Session, office_id: int, email: str, now: datetime) -> bool:
    """Whether a mail may go to the mailbox; raises JoiningBusy where too many were asked for by anybody."""
    mailbox, an_hour_ago = mailbox_of(email), JoinRequest.asked_at > now - timedelta(hours=1)
    if (
        _count(session, an_hour_ago) >= MOST_AN_HOUR
        or _count(session, an_hour_ago, JoinRequest.office_id == office_id) >= MOST_AN_HOUR_OFFICE
    ):
        raise JoiningBusy
    today = JoinRequest.mailbox == mailbox, JoinRequest.asked_at > now - timedelta(days=1)
    return not _wants_none(session, mailbox) and _count(session, *today) < MOST_A_DAY


def ask_no_more(session: Session, email: str, now: datetime) -> None:
    """No mail about joining goes to this mailbox any more; all others do as before."""
    mailbox = mailbox_of(email)
    if not _wants_none(session, mailbox):
        row = {"channel": UNASKED, "value": _digest(mailbox), "reason": NEVER, "since": now, "lifted_at": None}
        session.execute(insert(Suppression).values(row))


def _wants_none(session: Session, mailbox: str) -> bool:
    mine = Suppression.channel == UNASKED, Suppression.value == _digest(mailbox), Suppression.lifted_at.is_(None)
    return session.scalar(select(Suppression.id).where(*mine).limit(1)) is not None


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(JoinRequest).where(*which)) or 0


def _digest(mailbox: str) -> str:
    return hashlib.sha256(f"ascolto unasked {mailbox}".encode()).hexdigest()
