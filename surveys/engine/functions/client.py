"""Functions that ask the client program or steer it: known, so that forms of others run, and blank.

Source: JavaRosa; a door of ours is no device that would have an owner, a number or a serial.
"""

from __future__ import annotations

from typing import Any

from surveys.engine.functions.kinds import Function, text


def depend(_: Any, value: Any, *_others: Any) -> Any:
    """The first value; the others only tell JavaRosa what to wait for."""
    return text(value) if isinstance(value, list) else value


def blank(_: Any, *_values: Any) -> str:
    return ""


CLIENT: dict[str, Function] = {
    "depend": Function(depend, 1),
    "property": Function(blank, 1, 1),
    "version": Function(blank, 0, 0),
}
