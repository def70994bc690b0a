"""By which rules it is decided who gets a mailing."""

from __future__ import annotations

from dataclasses import dataclass

from core.people.audience import AudienceClause
from surveys.results.protecting import LEAST


@dataclass(frozen=True)
class Rules:
    """How audiences are read (core.people.audience.member_clause), how many messages a week somebody gets at most
    over all offices (0: no limit), and how many people have to stand behind a number that is published."""

    clause: AudienceClause
    contact_budget: int = 0
    small_numbers: int = LEAST
