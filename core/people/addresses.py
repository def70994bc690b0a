"""Addresses in their normal spelling, and who is reached by them."""

from __future__ import annotations

from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.people.channels import EMAIL, TELEGRAM
from core.people.errors import AddressTaken, EmailWrong, TelegramIdWrong
from core.people.tables import Address

LONGEST_TELEGRAM_ID = 2**52  # Bot API, User: at most 52 significant bits


def normal_email(text: str) -> str:
    """The one spelling in which an e-mail address is stored and compared; raises EmailWrong.

    Lower case throughout: mail systems that tell cases apart in the local part (RFC 5321,
    2.4 allows it) are not met, people who write their name with capitals are.
    """
    try:
        # test_environment lets the reserved domain .test through; no name is looked up.
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise EmailWrong(value=text.strip()[:100]) from error
    return found.normalized.lower()


def normal_telegram(account: int | str) -> str:
    """A Telegram account's number as text; raises TelegramIdWrong."""
    text = str(account).strip()
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:17]) < LONGEST_TELEGRAM_ID or len(text) > 16:
        raise TelegramIdWrong(value=text[:40])
    return str(int(text))


def normal(channel: str, value: int | str) -> str:
    return normal_telegram(value) if channel == TELEGRAM else normal_email(str(value))


def add_address(session: Session, participant_id: int, channel: str, value: int | str, now: datetime) -> int:
    """Gives a participant an address, once; its id.

    Raises EmailWrong, TelegramIdWrong and, for another's Telegram account, AddressTaken.
    """
    value = normal(channel, value)
    statement = select(Address).where(Address.channel == channel, Address.value == value)
    if channel == EMAIL:
        statement = statement.where(Address.participant_id == participant_id)
    known = session.scalars(statement).first()
    if known is None:
        row = {"participant_id": participant_id, "channel": channel, "value": value, "created_at": now}
        added = insert(Address).values(**row, proved_at=None, blocked_at=None)
        return int(session.execute(added.returning(Address.id)).scalar_one())
    if known.participant_id != participant_id:
        raise AddressTaken
    return known.id


def prove(session: Session, address_id: int, now: datetime) -> None:
    """Notes that the person has shown that the address is theirs; the first time counts."""
    session.execute(update(Address).where(Address.id == address_id, Address.proved_at.is_(None)).values(proved_at=now))


def addresses(session: Session, participant_id: int) -> list[Address]:
    """A participant's addresses, oldest first."""
    return list(session.scalars(select(Address).where(Address.participant_id == participant_id).order_by(Address.id)))


def telegram_owner(session: Session, account: int | str) -> int | None:
    """Whose Telegram account it is."""
    statement = select(Address.participant_id).where(
        Address.channel == TELEGRAM, Address.value == normal_telegram(account)
    )
    return session.scalar(statement)
