"""How the simulator shows the chat: the entry point hands in the bot's own screens; doors do not know each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from surveys.engine.inputs import Input
from surveys.responses.service import Turn


@dataclass(frozen=True)
class Bubble:
    """A message of the chat: `html` in Telegram's subset, rows of buttons (label, data)."""

    html: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()


class ChatPreview(Protocol):
    def show(self, turn: Turn, page: str, language: str) -> tuple[Bubble, ...]:
        """The messages that a turn shows; `page` is that of a list or the month of a calendar."""

    def press(self, turn: Turn, data: str) -> Input | str | None:
        """An input, or the page of a list or month to show; None for what is no button of this turn."""


class NoChat:
    """Where no bot is at hand: the web side stands alone."""

    def show(self, turn: Turn, page: str, language: str) -> tuple[Bubble, ...]:
        return ()

    def press(self, turn: Turn, data: str) -> Input | str | None:
        return None
