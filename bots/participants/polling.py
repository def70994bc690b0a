"""Long polling of the participants' bot."""

from __future__ import annotations

from bots.participants.receiving import BotDeps, create_dispatcher
from bots.participants.updates import ParticipantsDoor
from bots.updates.polling import poll_for


async def run_polling(deps: BotDeps) -> None:
    """Polls until cancelled; of several processes with one token one polls, the others stand by."""
    await poll_for(ParticipantsDoor(deps.bot, create_dispatcher(deps)), deps.database)
