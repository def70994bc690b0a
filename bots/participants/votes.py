"""Votes pressed in many chats: read at once, counted with those of all doors, and each told as if it had come alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bots.participants.callback import PollAct, PollPress, unpack
from bots.participants.parse import Arrived, PressedButton
from bots.participants.polls import thank, vote_of
from bots.participants.store import load_chats
from bots.participants.unit import DOOR, Desk, Taken
from core.database.database import Database
from core.errors import Problem
from core.i18n import translator
from surveys.polls.crowd import Crowd, Given, Pressed


class PressedVote(NamedTuple):
    """A vote that arrived, and when."""

    arrived: Arrived
    press: PollPress
    now: datetime


def vote_in(arrived: Arrived, now: datetime) -> PressedVote | None:
    """The vote that an update is; None where it is something else."""
    press = unpack(arrived.did.data) if isinstance(arrived.did, PressedButton) else None
    return PressedVote(arrived, press, now) if isinstance(press, PollPress) and press.act is PollAct.CAST else None


async def count_vote(database: Database, desk: Desk, vote: PressedVote, key: str) -> Taken | None:
    """What became of it, once it is committed; None for what is not simply a vote that counts.

    That is to be taken alone, as if it had not come yet: there what stands in its way is said.
    """
    pressed = Pressed(read_votes, vote.press.poll_id, vote)
    try:
        became = await database.together(Crowd(desk.booth), pressed, key=key)
    except Problem:
        return None
    if became is None or became.cast.duplicate:
        return None
    chat = became.whose
    return Taken(vote.arrived, thank(translator(chat.language), desk.booth, became.cast, vote.now), chat)


def read_votes(session: Session, _: int, pressed: Sequence[PressedVote]) -> list[Given | None]:
    """As `Door` says; `whose` is the chat, None for those that are unknown or await something else."""
    chats = load_chats(session, {one.arrived.chat_id for one in pressed})
    found = [(chats.get(one.arrived.chat_id), one) for one in pressed]
    return [
        Given(vote_of(chat, one.press, (DOOR, str(one.arrived.update_id))), one.now, chat)
        if chat is not None and not chat.awaiting
        else None
        for chat, one in found
    ]
