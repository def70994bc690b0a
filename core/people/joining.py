"""Joining a Telegram account to a participant: by a single-use link, with an undo.

The link came by e-mail, so whoever presses it reads that mailbox, or was handed the link on.
Therefore the e-mail address is told of the joining, and where answers were given already, the
chat shows nothing of them before a code sent by e-mail was typed in.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.errors import LinkUsed
from core.ids import Ids
from core.notices import News, tell
from core.people.addresses import add_address, prove
from core.people.channels import EMAIL, TELEGRAM
from core.people.errors import PersonErased
from core.people.store import remaining
from core.people.tables import Address, Joining, Membership, Participant
from core.tables import Notice

MOST_TRIES = 5
MOST_CODES_A_DAY = 5
CODE_LASTS = timedelta(minutes=30)


Parting = Callable[[Session, int], None]
"""What stands above core of a Telegram account is its own again, once it is parted from its participant."""


class Joined(Enum):
    """How far a joining got."""

    NOW = auto()
    BEFORE = auto()  # this account was joined to this person already
    CODE_NEEDED = auto()


class CodeCheck(Enum):
    """What became of a typed code; a wrong one counts, so the caller commits it."""

    RIGHT = auto()
    WRONG = auto()
    OVER = auto()  # too old, or too many tries: a new one has to be sent


@dataclass(frozen=True)
class JoiningLink:
    """What a joining link says, and the Telegram account that pressed it."""

    participant_id: int
    nonce: int
    account: int


def join_chat(session: Session, link: JoiningLink, ids: Ids, *, answered: bool, now: datetime) -> tuple[int, Joined]:
    """Joins an account to a participant; the address's id and how far it got.

    `answered` says whether there are answers that must not be shown before the code. Raises
    LinkUsed (another account pressed the link first, or the joining was undone), PersonErased,
    AddressTaken (the account is another person's).
    """
    participant_id = remaining(session, link.participant_id)
    if _is_gone(session, participant_id):
        raise PersonErased
    used = session.get(Joining, str(link.nonce))
    if used is not None:
        return _again(session, used, link.account)
    address_id = add_address(session, participant_id, TELEGRAM, link.account, now)
    session.execute(insert(Joining).values(nonce=str(link.nonce), address_id=address_id, tries=0, used_at=now))
    if _is_proved(session, address_id):
        return address_id, Joined.BEFORE
    if answered and _has_email(session, participant_id):
        send_code(session, address_id, ids, now)
        return address_id, Joined.CODE_NEEDED
    _complete(session, address_id, str(link.nonce), now)
    return address_id, Joined.NOW


def send_code(session: Session, address_id: int, ids: Ids, now: datetime) -> bool:
    """Sends a new code to the person's e-mail address; earlier ones end.

    False when the day's codes are used up: nobody fills a mailbox, or tries codes without end.
    """
    joining = _newest(session, address_id)
    owner = session.scalar(select(Address.participant_id).where(Address.id == address_id))
    if joining is None or owner is None or _codes_sent(session, owner, now) >= MOST_CODES_A_DAY:
        return False
    code = ids.code()
    fresh = update(Joining).where(Joining.nonce == joining.nonce).values(code=code, code_sent_at=now, tries=0)
    session.execute(fresh)
    key = f"{joining.nonce}:{now.isoformat()}"
    tell(session, News("join-code", key, owner, EMAIL, _office_of(session, owner), {"code": code}), now)
    return True


def enter_code(session: Session, address_id: int, typed: str, now: datetime) -> CodeCheck:
    """Checks a code and proves the address by the right one."""
    joining = _newest(session, address_id)
    if joining is None or joining.code is None or joining.code_sent_at is None:
        return CodeCheck.OVER
    if joining.tries >= MOST_TRIES or now - joining.code_sent_at > CODE_LASTS:
        return CodeCheck.OVER
    digits = "".join(letter for letter in typed if letter in "0123456789")
    if hmac.compare_digest(digits, joining.code):
        session.execute(update(Joining).where(Joining.nonce == joining.nonce).values(code=None))
        _complete(session, address_id, joining.nonce, now)
        return CodeCheck.RIGHT
    tries = joining.tries + 1
    session.execute(update(Joining).where(Joining.nonce == joining.nonce).values(tries=tries))
    return CodeCheck.WRONG if tries < MOST_TRIES else CodeCheck.OVER


def undo_joining(session: Session, address_id: int, now: datetime, parts: Parting) -> bool:
    """Parts a Telegram account from its participant; False when that was done before.

    `parts` gives the account back what went over with it. It may then join whom it belongs to. The ledger
    keeps its rows, without the address.
    """
    session.execute(update(Joining).where(Joining.address_id == address_id).values(undone_at=now))
    gone = delete(Address).where(Address.id == address_id, Address.channel == TELEGRAM)
    account = session.scalar(gone.returning(Address.value))
    if account is not None:
        parts(session, int(account))
    return account is not None


def _complete(session: Session, address_id: int, nonce: str, now: datetime) -> None:
    """The account is joined: from now on the chat shows everything, and the mailbox is told."""
    prove(session, address_id, now)
    owner = session.scalars(select(Address.participant_id).where(Address.id == address_id)).one()
    tell(session, News("chat-joined", nonce, owner, EMAIL, _office_of(session, owner), {"address_id": address_id}), now)


def _office_of(session: Session, participant_id: int) -> int | None:
    """The office that the mail speaks for: the first that the person belongs to."""
    theirs = Membership.participant_id == participant_id, Membership.left_at.is_(None)
    return session.scalar(select(Membership.office_id).where(*theirs).order_by(Membership.id).limit(1))


def _again(session: Session, used: Joining, account: int) -> tuple[int, Joined]:
    address = session.get(Address, used.address_id) if used.address_id is not None else None
    if address is None or address.value != str(account) or used.undone_at is not None:
        raise LinkUsed
    return address.id, Joined.CODE_NEEDED if address.proved_at is None else Joined.BEFORE


def _newest(session: Session, address_id: int) -> Joining | None:
    found = select(Joining).where(Joining.address_id == address_id, Joining.undone_at.is_(None))
    return session.scalars(found.order_by(Joining.used_at.desc()).limit(1)).one_or_none()


def _codes_sent(session: Session, participant_id: int, now: datetime) -> int:
    of_the_day = Notice.kind == "join-code", Notice.created_at > now - timedelta(days=1)
    mine = select(func.count()).where(Notice.participant_id == participant_id, *of_the_day)
    return int(session.execute(mine).scalar_one())


def _is_gone(session: Session, participant_id: int) -> bool:
    alive = select(Participant.id).where(Participant.id == participant_id, Participant.erased_at.is_(None))
    return session.scalar(alive) is None


def _is_proved(session: Session, address_id: int) -> bool:
    return session.scalar(select(Address.proved_at).where(Address.id == address_id)) is not None


def _has_email(session: Session, participant_id: int) -> bool:
    mine = select(Address.id).where(Address.participant_id == participant_id, Address.channel == EMAIL)
    return session.scalars(mine.limit(1)).first() is not None
