"""One trial: a form, where it stands, and what was pressed; it travels in the page and is kept nowhere."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from core.links import Links, Purpose
from surveys.engine.dialogue import known_language, resume, start
from surveys.engine.events import AnswerRefused
from surveys.engine.form import Form
from surveys.engine.inputs import ChangeLanguage, Fill, Input, Resume, Words
from surveys.engine.session import Session, Stage
from surveys.responses.rounds import OpenRound
from surveys.responses.service import Turn, storable
from web.errors import PostIncomplete
from web.public.answering import input_of
from web.public.reading import Post, typed
from web.public.showing import Look
from web.simulator.chat import ChatPreview

LONGEST = 2_000_000  # characters of a sealed trial


@dataclass(frozen=True)
class Trial:
    """`source` says which form it is, for whoever opens the trial again; `look` and `page` are what is shown."""

    source: Mapping[str, Any]
    turn: Turn
    look: Look = field(default_factory=Look)
    page: str = ""


def begin(source: Mapping[str, Any], form: Form, now: datetime, language: str = "") -> Trial:
    """A trial at its beginning."""
    session, events = start(form, known_language(form, language or form.default_language), now)
    return Trial(source, _turn(form, session, now, events))


def fill_in(trial: Trial, values: Mapping[str, str]) -> Trial:
    """The trial with answers given beforehand, each as if its question were open; what does not fit is refused."""
    for ref, value in values.items():
        trial = _give(trial, Fill({ref: value}))
    return trial


def seal(trial: Trial, links: Links) -> str:
    """The trial as text for the page."""
    held = {"source": dict(trial.source), "session": trial.turn.session.to_json()}
    return links.seal(Purpose.TRIAL, zlib.compress(json.dumps(held).encode()))


def unseal(text: str, links: Links) -> tuple[dict[str, Any], Session]:
    """The form's source and the session; raises LinkForged for what this installation did not write."""
    if len(text) > LONGEST:
        raise PostIncomplete
    held = json.loads(zlib.decompress(links.unseal(Purpose.TRIAL, text)))  # sealed by us: whole, or refused
    return held["source"], Session.from_json(held["session"])


def opened(source: Mapping[str, Any], form: Form, session: Session, now: datetime) -> Trial:
    return Trial(source, _turn(form, session, now, ()))


def take(trial: Trial, post: Post, chat: ChatPreview) -> Trial:
    """What somebody did at either side; raises PostIncomplete."""
    match post.do:
        case "restart":
            return begin(trial.source, trial.turn.form, trial.turn.now, trial.turn.session.language)
        case "press":
            return _pressed(trial, post.argument, chat)
        case "say":
            return _give(trial, Words(post.text("said")))
        case "jump":
            post = replace(post, do="edit", argument=post.text("to"))
    after = _give(trial, input_of(trial.turn, post))
    refused = tuple(event for event in after.turn.events if isinstance(event, AnswerRefused))
    if not refused or post.do != "save":
        return after
    said = typed(trial.turn.form, post, after.turn.session)
    return replace(after, look=Look(refused[0].ref, refused=refused, typed=said))


def _pressed(trial: Trial, data: str, chat: ChatPreview) -> Trial:
    found = chat.press(trial.turn, data)
    if found is None:
        return trial
    return replace(trial, page=found) if isinstance(found, str) else _give(trial, found)


def _give(trial: Trial, given: Input) -> Trial:
    turn = trial.turn
    if isinstance(given, Words) and (turn.session.paused or turn.session.stage is not Stage.ASKING):
        given = Resume()
    if isinstance(given, ChangeLanguage) and given.language not in turn.form.languages:
        raise PostIncomplete
    session, events = resume(turn.form, turn.session, storable(given), turn.now)
    return Trial(trial.source, _turn(turn.form, session, turn.now, events))


def _turn(form: Form, session: Session, now: datetime, events: tuple[Any, ...]) -> Turn:
    nobody = OpenRound(0, "trial", {"": form.title}, now, None, 0, 0)
    return Turn(0, nobody, form, session, now, events)
