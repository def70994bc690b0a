"""What an office's other programs can be told of, and how a webhook and a call stand."""

from __future__ import annotations

from enum import StrEnum

from core.i18n import N_


class Kind(StrEnum):
    DELIVERED = "delivery.delivered"
    BOUNCED = "delivery.bounced"
    ANSWERED = "response.answered"
    UNSUBSCRIBED = "participant.unsubscribed"
    TEST = "webhook.test"  # asked for by staff; every webhook takes it


KINDS = (Kind.DELIVERED, Kind.BOUNCED, Kind.ANSWERED, Kind.UNSUBSCRIBED)
KIND_NAMES = {
    "delivery.delivered": N_("a message was delivered"),
    "delivery.bounced": N_("a mail came back"),
    "response.answered": N_("somebody sent their answers"),
    "participant.unsubscribed": N_("somebody unsubscribed"),
    "webhook.test": N_("a test"),
}
KIND_HINTS = {
    "delivery.delivered": N_("The relay or Telegram took a message of a mailing; not that it was read."),
    "delivery.bounced": N_("A mail could not be delivered, with the reason."),
    "response.answered": N_("A questionnaire was sent off, by whichever way; not what was answered."),
    "participant.unsubscribed": N_("Somebody wants no more messages about something, or none at all."),
}


class WebhookState(StrEnum):
    """Only an active one is called; the others keep what happens until they are resumed.

    A removed one is there for nobody any more; its calls are deleted a few at a time, and then its row.
    """

    ACTIVE = "active"
    PAUSED = "paused"
    BROKEN = "broken"
    REMOVED = "removed"


WEBHOOK_STATE_NAMES = {
    "active": N_("active"),
    "paused": N_("paused"),
    "broken": N_("broken: the receiver does not take calls any more"),
}


class CallState(StrEnum):
    """waiting -> claimed -> done | failed, or waiting again."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"


CALL_STATE_NAMES = {
    "waiting": N_("waiting"),
    "claimed": N_("on its way"),
    "done": N_("taken"),
    "failed": N_("given up"),
}
