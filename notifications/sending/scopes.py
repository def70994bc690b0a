"""Rates of what a message is written to, beside those of the way it leaves by: a mail domain, a group's chat."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.errors import SettingWrong
from core.i18n import N_
from notifications.ledger.candidates import Candidate
from notifications.ledger.states import EMAIL, TELEGRAM
from notifications.sending.permits import reserve, waiting_time

SETTING = "ASCOLTO_MAIL_DOMAIN_RATES"
UNITS = {"second": 1, "minute": 60, "hour": 3600}
ONE = re.compile(r"(?P<domain>[a-z0-9.-]+)=(?P<count>\d+(?:\.\d+)?)/(?P<unit>second|minute|hour)", re.IGNORECASE)
GROUP_RATE = 20 / 60  # Bot FAQ: no more than 20 messages a minute in one group
AT_ONCE = timedelta(seconds=1)

NOT_RATES = N_("{part} is not understood. Write, for instance: gmail.com=60/minute libero.it=2/second")


@dataclass(frozen=True)
class Scope:
    """What shares a rate, over all ways and all senders: `rate` messages a second."""

    name: str
    rate: float


def parse_domain_rates(text: str) -> dict[str, float]:
    """Reads ASCOLTO_MAIL_DOMAIN_RATES into mails a second by domain; raises SettingWrong."""
    rates = {}
    for part in text.split():
        found = ONE.fullmatch(part)
        if found is None or not float(found["count"]):
            raise SettingWrong(name=SETTING, reason=NOT_RATES, part=part)
        rates[found["domain"].lower()] = float(found["count"]) / UNITS[found["unit"].lower()]
    return rates


def scope_of(candidate: Candidate, domain_rates: Mapping[str, float]) -> Scope | None:
    """The scope of a delivery; None for most."""
    address = candidate.address or ""
    if candidate.channel == TELEGRAM and address.startswith("-"):  # groups have negative numbers
        return Scope(f"{TELEGRAM}:{address}", GROUP_RATE)
    domain = address.rpartition("@")[2].lower()
    if candidate.channel == EMAIL and domain in domain_rates:
        return Scope(f"{EMAIL}@{domain}", domain_rates[domain])
    return None


def take(session: Session, scope: Scope, machine_now: datetime) -> timedelta | None:
    """Takes a permit of the scope: None, or how long this message has to wait before it asks again.

    Those that wait have places one behind the other, so that they do not all come back at once.
    """
    ahead = waiting_time(session, scope.name, machine_now)
    if ahead <= AT_ONCE:
        reserve(session, scope.name, 1, scope.rate, machine_now)
        return None
    place = reserve(session, f"{scope.name}:later", 1, scope.rate, machine_now + ahead)
    return place - machine_now
