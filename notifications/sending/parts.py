"""Permits for what goes after the first message of a delivery: parts of long chat messages, pictures of an album."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from notifications.channels.contract import ChatMessage
from notifications.sending.group import Ready
from notifications.sending.permits import Line, reserve


def reserve_parts(session: Session, line: Line, group: Sequence[Ready], machine_now: datetime) -> list[Ready]:
    """The group with the permits of its further messages, taken now: all second parts, then all third ones."""
    wanted = sorted(
        (number, place, part.messages - (number == 0))
        for place, one in enumerate(group)
        if isinstance(one.message, ChatMessage)
        for number, part in enumerate(one.message.parts)
    )
    count = sum(messages for _, _, messages in wanted)
    if not count:
        return list(group)
    first = (reserve(session, line, count, machine_now) - machine_now).total_seconds()
    permits: list[list[float]] = [[] for _ in group]
    taken = 0
    for _, place, messages in wanted:
        taken += messages
        # An album leaves with its last picture's permit, a single first message by the one that it had.
        permits[place].append(first + (taken - 1) / line.rate if messages else place / line.rate)
    return [_with(one, found) for one, found in zip(group, permits, strict=True)]


def _with(one: Ready, permits: Sequence[float]) -> Ready:
    if not isinstance(one.message, ChatMessage):
        return one
    return one._replace(message=replace(one.message, permits=tuple(permits)))
