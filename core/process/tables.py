"""Offices and what they run: processes, phases, events with the replies to them, and what a package last brought."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id

WAITS = text("waits_for <> ''")


class Office(Base):
    """An authority, a municipality, a union of municipalities or a homogeneous zone."""

    __tablename__ = "office"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]  # authority, municipality, union, zone
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    contact_email: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    one_person: Mapped[bool] = mapped_column(default=False)  # who writes a mailing may release it too
    joining: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"open": true, "text": {language: consent}}
    category_titles: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {category: {language: title}}


class Process(Base):
    """One participatory process; its times are local to `time_zone`."""

    __tablename__ = "process"
    __table_args__ = (UniqueConstraint("office_id", "slug"),)

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    slug: Mapped[str]
    title: Mapped[dict[str, Any]]  # {language: text}
    summary: Mapped[dict[str, Any]]
    languages: Mapped[list[Any]]
    time_zone: Mapped[str]
    # {"days": [0..6], "from": "09:00", "until": "18:00", "quiet": [{"from": "2024-06-08", "until": "2024-06-09"}]}
    send_window: Mapped[dict[str, Any]]
    seat: Mapped[str] = mapped_column(default="")  # the municipality whose patron saint is a holiday, by its slug
    retention: Mapped[dict[str, Any]]


class Phase(Base):
    """A phase lasts from the beginning of `starts_on` to the end of `ends_on`, local days."""

    __tablename__ = "phase"
    __table_args__ = (UniqueConstraint("process_id", "slug"),)

    id: Mapped[Id]
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    slug: Mapped[str]
    position: Mapped[int]
    title: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Event(Base):
    """A dated entry of a process: public event, meeting or appointment."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("process_id", "slug"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    phase_id: Mapped[int | None] = mapped_column(ForeignKey("phase.id"))
    slug: Mapped[str]
    kind: Mapped[str]  # event, meeting, appointment
    title: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    starts_local: Mapped[str]  # "2023-09-27T09:30", in the process's time zone
    ends_local: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    online: Mapped[bool] = mapped_column(default=False)
    # ["online"]; [] stands for in person, and online too where `online` says so (replies.modes_of)
    modes: Mapped[list[Any]] = mapped_column(default=list)
    cancelled: Mapped[bool] = mapped_column(default=False)  # it does not take place
    seats: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"in-person": 300}; a mode without is not limited
    overbooking: Mapped[int] = mapped_column(default=0)  # percent of seats given beyond those there are
    opens_local: Mapped[str | None]  # registration, in the process's time zone; None: from the invitation on
    closes_local: Mapped[str | None]  # None: at the start
    offer_hours: Mapped[int] = mapped_column(default=48)  # how long a seat that became free is kept for the next one
    invited_only: Mapped[bool] = mapped_column(default=False)  # a restricted meeting: it has no public page
    companions: Mapped[int] = mapped_column(default=0)  # whom one person may bring along, at most
    substitutes: Mapped[bool] = mapped_column(default=False)  # whether somebody else may be named to come instead
    asks_needs: Mapped[bool] = mapped_column(default=False)  # whether people are asked what they need to take part
    address: Mapped[str] = mapped_column(default="")
    directions: Mapped[dict[str, Any]] = mapped_column(default=dict)  # Markdown by language
    programme: Mapped[dict[str, Any]] = mapped_column(default=dict)  # Markdown by language
    link: Mapped[str] = mapped_column(default="")  # where it is followed online, "" while that is not known
    link_hours: Mapped[int] = mapped_column(default=24)  # before the start, from when on the link is shown
    sequence: Mapped[int] = mapped_column(default=0)  # RFC 5545: how often what a calendar shows of it has changed
    changed_at: Mapped[datetime | None]  # when it last did


class EventFile(Base):
    """A document of an event, under the name by which it is offered."""

    __tablename__ = "event_file"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    sha256: Mapped[str] = mapped_column(ForeignKey("file_content.sha256"))
    size: Mapped[int]  # bytes
    added_at: Mapped[datetime]
    afterwards: Mapped[bool] = mapped_column(default=False)  # shown only once the event is over


class Attendance(Base):
    """What somebody replied to an event's invitation: one row a person, changed in place.

    Where people were merged after both had replied, the earliest row stands (attendance.standing_attendance).
    """

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("event_id", "participant_id"),
        Index("ix_attendance_participant_id", "participant_id"),
        Index("ix_attendance_waits_for", "event_id", sqlite_where=WAITS, postgresql_where=WAITS),
    )

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    reply: Mapped[str]  # in-person, online (both have a seat), maybe, no, waiting (has none)
    door: Mapped[str]  # of the last word: chat, web, mail, calendar, staff, door
    first_at: Mapped[datetime]
    at: Mapped[datetime]  # of the last word
    changes: Mapped[int] = mapped_column(default=0)  # how often the reply became another one
    companions: Mapped[int] = mapped_column(default=0)  # whom they bring along
    substitute: Mapped[str] = mapped_column(default="")  # who comes instead
    needs: Mapped[str] = mapped_column(Text, default="")  # what they need to take part
    waits_for: Mapped[str] = mapped_column(default="")  # the mode whose waiting list they are on, whatever they replied
    waiting_since: Mapped[datetime | None]
    offered_until: Mapped[datetime | None]  # a seat of that mode is kept for them till then
    came: Mapped[str] = mapped_column(default="")  # in-person or online; "" for who has not (yet) come
    came_at: Mapped[datetime | None]
    came_along: Mapped[int] = mapped_column(default=0)  # who came in with them


class PackageItem(Base):
    """What a load brought, so that the next one sees what was edited in the console since."""

    __tablename__ = "package_item"
    __table_args__ = (UniqueConstraint("office_id", "process_slug", "kind", "slug"),)

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    process_slug: Mapped[str]
    kind: Mapped[str]
    slug: Mapped[str]
    digest: Mapped[str]  # of the values as loaded
    loaded_at: Mapped[datetime]
