"""Votes pressed in many chats, taken in at once: each is told the same as if it had come alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bots.participants.callback import PollAct, PollPress, unpack
from bots.participants.parse import Arrived, PressedButton
from bots.participants.polls import thank, vote_of
from bots.participants.store import ChatState, load_chats
from bots.participants.unit import DOOR, Desk, Taken, talk_in
from core.errors import Problem
from core.inbound import first_times, forget
from surveys.polls.casting import Cast, Vote, cast_many
from surveys.polls.errors import PollUnknown


class Pressed(NamedTuple):
    """A vote that arrived, and when; `update` is Telegram's number of it."""

    arrived: Arrived
    press: PollPress
    now: datetime
    update: str


def vote_in(arrived: Arrived, now: datetime) -> Pressed | None:
    """The vote that an update is; None where it is something else."""
    press = unpack(arrived.did.data) if isinstance(arrived.did, PressedButton) else None
    return (
        Pressed(arrived, press, now, str(arrived.update_id))
        if isinstance(press, PollPress) and press.act is PollAct.CAST
        else None
    )


@dataclass(frozen=True)
class Votes:
    """The votes for one poll that wait together, as work for `Database.together`."""

    desk: Desk
    poll_id: int

    def __call__(self, session: Session, presses: Sequence[Pressed]) -> list[Taken | None]:
        """What became of each; None for what is not simply a vote that counts. It is to be taken alone, as if it had
        not come yet: there what stands in its way is said."""
        noted = first_times(session, DOOR, {one.update for one in presses}, max(one.now for one in presses))
        chats, left = load_chats(session, {one.arrived.chat_id for one in presses}), set(noted)
        plain: dict[int, tuple[ChatState, Pressed]] = {}  # by their place: those whose chat awaits nothing else
        for at, one in enumerate(presses):
            chat = chats.get(one.arrived.chat_id)
            if one.update in left and chat is not None and not chat.awaiting:
                plain[at] = chat, one
            left.discard(one.update)
        became = self._cast(session, [(vote_of(chat, one.press), one.now) for chat, one in plain.values()])
        counted = {at: cast for at, cast in zip(plain, became, strict=True) if isinstance(cast, Cast)}
        forget(session, DOOR, noted - {presses[at].update for at in counted})
        return [self._thank(session, *plain[at], counted[at]) if at in counted else None for at in range(len(presses))]

    def _cast(self, session: Session, votes: Sequence[tuple[Vote, datetime]]) -> Sequence[Cast | Problem]:
        try:
            return cast_many(session, self.desk.booth, votes) if votes else ()
        except PollUnknown as problem:
            return [problem] * len(votes)

    def _thank(self, session: Session, chat: ChatState, one: Pressed, became: Cast) -> Taken:
        return Taken(thank(talk_in(session, self.desk, chat, one.now), self.desk.booth, became), chat)
