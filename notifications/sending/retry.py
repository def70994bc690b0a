"""What happens after a try: a pure value, decided by the outcome's class."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from core.people.channels import EMAIL, TELEGRAM
from notifications.channels.contract import (
    Delivered,
    Misconfigured,
    NotBegun,
    Outcome,
    RecipientGone,
    Rejected,
    ThrottledUntil,
    Unknown,
    UnreachableNow,
    Unwritten,
)

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
MISCONFIGURED_WAIT = timedelta(minutes=1)
UNWRITTEN_WAIT = timedelta(minutes=5)  # staff can put a text right
OTHER = {TELEGRAM: EMAIL, EMAIL: TELEGRAM}


@dataclass(frozen=True)
class Done:
    provider_id: str


@dataclass(frozen=True)
class Retry:
    """Again at `at`. `counts` is False when the message was not to blame; `hold` stops its way out till then."""

    at: datetime
    counts: bool = True
    hold: bool = False


@dataclass(frozen=True)
class Fallback:
    """By the other channel if the person has one, else given up with the reason."""

    channel: str
    reason: str


@dataclass(frozen=True)
class GiveUp:
    reason: str


@dataclass(frozen=True)
class Doubt:
    """Never sent again by itself: staff decide."""

    reason: str


@dataclass(frozen=True)
class PutBack:
    """As if it had not been taken out of the queue."""


Decision = Done | Retry | Fallback | GiveUp | Doubt | PutBack


class Try(NamedTuple):
    """A try just made: `tries` counts those by its channel; `machine_now` is the clock of rates, `now` the office's."""

    channel: str
    tries: int
    now: datetime
    machine_now: datetime


def decide(outcome: Outcome, tried: Try) -> Decision:
    """The next step for one delivery."""
    match outcome:
        case Delivered(provider_id):
            return Done(provider_id)
        case ThrottledUntil(at):
            return Retry(tried.now + (at - tried.machine_now), counts=False, hold=True)
        case UnreachableNow():
            if tried.tries > len(WAITS):
                return Fallback(OTHER[tried.channel], "unreachable")
            return Retry(tried.now + WAITS[tried.tries - 1])
        case RecipientGone():
            return Fallback(OTHER[tried.channel], "gone")
        case Rejected():
            return GiveUp("rejected")
        case Misconfigured():
            return Retry(tried.now + MISCONFIGURED_WAIT, counts=False, hold=True)
        case Unknown():
            return Doubt("connection-lost")
        case NotBegun():
            return PutBack()
        case Unwritten():
            if tried.tries > len(WAITS):
                return GiveUp("unwritten")
            return Retry(tried.now + max(UNWRITTEN_WAIT, WAITS[tried.tries - 1]))
