"""The public pages by their addresses."""

from __future__ import annotations

from fastapi import APIRouter

from web.public import (
    answering,
    appointments,
    attending,
    confirming,
    dates,
    form_files,
    front,
    joining,
    leaving,
    mini_app,
    open_link,
    preferences,
    sharing,
    undoing,
    uploads,
)

LOOK, ACT = ["GET", "HEAD"], ["POST"]


def public_routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/", front.front, methods=LOOK)
    router.add_api_route("/privacy", front.privacy, methods=LOOK)
    router.add_api_route("/accessibility", front.accessibility, methods=LOOK)
    router.add_api_route("/q/{token}", answering.show, methods=LOOK)
    router.add_api_route("/q/{token}", answering.act, methods=ACT)
    router.add_api_route("/q/{token}/files/{name}", uploads.show, methods=LOOK)
    router.add_api_route("/r/{office}/{round}", open_link.welcome, methods=LOOK)
    router.add_api_route("/o/{token}", open_link.show, methods=LOOK)
    router.add_api_route("/o/{token}", open_link.act, methods=ACT)
    router.add_api_route("/o/{token}/leave", open_link.leave, methods=ACT)
    router.add_api_route("/o/{token}/files/{name}", open_link.show_file, methods=LOOK)
    router.add_api_route("/app/{token}", mini_app.show_door, methods=LOOK)
    router.add_api_route("/app/{token}", mini_app.enter, methods=ACT)
    router.add_api_route("/app/q/{token}", mini_app.show, methods=LOOK)
    router.add_api_route("/app/q/{token}", mini_app.act, methods=ACT)
    router.add_api_route("/app/q/{token}/files/{name}", mini_app.show_file, methods=LOOK)
    router.add_api_route("/forms/{version_id:int}/{name}", form_files.show, methods=LOOK)
    router.add_api_route("/preferences/{token}", preferences.show, methods=LOOK)
    router.add_api_route("/preferences/{token}", preferences.keep, methods=ACT)
    router.add_api_route("/preferences/{token}/data", preferences.download, methods=LOOK)
    router.add_api_route("/preferences/{token}/data.html", preferences.read_data, methods=LOOK)
    router.add_api_route("/preferences/{token}/files.zip", preferences.download_files, methods=LOOK)
    router.add_api_route("/preferences/{token}/erase", preferences.ask_to_erase, methods=LOOK)
    router.add_api_route("/preferences/{token}/erase", preferences.erase, methods=ACT)
    router.add_api_route("/unsubscribe/{token}", leaving.show, methods=LOOK)
    router.add_api_route("/unsubscribe/{token}", leaving.act, methods=ACT)
    router.add_api_route("/events/{token}", attending.show, methods=LOOK)
    router.add_api_route("/events/{token}", attending.act, methods=ACT)
    _add_dates(router)
    router.add_api_route("/join/{office}", joining.show, methods=LOOK)
    router.add_api_route("/join/{office}", joining.ask, methods=ACT)
    router.add_api_route("/join/{office}/sent", joining.show_sent, methods=LOOK)
    router.add_api_route("/joining/confirm/{token}", confirming.show, methods=LOOK)
    router.add_api_route("/joining/confirm/{token}", confirming.act, methods=ACT)
    router.add_api_route("/joining/undo/{token}", undoing.show, methods=LOOK)
    router.add_api_route("/joining/undo/{token}", undoing.act, methods=ACT)
    return router


def _add_dates(router: APIRouter) -> None:
    router.add_api_route("/dates/{token}", dates.show, methods=LOOK)
    router.add_api_route("/dates/{token}", dates.act, methods=ACT)
    router.add_api_route("/appointments/{token}", appointments.show, methods=LOOK)
    router.add_api_route("/appointments/{token}", appointments.act, methods=ACT)
    router.add_api_route("/s/{code}", sharing.lead, methods=LOOK)
