"""What public pages read of offices, processes and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.clock import last_day
from core.i18n import LANGUAGES
from core.people.channels import TELEGRAM
from core.people.open_offices import lets_join
from core.people.preferences import set_language
from core.people.store import remaining
from core.people.tables import Address, Municipality, Participant
from core.process.languages import languages_of
from core.process.replies import Reply, modes_of
from core.process.tables import Event, Office, Phase, Process
from notifications.ledger.tables import Delivery, Mailing
from surveys.responses.errors import RoundUnknown
from surveys.responses.rounds import OpenRound, SubjectKind
from surveys.responses.store import load_round
from surveys.responses.tables import Round
from web.site import OfficeName

PUBLIC_EVENT = and_(Event.kind == "event", Event.invited_only.is_(False))
NAMED = (Office.name, Office.contact_email, Office.address, Office.slug, Office.joining)


@dataclass(frozen=True)
class PublicEvent:
    """A dated entry and the address of its page; times are on the wall clock of the process's time zone."""

    kind: str
    title: dict[str, str]
    summary: dict[str, str]
    starts: datetime
    ends: datetime
    place: str
    online: bool
    in_person: bool = True
    cancelled: bool = False
    address: str = ""


@dataclass(frozen=True)
class PublicPhase:
    title: dict[str, str]
    summary: dict[str, str]
    starts_on: date
    ends_on: date

    def on(self, today: date) -> bool:
        return self.starts_on <= today <= self.ends_on


@dataclass(frozen=True)
class PublicRound:
    """A questionnaire that anybody may answer now; `last_day` None without an end."""

    title: dict[str, str]
    address: str
    last_day: date | None


@dataclass(frozen=True)
class PublicProcess:
    """What anybody may know of a process."""

    title: dict[str, str]
    summary: dict[str, str]
    office: str
    time_zone: str
    rounds: tuple[PublicRound, ...]
    phases: tuple[PublicPhase, ...]
    events: tuple[PublicEvent, ...]
    calendar: str = ""  # where calendars find the events


def load_office(session: Session, office_id: int | None = None) -> OfficeName:
    """An office as pages name it; without an id, the installation's own."""
    own = Office.id == office_id if office_id else Office.parent_id.is_(None)
    found = session.execute(select(*NAMED).where(own).order_by(Office.id).limit(1)).one_or_none()
    if found is None:
        return OfficeName()
    join = join_address(found.slug) if lets_join(found.joining) else ""
    return OfficeName(found.name, found.contact_email, found.address, join, languages_of(session, office_id or None))


def join_address(office: str) -> str:
    """Where people join an office by themselves."""
    return f"/join/{office}"


def load_municipalities(session: Session, office_id: int) -> dict[str, tuple[int, str]]:
    """An office's municipalities by their short names, in the order of their names: ids and names."""
    mine = select(Municipality.slug, Municipality.id, Municipality.name).where(Municipality.office_id == office_id)
    return {row.slug: (row.id, row.name) for row in session.execute(mine.order_by(Municipality.name))}


def find_open_round(session: Session, office: str, round_: str) -> OpenRound:
    """A round by its office's short name and its own; raises RoundUnknown."""
    named = (Office.slug == office, Round.slug == round_)
    round_id = session.scalar(select(Round.id).join(Office, Office.id == Round.office_id).where(*named))
    if round_id is None:
        raise RoundUnknown(name=round_)
    return load_round(session, round_id)


def round_address(session: Session, round_id: int) -> str:
    """Where a round that is open to anybody stands; raises RoundUnknown."""
    named = select(Office.slug, Round.slug).join(Office, Office.id == Round.office_id).where(Round.id == round_id)
    found = session.execute(named).one_or_none()
    if found is None:
        raise RoundUnknown(name=round_id)
    return f"/r/{found[0]}/{found[1]}"


def load_processes(session: Session, now: datetime) -> list[PublicProcess]:
    """Every process with what anybody may answer now, its phases and its public events, in the order they were made."""
    rows = session.execute(
        select(
            Process.id,
            Process.title,
            Process.summary,
            Process.time_zone,
            Process.slug,
            Office.name,
            Office.slug.label("office"),
        )
        .join(Office, Office.id == Process.office_id)
        .order_by(Process.id)
    ).all()
    phases = _by_process(session, Phase, Phase.position)
    events = _by_process(session, Event, Event.starts_local, PUBLIC_EVENT)
    rounds = _open_rounds(session, now)
    return [
        PublicProcess(
            row.title,
            row.summary,
            row.name,
            row.time_zone,
            tuple(rounds.get(row.id, ())),
            tuple(PublicPhase(one.title, one.summary, one.starts_on, one.ends_on) for one in phases.get(row.id, ())),
            tuple(_event(one, row.office) for one in events.get(row.id, ())),
            f"/calendars/{row.office}/{row.slug}.ics",
        )
        for row in rows
    ]


def open_rounds_of(session: Session, office_id: int, now: datetime) -> list[PublicRound]:
    """What anybody may answer now, of one office."""
    of_office = _open_rounds(session, now, Round.office_id == office_id)
    return [one for rounds in of_office.values() for one in rounds]


def _open_rounds(session: Session, now: datetime, *which: ColumnElement[bool]) -> dict[int, list[PublicRound]]:
    """By process, those opened last first."""
    open_now = (Round.opens_at <= now, or_(Round.closes_at.is_(None), Round.closes_at > now))
    statement = (
        select(
            Round.process_id, Round.slug, Round.title, Round.closes_at, Process.time_zone, Office.slug.label("office")
        )
        .join(Process, Process.id == Round.process_id)
        .join(Office, Office.id == Round.office_id)
        .where(Round.subject_kind == SubjectKind.LINK.value, *open_now, *which)
        .order_by(Round.opens_at.desc(), Round.id.desc())
    )
    found: dict[int, list[PublicRound]] = {}
    for row in session.execute(statement):
        until = last_day(row.closes_at, row.time_zone) if row.closes_at else None
        found.setdefault(row.process_id, []).append(PublicRound(row.title, f"/r/{row.office}/{row.slug}", until))
    return found


def look_up_reader(session: Session, participant_id: int) -> tuple[str, bool]:
    """A participant's language, "" for somebody unknown, and whether they were erased."""
    asked = select(Participant.language, Participant.erased_at, Participant.merged_into)
    row = session.execute(asked.where(Participant.id == participant_id)).one_or_none()
    if row is not None and row.merged_into is not None:
        return look_up_reader(session, row.merged_into)
    return ("", False) if row is None else (row.language, row.erased_at is not None)


def choose_language(session: Session, participant_id: int, language: str) -> None:
    """Keeps a language chosen on a page as the person's own, for the chat and the mails too."""
    if language in LANGUAGES:
        set_language(session, remaining(session, participant_id), language)


def is_in_chat(session: Session, participant_id: int) -> bool:
    """Whether a Telegram account is joined."""
    joined = select(Address.id).where(Address.participant_id == participant_id, Address.channel == TELEGRAM)
    return session.scalar(joined.limit(1)) is not None


def is_account_of(session: Session, account: int, participant_id: int) -> bool:
    """Whether a Telegram account was joined to a participant, and proved where that was asked for."""
    joined = select(Address.participant_id).where(
        Address.channel == TELEGRAM, Address.value == str(account), Address.proved_at.is_not(None)
    )
    owner = session.scalar(joined)
    return owner is not None and remaining(session, owner) == remaining(session, participant_id)


def owner_of_account(session: Session, address_id: int) -> tuple[int | None, str]:
    """The participant whose Telegram account it is and their language; (None, "") where it was parted."""
    found = session.execute(
        select(Address.participant_id, Participant.language)
        .join(Participant, Participant.id == Address.participant_id)
        .where(Address.id == address_id, Address.channel == TELEGRAM)
    ).one_or_none()
    return (found.participant_id, found.language) if found else (None, "")


@dataclass(frozen=True)
class Told:
    """What a delivery was about; `purpose` is "" for a notice."""

    participant_id: int
    office_id: int
    purpose: str


def load_told(session: Session, delivery_id: int) -> Told | None:
    """None for a delivery that is not there, or of no office."""
    about = select(Delivery.participant_id, Mailing.office_id, Mailing.purpose)
    found = session.execute(
        about.join(Mailing, Mailing.id == Delivery.mailing_id).where(Delivery.id == delivery_id)
    ).one_or_none()
    if found is None or found.office_id is None:
        return None
    return Told(found.participant_id, found.office_id, found.purpose)


def _by_process(session: Session, table: Any, order: Any, *which: ColumnElement[bool]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for one in session.scalars(select(table).where(*which).order_by(table.process_id, order)):
        found.setdefault(one.process_id, []).append(one)
    return found


def event_address(office: str, event: str) -> str:
    """Where a public event's page stands."""
    return f"/e/{office}/{event}"


def _event(one: Event, office: str) -> PublicEvent:
    starts, ends = datetime.fromisoformat(one.starts_local), datetime.fromisoformat(one.ends_local)
    in_person = Reply.IN_PERSON in modes_of(one.modes, one.online)
    return PublicEvent(
        kind=one.kind,
        title=one.title,
        summary=one.summary,
        starts=starts,
        ends=ends,
        place=one.place,
        online=one.online,
        in_person=in_person,
        cancelled=one.cancelled,
        address=event_address(office, one.slug),
    )
