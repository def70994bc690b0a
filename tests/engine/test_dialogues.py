"""The golden dialogues, through the pure engine; and that none is missing."""

from __future__ import annotations

import pytest

from surveys.engine.form import Kind, Question
from surveys.engine.machine import machine
from surveys.engine.session import Session
from tests.support.dialogues import Dialogue, load_dialogues, play

LATER = {Kind.IMAGE, Kind.AUDIO, Kind.VIDEO, Kind.FILE}
COLUMNS = (
    "relevant", "constraint", "constraint_message", "required", "required_message", "calculation", "choice_filter",
    "default", "readonly", "hint", "appearance", "parameters", "trigger", "label::English (en)", "or_other",
    "begin_group", "field-list", "begin_repeat", "repeat_count", "guidance_hint",
)  # fmt: skip


@pytest.mark.parametrize("dialogue", load_dialogues(), ids=lambda one: one.name)
def test_dialogue_through_the_engine(dialogue: Dialogue) -> None:
    play(dialogue)


@pytest.mark.parametrize("dialogue", load_dialogues(), ids=lambda one: one.name)
def test_dialogue_with_the_state_kept_between_steps(dialogue: Dialogue) -> None:
    """A session that stays in memory ends as one that went through JSON."""

    def same(session: Session) -> Session:
        return session

    assert play(dialogue, same) == play(dialogue)


def test_every_kind_of_question_has_a_dialogue() -> None:
    layouts = [machine(dialogue.form).layout({}) for dialogue in load_dialogues()]
    played = {node.kind for layout in layouts for node in layout.nodes.values() if isinstance(node, Question)}
    assert set(Kind) - LATER - played == set()


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_has_a_dialogue(column: str) -> None:
    assert any(column in dialogue.form_text for dialogue in load_dialogues())
