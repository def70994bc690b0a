"""A trial as a page: the chat to the left, the web page to the right, all values below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.i18n import LANGUAGE_NAMES, translator
from core.links import Links
from surveys.engine.form import Kind, Question
from surveys.engine.prompts import CompletePrompt, Page, ReviewPrompt
from surveys.engine.show import code, violations
from surveys.engine.turn import state_of
from surveys.responses.service import Turn
from web.public.form_files import files_at
from web.public.matrix import parts_of
from web.public.showing import controls_of
from web.simulator.chat import ChatPreview
from web.simulator.trial import Trial, seal


@dataclass(frozen=True)
class Held:
    """What a node holds: why a question is not asked is seen here."""

    name: str
    label: str
    relevant: bool
    value: str


@dataclass(frozen=True)
class Place:
    """A question that can be jumped to."""

    code: str
    label: str


def values_of(trial: Trial, chat: ChatPreview, links: Links, reader: str) -> dict[str, Any]:
    """What the template needs; `reader` is the language of whoever tries, the form speaks its own."""
    turn = trial.turn
    language = turn.session.language[:2] if turn.session.language[:2] in LANGUAGE_NAMES else reader
    shown = turn.page(trial.look.ref)
    controls = controls_of(shown, trial.look, language) if isinstance(shown, Page) else ()
    return {
        "trial": seal(trial, links),
        "form": turn.form,
        "bubbles": chat.show(turn, trial.page, language),
        "shown": shown,
        "screen": _screen(shown),
        "controls": controls,
        "parts": parts_of(controls),
        "said": translator(language),
        "form_language": language,
        "languages_of_form": [(one, LANGUAGE_NAMES.get(one, one)) for one in turn.form.languages],
        "previous": code(turn.form, turn.session, shown.previous) if isinstance(shown, Page) else "",
        "held": _held(turn),
        "places": _places(turn),
        "in_the_way": [_named(turn, one.ref) for one in violations(turn.form, turn.session, turn.now)],
        "key": str(turn.session.revision),
        "limit_mb": 0,
        "files_at": files_at(turn.form_version_id),
    }


def _screen(shown: Page | ReviewPrompt | CompletePrompt) -> str:
    return {Page: "page", ReviewPrompt: "review", CompletePrompt: "complete"}[type(shown)]


def _held(turn: Turn) -> list[Held]:
    state = state_of(turn.form, turn.session, turn.now)
    root = f"{turn.form.root.ref}/"
    return [
        Held(one.ref.removeprefix(root), state.say(one.ref, one.label), state.relevant(one.ref), state.value(one.ref))
        for one in state.layout.questions
        if one.kind is not Kind.NOTE
    ]


def _places(turn: Turn) -> list[Place]:
    state = state_of(turn.form, turn.session, turn.now)
    return [
        Place(code(turn.form, turn.session, one.ref), _name_of(one, state.say(one.ref, one.label)))
        for one in state.relevant_questions()
    ]


def _name_of(question: Question, label: str) -> str:
    return f"{question.name}: {label}" if label else question.name


def _named(turn: Turn, ref: str) -> str:
    return next((one.label for one in _places(turn) if one.code == code(turn.form, turn.session, ref)), ref)
