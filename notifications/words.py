"""What states, reasons and conflicts are called, in the console and on the command line."""

from __future__ import annotations

from collections.abc import Mapping

from core.i18n import N_, Translator
from notifications.intake.kinds import FATE_NAMES

STATES = {
    "planned": N_("waiting"),
    "claimed": N_("about to leave"),
    "handed-over": N_("leaving"),
    "sent": N_("sent"),
    "failed": N_("not delivered"),
    "bounced": N_("returned"),
    "skipped": N_("not written to"),
    "in-doubt": N_("in doubt"),
}
REASONS = {
    "no-consent": N_("no consent, or unsubscribed"),
    "no-address": N_("no address"),
    "suppressed": N_("the address is excluded"),
    "paused": N_("asked for a pause"),
    "answered": N_("has answered already"),
    "declined": N_("has said that they do not come"),
    "waiting": N_("is on the waiting list"),
    "lapsed": N_("did not take a place in time"),
    "came": N_("came after all"),
    "booked": N_("has an appointment already"),
    "budget": N_("has had enough messages this week"),
    "closed": N_("too late: the questionnaire was closed or the event had begun"),
    "cancelled": N_("the mailing was stopped"),
    "gone": N_("cannot be reached any more"),
    "bad-address": N_("the address does not exist"),
    "not-true": N_("what it says has changed meanwhile, or is over"),
    "unwritten": N_("it could not be written, by a mistake of the service; the log says which"),
    "rejected": N_("the other side refused it for good"),
    "unreachable": N_("could not be reached after several tries"),
    "connection-lost": N_("the connection was lost while it left"),
    "not-recorded": N_("what became of it could not be written down"),
    "taken-as-sent": N_("taken as sent by the office"),
    "not-meant": N_("does not belong to the audience"),
}
BOUNCED = {fate.value: name for fate, name in FATE_NAMES.items()}
REASONS |= BOUNCED
CHANNELS = {"email": N_("e-mail"), "telegram": N_("Telegram"), "": N_("none")}
KINDS = {"mailing": N_("mailing"), "reminder": N_("reminder")}
CONFLICTS = {
    "same-day": N_("on this day some people get more than one message"),
    "not-released": N_("nobody has released it yet"),
    "no-text": N_("a text in a language of its readers is missing"),
    "nobody": N_("nobody would get it"),
    "not-noted": N_("nobody is noted as having come to its event"),
    "no-audience": N_("it is not clear to whom it goes"),
    "late": N_("its time has passed"),
    "window": N_("its time is outside the hours of sending: it leaves later"),
}
OCCURRENCE_STATES = {
    "due": N_("due"),
    "planned": N_("in the ledger"),
    "asked": N_("waits for a decision"),
    "dropped": N_("missed"),
}


def say_refusal(reason: str, t: Translator) -> str:
    """Why a mailing does not leave at all: "no-text:fr" in words, with the languages."""
    name, _, languages = reason.partition(":")
    said = word(CONFLICTS, name, t)
    return f"{said} ({languages.replace(',', ', ')})" if languages else said


def word(words: Mapping[str, str], name: str, t: Translator) -> str:
    """The word for a name; one that has none is shown as it is."""
    return t(words[name]) if name in words else name
