"""A range as buttons: its steps in a row or a few, else first the part of it and then the step."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from bots.participants.callback import Act
from bots.participants.keyboard import Keyboard, across, in_rows, longest
from bots.participants.screen import Key, Rows
from surveys.engine.prompts import QuestionPrompt

AT_ONCE = 24
PART = 10
MOST_STEPS = 200  # more are written
LONGEST_STEP = 12
_RANGE = (("start", "0"), ("end", "10"), ("step", "1"))


def steps_of(prompt: QuestionPrompt) -> list[str]:
    """The steps of a range from its parameters, none where there are too many to be shown, or too long ones."""
    try:
        start, end, step = (Decimal(prompt.parameters.get(*one)) for one in _RANGE)
        step = abs(step) or Decimal(1)
        count = int(abs(end - start) / step)
        step = step if end >= start else -step
        several = range(count + 1) if count < MOST_STEPS else ()
        steps = [format((start + number * step).normalize(), "f") for number in several]
    except (InvalidOperation, OverflowError, ValueError):
        return []
    return steps if all(len(one) <= LONGEST_STEP for one in steps) else []


def scale(board: Keyboard) -> Rows:
    steps = steps_of(board.prompt)
    if not steps:
        return board.kept()
    if len(steps) <= AT_ONCE:
        return _keys(board, steps)
    parts = [steps[at : at + PART] for at in range(0, len(steps), PART)]
    if board.page.isdecimal() and board.number < len(parts):
        whole = board.key(f"⬅️ {_said(board, steps[0])} … {_said(board, steps[-1])}", Act.PAGE)
        return (*_keys(board, parts[board.number]), (whole,))
    names = [_name(board, part) for part in parts]
    opens = [(Act.PAGE, str(number)) if len(part) > 1 else (Act.VALUE, part[0]) for number, part in enumerate(parts)]
    keys = [board.key(name, *one) for name, one in zip(names, opens, strict=True)]
    return (*in_rows(keys, across(longest(names))), *board.kept())


def _keys(board: Keyboard, steps: list[str]) -> Rows:
    said = [board.marked(_said(board, one), one == board.prompt.value) for one in steps]
    keys: list[Key] = [board.key(text, Act.VALUE, one) for text, one in zip(said, steps, strict=True)]
    return in_rows(keys, across(longest([_said(board, one) for one in steps])))


def _name(board: Keyboard, part: list[str]) -> str:
    first, last = _said(board, part[0]), _said(board, part[-1])
    return f"{first} … {last}" if len(part) > 1 else first


def _said(board: Keyboard, step: str) -> str:
    return step if board.t.language == "en" else step.replace(".", ",")
