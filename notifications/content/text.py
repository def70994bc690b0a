"""A mailing's text in one language, and what stands around it for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from markdown_it.common.normalize_url import normalizeLink

from core.i18n import N_, translator
from core.process.replies import Reply
from notifications.calendars.carried import Carried
from notifications.content.asking import VOTE, AskedPoll
from notifications.content.errors import ButtonUnknown
from notifications.content.files import MailedFile
from notifications.content.variables import PRIVATE, mark

LINKS = {
    "answer": "answer_link",
    "join-chat": "join_link",
    "undo-join": "undo_link",
    "rsvp": "rsvp_link",
    "event-page": "rsvp_link",
    "seat": "rsvp_link",
    "room": "room_link",
    "tables": "tables_link",
    "dates": "dates_link",
    "appointment": "appointment_link",
    "poll": "poll_link",
    "confirm-join": "confirm_link",
}
DOOR_LINK, DOOR_PICTURE = "door_link", "door_picture"  # what the code for the door holds, and the code in base64
ALL_LINKS = frozenset(LINKS.values()) | {"unsubscribe_link", "preferences_link", DOOR_LINK}
SCHEMES = {"http", "https", "mailto", "tel"}
REPLY_TO_INVITATION = N_("Reply to the invitation")


@dataclass(frozen=True)
class ButtonText:
    """`address` is a fixed one, or the mark of a personal one."""

    kind: str
    label: str
    address: str


@dataclass(frozen=True)
class Text:
    """Subject and Markdown body with variables, in one language; `attachments` are names of the mailing's files."""

    language: str
    subject: str
    body: str
    buttons: tuple[ButtonText, ...] = ()
    attachments: tuple[str, ...] = ()

    @cached_property
    def identity(self) -> str:
        """The same for the same text; written once, asked for by every message."""
        return repr(self)


@dataclass(frozen=True)
class Setting:
    """What is the same for everybody who gets a mailing in one language.

    `fixed` holds the values of variables (those that are "" count as not filled), `sender` is
    the From header, `round_id` what an answer button opens, `event_id` what is replied to with one
    of `replies`, also by an answer to the mail where `answered_by_mail`, `poll` what its poll button asks; `list_id`
    names the mailing in List-Id, `files` are those that texts may show or have attached, by name.
    """

    sender: str
    office: str = ""
    office_address: str = ""
    contact_email: str = ""
    fixed: Mapping[str, str] = field(default_factory=dict)
    round_id: int | None = None
    list_id: str = ""
    is_notice: bool = False
    why: str = ""  # of a notice, a message id
    is_asking: bool = False  # whether somebody wants to join: a stranger may have written the address
    has_chat: bool = False
    event_id: int | None = None
    replies: tuple[Reply, ...] = ()
    answered_by_mail: bool = False
    poll: AskedPoll | None = None
    calendar: Carried | None = None  # what the mail brings for calendars
    has_door: bool = False  # whether it brings the code that its reader shows at the event's door
    files: Mapping[str, MailedFile] = field(default_factory=dict)

    @cached_property
    def identity(self) -> str:
        """The same for the same setting; written once, asked for by every message."""
        return repr(self)


def read_buttons(raw: Iterable[Mapping[str, Any]], language: str) -> tuple[ButtonText, ...]:
    """Reads buttons as a package writes them; raises ButtonUnknown."""
    return tuple(_read_button(button, language) for button in raw)


def _read_button(raw: Mapping[str, Any], language: str) -> ButtonText:
    kind, label = str(raw.get("kind", "")), str(raw.get("label", ""))
    if kind == "rsvp":  # its labels are built in; one of the office's own stands on the mail's button
        return ButtonText(kind, label or translator(language)(REPLY_TO_INVITATION), mark(LINKS[kind]))
    if kind == "poll":
        return ButtonText(kind, label or translator(language)(VOTE), mark(LINKS[kind]))
    if kind in {"answer", "join-chat", "appointment", "event-page"} and label:
        return ButtonText(kind, label, mark(LINKS[kind]))
    address = str(raw.get("url", ""))
    if kind == "link" and label and urlsplit(address).scheme in SCHEMES and not PRIVATE.search(address):
        return ButtonText(kind, label, normalizeLink(address))
    raise ButtonUnknown(language=language, kind=kind or "?")


def fill_states(setting: Setting, has_name: bool) -> dict[str, bool]:
    """Which variables there are, and which of them will be filled."""
    return {name: bool(value) for name, value in setting.fixed.items()} | {"name": has_name}
