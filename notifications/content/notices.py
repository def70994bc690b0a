"""The texts of built-in notices, translated with everything else that the product says."""

from __future__ import annotations

from dataclasses import dataclass

from core.i18n import N_, translator
from notifications.content.text import LINKS, ButtonText, Text
from notifications.content.variables import mark


@dataclass(frozen=True)
class NoticeText:
    """`button` is the label of the one that goes with it, "" for none."""

    subject: str
    body: str
    button: str = ""
    button_kind: str = ""
    variables: tuple[str, ...] = ()  # that the notice brings itself


NOTICES = {
    "chat-joined": NoticeText(
        N_("A Telegram account was connected to you"),
        N_(
            "A Telegram account was just connected to this e-mail address. Messages from the processes "
            "you take part in can now reach you there.\n\n"
            "If it was you, there is nothing to do. If it was not you, disconnect the account."
        ),
        N_("Disconnect the account"),
        "undo-join",
    ),
    "join-code": NoticeText(
        N_("Your code for Telegram"),
        N_(
            "The code is **{code}**. Write it in the Telegram chat to see there the answers you have already given.\n\n"
            "If you did not ask for a code, do nothing, and give it to nobody."
        ),
        variables=("code",),
    ),
    "rsvp-kept": NoticeText(
        N_("Your reply is noted"),
        N_(
            "Thank you for your mail. Your reply to the invitation to **{event}**, {starts_on}, is noted: **{reply}**."
            "\n\nIf this is not what you meant, or if you change your mind, please say so here."
        ),
        N_("See or change my reply"),
        "rsvp",
        variables=("event", "starts_on", "reply"),
    ),
    "confirm-join": NoticeText(
        N_("Please confirm: do you want to hear from {office}?"),
        N_(
            "Somebody, probably you, asked **{office}** to write to this address about: {purposes}.\n\n"
            "Press the button and confirm on the page that opens. Before that you receive nothing else, and after "
            "7 days what was asked for is deleted.\n\n"
            "If it was not you, there is nothing to do."
        ),
        N_("To the page where I confirm"),
        "confirm-join",
        variables=("office", "purposes"),
    ),
}


def notice_text(kind: str, language: str) -> Text:
    """The text of a notice; KeyError for a kind that has none."""
    notice, t = NOTICES[kind], translator(language)
    buttons = (
        (ButtonText(notice.button_kind, t(notice.button), mark(LINKS[notice.button_kind])),) if notice.button else ()
    )
    gaps = {name: f"{{{{ {name} }}}}" for name in notice.variables}
    return Text(language, t(notice.subject, **gaps), t(notice.body, **gaps), buttons)
