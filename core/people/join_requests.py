"""Joining by oneself, from a page: asked for, confirmed from the mailbox, or forgotten.

Whoever asks is a participant of their own whom no office knows, so that the ledger can write to them; nothing is
looked up before the button in the mail is pressed, so that no answer tells who is known already. Until then
nothing counts: no membership, no consent, no place in an audience.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.i18n import translator
from core.ids import Ids, random_number
from core.notices import News, tell
from core.people.addresses import add_address, normal_email, prove
from core.people.channels import EMAIL
from core.people.consent import PURPOSE_NAMES, PURPOSES
from core.people.eraser import Eraser
from core.people.errors import JoinRequestGone
from core.people.mailboxes import ask_no_more, mailbox_of, may_be_asked
from core.people.open_offices import OpenOffice, check_open, keep_text
from core.people.preferences import set_language
from core.people.same_person import same_person
from core.people.self_joined import Joiner, become_member
from core.people.store import add_participant, remaining
from core.people.tables import Address, Consent, JoinRequest, Participant
from core.tables import Notice

LASTS = timedelta(days=7)
NOTICE = "confirm-join"
MOST_AT_ONCE = 50  # in one transaction: nobody else writes meanwhile
SIDES = (JoinRequest.id, JoinRequest.participant_id, JoinRequest.confirmed_at)


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for; `joins_id` is whose chat asks for it, None from a page."""

    email: str
    language: str
    purposes: Sequence[str]
    text_version: str
    name: str = ""
    municipality_id: int | None = None
    source: str = "page"
    joins_id: int | None = None


def ask_to_join(session: Session, office: OpenOffice, wanted: Wanted, ids: Ids, now: datetime) -> None:
    """Leaves a request and the mail by which it is confirmed; does as much for an address that is known as for another.

    To one mailbox at most three mails a day leave, and none to one that wants none: then nothing is done, and nothing
    said. To be run under `key_of` the address. Raises EmailWrong, JoiningBusy.
    """
    email = normal_email(wanted.email)
    if not may_be_asked(session, office.id, email, now):
        return
    keep_text(session, office, now)
    participant_id = add_participant(session, wanted.language, now)
    add_address(session, participant_id, EMAIL, email, now)
    nonce = random_number(ids)
    purposes = [one for one in PURPOSES if one in wanted.purposes]
    session.execute(
        insert(JoinRequest).values(
            nonce=nonce,
            office_id=office.id,
            participant_id=participant_id,
            joins_id=wanted.joins_id,
            email=email,
            mailbox=mailbox_of(email),
            name=wanted.name,
            municipality_id=wanted.municipality_id,
            purposes=purposes,
            text_version=wanted.text_version,
            language=wanted.language,
            source=wanted.source,
            asked_at=now,
            confirmed_at=None,
        )
    )
    t = translator(wanted.language)
    values = {
        "purposes": ", ".join(t(PURPOSE_NAMES[one]) for one in purposes),
        "nonce": nonce,
        "until": (now + LASTS).isoformat(),
    }
    tell(session, News(NOTICE, str(nonce), participant_id, EMAIL, office.id, values), now)


def key_of(email: str) -> str:
    """What concerns one address is done in order."""
    return f"joining:{mailbox_of(email)}"


def find_request(session: Session, nonce: int, now: datetime) -> JoinRequest:
    """Raises JoinRequestGone for one that is too old or was never made."""
    found = session.scalars(select(JoinRequest).where(JoinRequest.nonce == nonce)).one_or_none()
    if found is None or now >= found.asked_at + LASTS:
        raise JoinRequestGone
    return found


def confirm_request(session: Session, nonce: int, now: datetime) -> int:
    """Makes of a request what it asked for, once; the person it is about. Raises JoinRequestGone, JoiningClosed.

    The mailbox is proved by it. Whose it is already (`same_person`) joins as who they are; else the participant
    that was made for the request is the person.
    """
    request = find_request(session, nonce, now)
    if request.confirmed_at is not None:
        return remaining(session, request.joins_id or request.participant_id)
    check_open(session, request.office_id)
    session.execute(update(JoinRequest).where(JoinRequest.id == request.id).values(confirmed_at=now))
    person = remaining(session, request.joins_id) if request.joins_id else None
    person = person or same_person(session, request.office_id, request.email, request.name)
    if person is None:
        person = request.participant_id
        set_language(session, person, request.language)
    else:
        _go_over_to(session, request.participant_id, person)
    prove(session, add_address(session, person, EMAIL, request.email, now), now)
    become_member(session, person, _joiner(request), now)
    return person


def refuse_requests(session: Session, nonce: int, erasers: Sequence[Eraser], now: datetime) -> None:
    """Whoever reads the mailbox wants no such mail again: the request goes, and nobody asks there any more.

    Raises JoinRequestGone.
    """
    request = find_request(session, nonce, now)
    if request.confirmed_at is None:
        ask_no_more(session, request.email, now)
        _delete(session, select(*SIDES).where(JoinRequest.id == request.id), (), erasers, now)


def forget_requests(session: Session, erasers: Sequence[Eraser], now: datetime) -> int:
    """Deletes some of the requests whose time is over, with all that is known of whoever never confirmed; how many."""
    over = select(*SIDES).where(JoinRequest.asked_at <= now - LASTS)
    return _delete(session, over.order_by(JoinRequest.asked_at, JoinRequest.id).limit(MOST_AT_ONCE), (), erasers, now)


def forget_requests_of(session: Session, ids: Sequence[int], erasers: Sequence[Eraser], now: datetime) -> None:
    """Deletes what somebody asked for, confirmed or not; for their erasing."""
    theirs = or_(JoinRequest.participant_id.in_(ids), JoinRequest.joins_id.in_(ids))
    _delete(session, select(*SIDES).where(theirs), ids, erasers, now)


def are_over(session: Session, now: datetime) -> bool:
    """Whether there is something for `forget_requests`."""
    return session.scalar(select(JoinRequest.id).where(JoinRequest.asked_at <= now - LASTS).limit(1)) is not None


def _joiner(request: JoinRequest) -> Joiner:
    return Joiner(
        office_id=request.office_id,
        channel=EMAIL,
        purposes=request.purposes,
        text_version=request.text_version,
        source=request.source,
        name=request.name,
        municipality_id=request.municipality_id,
        language=request.language,
    )


def _go_over_to(session: Session, made_id: int, person: int) -> None:
    """The participant made for the request turns out to be somebody; the ledger's row stays with it."""
    session.execute(delete(Address).where(Address.participant_id == made_id))
    session.execute(update(Participant).where(Participant.id == made_id).values(merged_into=person))


def _delete(
    session: Session, which: Select[*tuple[Any, ...]], but: Sequence[int], erasers: Sequence[Eraser], now: datetime
) -> int:
    """Deletes requests, with whoever was made for one that nobody confirmed, `but` for some; how many requests."""
    requests = session.execute(which).all()
    session.execute(delete(JoinRequest).where(JoinRequest.id.in_([one.id for one in requests])))
    made = [one.participant_id for one in requests if one.confirmed_at is None and one.participant_id not in but]
    if made:
        _forget(session, made, erasers, now)
    return len(requests)


def _forget(session: Session, ids: Sequence[int], erasers: Sequence[Eraser], now: datetime) -> None:
    """The row of a participant stays, empty, where the ledger says that a mail went out to it."""
    for erase in erasers:
        erase(session, ids)
    for table in (Address, Consent, Notice):
        session.execute(delete(table).where(table.participant_id.in_(ids)))
    for one in ids:
        mine = Participant.id == one
        try:
            with session.begin_nested():
                session.execute(delete(Participant).where(mine))
        except IntegrityError:
            session.execute(update(Participant).where(mine).values(erased_at=now))
