"""The states and reasons of the ledger, and the acts of the log, as staff read them."""

from __future__ import annotations

from collections.abc import Mapping

from core.i18n import N_, Translator
from core.webhooks.kinds import CALL_STATE_NAMES, WEBHOOK_STATE_NAMES
from core.webhooks.kinds import KIND_NAMES as HAPPENINGS
from notifications.intake.kinds import KIND_NAMES
from notifications.words import BOUNCED, word

EXCLUDED = {f"bounce:{fate}": name for fate, name in BOUNCED.items()} | {
    "bounce:repeated": N_("several mails came back"),
    "complaint": N_("the person called a mail unwanted"),
}
MAILS = {kind.value: name for kind, name in KIND_NAMES.items()}
RULES = {
    "catch-up": N_("it leaves later"),
    "ask": N_("staff are asked"),
    "drop": N_("it does not leave"),
}
BUTTONS = {
    "": N_("no button"),
    "answer": N_("answer the questionnaire"),
    "rsvp": N_("reply to the event's invitation"),
    "poll": N_("vote in the poll"),
    "event-page": N_("open the event's page, with its documents"),
    "appointment": N_("choose an appointment"),
    "join-chat": N_("go on in Telegram"),
    "link": N_("open an address"),
}
REPLIES = {
    "in-person": N_("in person"),
    "online": N_("online"),
    "maybe": N_("maybe"),
    "no": N_("does not come"),
    "waiting": N_("on the waiting list"),
    "lapsed": N_("did not take the place in time"),
    "none": N_("no reply"),
}
EVENT_KINDS = {"event": N_("public event"), "meeting": N_("meeting"), "appointment": N_("appointment")}
DOORS = {
    "chat": N_("in the chat"),
    "web": N_("on the web"),
    "mail": N_("by mail"),
    "group": N_("in a group"),
    "calendar": N_("in their calendar"),
    "staff": N_("entered by the office"),
    "door": N_("at the door"),
}
MOMENTS = {"opens": N_("opens"), "closes": N_("closes"), "starts": N_("starts"), "ends": N_("ends")}
UNITS = {"days": N_("days"), "hours": N_("hours"), "minutes": N_("minutes")}
WEBHOOKS, WEBHOOK_KINDS, CALLS = WEBHOOK_STATE_NAMES, HAPPENINGS, CALL_STATE_NAMES
NO_ANSWERS = {
    "": "–",
    "timeout": N_("no answer in time"),
    "connection": N_("no connection"),
    "certificate": N_("the certificate cannot be trusted"),
    "address": N_("the address must not be reached"),
}
FILES = {
    "waiting": N_("still to be fetched from Telegram"),
    "failed": N_("missing: it could not be fetched, and the person was asked to send it again"),
}
ROLES = {
    "administrator": N_("administrator"),
    "organiser": N_("organiser"),
    "clerk": N_("clerk"),
    "reviewer": N_("reviewer"),
    "reader": N_("reader"),
    "facilitator": N_("facilitator"),
    "doorkeeper": N_("doorkeeper"),
}
DETAILS = {
    "role": N_("role"),
    "format": N_("format"),
    "list": N_("list"),
    "came": N_("who came"),
    "expected": N_("who is expected"),
    "files": N_("files"),
    "people": N_("people"),
    "missed": N_("after its time"),
    "event": N_("event"),
    "poll": N_("poll"),
    "answers": N_("answers"),
    "added": N_("added"),
    "changed": N_("changed"),
    "unchanged": N_("unchanged"),
    "kept": N_("kept as edited"),
    "moderated": N_("read before they are shown"),
    "questions": N_("questions"),
    "left": N_("left the office"),
    "erased": N_("erased"),
    "calls": N_("calls"),
    "true": N_("yes"),
    "false": N_("no"),
}
SUBJECTS = {
    "account": N_("account"),
    "office": N_("office"),
    "process": N_("process"),
    "round": N_("round"),
    "mailing": N_("mailing"),
    "delivery": N_("delivery"),
    "attachment": N_("file"),
    "response": N_("response"),
    "attendance": N_("reply to an event"),
    "mail": N_("mail"),
    "event": N_("event"),
    "suppression": N_("excluded address"),
    "webhook": N_("webhook"),
    "question": N_("question"),
    "dates": N_("dates asked about"),
    "interviewer": N_("interviewer"),
    "slot": N_("time of an appointment"),
    "appointment": N_("appointment"),
    "share": N_("link to pass on"),
    "poll": N_("poll"),
    "series": N_("series of polls"),
    "round-series": N_("series of questionnaires"),
}
ACTS = {
    "account.added": N_("account added"),
    "account.signed-in": N_("signed in"),
    "role.granted": N_("role given"),
    "mailing.released": N_("mailing released"),
    "mailing.paused": N_("mailing paused"),
    "mailing.missing": N_("sent to the missing"),
    "mailing.missed": N_("mailing let go after its time"),
    "mailing.cancelled": N_("mailing stopped"),
    "mailing.drawn-back": N_("mailing made a draft again, because its poll was changed"),
    "mailing.dropped": N_("draft of a mailing taken away with its poll"),
    "mailing.written": N_("mailing written"),
    "mailing.changed": N_("mailing changed"),
    "mailing.tried": N_("mailing tried on own address"),
    "ledger.exported": N_("proof of a mailing exported"),
    "delivery.again": N_("in doubt: sent again"),
    "delivery.taken": N_("in doubt: taken as sent"),
    "mail.read": N_("mail read"),
    "mail.answered": N_("question answered"),
    "staff-chat.linked": N_("Telegram account linked"),
    "staff-chat.unlinked": N_("Telegram account unlinked"),
    "address.lifted": N_("address written to again"),
    "package.loaded": N_("process loaded"),
    "people.imported": N_("people imported"),
    "people.exported": N_("people exported"),
    "results.exported": N_("results exported"),
    "attachment.opened": N_("file opened"),
    "webhook.added": N_("webhook added"),
    "webhook.paused": N_("webhook paused"),
    "webhook.resumed": N_("webhook resumed"),
    "webhook.renewed": N_("new secret of a webhook"),
    "webhook.removed": N_("webhook removed"),
    "webhook.tested": N_("webhook tested"),
    "webhook.replayed": N_("calls of a webhook made again"),
    "answers.begun": N_("answers begun for somebody"),
    "answers.changed": N_("answers changed for somebody"),
    "answers.sent": N_("answers sent for somebody"),
    "room.opened": N_("questions from the audience opened"),
    "room.closed": N_("questions from the audience closed"),
    "room.announced": N_("told how to ask questions"),
    "question.shown": N_("question shown"),
    "question.hidden": N_("question hidden"),
    "question.pinned": N_("question pinned as being answered"),
    "question.unpinned": N_("question put back on the list"),
    "question.answered": N_("question marked as answered"),
    "question.merged": N_("questions merged"),
    "tables.changed": N_("thematic tables changed"),
    "tables.dealt": N_("seats at tables dealt"),
    "tables.moved": N_("moved to another table"),
    "tables.asked": N_("asked for wishes for tables"),
    "tables.told": N_("told their table"),
    "notes.exported": N_("notes of tables exported"),
    "attendance.entered": N_("reply to an event entered for somebody"),
    "attendance.offered": N_("place at an event offered"),
    "attendance.moved-up": N_("moved to the front of a waiting list"),
    "attendance.taken-off": N_("taken off a waiting list"),
    "attendance.exported": N_("list of an event exported"),
    "attendance.invited": N_("substitute invited to an event"),
    "door.in": N_("let in at the door"),
    "door.walk-in": N_("registered at the door"),
    "door.out": N_("taken back at the door"),
    "door.along": N_("number of those who came along changed"),
    "door.codes": N_("codes for the door sent"),
    "door.list-taken": N_("list of a door put on a telephone"),
    "door.listed": N_("list of who comes or came opened or exported"),
    "door.certificate": N_("certificate of attendance made"),
    "door.imported": N_("list of a meeting read in"),
    "event.added": N_("event added"),
    "event.changed": N_("event changed"),
    "event.cancelled": N_("event called off"),
    "event.deleted": N_("event deleted that was made by mistake"),
    "event.restored": N_("event takes place after all"),
    "event.file-added": N_("document of an event added"),
    "event.file-removed": N_("document of an event removed"),
    "dates.added": N_("dates asked about: made"),
    "dates.people": N_("dates asked about: people added"),
    "dates.asked": N_("dates asked about: people told"),
    "dates.closed": N_("dates asked about: closed"),
    "dates.chosen": N_("date chosen"),
    "interviewer.kept": N_("interviewer and times kept"),
    "slots.hours": N_("time limit for moving appointments kept"),
    "slot.blocked": N_("time blocked"),
    "slot.opened": N_("time offered again"),
    "appointment.chosen": N_("appointment made or moved for somebody"),
    "appointment.cancelled": N_("appointment cancelled for somebody"),
    "appointment.held": N_("appointment marked as held or not held"),
    "appointments.exported": N_("list of appointments exported"),
    "share.added": N_("link to pass on made"),
    "share.closed": N_("link to pass on closed"),
    "shares.exported": N_("counts of links exported"),
    "poll.added": N_("poll made"),
    "poll.changed": N_("poll changed"),
    "poll.planned": N_("poll set to open at its time"),
    "poll.opened": N_("poll opened"),
    "poll.closed": N_("poll closed"),
    "poll.dropped": N_("draft of a poll taken away"),
    "poll.revealed": N_("result of a poll shown on the screen"),
    "poll.concealed": N_("result of a poll taken off the screen"),
    "poll.published": N_("result of a poll published"),
    "poll.unpublished": N_("result of a poll not published any more"),
    "poll.sheet": N_("count sheet of a poll taken along"),
    "poll.answer-shown": N_("answers in words let through"),
    "poll.answer-hidden": N_("answers in words hidden"),
    "poll.answer-waits": N_("answers in words put back to be read"),
    "poll.answers-merged": N_("answers in words put together"),
    "poll.answer-split": N_("wording taken out of an answer"),
    "poll.themes-set": N_("themes of answers named"),
    "poll.words-exported": N_("answers in words taken along"),
    "room.screen": N_("screen of the room switched"),
    "series.added": N_("series of polls made"),
    "series.changed": N_("series of polls changed"),
    "series.started": N_("series of polls started"),
    "series.paused": N_("series of polls paused"),
    "series.stopped": N_("series of polls stopped for good"),
    "series.exported": N_("results of a series of polls taken along"),
    "contributions.gather": N_("contributions gathered"),
    "contributions.tag": N_("contributions tagged"),
    "contributions.decide": N_("noted what became of contributions"),
    "contributions.told": N_("noted and told what became of contributions"),
    "contributions.exported": N_("contributions taken along"),
    "lending.allowed": N_("let the office above ask the people"),
    "lending.taken-back": N_("no longer lets the office above ask the people"),
    "round-series.added": N_("series of questionnaires made"),
    "round-series.started": N_("series of questionnaires started"),
    "round-series.paused": N_("series of questionnaires paused"),
    "round-series.stopped": N_("series of questionnaires stopped for good"),
    "round-series.exported": N_("results of a series of questionnaires taken along"),
}


def subject(of: str, t: Translator) -> str:
    """`round:7` as people read it."""
    kind, _, number = of.partition(":")
    return f"{word(SUBJECTS, kind, t)} {number}".strip()


def details(found: Mapping[str, object], t: Translator) -> str:
    """What an audit entry says further; counts of nothing are left out."""
    told = [(name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in found.items()]
    return ", ".join(
        f"{word(DETAILS, name, t)}: {word(ROLES | DETAILS, value, t)}" for name, value in told if value != "0"
    )
