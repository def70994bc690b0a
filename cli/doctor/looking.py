"""All that `ascolto doctor` looks at, wired to the settings."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cli.doctor.checks import Check, run_checks
from cli.doctor.clock import look_clock
from cli.doctor.database import look_database
from cli.doctor.deliverability import dns_checks
from cli.doctor.disk import look_disk
from cli.doctor.incoming import look_incoming
from cli.doctor.relays import look_relays
from cli.doctor.settings import judge_settings
from cli.doctor.telegram import look_telegram
from cli.doctor.zones import look_zones
from core.clock import SystemClock
from core.config import Settings, examine_settings
from core.findings import Finding


def look_at_all(env_file: Path) -> list[Finding]:
    """What is found of the installation whose settings these are, in the order it is told."""
    settings, problems = examine_settings(env_file)
    return judge_settings(settings, problems, env_file) + asyncio.run(run_checks(checks_of(settings)))


def checks_of(settings: Settings) -> list[Check]:
    machine = SystemClock()  # what others say of the time is compared with the machine, not with a moved clock
    return [
        Check("time-zone", look_zones),
        Check("clock", lambda: look_clock(settings, machine)),
        Check("disk", lambda: look_disk(settings)),
        Check("database", lambda: look_database(settings)),
        Check("telegram", lambda: look_telegram(settings, machine)),
        Check("smtp", lambda: look_relays(settings)),
        Check("incoming-mail", lambda: look_incoming(settings)),
        *dns_checks(settings),
    ]
