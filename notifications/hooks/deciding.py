"""What happens after a call was tried: a pure value, decided by what the receiver answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
BREATH = timedelta(seconds=5)  # between calls to a receiver that fails
LONGEST_HOLD = timedelta(hours=24)  # of what a receiver may ask for
BROKEN_AFTER = timedelta(days=5)  # without a single call that got through
GONE = 410
BUSY = (429, 503)


@dataclass(frozen=True)
class Answered:
    """A status, and how long the receiver asks to wait (Retry-After)."""

    status: int
    wait: timedelta | None = None


@dataclass(frozen=True)
class NoAnswer:
    """Why there was none: "timeout", "connection", "certificate", "address"."""

    detail: str


@dataclass(frozen=True)
class NotTried:
    """It did not leave, for want of room on our own side: no fault of the receiver's, and no try."""


Outcome = Answered | NoAnswer | NotTried


@dataclass(frozen=True)
class Try:
    """A try just made: its number, and since when nothing has got through to this receiver (None: it works)."""

    number: int
    now: datetime
    failing_since: datetime | None


@dataclass(frozen=True)
class Done:
    pass


@dataclass(frozen=True)
class Again:
    """At `at`; until `hold` nothing else goes to this receiver either."""

    at: datetime
    hold: datetime | None = None


@dataclass(frozen=True)
class GiveUp:
    """`broken` says that the whole webhook waits for staff now."""

    broken: bool


Decision = Done | Again | GiveUp


def decide(outcome: Outcome, tried: Try) -> Decision:
    """The next step for one call. Anything but 2xx is a failure, also a redirect: it is not followed."""
    if isinstance(outcome, NotTried):
        return Again(tried.now + BREATH)
    if isinstance(outcome, Answered) and 200 <= outcome.status < 300:
        return Done()
    if isinstance(outcome, Answered) and outcome.status == GONE:
        return GiveUp(broken=True)
    if tried.number > len(WAITS):
        return GiveUp(broken=tried.now - (tried.failing_since or tried.now) >= BROKEN_AFTER)
    soonest = tried.now + WAITS[tried.number - 1]
    if isinstance(outcome, Answered) and outcome.status in BUSY and outcome.wait is not None:
        hold = tried.now + min(max(outcome.wait, timedelta()), LONGEST_HOLD)
        return Again(max(soonest, hold), hold)
    return Again(soonest, tried.now + BREATH if tried.failing_since is not None else None)
