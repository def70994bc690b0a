"""A form whose sender's session had ended: carried through the sign-in on the page itself, and nowhere else.

What was typed stands in a hidden field under a seal that names the account whose page it stood on; no address, log or
table holds it. The seal says that we wrote it, and hides nothing: whoever has the page before them can read it. Only
the same account is shown it after signing in, and sends it with a press of its own. Files are not carried.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import FormData, UploadFile

from core.errors import LinkForged
from core.i18n import LANGUAGES, N_
from core.links import Links, Purpose
from notifications.content.poll_texts import INVITATION, RESULT
from web.console.form_tokens import TOKEN

FIELD = "kept"
LARGEST = 1_000_000  # characters
LASTS = timedelta(days=1)
WRITTEN = {
    "title": N_("Title"), "subject": N_("Subject"), "body": N_("Text"), "text": N_("Text"), "name": N_("Name"),
    "summary": N_("What it is about"), "options": N_("Options"), "words": N_("In words, for whoever said it"),
    "low": N_("What the lower end of the scale means"), "high": N_("What the upper end of the scale means"),
    "programme": N_("Programme"), "directions": N_("How to get there"), "place": N_("Place"), "note": N_("Note"),
    "needs": N_("Needs"), "substitute": N_("Comes instead"), "available": N_("When they have time"),
    "dates": N_("Days with times"), "axes": N_("Axes for the notes"), "answer": N_("Your answer"),
    "theme": N_("Theme"), "label": N_("What stands on it"), "url": N_("Address"), "shows": N_("What it shows"),
    "address": N_("Address"), "link": N_("Address to take part online"),
}  # fmt: skip
MESSAGES = INVITATION, RESULT  # whose texts stand on one page
ANSWER = re.compile(r"q\d+(_\d+)*")  # of a questionnaire that is filled in for somebody


@dataclass(frozen=True)
class KeptForm:
    """Where it was sent, and its fields in their order, without the token of the session that ended."""

    path: str
    fields: tuple[tuple[str, str], ...]
    account_id: int

    @property
    def written(self) -> list[tuple[str, str, str]]:
        """The texts a person wrote, to be looked at before they are sent again: label, language or "", text."""
        return [(*named, text) for name, text in self.fields if text.strip() and (named := _label(name))]


def has_text(form: FormData) -> bool:
    """Whether there is anything in it that a person wrote: what is but a choice is made again with a press."""
    return any(isinstance(value, str) and value.strip() and _label(name) for name, value in form.multi_items())


def kept_of(path: str, form: FormData, account_id: int) -> KeptForm | None:
    """What can be sent again; None where there is no text in it, too much of it, or a file with it."""
    fields = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                return None
        elif name != TOKEN:
            fields.append((name, value))
    is_too_much = sum(len(name) + len(text) for name, text in fields) > LARGEST
    return None if is_too_much or not has_text(form) else KeptForm(path, tuple(fields), account_id)


def seal_form(links: Links, kept: KeptForm, now: datetime) -> str:
    """The form as a hidden field's value."""
    until = (now + LASTS).timestamp()
    told = {"path": kept.path, "fields": kept.fields, "account": kept.account_id, "until": until}
    return links.seal(Purpose.CONSOLE_KEPT, json.dumps(told).encode())


def unseal_form(links: Links, sealed: str, now: datetime) -> KeptForm | None:
    """None for what was not sealed here, or too long ago."""
    try:
        told = json.loads(links.unseal(Purpose.CONSOLE_KEPT, sealed))
    except (LinkForged, ValueError):
        return None
    if "account" not in told or now.timestamp() >= told["until"]:
        return None
    return KeptForm(told["path"], tuple((name, text) for name, text in told["fields"]), told["account"])


def _label(name: str) -> tuple[str, str] | None:
    """What the page called a field for text, and the language it was in; None for any other field."""
    kind, *rest = re.split("[-.]", name)  # title, title-it, title.2.it
    if ANSWER.fullmatch(kind):  # q3, q15_2_1, q7.lat
        return N_("Answer"), ""
    if kind in MESSAGES and rest:  # invitation-subject-it
        kind, *rest = rest
    return (WRITTEN[kind], next((one for one in rest if one in LANGUAGES), "")) if kind in WRITTEN else None
