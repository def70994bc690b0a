"""The golden dialogues, through the pure engine; and that none is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from surveys.engine.form import Kind, Question
from surveys.engine.machine import machine
from surveys.engine.session import Session
from tests.support.coverage import missing
from tests.support.dialogues import Dialogue, load_dialogues, play


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
    assert set(Kind) - played == set()


def test_everything_of_the_xlsform_has_a_dialogue() -> None:
    """Each type, column and appearance, and what stands in cells; every door plays every dialogue."""
    assert missing(load_dialogues()) == set()


@pytest.mark.parametrize(
    ("lost", "missed"),
    [
        ("counted-repeats", "a counted repeat within a repeat"),
        ("defaults", "once()"),
        ("filtered-choices", "choices cascading twice"),
        ("languages", "a hint that quotes an answer"),
        ("last-saved", "last-saved"),
        ("lists-from-files", "choices of a GeoJSON file"),
        ("notes-and-computed", "acknowledge"),
        ("one-choice", "or_other"),
        ("pictures", "big-image"),
        ("places", "geotrace"),
        ("styling", "guidance_hint"),
    ],
)
def test_a_dialogue_that_is_lost_is_missed(lost: str, missed: str) -> None:
    assert missed in missing(one for one in load_dialogues() if one.name != lost)


def test_a_question_that_is_never_answered_does_not_count() -> None:
    files = next(one for one in load_dialogues() if one.name == "files")
    unanswered = replace(files, answers={name: value for name, value in files.answers.items() if name != "ripresa"})
    others = [one for one in load_dialogues() if one is not files]
    assert missing([*others, unanswered]) == {"video"}
