"""Whether planned times can be told from instants: the rules of time zones, of the system or of the package tzdata."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.findings import Finding, Judgement, State
from core.i18n import N_

CHECK = "time-zone"
ZONE = "Europe/Rome"
OFFSETS = {datetime(2026, 1, 1, tzinfo=UTC): timedelta(hours=1), datetime(2026, 7, 1, tzinfo=UTC): timedelta(hours=2)}
INSTALL = "apt-get install tzdata"

GOOD = Judgement(CHECK, State.OK, N_("The rules of time zones are there ({zone})."))
MISSING = Judgement(
    CHECK,
    State.WRONG,
    N_("The rules of the time zone {zone} are missing or wrong: planned times would be wrong."),
    N_("Install them, as in:"),
)


async def look_zones(name: str = ZONE) -> list[Finding]:
    try:
        zone = ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return [MISSING.of(INSTALL, zone=name)]
    is_good = all(instant.astimezone(zone).utcoffset() == offset for instant, offset in OFFSETS.items())
    return [GOOD.of(zone=name) if is_good else MISSING.of(INSTALL, zone=name)]
