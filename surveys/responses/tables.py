"""Questionnaires, their versions, rounds, responses and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id


class Questionnaire(Base):
    __tablename__ = "questionnaire"
    __table_args__ = (UniqueConstraint("process_id", "slug"),)

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    slug: Mapped[str]


class FormVersion(Base):
    """A published form: never changed. `xform` is what is compiled, `source` the author's file."""

    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("questionnaire_id", "version"),)

    id: Mapped[Id]
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    version: Mapped[int]
    xform: Mapped[str] = mapped_column(Text)
    source: Mapped[bytes] = mapped_column(LargeBinary)
    source_name: Mapped[str]
    digest: Mapped[str]
    sent: Mapped[str] = mapped_column(server_default="")  # SHA-256 of all that the author sent, lists and pictures too
    published_at: Mapped[datetime]


class FormFile(Base):
    """A picture, sound or film that a version shows with its labels."""

    __tablename__ = "form_file"

    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]  # by its first bytes
    sha256: Mapped[str] = mapped_column(ForeignKey("file_content.sha256"))


class Round(Base):
    """Opens a questionnaire to an audience for a time; one response per round and subject."""

    __tablename__ = "round"
    __table_args__ = (UniqueConstraint("office_id", "slug"),)

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("audience.id"))
    slug: Mapped[str]
    title: Mapped[dict[str, Any]]
    subject_kind: Mapped[str]  # participant, organisation, municipality, link
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]
    quotas: Mapped[list[Any]] = mapped_column(server_default="[]")  # slug, title, when, most
    # {"opens_at": {"event": "launch", "at": "ends", "days": 0, "time": ""}}: what moves with an event; {} for nothing
    hangs_on: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)


class Response(Base):
    """What one subject answers in a round. `session` is the engine's, as JSON."""

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("round_id", "subject_kind", "subject"),
        Index("ix_response_participant_id", "participant_id"),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    subject_kind: Mapped[str]
    subject: Mapped[str]  # the participant's, organisation's or municipality's id, or a token
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    state: Mapped[str]  # partial, complete
    session: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class QuotaPlace(Base):
    """A sent response takes a place of a quota, by the quota's slug."""

    __tablename__ = "quota_place"
    __table_args__ = (Index("ix_quota_place_response_id", "response_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    quota: Mapped[str] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)


class Answer(Base):
    """One kept answer; it knows the version whose text it was given to and the door it came by."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("response_id", "ref"),)

    id: Mapped[Id]
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    ref: Mapped[str]
    value: Mapped[str] = mapped_column(Text)
    language: Mapped[str]
    door: Mapped[str]  # telegram, web, email, staff
    answered_at: Mapped[datetime]


class Attachment(Base):
    """A file that somebody sent as an answer; the answer's value is its name.

    While it is waiting to be fetched from Telegram, `media_type` and `sha256` are "", `size` is
    what Telegram says, and `telegram_file_id` and `chat_id` say where it is and whom to tell.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("response_id", "name"),
        Index("ix_attachment_next_try_at", "next_try_at"),
    )

    id: Mapped[Id]
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    name: Mapped[str]
    kind: Mapped[str]  # what the question asked for: image, audio, video, file, barcode
    media_type: Mapped[str]  # by its first bytes
    size: Mapped[int]  # bytes
    sha256: Mapped[str]
    state: Mapped[str]  # waiting, stored, failed
    door: Mapped[str]
    created_at: Mapped[datetime]
    telegram_file_id: Mapped[str | None]
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    tries: Mapped[int]
    next_try_at: Mapped[datetime | None]  # None unless waiting


class AttachmentContent(Base):
    """A file's bytes in parts from 0, apart from its row so that lists and memory stay small."""

    __tablename__ = "attachment_content"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
