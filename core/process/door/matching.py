"""Whom of the office a meeting's list means: by address at once, by a name that only one has after staff said yes."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.people.channels import EMAIL
from core.people.merged import MERGED, person_of
from core.people.tables import Address, Membership, Participant
from core.process.door.acting import Wanted, act, held, online_key
from core.process.door.listing import Expected, expected
from core.process.door.meeting_list import Attendee
from core.process.door.settling import Kind, Outcome
from core.process.events import EventFacts

AROUND = timedelta(hours=2)  # within so much of the event the list's own times are believed
CHUNK = 500


@dataclass(frozen=True)
class Match:
    """Somebody on the list and who of the office that is; `by` is email or name, "" for nobody."""

    attendee: Attendee
    participant_id: int = 0
    name: str = ""
    by: str = ""
    is_long_enough: bool = True
    came: str = ""  # what is noted of them already
    is_expected: bool = False  # they have replied to this event


def match(session: Session, event: EventFacts, found: Sequence[Attendee], least: int) -> list[Match]:
    """In the list's order; `least` are the minutes that count as having taken part. Nothing is written."""
    guests = {one.participant_id: one for one in expected(session, event)}
    by_email = _by_email(session, event.office_id, {one.email for one in found if one.email})
    by_name = _by_name(guests.values())
    return [_match(one, guests, (by_email, by_name), least) for one in found]


def note(session: Session, event: EventFacts, matches: Iterable[Match], now: datetime) -> int:
    """Notes that they followed online; the same list again adds nothing. How many are new."""
    event, new = held(session, event), 0
    for one in matches:
        if not one.participant_id or not one.is_long_enough:
            continue
        at = _joined_at(event, one.attendee)
        key = online_key(session, event, one.participant_id)
        wanted = Wanted(key, Kind.ONLINE, one.participant_id, "import", said_at=at)
        became = act(session, event, wanted, now)
        new += became.is_new and became.outcome == Outcome.NOTED
    return new


def plain_name(name: str) -> str:
    """A name as it is compared: small letters without accents, whichever name comes first."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    shown = "".join(one if one.isalnum() else " " for one in letters if not unicodedata.combining(one))
    return " ".join(sorted(shown.split()))


def _match(
    one: Attendee, guests: dict[int, Expected], known: tuple[dict[str, dict[int, str]], dict[str, set[int]]], least: int
) -> Match:
    by_email, by_name = known
    enough = one.minutes is None or one.minutes >= least
    theirs = by_email.get(one.email, {})
    # A shared mailbox is told apart by the name.
    people = [who for who, name in theirs.items() if len(theirs) == 1 or plain_name(name) == plain_name(one.name)]
    by = "email" if len(people) == 1 else ""
    if not by and not theirs:
        people = sorted(by_name.get(plain_name(one.name), set())) if one.name else []
        by = "name" if len(people) == 1 else ""
    if not by:
        return Match(one, is_long_enough=enough)
    person = people[0]
    guest = guests.get(person)
    name = guest.shown_name if guest is not None else theirs.get(person, "")
    return Match(one, person, name, by, enough, guest.came if guest is not None else "", guest is not None)


def _by_email(session: Session, office_id: int, emails: set[str]) -> dict[str, dict[int, str]]:
    """Of the office's people alone: who remains with the name, by address."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    wanted = sorted(emails)
    for at in range(0, len(wanted), CHUNK):
        rows = (
            select(Address.value, person_of(Address.participant_id).label("person"), Membership.name)
            .outerjoin(MERGED, MERGED.c.id == Address.participant_id)
            .join(Membership, Membership.participant_id == person_of(Address.participant_id))
            .join(Participant, Participant.id == Membership.participant_id)
            .where(Address.channel == EMAIL, Address.value.in_(wanted[at : at + CHUNK]))
            .where(Membership.office_id == office_id, Membership.left_at.is_(None), Participant.erased_at.is_(None))
        )
        for row in session.execute(rows):
            found[row.value][row.person] = row.name
    return found


def _by_name(guests: Iterable[Expected]) -> dict[str, set[int]]:
    """Of those who have replied to the event: a name alone is too little to go by among everybody."""
    found: dict[str, set[int]] = defaultdict(set)
    for one in guests:
        if one.name:
            found[plain_name(one.name)].add(one.participant_id)
    return found


def _joined_at(event: EventFacts, one: Attendee) -> datetime:
    """The list's own time where it can be that of the event, else the event's start."""
    if one.joined is not None:
        at = one.joined.replace(tzinfo=ZoneInfo(event.time_zone)).astimezone(UTC)
        if event.starts_at - AROUND <= at < event.ends_at:
            return at
    return event.starts_at
