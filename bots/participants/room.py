"""The room of an event in the chat: /question asks, buttons vote, and the list is changed where it stands.

Buttons carry `c:room:<event>:<what>`: nothing shows the room, `v<question>` votes, `w` waits for a question as the
next thing that is said, `n<question>` takes the name off one's own question.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

from bots.participants.callback import command
from bots.participants.dialogue import Talk, aside
from bots.participants.screen import Key, Reply, Screen, label, plain
from bots.participants.store import change_chat
from core.errors import Problem
from core.i18n import pick_text
from core.ids import read_id
from core.process.room.asking import Voice, ask, hide_name, vote, voted_for
from core.process.room.board import Asked, shown_questions
from core.process.room.errors import LONGEST, QuestionEmpty, QuestionTooLong, RoomClosed
from core.process.room.rooms import RoomFacts, rooms_for

ROOM = "room"
ASKS = "question"  # in what a chat awaits: the event that a question is written for
AT_ONCE = 8  # questions with their buttons
SHOW, VOTE, WRITE, NAMELESS = "", "v", "w", "n"
TICK = "✓"


def open_room(talk: Talk, said: str = "") -> Reply:
    """For /question: the room that is open, a choice of several, or that there is none; what follows it is asked."""
    rooms = _rooms(talk)
    if not rooms:
        return aside(talk, Screen(talk.t("No event at which you can ask questions is on at the moment.")))
    if len(rooms) > 1:
        keys = tuple((_key(talk, one, _title(talk, one), SHOW),) for one in rooms)
        return aside(talk, Screen(talk.t("At which event would you like to ask?"), keys))
    if said.strip():
        return _ask(talk, rooms[0], said)
    change_chat(talk.session, talk.chat.id, awaiting={ASKS: rooms[0].event.id})  # what is typed next is the question
    shown = _screen(talk, rooms[0])
    return aside(talk, replace(shown, text=f"{shown.text}\n\n{_invites(talk)}"))


def press_room(talk: Talk, value: str) -> Reply:
    """A press on one of these buttons; raises what core.process.room raises."""
    number, _, what = value.partition(":")
    rooms = _rooms(talk)
    if not number:  # the button of a message that does not know the event
        return open_room(talk)
    kind, rest = what[:1], what[1:]
    question = read_id(rest) or 0
    if kind == NAMELESS:  # also when the room is closed
        return _without_name(talk, question)
    room = next((one for one in rooms if str(one.event.id) == number), None)
    if room is None:
        return Reply(toast=talk.t("Questions are not being taken at the moment."))
    if kind == VOTE:
        counted = vote(talk.session, room, _voice(talk), question, talk.now)
        said = talk.t("Thank you, your vote counts.") if counted else talk.t("You have voted for it.")
        return Reply((_screen(talk, room),), toast=said, apart=True)
    if kind == WRITE:
        change_chat(talk.session, talk.chat.id, awaiting={ASKS: room.event.id})
        return Reply((Screen(_invites(talk)),), beside=True)
    return Reply((_screen(talk, room),), apart=True)


def take_question(talk: Talk, text: str) -> Reply:
    """What was said after the press, for the room that was pressed; raises QuestionEmpty and QuestionTooLong.

    After those the next words are a question again. After anything else they are not.
    """
    event_id = talk.chat.awaiting[ASKS]
    change_chat(talk.session, talk.chat.id, awaiting={})
    talk = replace(talk, chat=talk.chat._replace(awaiting={}))
    room = next((one for one in _rooms(talk) if one.event.id == event_id), None)
    try:
        if room is None:
            raise RoomClosed
        return _ask(talk, room, text)
    except (QuestionEmpty, QuestionTooLong):
        raise
    except Problem as problem:  # nothing was written
        return aside(talk, Screen(f"⚠️ {escape(problem.say(talk.t), quote=False)}"))


def _invites(talk: Talk) -> str:
    return talk.t("Write your question now, at most {most} characters. The room does not read who asks.", most=LONGEST)


def _ask(talk: Talk, room: RoomFacts, text: str) -> Reply:
    t = talk.t
    question = ask(talk.session, room, _voice(talk), (text, talk.chat.language), talk.now)
    said = t("Thank you, your question has arrived. It is shown as soon as it has been read.")
    if not room.moderated:
        said = t("Thank you, your question is on the list.")
    more = t("The room does not read who asks; the office can.")
    keys = (
        (_key(talk, room, t("The office shall not read my name either"), f"{NAMELESS}{question}"),),
        (_key(talk, room, t("Questions of the room"), SHOW),),
    )
    return aside(talk, Screen(f"{said}\n\n{more}", keys))


def _without_name(talk: Talk, question: int) -> Reply:
    assert talk.chat.participant_id is not None
    if not hide_name(talk.session, question, talk.chat.participant_id):
        return Reply(toast=talk.t("This button is not in use any more."))
    return Reply((Screen(talk.t("Done: nobody reads who asked this question.")),), apart=True)


def _screen(talk: Talk, room: RoomFacts) -> Screen:
    t = talk.t
    asked, voted = shown_questions(talk.session, room.event.id), voted_for(talk.session, room.event.id, _voice(talk))
    lines = [f"<b>{plain(_title(talk, room), 200)}</b>"]
    if not asked:
        lines.append(t("No question yet. The first one can be yours."))
    lines += [_line(talk, place, one) for place, one in enumerate(asked[:AT_ONCE], 1)]
    if len(asked) > AT_ONCE:
        left = len(asked) - AT_ONCE
        lines.append(t.n("{count} more question is on the list.", "{count} more questions are on the list.", left))
    keys = [
        (_key(talk, room, f"{TICK if one.id in voted else '▲'} {place}. {one.text}", f"{VOTE}{one.id}"),)
        for place, one in enumerate(asked[:AT_ONCE], 1)
    ]
    keys += [
        (_key(talk, room, f"✍️ {t('Ask a question')}", WRITE),),
        (_key(talk, room, f"🔄 {t('See the list as it is now')}", SHOW),),
    ]
    return Screen("\n\n".join(lines), tuple(keys))


def _line(talk: Talk, place: int, one: Asked) -> str:
    now = f"<i>{talk.t('Being answered now')}</i> " if one.answering else ""
    votes = talk.t.n("{count} vote", "{count} votes", one.votes)
    return f"{now}<b>{place}.</b> {plain(one.text, 350)} ({votes})"


def _rooms(talk: Talk) -> list[RoomFacts]:
    person = talk.chat.participant_id
    return rooms_for(talk.session, person, talk.now) if person is not None else []


def _voice(talk: Talk) -> Voice:
    return Voice(talk.chat.participant_id)


def _title(talk: Talk, room: RoomFacts) -> str:
    return pick_text(room.event.title, talk.chat.language)


def _key(talk: Talk, room: RoomFacts, text: str, what: str) -> Key:
    return Key(label(text), command(ROOM, f"{room.event.id}:{what}"))
