"""The sandbox's web application: the Bot API, people's acts, mail, the clock and pages."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.clock import ClockApi
from sandbox.mail.routes import MailApi
from sandbox.misbehaviour import Misbehaviour, WrongWish
from sandbox.pages.routes import Pages
from sandbox.people.routes import PeopleApi
from sandbox.server.routes import BotApi
from sandbox.server.strict import known_methods
from sandbox.world import World

STATIC = Path(__file__).parent / "static"


def create_app(world: World) -> Starlette:
    """The application that speaks for a world; it holds no state of its own."""
    by_token = {bot.token: bot for bot in world.bots.values()}
    api = BotApi(by_token, world.deliverers, known_methods(), world.misbehaviour)
    return Starlette(
        routes=[
            Mount("/sandbox/static", StaticFiles(directory=STATIC)),
            *api.routes(),
            *Pages(world).routes(),
            *PeopleApi(world.bots, world.told).routes(),
            *MailApi(world.mail).routes(),
            *ClockApi(world.clock).routes(),
            *_misbehaviour_routes(world.misbehaviour),
        ]
    )


def _misbehaviour_routes(misbehaviour: Misbehaviour) -> list[Route]:
    async def wish(request: Request) -> Response:
        try:
            misbehaviour.wish(json.loads(await request.body()))
        except (WrongWish, ValueError, TypeError) as reason:
            return JSONResponse({"error": str(reason)}, status_code=400)
        return JSONResponse(misbehaviour.as_json())

    async def show(_: Request) -> Response:
        return JSONResponse(misbehaviour.as_json())

    async def behave(_: Request) -> Response:
        misbehaviour.behave()
        return Response(status_code=204)

    return [
        Route("/misbehave", wish, methods=["POST"]),
        Route("/misbehave", show, methods=["GET"]),
        Route("/misbehave", behave, methods=["DELETE"]),
    ]
