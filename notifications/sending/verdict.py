"""Whether a delivery leaves is decided at the moment of sending, not of planning. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notifications.ledger.candidates import CHAT_PAUSE, Candidate
from notifications.ledger.events import Asked
from notifications.ledger.states import Kind, MailingState, Reason
from notifications.planning.windows import Window


@dataclass(frozen=True)
class Limits:
    """What the mailing's process, date and event allow: the send window, the last useful instant, who has replied."""

    window: Window
    zone: str
    asks_for_answer: bool
    useful_until: datetime | None
    asked: Asked | None = None  # about an event
    poll_id: int | None = None  # whose vote it asks for
    of_a_draft: bool = False  # its poll is one: nobody could vote in it, and it may still change


@dataclass(frozen=True)
class Go:
    pass


@dataclass(frozen=True)
class Skip:
    reason: Reason


@dataclass(frozen=True)
class Wait:
    """Back to the queue; `until` None means as soon as the mailing is released again."""

    until: datetime | None


@dataclass(frozen=True)
class OtherWay:
    """This address cannot be used any more: by another channel if there is one, else skipped."""

    reason: Reason


Verdict = Go | Skip | Wait | OtherWay


def judge(candidate: Candidate, limits: Limits, now: datetime, opens_at: datetime) -> Verdict:
    """What becomes of one delivery at this moment; `opens_at` is when its window is open next, `now` where it is."""
    if candidate.is_gone:
        return Skip(Reason.GONE)
    if candidate.mailing_state == MailingState.CANCELLED:
        return Skip(Reason.CANCELLED)
    if candidate.mailing_state != MailingState.RELEASED:
        return Wait(None)
    if (limits.asks_for_answer and candidate.has_answered) or candidate.has_voted:
        return Skip(Reason.ANSWERED)
    if (
        limits.asked is not None
        and (settled := limits.asked.skips(candidate.reply, came=candidate.came, booked=candidate.booked)) is not None
    ):
        return Skip(settled)
    if candidate.is_over_budget:
        return Skip(Reason.BUDGET)
    if limits.useful_until is not None and now >= limits.useful_until:
        return Skip(Reason.CLOSED)
    if candidate.kind != Kind.NOTICE and candidate.paused_until is not None and candidate.paused_until > now:
        return Skip(Reason.PAUSED)
    if not candidate.is_usable:
        return OtherWay(Reason.NO_ADDRESS)
    if candidate.is_suppressed:
        return OtherWay(Reason.SUPPRESSED)
    if not candidate.is_allowed:
        return OtherWay(Reason.NO_CONSENT)
    if opens_at > now:
        return Wait(opens_at)
    return Wait(now + CHAT_PAUSE) if candidate.was_just_written_to else Go()
