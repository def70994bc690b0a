"""The questionnaire in the chat: what a press or a text means, and what is shown for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bots.participants.beside import files_of, opened
from bots.participants.callback import Act, Press
from bots.participants.full import render_full
from bots.participants.listing import ALL, page_of
from bots.participants.on_page import PageButtons
from bots.participants.render import Standing, render
from bots.participants.screen import Reply, Screen
from bots.participants.searching import follow, forget, searched
from bots.participants.store import ChatState, change_chat
from core.clock import local
from core.days import long_day
from core.i18n import Translator, translator
from core.people.personal import PersonalData
from surveys.engine.events import AnswerRefused, DraftChanged
from surveys.engine.inputs import (
    Add,
    Answer,
    Back,
    Confirm,
    GoThrough,
    GoTo,
    Input,
    Pause,
    RankNext,
    Remove,
    Reopen,
    Resume,
    Review,
    Skip,
    Submit,
    Tick,
    Undo,
    Words,
)
from surveys.engine.prompts import QuestionPrompt
from surveys.engine.session import Stage
from surveys.engine.show import find, find_instance
from surveys.responses.languages import not_offered
from surveys.responses.service import Moment, Request, Turn, answer, begin, current, in_language
from surveys.responses.shelf import FormShelf

DOOR = "telegram"
SHOWING = (Act.PAGE, Act.MONTH, Act.REMOVE)
ASKED_FOR = (Back, GoTo, Review)
AT_WORK = (AnswerRefused, DraftChanged)  # somebody is answering the open question
PLAIN: dict[Act, Input] = {
    Act.BACK: Back(),
    Act.PAUSE: Pause(),
    Act.RESUME: Resume(),
    Act.REVIEW: Review(),
    Act.SUBMIT: Submit(),
    Act.REOPEN: Reopen(),
}


@dataclass(frozen=True)
class Talk:
    """One person's chat while an update is worked on."""

    session: Session
    shelf: FormShelf
    chat: ChatState
    now: datetime
    pages: PageButtons
    personal: PersonalData

    @property
    def t(self) -> Translator:
        return translator(self.chat.language)


def begin_round(talk: Talk, round_id: int) -> Reply:
    """Opens the round's dialogue, or shows where it stands. Raises what `begin` raises."""
    assert talk.chat.participant_id is not None
    moment = Moment(talk.now, DOOR, talk.chat.language)
    turn = begin(talk.session, talk.shelf, talk.chat.participant_id, round_id, moment)
    told = not_offered(turn.form, talk.t) if turn.events else ""  # once: where the dialogue begins
    if turn.response_id != talk.chat.response_id:
        change_chat(talk.session, talk.chat.id, response_id=turn.response_id)
    if turn.session.paused:
        turn = _answer(talk, Request(turn.response_id, Resume(), DOOR))
    reply = show(talk, turn, anew=True)
    return reply._replace(screens=(Screen(told), *reply.screens)) if told else reply


def take(talk: Talk, given: Input) -> Reply:
    """One input for the dialogue being held, and what is shown for it."""
    turn = give(talk, given)
    said = given.text if isinstance(given, Words) else ""
    return show(_following(talk, turn, said), turn, asked=isinstance(given, ASKED_FOR))


def give(talk: Talk, given: Input) -> Turn:
    """One input for the dialogue being held."""
    assert talk.chat.response_id is not None
    return _answer(talk, Request(talk.chat.response_id, given, DOOR))


def take_press(talk: Talk, press: Press, message_id: int | None) -> Reply:
    """A press on a button of the dialogue; one on an old button shows where things stand."""
    if press.response_id != talk.chat.response_id:
        return Reply(toast=talk.t("This message is from an earlier questionnaire."))
    turn = current(talk.session, talk.shelf, press.response_id, talk.now)
    if press.revision != turn.session.revision:
        # Behind the newest message only another door, such as the page, can have gone on.
        elsewhere = message_id == talk.chat.prompt_message_id and press.question not in _codes(turn)
        return _moved_on(talk, turn, anew=elsewhere)
    if press.act is Act.PAGE and press.value == ALL:
        return show(replace(talk, chat=forget(talk.session, talk.chat)), turn)
    if press.act in SHOWING:
        return show(talk, turn, page=press.value, asked=True)
    given = input_of(turn, press)
    if given is None:
        return _moved_on(talk, turn)
    after = _answer(talk, Request(press.response_id, given, DOOR, revision=press.revision))
    if after.stale:
        return _moved_on(talk, after)
    there = _following(talk, after)
    return show(there, after, page=_same_page(there, after, press), asked=isinstance(given, ASKED_FOR))


def held(talk: Talk) -> Turn | None:
    """The dialogue that can be gone on with: not sent yet, its round open."""
    if talk.chat.response_id is None:
        return None
    turn = current(talk.session, talk.shelf, talk.chat.response_id, talk.now)
    going_on = turn.session.stage is not Stage.COMPLETE and turn.round.open_at(talk.now)
    return turn if going_on else None


def aside(talk: Talk, told: Screen) -> Reply:
    """Something beside the dialogue: what is open above stays so, and a line says how to come back to it."""
    turn = held(talk)
    if turn is None:
        return Reply((told,))
    if turn.session.paused:
        return Reply((told,), beside=True)
    way = talk.t("You can go on above, or write /resume to see here where you were.")
    return Reply((replace(told, text=f"{told.text}\n\n<i>{way}</i>"),), beside=True)


def stand(talk: Talk) -> Reply:
    """Shows where the dialogue stands; changes nothing."""
    assert talk.chat.response_id is not None
    return show(talk, current(talk.session, talk.shelf, talk.chat.response_id, talk.now), anew=True)


def show(talk: Talk, turn: Turn, page: str = "", *, asked: bool = False, anew: bool = False) -> Reply:
    """The screens for a turn, all in one language: the person's, else the one the form is shown in.

    Where a quota is full for what was answered, that, unless the question was asked for. `anew` is
    what the chat may not have shown before: the question's pictures go out again.
    """
    turn = in_language(turn, talk.chat.language)
    t = translator(turn.session.language or talk.chat.language)
    there = local(talk.now, turn.round.time_zone)
    until = long_day(turn.round.last_day, t.language) if turn.round.last_day else ""
    today, search = there.date().isoformat(), searched(talk.chat, turn)
    standing = Standing(
        turn.response_id, turn.session.revision, t, page, today, until, turn.changing, search, _page_address(talk, turn)
    )
    at_work = asked or turn.session.paused or any(isinstance(event, AT_WORK) for event in turn.events)
    if turn.full is not None and not at_work:
        return Reply((render_full(turn.full, standing),))
    screens = tuple(render(prompt, turn.events, standing) for prompt in turn.prompts)
    shown = tuple(group for prompt in turn.prompts if anew or opened(prompt, turn.events) for group in files_of(prompt))
    return Reply(screens, shown=shown, form_version_id=turn.form_version_id)


def _page_address(talk: Talk, turn: Turn) -> str:
    if talk.chat.participant_id is None:
        return ""
    return talk.pages.address(talk.chat.participant_id, turn.round.id, talk.now)


def _following(talk: Talk, turn: Turn, said: str = "") -> Talk:
    """The talk with what is searched for as it is after an input."""
    return replace(talk, chat=follow(talk.session, talk.chat, turn, said))


def _answer(talk: Talk, request: Request) -> Turn:
    return answer(talk.session, talk.shelf, replace(request, language=talk.chat.language), talk.now)


def _moved_on(talk: Talk, turn: Turn, *, anew: bool = False) -> Reply:
    toast = talk.t("This question has moved on. Here is where you are now.")
    return show(talk, replace(turn, events=()), anew=anew)._replace(toast=toast)


def _codes(turn: Turn) -> set[str]:
    return {one.code for one in turn.prompts if isinstance(one, QuestionPrompt)}


def input_of(turn: Turn, press: Press) -> Input | None:
    """What a press means for the engine; None when it fits nothing that is shown."""
    if press.act in PLAIN:
        return PLAIN[press.act]
    if press.act in (Act.THROUGH, Act.REMOVE_NOW):
        instance = find_instance(turn.form, turn.session, press.value)
        return GoThrough(instance) if press.act is Act.THROUGH else Remove(instance)
    question = find(turn.form, turn.session, press.question)
    if question is None:
        return None
    match press.act:
        case Act.ADD:
            return Add(question.ref)
        case Act.GO_TO:
            return GoTo(question.ref)
        case Act.UNDO:
            return Undo(question.ref)
        case Act.CONFIRM:
            return Confirm(question.ref)
        case Act.SKIP:
            return Skip(question.ref)
        case Act.VALUE:
            return Answer(question.ref, press.value)
    return _choice(turn, press, question.ref)


def _choice(turn: Turn, press: Press, ref: str) -> Input | None:
    prompt = next((one for one in turn.prompts if isinstance(one, QuestionPrompt) and one.ref == ref), None)
    if prompt is None or not 0 <= press.place < len(prompt.options):
        return None
    value = prompt.options[press.place].value
    match press.act:
        case Act.TICK:
            return Tick(ref, value)
        case Act.RANK:
            return RankNext(ref, value)
        case _:
            return Answer(ref, value)


def _same_page(talk: Talk, turn: Turn, press: Press) -> str:
    """A tick leaves a long list on the page that it was on."""
    ticked = press.act is Act.TICK and any(isinstance(event, DraftChanged) for event in turn.events)
    prompt = turn.prompts[0]
    if not ticked or not isinstance(prompt, QuestionPrompt):
        return ""
    search = searched(talk.chat, turn)
    return page_of(prompt, press.place, search.places if search is not None else None)
