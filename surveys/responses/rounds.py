"""Rounds: a questionnaire open to an audience for a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.clock import last_day, local
from core.i18n import pick_text
from surveys.responses.errors import RoundClosed, RoundNotOpen


class SubjectKind(StrEnum):
    """What a round holds one response of."""

    PARTICIPANT = "participant"
    ORGANISATION = "organisation"  # whichever contact person answers, answers for it
    MUNICIPALITY = "municipality"
    LINK = "link"  # whoever holds the link with this token


@dataclass(frozen=True)
class Quota:
    """At most so many sent responses for which a condition holds; without a condition, at most so many in all.

    `title` says by language whose answers it counts, `when` is a condition on the answers (`engine/conditions.py`).
    """

    slug: str
    most: int
    when: str = ""
    title: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenRound:
    """A round as doors know it; `title` by language, instants in UTC, `closes_at` None without an end."""

    id: int
    slug: str
    title: dict[str, str]
    opens_at: datetime
    closes_at: datetime | None
    office_id: int
    process_id: int
    questionnaire_id: int = 0
    audience_id: int | None = None
    subject_kind: SubjectKind = SubjectKind.PARTICIPANT
    time_zone: str = "UTC"
    quotas: tuple[Quota, ...] = ()

    def title_in(self, language: str) -> str:
        return pick_text(self.title, language)

    @property
    def last_day(self) -> date | None:
        """The last local day on which answers are taken, None without an end."""
        return last_day(self.closes_at, self.time_zone) if self.closes_at else None

    def open_at(self, now: datetime) -> bool:
        return self.opens_at <= now and (self.closes_at is None or now < self.closes_at)


def check_open(round_: OpenRound, now: datetime) -> None:
    """Raises RoundNotOpen before a round opens and RoundClosed from the instant it closes."""
    if now < round_.opens_at:
        raise RoundNotOpen(opens=f"{local(round_.opens_at, round_.time_zone):%Y-%m-%d %H:%M}")
    if not round_.open_at(now):
        raise RoundClosed
