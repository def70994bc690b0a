"""The words for what becomes of a mailing, an occurrence and a delivery."""

from __future__ import annotations

from enum import StrEnum

from core.i18n import N_


class MailingState(StrEnum):
    DRAFT = "draft"
    RELEASED = "released"
    PAUSED = "paused"
    CANCELLED = "cancelled"


MAILING_STATE_NAMES = {
    "draft": N_("draft"),
    "released": N_("released"),
    "paused": N_("paused"),
    "cancelled": N_("stopped"),
}


class Kind(StrEnum):
    MAILING = "mailing"
    REMINDER = "reminder"
    NOTICE = "notice"


class OccurrenceState(StrEnum):
    DUE = "due"
    PLANNED = "planned"
    ASKED = "asked"
    DROPPED = "dropped"


class DeliveryState(StrEnum):
    """planned -> claimed -> handed-over -> sent | failed | bounced; skipped; in-doubt."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    HANDED_OVER = "handed-over"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    SKIPPED = "skipped"
    IN_DOUBT = "in-doubt"


class Reason(StrEnum):
    """Why somebody in the audience gets nothing."""

    NO_CONSENT = "no-consent"
    NO_ADDRESS = "no-address"
    SUPPRESSED = "suppressed"
    PAUSED = "paused"
    ANSWERED = "answered"
    DECLINED = "declined"
    WAITING = "waiting"
    LAPSED = "lapsed"
    BUDGET = "budget"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    GONE = "gone"
    BAD_ADDRESS = "bad-address"
    NOT_TRUE = "not-true"
    CAME = "came"
    BOOKED = "booked"


QUESTIONNAIRES = "questionnaires"  # the purpose of mailings that ask for an answer
POLLS = "polls"  # of those that ask for a vote
RESULTS = "results"  # of those that tell what came out
EVENTS = "events"  # the purpose of those that invite and remind
