"""What a person looks for in a long list: kept with the chat, for the question and the moment it was said at."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy.orm import Session

from bots.participants.keyboard import Search
from bots.participants.listing import searchable
from bots.participants.store import ChatState, change_chat
from surveys.engine.choosing import Choices
from surveys.engine.events import AnswerRefused, DraftChanged, Fault
from surveys.engine.form import Kind
from surveys.engine.prompts import QuestionPrompt
from surveys.engine.searching import LONGEST, search
from surveys.responses.service import Turn

KEY = "search"  # in the chat's `awaiting`
_SPLIT = re.compile(r"[,;\n]+")


def searched(chat: ChatState, turn: Turn) -> Search | None:
    """The search that the open question's list shows, None where the dialogue has moved on since."""
    kept = chat.awaiting.get(KEY)
    prompt = _list(turn) if kept is not None else None
    if kept is None or prompt is None or kept["at"] != _at(turn, prompt):
        return None
    return _found(prompt, str(kept["said"]))


def follow(session: Session, chat: ChatState, turn: Turn, said: str) -> ChatState:
    """The chat after an input.

    Words that name no choice are searched for, a tick keeps the search, all else ends it.
    """
    refused = any(isinstance(one, AnswerRefused) and one.fault is Fault.NOT_UNDERSTOOD for one in turn.events)
    looking = bool(said) and refused
    prompt = _list(turn) if looking or KEY in chat.awaiting else None
    if prompt is None:
        return forget(session, chat)
    wanted = _unknown(prompt, said) if looking and searchable(prompt) else ""
    if wanted and _found(prompt, wanted) is not None:
        return _keep(session, chat, {"at": _at(turn, prompt), "said": wanted[:LONGEST]})
    if not said and _ticked(chat, turn, prompt):
        return _keep(session, chat, {**chat.awaiting[KEY], "at": _at(turn, prompt)})
    return forget(session, chat)


def forget(session: Session, chat: ChatState) -> ChatState:
    """Shows all again."""
    return _keep(session, chat, None) if KEY in chat.awaiting else chat


def _keep(session: Session, chat: ChatState, search: dict[str, Any] | None) -> ChatState:
    others = {name: value for name, value in chat.awaiting.items() if name != KEY}
    awaiting = others if search is None else {**others, KEY: search}
    change_chat(session, chat.id, awaiting=awaiting)
    return chat._replace(awaiting=awaiting)


def _list(turn: Turn) -> QuestionPrompt | None:
    prompt = turn.prompts[0] if turn.prompts else None
    return prompt if isinstance(prompt, QuestionPrompt) and prompt.options else None


def _at(turn: Turn, prompt: QuestionPrompt) -> list[Any]:
    """Which question of which response, and at which revision: a later one shows no earlier search."""
    return [turn.response_id, prompt.code, turn.session.revision]


def _found(prompt: QuestionPrompt, said: str) -> Search | None:
    places = search(said, [one.label for one in prompt.options])
    ranked = prompt.draft if prompt.kind is Kind.RANK else ()
    left = tuple(place for place in places if prompt.options[place].value not in ranked)
    return Search(said, left) if left else None


def _unknown(prompt: QuestionPrompt, said: str) -> str:
    """The part of several that names no choice; of one choice all that was said."""
    if prompt.kind is Kind.SELECT_ONE:
        return said.strip()
    choices = Choices(tuple((one.value, one.label) for one in prompt.options))
    parts = (part.strip() for part in _SPLIT.split(said))
    return next((part for part in parts if part and choices.match(part) is None), "")


def _ticked(chat: ChatState, turn: Turn, prompt: QuestionPrompt) -> bool:
    """Whether a tick was made among what was found; what is ranked is chosen, and ends its search."""
    kept = chat.awaiting.get(KEY)
    made = any(isinstance(one, DraftChanged) for one in turn.events) and prompt.kind is Kind.SELECT_MULTIPLE
    return made and kept is not None and kept["at"][:2] == [turn.response_id, prompt.code]
