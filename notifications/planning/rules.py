"""By which rules it is decided who gets a mailing."""

from __future__ import annotations

from dataclasses import dataclass

from core.people.audience import AudienceClause


@dataclass(frozen=True)
class Rules:
    """How audiences are read (core.people.audience.member_clause), and how many messages a week somebody gets at most
    over all offices (0: no limit)."""

    clause: AudienceClause
    contact_budget: int = 0
