"""The chat as the simulator shows it: the bot's own screens, without a bot."""

from __future__ import annotations

from bots.participants.callback import Press, unpack
from bots.participants.dialogue import SHOWING, input_of
from bots.participants.render import Standing, render
from core.i18n import translator
from surveys.engine.inputs import Input
from surveys.responses.service import Turn
from web.simulator.chat import Bubble


class BotScreens:
    """Shows turns as the participants' bot does."""

    def show(self, turn: Turn, page: str, language: str) -> tuple[Bubble, ...]:
        t = translator(language)
        standing = Standing(turn.response_id, turn.session.revision, t, page, turn.now.date().isoformat())
        screens = (render(prompt, turn.events, standing) for prompt in turn.prompts)
        return tuple(
            Bubble(screen.text, tuple(tuple((key.label, key.data) for key in row) for row in screen.rows))
            for screen in screens
        )

    def press(self, turn: Turn, data: str) -> Input | str | None:
        pressed = unpack(data)
        if not isinstance(pressed, Press) or pressed.revision != turn.session.revision:
            return None
        return pressed.value if pressed.act in SHOWING else input_of(turn, pressed)
