"""Rates of what a message is written to, beside those of the way it leaves by: a mail domain, a group's chat."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.errors import SettingWrong
from core.i18n import N_
from core.people.channels import EMAIL, TELEGRAM
from notifications.ledger.candidates import Candidate
from notifications.sending.permits import Line, key_of, reserve, waiting_time

SETTING = "ASCOLTO_MAIL_DOMAIN_RATES"
UNITS = {"second": 1, "minute": 60, "hour": 3600}
ONE = re.compile(r"(?P<domain>[a-z0-9.-]+)=(?P<count>\d+(?:\.\d+)?)/(?P<unit>second|minute|hour)", re.IGNORECASE)
GROUP_RATE = 20 / 60  # Bot FAQ: no more than 20 messages a minute in one group
AT_ONCE = timedelta(seconds=1)
LONGEST_LINE = timedelta(days=1)

NOT_RATES = N_("{part} is not understood. Write, for instance: gmail.com=60/minute libero.it=2/second")


def parse_domain_rates(text: str) -> dict[str, float]:
    """Reads ASCOLTO_MAIL_DOMAIN_RATES into mails a second by domain; raises SettingWrong."""
    rates = {}
    for part in text.split():
        found = ONE.fullmatch(part)
        if found is None or not float(found["count"]):
            raise SettingWrong(name=SETTING, reason=NOT_RATES, part=part)
        rates[found["domain"].lower()] = float(found["count"]) / UNITS[found["unit"].lower()]
    return rates


def scope_of(candidate: Candidate, domain_rates: Mapping[str, float]) -> Line | None:
    """The scope of a delivery; None for most."""
    address = candidate.address or ""
    if candidate.channel == TELEGRAM and address.startswith("-"):  # groups have negative numbers
        return Line(f"{TELEGRAM}:{address}", GROUP_RATE)
    domain = address.rpartition("@")[2].lower()
    if candidate.channel == EMAIL and domain in domain_rates:
        return Line(f"{EMAIL}@{domain}", domain_rates[domain])
    return None


def key_for(channel: str, domain_rates: Mapping[str, float]) -> str:
    """The key of a short write that takes permits of scopes, "" where deliveries by a channel have none.

    In Telegram it is that of the way: what goes after a first message takes permits of both.
    """
    if channel == TELEGRAM:
        return key_of(TELEGRAM)
    return key_of("scopes") if domain_rates else ""


def take(session: Session, scope: Line, machine_now: datetime) -> timedelta | None:
    """Takes a permit of the scope: None, or how long this message has to wait before it asks again.

    Those that wait have places one behind the other, so that they do not all come back at once; there are
    places for a day, and who finds none asks again after it.
    """
    ahead = waiting_time(session, scope, machine_now)
    if ahead <= AT_ONCE:
        reserve(session, scope, 1, machine_now)
        return None
    places, behind = Line(f"{scope.name}:later", scope.rate, LONGEST_LINE), machine_now + ahead
    if waiting_time(session, places, behind) > LONGEST_LINE:
        return LONGEST_LINE
    return reserve(session, places, 1, behind) - machine_now
