"""Commands at any moment: /start, /help, /language, /preferences, /pause, /resume, /stop, /mydata, /back, /review,
/question, /table, /entry, /office."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from bots.command_names import command_in
from bots.participants.by_themselves import JOIN, greet_stranger, press_joining
from bots.participants.callback import CommandPress
from bots.participants.dialogue import Talk, aside, held, take
from bots.participants.door import show_codes
from bots.participants.office import OFFICE, open_office, press_office
from bots.participants.render import choice_row
from bots.participants.room import ROOM, open_room, press_room
from bots.participants.rounds import round_keys
from bots.participants.screen import Document, Reply, Screen, plain
from bots.participants.store import change_chat, offices_of
from bots.participants.thematic import TABLE, press_table, show_tables
from bots.participants.wishes import WISH, preferences, press_wish
from core.i18n import LANGUAGE_NAMES, LANGUAGES, N_, Translator
from core.people.erasing import erase_person
from core.people.my_data import export_person
from core.people.preferences import end_pause, pause, set_language, unsubscribe
from core.process.languages import languages_of
from surveys.engine.inputs import Back, ChangeLanguage, Pause, Resume, Review
from surveys.engine.session import Stage
from surveys.responses.languages import not_offered
from surveys.responses.my_data_page import my_data_page

SOURCE = "telegram"
OPEN_ENDED = {"language", JOIN, WISH, ROOM, TABLE, OFFICE}  # buttons whose values are no fixed words

MENU = {
    "help": N_("What I can do"),
    "language": N_("Choose the language"),
    "back": N_("Go back one question"),
    "review": N_("See all your answers"),
    "office": N_("Write to the office"),
    "question": N_("Ask a question at an event"),
    "table": N_("Your table at an event"),
    "vote": N_("Vote in a poll"),
    "entry": N_("Your code for the door of an event"),
    "preferences": N_("Choose what comes, where, and from when on"),
    "pause": N_("Stop for now"),
    "resume": N_("Go on"),
    "mydata": N_("What is known about you"),
    "stop": N_("Receive no more messages"),
}


def menu_in(t: Translator) -> dict[str, str]:
    """The commands as a reader calls them, and what each is for."""
    return {command_in(t.language, name): t(about) for name, about in MENU.items()}


def run_command(talk: Talk, name: str) -> Reply:
    """What a command shows; an unknown one is explained."""
    return COMMANDS.get(name, _unknown)(talk)


def run_press(talk: Talk, press: CommandPress) -> Reply:
    """A press on a button that a command showed."""
    made = PRESSES.get((press.command, "" if press.command in OPEN_ENDED else press.value))
    return made(talk, press.value) if made else Reply(toast=talk.t("This button is not in use any more."))


def welcome(talk: Talk) -> Reply:
    """For /start without a link, and for whatever is said outside a questionnaire."""
    t = talk.t
    if talk.chat.participant_id is None:
        return greet_stranger(talk)
    keys = round_keys(talk)
    if not keys:
        return Reply((Screen(t("There is no questionnaire open for you at the moment. We will write to you here.")),))
    return Reply((Screen(t("These questionnaires are open for you:"), keys),))


def go_on_or_welcome(talk: Talk) -> Reply:
    """The dialogue where it stands, or what is open."""
    return take(talk, Resume()) if held(talk) is not None else welcome(talk)


def _help(talk: Talk) -> Reply:
    t = talk.t
    lines = [
        t("I ask the questions of your office and keep your answers. You can stop at any time: nothing is lost."),
        t("Answer with the buttons, or write: a choice, its number, a date."),
        "\n".join(f"/{name} – {about}" for name, about in menu_in(t).items() if name != command_in(t.language, "help")),
    ]
    if talk.chat.participant_id is not None:
        names = ", ".join(plain(name, 200) for _, name in offices_of(talk.session, talk.chat.participant_id))
        lines.append(t("Who writes to you: {offices}.", offices=names))
    return aside(talk, Screen("\n\n".join(lines)))


def _language(talk: Talk) -> Reply:
    """Those of the person's offices, or of all for a stranger, and the one they read already."""
    session, person = talk.session, talk.chat.participant_id
    offices = offices_of(session, person) if person is not None else []
    offered = [languages_of(session, one) for one, _ in offices] or [languages_of(session)]
    codes = {talk.chat.language}.union(*offered)
    pairs = [(LANGUAGE_NAMES[code], "language", code) for code in LANGUAGES if code in codes]
    return aside(talk, Screen(talk.t("Which language do you prefer?"), choice_row(pairs)))


def _set_language(talk: Talk, code: str) -> Reply:
    if code not in LANGUAGES:
        return Reply()
    change_chat(talk.session, talk.chat.id, language=code)
    if talk.chat.participant_id is not None:
        set_language(talk.session, talk.chat.participant_id, code)
    talk = replace(talk, chat=talk.chat._replace(language=code))
    told = Screen(talk.t("We go on in English."))  # translators: name your own language
    turn = held(talk)
    if turn is None or turn.session.paused:
        return Reply((told,))
    if missing := not_offered(turn.form, talk.t):
        told = Screen(f"{told.text} {missing}")
    reply = take(talk, ChangeLanguage(code))
    return reply._replace(screens=(told, *reply.screens))


def _pause(talk: Talk) -> Reply:
    return take(talk, Pause()) if talk.chat.response_id is not None else welcome(talk)


def _resume(talk: Talk) -> Reply:
    if talk.chat.participant_id is not None:
        end_pause(talk.session, talk.chat.participant_id)
    return go_on_or_welcome(talk)


def _back(talk: Talk) -> Reply:
    return take(talk, Back()) if talk.chat.response_id is not None else welcome(talk)


def _review(talk: Talk) -> Reply:
    """All answers, or the first question that stands in their way, and why it came."""
    if talk.chat.response_id is None:
        return welcome(talk)
    reply, turn = take(talk, Review()), held(talk)
    if turn is None or turn.session.stage is Stage.REVIEW:
        return reply
    told = Screen(talk.t("Before you can see all your answers, this question needs one."))
    return reply._replace(screens=(told, *reply.screens))


def _stop(talk: Talk) -> Reply:
    if talk.chat.participant_id is None:
        return Reply((Screen(talk.t("We do not write to you here. There is nothing to stop.")),))
    t = talk.t
    pairs = [
        (t("Pause: no messages until I write /resume"), "stop", "pause"),
        (t("Choose what comes, where, or a pause until a day"), WISH, "all"),
        (t("No more messages from these offices, on any channel"), "stop", "all"),
        (t("Leave everything as it is"), "stop", "none"),
    ]
    return aside(talk, Screen(t("What would you like to stop?"), choice_row(pairs)))


def _stop_pause(talk: Talk, _: str) -> Reply:
    assert talk.chat.participant_id is not None
    pause(talk.session, talk.chat.participant_id)
    return _told(talk.t("We will not write to you until you write /resume."))


def _stop_all(talk: Talk, _: str) -> Reply:
    assert talk.chat.participant_id is not None
    for office_id, _name in offices_of(talk.session, talk.chat.participant_id):
        unsubscribe(talk.session, talk.chat.participant_id, office_id, None, SOURCE, talk.now)
    text = talk.t("Done: you will receive no more messages, neither here nor by e-mail. Your answers are kept.")
    return _told(text)


def _nothing(talk: Talk, _: str) -> Reply:
    return _told(talk.t("Everything stays as it is."))


def _told(text: str) -> Reply:
    return Reply((Screen(text),), apart=True)


def _my_data(talk: Talk) -> Reply:
    t = talk.t
    if talk.chat.participant_id is None:
        return Reply((Screen(t("Nothing is kept about you here but this chat's number and language.")),))
    known = export_person(talk.session, talk.chat.participant_id, talk.personal.contributors)
    content = json.dumps(known, ensure_ascii=False, indent=2).encode()
    page = my_data_page(talk.session, talk.shelf, talk.chat.participant_id, t, talk.now).encode()
    documents = (
        Document("ascolto.html", page, t("All that is known about you, to read: open it in a browser.")),
        Document("ascolto.json", content, t("All that is known about you, as a file that programs can read.")),
    )
    pairs = [(t("Erase everything about me"), "erase", "ask"), (t("Leave everything as it is"), "erase", "no")]
    told = aside(talk, Screen(t("You can also have it erased."), choice_row(pairs)))
    return told._replace(documents=documents)


def _erase_ask(talk: Talk, _: str) -> Reply:
    t = talk.t
    text = t("This erases your addresses and your answers for good. It cannot be undone. Are you sure?")
    pairs = [(t("Yes, erase everything"), "erase", "yes"), (t("No, leave everything as it is"), "erase", "no")]
    return Reply((Screen(text, choice_row(pairs)),), apart=True)


def _erase(talk: Talk, _: str) -> Reply:
    assert talk.chat.participant_id is not None
    change_chat(talk.session, talk.chat.id, address_id=None, response_id=None, awaiting={})
    erase_person(talk.session, talk.chat.participant_id, talk.personal.erasers, talk.now)
    return Reply((Screen(talk.t("Everything about you has been erased. Thank you for having taken part.")),))


def _unknown(talk: Talk) -> Reply:
    return aside(talk, Screen(talk.t("I do not know this command. Write /help to see what I can do.")))


COMMANDS: dict[str, Callable[[Talk], Reply]] = {
    "help": _help,
    "language": _language,
    "pause": _pause,
    "resume": _resume,
    "back": _back,
    "review": _review,
    "stop": _stop,
    "mydata": _my_data,
    "preferences": preferences,
    "question": open_room,
    "office": open_office,
    "table": show_tables,
    "entry": show_codes,
    "start": go_on_or_welcome,
}
PRESSES: dict[tuple[str, str], Callable[[Talk, str], Reply]] = {
    ("language", ""): _set_language,
    (JOIN, ""): press_joining,
    (WISH, ""): press_wish,
    (ROOM, ""): press_room,
    (TABLE, ""): press_table,
    (OFFICE, ""): press_office,
    ("stop", "pause"): _stop_pause,
    ("stop", "all"): _stop_all,
    ("stop", "none"): _nothing,
    ("erase", "ask"): _erase_ask,
    ("erase", "yes"): _erase,
    ("erase", "no"): _nothing,
}
