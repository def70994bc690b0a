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


APPOINTMENT = ("event", "starts_on", "starts_at", "interviewer", "how")

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
            "Thank you. Your reply to the invitation to **{event}**, {starts_on}, is noted: **{reply}**."
            "\n\nIf this is not what you meant, or if you change your mind, please say so here."
        ),
        N_("See or change my reply"),
        "rsvp",
        variables=("event", "starts_on", "reply"),
    ),
    "rsvp-waiting": NoticeText(
        N_("You are on the waiting list: {event}"),
        N_(
            "Thank you. All places at **{event}**, {starts_on} ({mode}), are taken: you are on the "
            "waiting list, place **{place}**. As soon as a place is free for you, we write to you.\n\n"
            "On your page you see how things stand. There you can choose otherwise, or leave the waiting list."
        ),
        N_("See or change my reply"),
        "rsvp",
        variables=("event", "starts_on", "mode", "place"),
    ),
    "seat-offered": NoticeText(
        N_("A place is free for you: {event}"),
        N_(
            "Good morning,\n\n"
            "{seats} at **{event}**, {starts_on} ({mode}). We keep this for you **until {until}**.\n\n"
            "Please confirm by then that you take it, by the button{by_mail}. After that it is offered to the next "
            "person."
        ),
        N_("Take the place or leave it"),
        "seat",
        variables=("seats", "event", "starts_on", "mode", "until", "by_mail"),
    ),
    "seat-lapsed": NoticeText(
        N_("The place has gone to the next person: {event}"),
        N_(
            "The place at **{event}**, {starts_on} ({mode}), that was kept for you has gone to the next person, as "
            "you did not take it in time.\n\nIf you would still like to come, you can ask for a place again."
        ),
        N_("To my reply"),
        "rsvp",
        variables=("event", "starts_on", "mode"),
    ),
    "substitute-invited": NoticeText(
        N_("You are invited: {event}"),
        N_(
            "**{organisation}** is invited to **{event}**, on **{starts_on} at {starts_at}**{where}. Whoever was to "
            "come for it cannot, so you are invited in their place.\n\nPlease say whether you come."
        ),
        N_("Reply to the invitation"),
        "rsvp",
        variables=("event", "organisation", "starts_on", "starts_at", "where"),
    ),
    "event-changed": NoticeText(
        N_("Something has changed: {event}"),
        N_(
            "Something has changed about **{event}**.{changes}\n\n"
            "It now takes place on **{starts_on} at {starts_at}**{where}.\n\n{standing}"
        ),
        N_("See or change my reply"),
        "rsvp",
        variables=("event", "changes", "starts_on", "starts_at", "where", "standing"),
    ),
    "event-cancelled": NoticeText(
        N_("It does not take place: {event}"),
        N_("**{event}**, planned for {starts_on}, does not take place. Please take it out of your calendar."),
        variables=("event", "starts_on"),
    ),
    "door-code": NoticeText(
        N_("Your code for the door: {event}"),
        N_(
            "With this code you come in faster at **{event}**, **{starts_on} at {starts_at}**{where}. Whoever has no "
            "code with them comes in too, by their name.\n\nIf you cannot come any more, please say so here."
        ),
        N_("See or change my reply"),
        "rsvp",
        variables=("event", "starts_on", "starts_at", "where"),
    ),
    "room-open": NoticeText(
        N_("Ask your questions: {event}"),
        N_(
            "During **{event}** you can ask the speakers questions and vote for those of others, from your phone.\n\n"
            "The code of the room is **{code}**."
        ),
        N_("Ask a question"),
        "room",
        variables=("event", "code"),
    ),
    "table-wishes": NoticeText(
        N_("At which table would you like to sit? {event}"),
        N_(
            "At **{event}**, {starts_on}, people talk at thematic tables. Please say which theme you would like best; "
            "tables are mixed, and as many wishes as possible are granted."
        ),
        N_("Choose a theme"),
        "tables",
        variables=("event", "starts_on"),
    ),
    "table-assigned": NoticeText(
        N_("Your table: {event}"),
        N_("At **{event}**, {starts_on} at {starts_at}, your table is **number {table}: {theme}**."),
        N_("See my table"),
        "tables",
        variables=("event", "starts_on", "starts_at", "table", "theme"),
    ),
    "dates-asked": NoticeText(
        N_("Which day suits you? {about}"),
        N_(
            "A day is being looked for: **{about}**.\n\nPlease say of each day whether it suits you, until **{until}** "
            "included. Till then you can change what you have said."
        ),
        N_("Say which days suit me"),
        "dates",
        variables=("about", "until"),
    ),
    "date-chosen": NoticeText(
        N_("The day is chosen: {event}"),
        N_(
            "The day is chosen: **{event}** takes place on **{starts_on} at {starts_at}**{where}.\n\n"
            "Please say whether you come."
        ),
        N_("See or change my reply"),
        "rsvp",
        variables=("event", "starts_on", "starts_at", "where"),
    ),
    "vote-kept": NoticeText(
        N_("Your vote has been counted: {poll}"),
        N_(
            "Thank you for your mail. Your vote in **{poll}** has been counted: **{vote}**.\n\n"
            "If this is not what you meant, you can change it here until the poll is closed."
        ),
        N_("See or change my vote"),
        "poll",
        variables=("poll", "vote"),
    ),
    "vote-not-by-mail": NoticeText(
        N_("Your mail was not counted as a vote: {poll}"),
        N_(
            "**{poll}** is an anonymous poll, and an answer by mail would carry your name. So it was not counted, and "
            "what you chose was not kept by us; please delete your mail.\n\nAs long as the poll is open, please vote "
            "on the page instead."
        ),
        N_("To the page of the poll"),
        "poll",
        variables=("poll",),
    ),
    "vote-not-counted": NoticeText(
        N_("Your mail was not counted as a vote: {poll}"),
        N_(
            "Thank you for your mail. In **{poll}** it was **not counted** as a vote.\n\n{reason}\n\n{counts}\n\n{page}"
        ),
        N_("To the page of the poll"),
        "poll",
        variables=("poll", "reason", "counts", "page"),
    ),
    "vote-too-late": NoticeText(
        N_("The poll is closed: {poll}"),
        N_(
            "Thank you for your mail. The poll **{poll}** is closed, and votes are not taken any more: your mail was "
            "**not counted** as a vote.\n\n{counts}"
        ),
        N_("To the page of the poll"),
        "poll",
        variables=("poll", "counts"),
    ),
    "appointment-confirmed": NoticeText(
        N_("Your appointment on {starts_on}, {starts_at}"),
        N_("Your appointment is noted: **{event}**, **{starts_on} at {starts_at}**, with {interviewer}. {how}"),
        N_("See, move or cancel my appointment"),
        "appointment",
        variables=APPOINTMENT,
    ),
    "appointment-moved": NoticeText(
        N_("Your appointment is moved to {starts_on}, {starts_at}"),
        N_(
            "Your appointment is moved: **{event}** is now on **{starts_on} at {starts_at}**, with {interviewer}. {how}"
            "\n\nThe time you had before is free for others."
        ),
        N_("See, move or cancel my appointment"),
        "appointment",
        variables=APPOINTMENT,
    ),
    "appointment-changed": NoticeText(
        N_("About your appointment on {starts_on}, {starts_at}"),
        N_(
            "Something about your appointment has changed; it takes place so: **{event}**, **{starts_on} at "
            "{starts_at}**, with {interviewer}. {how}"
        ),
        N_("See, move or cancel my appointment"),
        "appointment",
        variables=APPOINTMENT,
    ),
    "appointment-cancelled": NoticeText(
        N_("Your appointment is cancelled: {starts_on}, {starts_at}"),
        N_(
            "Your appointment for **{event}** on {starts_on} at {starts_at} is cancelled.\n\n"
            "If you would like another one, you can choose it here."
        ),
        N_("Choose an appointment"),
        "appointment",
        variables=("event", "starts_on", "starts_at"),
    ),
    "appointment-reminder": NoticeText(
        N_("Tomorrow: {event}, {starts_at}"),
        N_(
            "This is to remind you of your appointment: **{event}**, **{starts_on} at {starts_at}**, with "
            "{interviewer}. {how}\n\nIf you cannot come, please say so as soon as you can."
        ),
        N_("See, move or cancel my appointment"),
        "appointment",
        variables=APPOINTMENT,
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
    "office-answer": NoticeText(
        N_("{office} answers you"),
        N_("**{office}** answers what you wrote:\n\n{answer}\n\nYou had written: {asked}"),
        variables=("office", "answer", "asked"),
    ),
    "contribution-outcome": NoticeText(
        N_("What became of what you said: {process}"),
        N_(
            "You contributed to **{process}**, and **{office}** tells you what became of it.\n\n"
            "**{outcome}**{answer}\n\nYou had said: {asked}"
        ),
        variables=("process", "office", "outcome", "answer", "asked"),
    ),
}
PARAGRAPHS = {
    "answer": tuple(f"answer_{letter}" for letter in "abcdefghijkl"),
    "changes": tuple(f"changes_{letter}" for letter in "abcdef"),
}
"""Variables whose paragraphs stay apart: a value alone is one line."""


def notice_text(kind: str, language: str) -> Text:
    """The text of a notice; KeyError for a kind that has none."""
    notice, t = NOTICES[kind], translator(language)
    buttons = (
        (ButtonText(notice.button_kind, t(notice.button), mark(LINKS[notice.button_kind])),) if notice.button else ()
    )
    gaps = {name: _gap(name) for name in notice.variables}
    return Text(language, t(notice.subject, **gaps), t(notice.body, **gaps), buttons)


def paragraphs(name: str, value: str) -> dict[str, str]:
    """A value of several paragraphs, one for each gap; what is over stands in the last."""
    names = PARAGRAPHS[name]
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    kept = [*lines[: len(names) - 1], " ".join(lines[len(names) - 1 :])]
    return dict.fromkeys(names, "") | dict(zip(names, kept, strict=False))


def _gap(name: str) -> str:
    if name not in PARAGRAPHS:
        return f"{{{{ {name} }}}}"
    return "".join(f"{{% if {one} %}}\n\n{{{{ {one} }}}}{{% endif %}}" for one in PARAGRAPHS[name])
