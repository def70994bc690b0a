"""One update, one unit of work: noted, understood, answered, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from html import escape
from typing import NamedTuple

from sqlalchemy.orm import Session

from bots.participants.appointments import press_appointment
from bots.participants.by_themselves import AWAITS, JOIN, open_joining, take_address
from bots.participants.callback import (
    IDLE,
    AppointmentPress,
    CommandPress,
    DatesPress,
    OpenRound,
    PollAct,
    PollPress,
    RsvpPress,
    unpack,
)
from bots.participants.commands import run_command, run_press, welcome
from bots.participants.dates import press_dates
from bots.participants.dialogue import Talk, aside, begin_round, held, stand, take, take_press
from bots.participants.files import ask_for_file, take_sent
from bots.participants.joining import ask_code, join, new_code, take_code
from bots.participants.office import AWAITS_OFFICE, open_office, take_for_office
from bots.participants.on_page import PageButtons
from bots.participants.parse import (
    Arrived,
    BlockedBot,
    Command,
    Did,
    PressedButton,
    Said,
    SentFile,
    SentLocation,
    SentSomethingElse,
)
from bots.participants.polls import START, VOTES, open_by_code, open_votes, press_poll, show_again, take_text
from bots.participants.room import ASKS, open_room, take_question
from bots.participants.rsvp import reply_to_event
from bots.participants.rsvp_more import AWAITS_WORDS, take_words
from bots.participants.screen import Reply, Screen
from bots.participants.store import ChatState, add_chat, change_chat, load_chat, set_blocked
from core.errors import Problem
from core.ids import Ids
from core.inbound import first_time
from core.links import Links
from core.people.open_offices import came_from, office_in
from core.people.personal import PersonalData
from surveys.engine.inputs import Resume, Words
from surveys.engine.session import Stage
from surveys.polls.casting import Booth
from surveys.polls.same_voter import take_over_votes
from surveys.responses.shelf import FormShelf
from surveys.results.protecting import LEAST

DOOR = "telegram:participants"
UNLOCKED = {"help", "language", "stop"}  # commands that show nothing of earlier answers
FOR_STRANGERS = {"language", JOIN}  # buttons that are of use to whoever has not joined


@dataclass(frozen=True, eq=False)
class Desk:
    """What a unit stands on; one for each process, known by itself."""

    shelf: FormShelf
    links: Links
    ids: Ids
    attachment_limit_mb: int
    pages: PageButtons
    personal: PersonalData
    small_numbers: int = LEAST

    @cached_property
    def booth(self) -> Booth:
        """What voting stands on."""
        return Booth(self.links, self.ids, self.small_numbers)


class Taken(NamedTuple):
    """What became of an update: the reply, and the chat as it was before.

    `is_answered` where it was a press and Telegram has what to say of it.
    """

    arrived: Arrived
    reply: Reply
    chat: ChatState
    is_answered: bool = False


def take_update(session: Session, desk: Desk, arrived: Arrived, now: datetime) -> Taken:
    """Does what somebody asked for; an update that was processed before only shows where things stand."""
    first = first_time(session, DOOR, str(arrived.update_id), now)
    chat = load_chat(session, arrived.chat_id) or add_chat(session, arrived.chat_id, arrived.language)
    if isinstance(arrived.did, BlockedBot):
        set_blocked(session, arrived.chat_id, now if arrived.did.blocked else None)
        return Taken(arrived, Reply(), chat)
    talk = talk_in(session, desk, chat, now)
    return Taken(arrived, _guarded(talk, desk, arrived.did) if first else _again(talk, desk, arrived.did), chat)


def talk_in(session: Session, desk: Desk, chat: ChatState, now: datetime) -> Talk:
    return Talk(session, desk.shelf, chat, now, desk.pages, desk.personal)


def _guarded(talk: Talk, desk: Desk, did: Did) -> Reply:
    """A Problem is told in the chat and undoes what the act had begun, not that it was noted."""
    savepoint = talk.session.begin_nested()
    talk = _attending(talk, did)
    try:
        reply = _do(talk, desk, did)
    except Problem as problem:
        savepoint.rollback()
        told = Screen(f"⚠️ {escape(problem.say(talk.t), quote=False)}")
        return aside(talk, told)
    savepoint.commit()
    return reply


def _again(talk: Talk, desk: Desk, did: Did) -> Reply:
    if "code" in talk.chat.awaiting:
        return ask_code(talk)
    pressed = unpack(did.data) if isinstance(did, PressedButton) else None
    if isinstance(pressed, PollPress) and pressed.act is not PollAct.OPEN:
        return show_again(talk, desk.booth, pressed)
    return stand(talk) if talk.chat.response_id is not None else welcome(talk)


def _do(talk: Talk, desk: Desk, did: Did) -> Reply:
    match did:
        case Command("start", token) if office := office_in(token):
            return _locked(talk, "start") or open_joining(talk, office, came_from(token))
        case Command("start", token) if token.startswith(START):
            return _locked(talk, "start") or open_by_code(talk, desk.booth, token.removeprefix(START))
        case Command("vote", said):
            return _locked(talk, "vote") or open_votes(talk, desk.booth, said)
        case Command("start", token) if token:
            return join(talk, desk.links, desk.ids, token)
        case Command("question", said) if said:
            return _locked(talk, "question") or open_room(talk, said)
        case Command("office", said) if said:
            return _locked(talk, "office") or open_office(talk, said)
        case PressedButton() as pressed:
            return _press(talk, desk, pressed)
        case Command(name):
            return _locked(talk, name) or run_command(talk, name)
        case Said(text):
            return _said(talk, desk, text)
        case SentFile() | SentLocation():
            return _sent(talk, desk, did)
        case SentSomethingElse():
            told = talk.t("I can only read text here. Please use the buttons or write your answer.")
            return aside(talk, Screen(told))
    return Reply()


def _said(talk: Talk, desk: Desk, text: str) -> Reply:
    if "code" in talk.chat.awaiting:
        return take_code(talk, desk.links, desk.ids, text)
    if AWAITS in talk.chat.awaiting and talk.chat.participant_id is not None:
        return take_address(talk, desk.ids, text)
    if AWAITS_WORDS in talk.chat.awaiting and talk.chat.participant_id is not None:
        return take_words(talk, text)
    if ASKS in talk.chat.awaiting:
        return take_question(talk, text)
    if VOTES in talk.chat.awaiting:
        return take_text(talk, desk.booth, text)
    if AWAITS_OFFICE in talk.chat.awaiting:
        return take_for_office(talk, text)
    turn = held(talk)
    if turn is None:
        return welcome(talk)
    if turn.session.paused or turn.session.stage is not Stage.ASKING:
        return take(talk, Resume())
    return ask_for_file(talk, turn) or take(talk, Words(text))


def _sent(talk: Talk, desk: Desk, sent: SentFile | SentLocation) -> Reply:
    if "code" in talk.chat.awaiting:
        return ask_code(talk)
    turn = held(talk)
    if turn is None:
        return welcome(talk)
    if turn.session.paused or turn.session.stage is not Stage.ASKING:
        return take(talk, Resume())
    return take_sent(talk, turn, sent, desk.attachment_limit_mb)


def _press(talk: Talk, desk: Desk, button: PressedButton) -> Reply:
    if button.data == IDLE:
        return Reply()
    pressed = unpack(button.data)
    if pressed is None:
        return Reply(toast=talk.t("This button is not in use any more."))
    if isinstance(pressed, CommandPress) and pressed.command == "code" and "code" in talk.chat.awaiting:
        return new_code(talk, desk.ids)
    if "code" in talk.chat.awaiting and not (isinstance(pressed, CommandPress) and pressed.command in UNLOCKED):
        return ask_code(talk)
    if isinstance(pressed, PollPress):
        return press_poll(talk, desk.booth, pressed)
    if isinstance(pressed, DatesPress):
        return press_dates(talk, pressed)
    if isinstance(pressed, AppointmentPress):
        return press_appointment(talk, pressed)
    if isinstance(pressed, RsvpPress):
        return reply_to_event(talk, pressed, button)
    if isinstance(pressed, CommandPress):
        stranger = talk.chat.participant_id is None and pressed.command not in FOR_STRANGERS
        reply = welcome(talk) if stranger else run_press(talk, pressed)
        if pressed.command == JOIN:  # they may have joined just now
            take_over_votes(talk.session, desk.links, talk.chat.id)
        return reply
    if talk.chat.participant_id is None:
        return welcome(talk)
    if isinstance(pressed, OpenRound):
        return begin_round(talk, pressed.round_id)
    return take_press(talk, pressed, button.message_id)


def _locked(talk: Talk, name: str) -> Reply | None:
    """While a code is awaited nothing of earlier answers is shown."""
    return ask_code(talk) if "code" in talk.chat.awaiting and name not in UNLOCKED else None


def _attending(talk: Talk, did: Did) -> Talk:
    """An address, other words or a question are awaited as the very next thing that is said: else they were left."""
    if {AWAITS, AWAITS_WORDS, ASKS, VOTES, AWAITS_OFFICE}.isdisjoint(talk.chat.awaiting) or isinstance(did, Said):
        return talk
    change_chat(talk.session, talk.chat.id, awaiting={})
    return replace(talk, chat=talk.chat._replace(awaiting={}))
