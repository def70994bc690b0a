"""Writing to the office: /office takes the next words to its staff, and their answer comes back here.

Buttons carry `c:office:<office>`: whom the next words are for.
"""

from __future__ import annotations

from dataclasses import replace

from bots.participants.callback import command
from bots.participants.dialogue import Talk, aside
from bots.participants.screen import Key, Reply, Screen, label, plain
from bots.participants.store import change_chat, offices_of
from core.errors import Problem
from core.ids import read_id
from notifications.intake.questions import LONGEST_QUESTION, WordsEmpty, WordsTooLong, ask_office

OFFICE = "office"
AWAITS_OFFICE = "office"  # in what a chat awaits: the office that the next words are for


def open_office(talk: Talk, said: str = "") -> Reply:
    """For /office: whom to write to, or what to write; what follows the command is sent at once to the only office."""
    offices = _offices(talk)
    if not offices:
        return aside(talk, Screen(talk.t("You do not belong to any office here yet. Please follow your invitation.")))
    if len(offices) > 1:
        keys = tuple((Key(label(name), command(OFFICE, str(number))),) for number, name in offices.items())
        return aside(talk, Screen(talk.t("Which office would you like to write to?"), keys))
    number = next(iter(offices))
    return _send(talk, number, said) if said.strip() else _ask(talk, number)


def press_office(talk: Talk, value: str) -> Reply:
    number = read_id(value)
    if number is None or number not in _offices(talk):
        return Reply(toast=talk.t("This button is not in use any more."))
    return _ask(talk, number)


def take_for_office(talk: Talk, text: str) -> Reply:
    """What was said next; raises WordsEmpty and WordsTooLong, after which the next words are for the office again."""
    number = int(talk.chat.awaiting[AWAITS_OFFICE])
    change_chat(talk.session, talk.chat.id, awaiting={})
    talk = replace(talk, chat=talk.chat._replace(awaiting={}))
    try:
        return _send(talk, number, text)
    except (WordsEmpty, WordsTooLong):
        raise
    except Problem as problem:  # nothing was written
        return aside(talk, Screen(f"⚠️ {plain(problem.say(talk.t))}"))


def _ask(talk: Talk, number: int) -> Reply:
    change_chat(talk.session, talk.chat.id, awaiting={AWAITS_OFFICE: number})
    text = talk.t(
        "Write now what you would like to ask or tell {office}, at most {most} characters. Its staff read it with your "
        "name and answer you here.",
        office=plain(_offices(talk)[number], 200),
        most=LONGEST_QUESTION,
    )
    return Reply((Screen(text),), beside=True)


def _send(talk: Talk, number: int, text: str) -> Reply:
    offices = _offices(talk)
    if number not in offices or talk.chat.participant_id is None:
        return open_office(talk)
    ask_office(talk.session, talk.chat.participant_id, number, text, talk.now)
    told = talk.t(
        "Thank you. {office} has your message, and its answer comes here.", office=plain(offices[number], 200)
    )
    return aside(talk, Screen(told))


def _offices(talk: Talk) -> dict[int, str]:
    return dict(offices_of(talk.session, talk.chat.participant_id)) if talk.chat.participant_id is not None else {}
