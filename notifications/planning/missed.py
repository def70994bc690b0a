"""What was due while the service was off: caught up, asked about or dropped. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from core.errors import Problem
from core.i18n import N_
from core.process.package.entry import MOST_DAYS

LONGEST = timedelta(days=MOST_DAYS)
GRACE = timedelta(minutes=10)  # a restart or a change of leader is no miss


class MissedRuleWrong(Problem):
    text = N_(
        "The rule for missed mailings is not understood ({reason}). "
        "Write, for instance: rule: catch-up, until: {{days: 2}}"
    )


class Verdict(StrEnum):
    PLAN = "plan"
    ASK = "ask"
    DROP = "drop"


@dataclass(frozen=True)
class MissedRule:
    """`rule` is catch-up (at most `within` late, None being any time), ask or drop."""

    rule: str = "catch-up"
    within: timedelta | None = None


def parse_missed(raw: Mapping[str, Any]) -> MissedRule:
    """Reads the rule as a package writes it; raises MissedRuleWrong."""
    if strange := set(raw) - {"rule", "until"}:
        raise MissedRuleWrong(reason=f"unknown: {', '.join(sorted(map(str, strange)))}")
    rule = raw.get("rule", "catch-up")
    if rule not in {"catch-up", "ask", "drop"}:
        raise MissedRuleWrong(reason="rule: catch-up, ask or drop")
    until = raw.get("until")
    if until is None:
        return MissedRule(rule)
    if not isinstance(until, dict) or not until or set(until) - {"days", "hours"}:
        raise MissedRuleWrong(reason="until: days or hours")
    if any(not isinstance(count, int) or isinstance(count, bool) or count < 0 for count in until.values()):
        raise MissedRuleWrong(reason="until: whole numbers")
    try:
        within = timedelta(**until)
    except OverflowError as error:
        raise MissedRuleWrong(reason=f"until: at most {LONGEST.days} days") from error
    if within > LONGEST:
        raise MissedRuleWrong(reason=f"until: at most {LONGEST.days} days")
    return MissedRule(rule, within)


def judge(rule: MissedRule, due_at: datetime, now: datetime, useful_until: datetime | None) -> Verdict:
    """What becomes of an occurrence that is found due at `now`.

    `useful_until` is the start of the event it announces or the close of the round it asks
    for: afterwards it is dropped whatever the rule.
    """
    if useful_until is not None and now >= useful_until:
        return Verdict.DROP
    late = now - due_at
    if late <= GRACE:
        return Verdict.PLAN
    if rule.rule == "catch-up":
        return Verdict.PLAN if rule.within is None or late <= rule.within else Verdict.DROP
    return Verdict.ASK if rule.rule == "ask" else Verdict.DROP
