"""What the mailing form says, as a draft; what is wrong with it, all at once, in the form's words and at its fields."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import FormData

from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, N_, Translator
from core.people.consent import PURPOSES
from core.people.everybody import EVERYBODY
from core.process.package.entry import MOST_DAYS
from notifications.content.check import OF_EVENTS
from notifications.content.errors import (
    FileMissing,
    LanguageMissing,
    MailTooLarge,
    PictureWithoutWords,
    TextTooLong,
    TextWrong,
    TooManyFiles,
    VariableMisplaced,
    VariableUnknown,
)
from notifications.content.text import SCHEMES
from notifications.ledger.states import Kind
from notifications.planning.anchors import MOMENTS, MOST_HOURS, AnchorUnknown, AnchorWrong
from notifications.planning.spread import LONGEST as LONGEST_SPREAD
from notifications.planning.writing import Amiss, BodyMissing, Draft, SubjectMissing, TextTooLarge
from web.console.mailing_files import FormFiles

KINDS = (Kind.MAILING.value, Kind.REMINDER.value)
RULES = ("catch-up", "ask", "drop")
BUTTON_KINDS = ("answer", "rsvp", "event-page", "appointment", "poll", "join-chat", "link")
BUTTONS = 3  # as many rows there are at least
WITHIN_UNITS, SPREAD_UNITS = ("days", "hours"), ("hours", "days", "minutes")
SPANS = {"days": timedelta(days=1), "hours": timedelta(hours=1), "minutes": timedelta(minutes=1)}
TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")

FIELDS = {
    "audience": N_("Audience"),
    "round": N_("Questionnaire it asks for"),
    "event": N_("Event it is about"),
    "poll": N_("Poll it asks for votes in"),
    "moment": N_("Counted from"),
    "days": N_("Days after it (with a minus: before it)"),
    "hours": N_("Or hours after an event (with a minus: before it)"),
    "time": N_("Time of day"),
    "missed": N_("If its time passes while the service is off"),
    "within": N_("At most so late"),
    "spread": N_("Spread over"),
    "subject": N_("Subject"),
    "body": N_("Text"),
    "button": N_("Button {number}"),
    "label": N_("What stands on it"),
    "url": N_("Address it opens"),
    "upload": N_("Add files"),
}
PARTS = {"anchor": "moment", "buttons": "body"}  # what a draft calls otherwise than the form
OWN_WORDS: dict[type[Problem], str] = {
    AnchorWrong: N_("Please choose the day from which it is counted."),
    AnchorUnknown: N_("This is not in the process any more. Please choose again."),
    SubjectMissing: N_("Please write the subject."),
    BodyMissing: N_("Please write the text."),
    LanguageMissing: N_("Please write the subject and the text in this language too: nothing leaves without them."),
    TextTooLarge: N_("This is too long: at most {subject} characters for the subject, {body} for the text."),
    TextWrong: N_("What stands in braces is not understood: {reason}"),
    VariableUnknown: N_("There is no variable {name}. There are: {known}."),
    VariableMisplaced: N_("A variable can stand in the text only: not in a link, a filter or code."),
    TextTooLong: N_("This is too long for Telegram: it would take {parts} messages, at most {most} are sent."),
    FileMissing: N_("The text shows the file {name}, which is not among the files below. Please add it there."),
    PictureWithoutWords: N_(
        "Please write what the picture {name} shows between the square brackets, for whoever cannot see it: "
        "![what it shows]({name})"
    ),
    TooManyFiles: N_("There are too many files: at most {most} pictures and {most} attachments."),
    MailTooLarge: N_(
        "This mail would weigh {size} MB with its pictures and attachments, at most {limit} MB may leave. "
        "Make the files smaller, or put them on a page and write its address."
    ),
}


class DaysWrong(Problem):
    text = N_("Please write a whole number: 0 for the day itself, 3 for three days after, -3 for three days before.")


class HoursWrong(Problem):
    text = N_("Please write a whole number of hours, at most {most}, for an event alone: -2 for two hours before.")


class TooFar(Problem):
    text = N_("This is too much: at most {most} days.")


class TimeWrong(Problem):
    text = N_("Please write hours and minutes, as in 09:30.")


class MomentMissing(Problem):
    text = N_("Please choose the day from which it is counted.")


class SpanWrong(Problem):
    text = N_("Please write a whole number, or leave it empty.")


class NotInTheList(Problem):
    text = N_("Please choose one of the list.")


class ButtonKindMissing(Problem):
    text = N_("Please choose what this button does, or empty what is written beside it.")


class LabelMissing(Problem):
    text = N_("Please write what stands on this button.")


class AddressWrong(Problem):
    text = N_("Please write the whole address that the button opens, beginning with https://")


class QuestionnaireMissing(Problem):
    text = N_("This button leads to a questionnaire: please choose it above, or take the button away.")


class EventMissing(Problem):
    text = N_("This button is about an event: please choose the event above, or take the button away.")


class PollMissing(Problem):
    text = N_("This button asks for a vote: please choose the poll above, or take the button away.")


@dataclass(frozen=True)
class AtField:
    """What is wrong, and at which field; "" for the form as a whole."""

    field: str
    problem: Problem

    def say(self, t: Translator) -> str:
        own = OWN_WORDS.get(type(self.problem))
        return t(own, **self.problem.values) if own else self.problem.say(t)

    def label(self, t: Translator) -> str:
        """The field's own name, with its language and row where it has them."""
        name, *place = self.field.split("-")
        if name not in FIELDS:
            return ""
        number = f"{int(place[1]) + 1}" if len(place) == 2 else ""
        label = t(FIELDS[name], number=number)
        if number and name != "button":
            label = f"{t(FIELDS['button'], number=number)}, {label}"
        return " – ".join([label, *(LANGUAGE_NAMES.get(one, one) for one in place[:1])])


@dataclass
class _Reading:
    """Reads one field after the other, and notes what cannot be read."""

    typed: Mapping[str, str]
    found: list[AtField] = field(default_factory=list)

    def amiss(self, name: str, problem: Problem) -> None:
        self.found.append(AtField(name, problem))

    def choice(self, name: str, known: Sequence[str]) -> str:
        value = self.typed.get(name, "") or known[0]
        if value in known:
            return value
        self.amiss(name, NotInTheList())
        return known[0]

    def number(self, name: str) -> int | None:
        """The number of what was chosen, None for nothing."""
        text = self.typed.get(name, "")
        if not text:
            return None
        if text.isascii() and text.isdecimal() and len(text) < 18:
            return int(text)
        self.amiss(name, NotInTheList())
        return None

    def span(self, name: str, units: Sequence[str], longest: timedelta) -> dict[str, int]:
        """A length of time with its unit, {} where none is written."""
        text = self.typed.get(name, "")
        unit = self.typed.get(f"{name}-unit", "")
        unit = unit if unit in units else units[0]
        if not text:
            return {}
        if not (text.isascii() and text.isdecimal()):
            self.amiss(name, SpanWrong())
            return {}
        if len(text) > 9 or SPANS[unit] * int(text) > longest:
            self.amiss(name, TooFar(most=longest.days))
            return {}
        return {unit: int(text)}

    def anchor(self) -> dict[str, Any]:
        kind, _, rest = self.typed.get("moment", "").partition(":")
        slug, _, at = rest.rpartition(":")
        where: dict[str, Any] = {}
        if slug and kind in MOMENTS:
            where = {kind: slug, "at": at}
        else:
            self.amiss("moment", MomentMissing())
        if self.typed.get("hours", ""):
            return where | {"hours": self._hours(kind)}
        anchor: dict[str, Any] = {"days": self._days(), "working": "working" in self.typed, **where}
        time = self.typed.get("time", "")
        if TIME.fullmatch(time):
            anchor["time"] = time
        elif time or kind == "phase":
            self.amiss("time", TimeWrong())
            anchor["time"] = "09:00"
        return anchor

    def _hours(self, kind: str) -> int:
        text = self.typed["hours"].replace("\N{MINUS SIGN}", "-")
        if kind != "event" or not re.fullmatch(r"[+-]?[0-9]{1,4}", text) or abs(int(text)) > MOST_HOURS:
            self.amiss("hours", HoursWrong(most=MOST_HOURS))
            return 0
        return int(text)

    def _days(self) -> int:
        text = self.typed.get("days", "").replace("\N{MINUS SIGN}", "-")
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
            self.amiss("days", DaysWrong())
            return 0
        if abs(int(text)) > MOST_DAYS:
            self.amiss("days", TooFar(most=MOST_DAYS))
            return 0
        return int(text)

    def buttons(self, language: str, has: Collection[str]) -> list[dict[str, str]]:
        """The buttons of a text that can be used; `has` says whether there is a round, an event."""
        buttons = []
        for number in button_rows(self.typed, [language]):
            tail = f"{language}-{number}"
            kind, label, url = (self.typed.get(f"{part}-{tail}", "") for part in ("button", "label", "url"))
            before = len(self.found)
            if not kind and (label or url):
                self.amiss(f"button-{tail}", ButtonKindMissing())
            elif kind and kind not in BUTTON_KINDS:
                self.amiss(f"button-{tail}", NotInTheList())
            elif kind == "answer" and "round" not in has:
                self.amiss(f"button-{tail}", QuestionnaireMissing())
            elif kind in OF_EVENTS and "event" not in has:
                self.amiss(f"button-{tail}", EventMissing())
            elif kind == "poll" and "poll" not in has:
                self.amiss(f"button-{tail}", PollMissing())
            if kind and kind not in {"rsvp", "poll"} and not label:
                self.amiss(f"label-{tail}", LabelMissing())
            if kind == "link" and not is_address(url):
                self.amiss(f"url-{tail}", AddressWrong())
            if kind and len(self.found) == before:
                buttons.append({"kind": kind, "label": label} | ({"url": url} if kind == "link" else {}))
        return buttons

    def text(self, language: str, attached: Collection[str], has: Collection[str]) -> dict[str, Any]:
        body = self.typed.get(f"body-{language}", "").replace("\r\n", "\n")
        return {
            "subject": self.typed.get(f"subject-{language}", ""),
            "body": body,
            "buttons": self.buttons(language, has),
            "attachments": list(attached),
        }


def read_draft(
    form: FormData, languages: Sequence[str], files: FormFiles, everybody: int | None = None
) -> tuple[Draft, list[AtField]]:
    """A draft that the checks can read, and what was wrong in the form; in its place stands something usual.

    `everybody` is the audience of that name, made for who chose it.
    """
    values = typed(form)
    if values.get("audience") == EVERYBODY and everybody is not None:
        values["audience"] = str(everybody)
    reading = _Reading(values)
    found: dict[str, Any] = {
        "kind": reading.choice("kind", KINDS),
        "purpose": reading.choice("purpose", PURPOSES),
        "audience_id": reading.number("audience"),
        "round_id": reading.number("round"),
        "event_id": reading.number("event"),
        "poll_id": reading.number("poll"),
        "anchor": reading.anchor(),
    }
    missed: dict[str, Any] = {"rule": reading.choice("missed", RULES)}
    if until := reading.span("within", WITHIN_UNITS, timedelta(days=MOST_DAYS)):
        missed["until"] = until
    spread = reading.span("spread", SPREAD_UNITS, LONGEST_SPREAD)
    has_event = found["event_id"] is not None or "event" in found["anchor"]
    there = {"round": found["round_id"] is not None, "event": has_event, "poll": found["poll_id"] is not None}
    has = [name for name, is_there in there.items() if is_there]
    texts = {language: reading.text(language, files.attached[language], has) for language in languages}
    draft = Draft(**found, missed=missed, spread=spread if any(spread.values()) else {}, texts=texts, files=files.found)
    return draft, reading.found


def at_fields(amiss: Sequence[Amiss], files: Sequence[Problem], said: Sequence[AtField]) -> list[AtField]:
    """Everything in the order of the form; what was said at a field in the form's words is not said again."""
    places = [
        AtField(f"{PARTS.get(one.part, one.part)}{f'-{one.language}' if one.language else ''}", one.problem)
        for one in amiss
    ]
    known = {one.field for one in said}
    found = [*said, *(one for one in places if one.field not in known), *(AtField("upload", one) for one in files)]
    order = {name: place for place, name in enumerate(FIELDS)}
    return sorted(found, key=lambda one: order.get(one.field.split("-")[0], -1))


def typed(form: FormData) -> dict[str, str]:
    return {name: value.strip() for name, value in form.items() if isinstance(value, str)}


def button_rows(values: Mapping[str, str], languages: Sequence[str]) -> range:
    """The rows for buttons: as many as there are buttons in one of the languages, at least three."""
    rows = BUTTONS
    while any(f"button-{language}-{rows}" in values for language in languages):
        rows += 1
    return range(rows)


def is_address(url: str) -> bool:
    """Whether a button can open it: a page by its whole address, a mailbox or a telephone."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme in {"http", "https"}:
        return bool(parts.hostname)
    return parts.scheme in SCHEMES and bool(parts.path)
