"""Who takes part: participants, their addresses, memberships, organisations, places, consent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id

TELEGRAM_ONCE = text("channel = 'telegram'")
CURRENT = text("ended_at IS NULL")
MERGED_AWAY = text("merged_into IS NOT NULL")


class Zone(Base):
    """A homogeneous zone of an office's territory."""

    __tablename__ = "zone"
    __table_args__ = (UniqueConstraint("office_id", "slug"),)

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    slug: Mapped[str]
    name: Mapped[str]


class Municipality(Base):
    __tablename__ = "municipality"
    __table_args__ = (UniqueConstraint("office_id", "slug"),)

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    slug: Mapped[str]
    name: Mapped[str]
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"))
    population: Mapped[int | None]
    patron_saint: Mapped[str] = mapped_column(default="")  # the day, as "06-24"


class Organisation(Base):
    __tablename__ = "organisation"
    __table_args__ = (UniqueConstraint("office_id", "slug"),)

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    slug: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))


class Participant(Base):
    """A person, known once over all offices; what an office knows of them is the membership.

    Merging sets `merged_into` and moves no row. `paused_until` in the far future is a pause
    without an end.
    """

    __tablename__ = "participant"
    __table_args__ = (
        Index("ix_participant_merged_into", "merged_into", sqlite_where=MERGED_AWAY, postgresql_where=MERGED_AWAY),
    )

    id: Mapped[Id]
    language: Mapped[str]
    preferred_channel: Mapped[str] = mapped_column(default="")  # "" = whichever there is, Telegram first
    paused_until: Mapped[datetime | None]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class Address(Base):
    """Where a participant is reached: a channel and a value in its normal spelling.

    An e-mail value may be shared by several participants, a Telegram account belongs to one.
    `proved_at` is when the person showed that the address is theirs; a Telegram account joined
    while answers were already there is `proved_at` None until the code sent by e-mail came back.
    """

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("participant_id", "channel", "value"),
        Index("uq_address_telegram", "value", unique=True, sqlite_where=TELEGRAM_ONCE, postgresql_where=TELEGRAM_ONCE),
        Index("ix_address_channel_value", "channel", "value"),
    )

    id: Mapped[Id]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    channel: Mapped[str]  # "email" or "telegram"
    value: Mapped[str]
    proved_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]  # Telegram: the person stopped the bot
    created_at: Mapped[datetime]


class Membership(Base):
    """What one office knows of a participant, where it knows them from and by which right."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("office_id", "participant_id"),
        UniqueConstraint("office_id", "reference"),
        Index("ix_membership_participant_id", "participant_id"),
    )

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    reference: Mapped[str | None]  # the office's own name for the person; imports find them by it
    name: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"))
    attributes: Mapped[dict[str, Any]]
    source: Mapped[str]
    legal_basis: Mapped[str]  # "consent" or "public-task"
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class ContactPerson(Base):
    """Who speaks for an organisation."""

    __tablename__ = "contact_person"
    __table_args__ = (
        UniqueConstraint("organisation_id", "participant_id"),
        Index("ix_contact_person_participant_id", "participant_id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    capacity: Mapped[str] = mapped_column(default="contact")  # "contact" or "substitute"


class Consent(Base):
    """One statement of a participant about a purpose and channel, with its proof; never changed.

    The current statement has `ended_at` None; a new one ends it.
    """

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_current",
            "participant_id",
            "office_id",
            "purpose",
            "channel",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
        Index("ix_consent_participant_id", "participant_id"),
    )

    id: Mapped[Id]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    purpose: Mapped[str]  # questionnaires, events, polls, results
    channel: Mapped[str]
    granted: Mapped[bool]
    text_version: Mapped[str]
    source: Mapped[str]
    stated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Suppression(Base):
    """An address nobody writes to any more, over all offices, until it is lifted."""

    __tablename__ = "suppression"
    __table_args__ = (Index("ix_suppression_channel_value", "channel", "value"),)

    id: Mapped[Id]
    channel: Mapped[str]
    value: Mapped[str]
    reason: Mapped[str]
    since: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class Erased(Base):
    """Who asked an office to be erased, as a digest: an old list loaded again must not bring them back."""

    __tablename__ = "erased"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]


class Audience(Base):
    """A named rule; evaluated at the moment of use."""

    __tablename__ = "audience"
    __table_args__ = (UniqueConstraint("office_id", "slug"),)

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    slug: Mapped[str]
    name: Mapped[str]
    rule: Mapped[dict[str, Any]]


class ConsentText(Base):
    """A text that people who join by themselves agreed to, as they read it; never changed."""

    __tablename__ = "consent_text"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[dict[str, Any]]  # {language: text}
    since: Mapped[datetime]


class JoinRequest(Base):
    """What somebody asks for who joins by themselves, until it is confirmed from the mailbox.

    `participant_id` is a participant whom no office knows, made for the request: so it can be written to, and
    stands in no audience. It becomes the person, or is merged into whom the mailbox belongs to. The row goes
    when its time is over, confirmed or not; what counts stands in membership and consent.
    """

    __tablename__ = "join_request"
    __table_args__ = (
        Index("ix_join_request_mailbox", "mailbox", "asked_at"),
        Index("ix_join_request_asked_at", "asked_at"),
        Index("ix_join_request_participant_id", "participant_id"),
        Index("ix_join_request_joins_id", "joins_id"),
    )

    id: Mapped[Id]
    nonce: Mapped[int] = mapped_column(unique=True)  # what the mail's link names: an id is given out again
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    joins_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))  # whose chat asked, None from a page
    email: Mapped[str]
    mailbox: Mapped[str] = mapped_column(default="")  # the address without its tag, by which mails are counted
    name: Mapped[str]
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    purposes: Mapped[list[Any]]
    text_version: Mapped[str]
    language: Mapped[str]
    source: Mapped[str]  # where the person came from: "page", "page:library", "chat"
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class Joining(Base):
    """A use of a joining link (single-use by its nonce) and, where asked for, the code that proves it."""

    __tablename__ = "joining"
    __table_args__ = (Index("ix_joining_address_id", "address_id"),)

    nonce: Mapped[str] = mapped_column(primary_key=True)
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id", ondelete="SET NULL"))
    code: Mapped[str | None]
    code_sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
