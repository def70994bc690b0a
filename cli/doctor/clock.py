"""Whether this machine's clock is right, by the clocks of others that are asked anyway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from cli.doctor.database import database_time, sqlite_file
from core.clock import Clock
from core.config import Settings
from core.errors import SettingWrong
from core.findings import Finding, Judgement, State
from core.i18n import N_

CHECK = "clock"
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # this release was made later
SLIGHTLY, FAR = timedelta(seconds=30), timedelta(minutes=5)
PATIENCE = aiohttp.ClientTimeout(total=5)
SET_CLOCK = "timedatectl set-ntp true"
DATABASE = "PostgreSQL"

GOOD = Judgement(CHECK, State.OK, N_("The clock of this machine agrees with {others}."))
ALONE = Judgement(
    CHECK, State.UNKNOWN, N_("There is no other clock to compare this machine's with; it says {now} (UTC).")
)
OFF = Judgement(
    CHECK,
    State.WARNING,
    N_("The clock of this machine differs by {seconds} seconds from that of {other}."),
    N_("Let the machine set its clock by the network (NTP), as in:"),
)
WRONG = Judgement(
    CHECK,
    State.WRONG,
    N_("The clock of this machine is wrong by {seconds} seconds, says {other}: messages would leave at wrong times."),
    N_("Let the machine set its clock by the network (NTP), as in:"),
)
BEHIND = Judgement(
    CHECK,
    State.WRONG,
    N_("The clock of this machine says {now} (UTC), which is before this release was made."),
    N_("Let the machine set its clock by the network (NTP), as in:"),
)


async def look_clock(settings: Settings, machine: Clock) -> list[Finding]:
    """Who does not answer is not counted here: other checks say so."""
    others: dict[str, timedelta] = {}
    if settings.participant_bot_token or settings.staff_bot_token:
        others |= await _of_server(settings.telegram_api_url, machine)
    if sqlite_file(settings.database_url) is None:
        others |= await _of_database(settings, machine)
    return list(judge_clock(machine.now(), others))


def judge_clock(now: datetime, others: Mapping[str, timedelta]) -> Iterator[Finding]:
    """`others` are the differences from other clocks, by whose they are."""
    said = f"{now:%Y-%m-%d %H:%M:%S}"
    if now < EARLIEST:
        yield BEHIND.of(SET_CLOCK, now=said)
        return
    for other, difference in others.items():
        if abs(difference) > SLIGHTLY:
            seconds = round(abs(difference).total_seconds())
            yield (WRONG if abs(difference) > FAR else OFF).of(SET_CLOCK, seconds=seconds, other=other)
    if agreeing := [other for other, difference in others.items() if abs(difference) <= SLIGHTLY]:
        yield GOOD.of(others=", ".join(agreeing))
    elif not others:
        yield ALONE.of(now=said)


async def _of_server(url: str, machine: Clock) -> dict[str, timedelta]:
    """The difference from a web server, by the Date it answers with (RFC 9110, section 6.6.1)."""
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE) as http,
            http.get(url, allow_redirects=False) as answer,
        ):
            told = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (aiohttp.ClientError, OSError, ValueError):
        return {}
    return {urlsplit(url).hostname or url: machine.now() - told.replace(tzinfo=told.tzinfo or UTC)}


async def _of_database(settings: Settings, machine: Clock) -> dict[str, timedelta]:
    try:
        told = await database_time(settings.database_url)
    except (SQLAlchemyError, SettingWrong):
        return {}
    return {DATABASE: machine.now() - told}
