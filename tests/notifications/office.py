"""A small office with a process, a round, people and a mailing, for the tests of telling."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from core.people.audience import member_clause
from core.people.predicates import core_predicates
from core.people.tables import Address, Audience, Consent, Membership, Participant
from core.process.tables import Event, Office, Phase, Process
from notifications.ledger.tables import Mailing, MailingText
from notifications.planning.rules import Rules
from surveys.responses.tables import FormVersion, Questionnaire, Response, Round

OPENS = date(2023, 7, 3)  # a Monday
ANCHOR = {"phase": "analysis", "at": "opens", "days": 3, "working": True, "time": "09:30"}
DUE = datetime(2023, 7, 6, 7, 30, tzinfo=UTC)
CLOSES = datetime(2023, 10, 31, 23, 0, tzinfo=UTC)
LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)
RULES = Rules(member_clause(core_predicates()))
BUTTONS = [{"kind": "answer", "label": "Rispondi"}, {"kind": "join-chat", "label": "In chat"}]


@dataclass(frozen=True)
class Person:
    """What matters about somebody: addresses by channel, language, consent and the like."""

    name: str
    email: str = ""
    telegram: str = ""
    language: str = "it"
    preferred: str = ""
    proved: bool = True
    paused_until: datetime | None = None
    basis: str = "public-task"
    consent: bool | None = None  # on every channel
    answered: bool = False


@dataclass
class OfficeRows:
    """The ids of what was made."""

    office: int
    process: int
    round: int
    audience: int
    people: dict[str, int] = field(default_factory=dict)


def make_office(session: Session, people: list[Person], window: dict[str, Any] | None = None) -> OfficeRows:
    office = Office(slug="cmto", name="Città metropolitana", kind="authority", contact_email="office@example.org")
    session.add(office)
    session.flush()
    process = Process(
        office_id=office.id,
        slug="psm",
        title={"it": "Piano *strategico*", "en": "Strategic plan"},
        summary={},
        languages=["it", "en"],
        time_zone="Europe/Rome",
        send_window=window or {},
        retention={},
    )
    audience = Audience(office_id=office.id, slug="all", name="All", rule={"everyone": True})
    session.add_all([process, audience])
    session.flush()
    session.add(
        Phase(
            process_id=process.id,
            slug="analysis",
            position=1,
            title={"it": "Analisi"},
            summary={},
            starts_on=OPENS,
            ends_on=date(2023, 10, 31),
        )
    )
    session.add(
        Event(
            process_id=process.id,
            slug="launch",
            kind="event",
            title={"it": "Lancio"},
            summary={},
            starts_local="2023-09-27T10:00",
            ends_local="2023-09-27T13:00",
        )
    )
    questionnaire = Questionnaire(office_id=office.id, process_id=process.id, slug="follow-up")
    session.add(questionnaire)
    session.flush()
    version = FormVersion(
        questionnaire_id=questionnaire.id,
        version=1,
        xform="",
        source=b"",
        source_name="",
        digest="",
        published_at=LONG_AGO,
    )
    round_ = Round(
        office_id=office.id,
        process_id=process.id,
        questionnaire_id=questionnaire.id,
        slug="follow-up",
        title={"it": "Questionario"},
        subject_kind="participant",
        opens_at=LONG_AGO,
        closes_at=CLOSES,
    )
    session.add_all([version, round_])
    session.flush()
    rows = OfficeRows(office.id, process.id, round_.id, audience.id)
    for person in people:
        rows.people[person.name] = add_person(session, rows, person)
    for person in people:
        if person.answered:
            answer(session, rows, rows.people[person.name], version.id)
    return rows


def add_person(session: Session, rows: OfficeRows, person: Person) -> int:
    participant = Participant(
        language=person.language,
        preferred_channel=person.preferred,
        paused_until=person.paused_until,
        created_at=LONG_AGO,
    )
    session.add(participant)
    session.flush()
    session.add(
        Membership(
            office_id=rows.office,
            participant_id=participant.id,
            name=person.name,
            attributes={},
            source="test",
            legal_basis=person.basis,
            joined_at=LONG_AGO,
        )
    )
    for channel, value in (("email", person.email), ("telegram", person.telegram)):
        if value:
            session.add(
                Address(
                    participant_id=participant.id,
                    channel=channel,
                    value=value,
                    proved_at=LONG_AGO if person.proved else None,
                    created_at=LONG_AGO,
                )
            )
        if person.consent is not None:
            session.add(
                Consent(
                    participant_id=participant.id,
                    office_id=rows.office,
                    purpose="questionnaires",
                    channel=channel,
                    granted=person.consent,
                    text_version="1",
                    source="test",
                    stated_at=LONG_AGO,
                )
            )
    session.flush()
    return participant.id


def answer(session: Session, rows: OfficeRows, participant_id: int, version_id: int = 1) -> None:
    session.add(
        Response(
            round_id=rows.round,
            subject_kind="participant",
            subject=str(participant_id),
            participant_id=participant_id,
            form_version_id=version_id,
            state="complete",
            session={},
            started_at=LONG_AGO,
            changed_at=LONG_AGO,
            completed_at=LONG_AGO,
        )
    )
    session.flush()


def make_mailing(session: Session, rows: OfficeRows, languages: tuple[str, ...] = ("it", "en"), **values: Any) -> int:
    mailing = Mailing(
        **{
            "office_id": rows.office,
            "process_id": rows.process,
            "slug": "invitation",
            "kind": "mailing",
            "purpose": "questionnaires",
            "audience_id": rows.audience,
            "round_id": rows.round,
            "anchor": ANCHOR,
            "missed": {},
            "state": "released",
            "released_at": LONG_AGO,
        }
        | values
    )
    session.add(mailing)
    session.flush()
    for language in languages:
        session.add(
            MailingText(
                mailing_id=mailing.id,
                language=language,
                subject=f"Invito [{language}]",
                body="Gentile **{{ name }}**,\n\nrisponda entro il {{ closes_on }} a {{ process }}.",
                buttons=BUTTONS,
            )
        )
    session.flush()
    return mailing.id
