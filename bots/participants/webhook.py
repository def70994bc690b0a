"""The webhook of the participants' bot."""

from __future__ import annotations

from starlette.routing import Route

from bots.participants.receiving import BotDeps, create_dispatcher
from bots.participants.updates import ParticipantsDoor
from bots.updates.webhook import path_of, route_for

PATH = path_of("participants")


def webhook_route(deps: BotDeps, secret: str) -> Route:
    """The route that takes updates in; anything without the secret is turned away."""
    return route_for(ParticipantsDoor(deps.bot, create_dispatcher(deps)), PATH, secret)
