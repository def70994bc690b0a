"""Over how long a mailing leaves, so that a thousand people do not answer, or call, within one minute. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.errors import Problem
from core.i18n import N_

LONGEST = timedelta(days=30)
UNITS = {"days", "hours", "minutes"}


class SpreadWrong(Problem):
    text = N_("The time to spread over is not understood ({reason}). Write, for instance: spread: {{hours: 4}}")


def parse_spread(raw: Mapping[str, Any]) -> timedelta:
    """Reads it as a package writes it, {} being at once; hours in which the send window is open. Raises SpreadWrong."""
    if strange := set(raw) - UNITS:
        raise SpreadWrong(reason=f"unknown: {', '.join(sorted(map(str, strange)))}")
    if any(not isinstance(count, int) or isinstance(count, bool) or count < 0 for count in raw.values()):
        raise SpreadWrong(reason=f"{', '.join(sorted(UNITS))}: whole numbers")
    try:
        span = timedelta(**raw)
    except OverflowError as error:
        raise SpreadWrong(reason=f"at most {LONGEST.days} days") from error
    if span > LONGEST:
        raise SpreadWrong(reason=f"at most {LONGEST.days} days")
    return span
