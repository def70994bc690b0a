"""The public pages by their addresses."""

from __future__ import annotations

from fastapi import APIRouter

from web.live import polls as live_polls
from web.live import screen
from web.public import (
    answering,
    appointments,
    attending,
    by_code,
    calendars,
    confirming,
    dates,
    door,
    event_page,
    form_files,
    front,
    joining,
    leaving,
    mini_app,
    open_link,
    poll_result,
    polls,
    preferences,
    room,
    sharing,
    tables,
    undoing,
    uploads,
)

LOOK, ACT = ["GET", "HEAD"], ["POST"]


def public_routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    _add_polls(router)  # the first, as routes are tried in their order: here a hall presses at once
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
    _add_events(router)
    _add_dates(router)
    router.add_api_route("/join/{office}", joining.show, methods=LOOK)
    router.add_api_route("/join/{office}", joining.ask, methods=ACT)
    router.add_api_route("/join/{office}/sent", joining.show_sent, methods=LOOK)
    router.add_api_route("/joining/confirm/{token}", confirming.show, methods=LOOK)
    router.add_api_route("/joining/confirm/{token}", confirming.act, methods=ACT)
    router.add_api_route("/joining/undo/{token}", undoing.show, methods=LOOK)
    router.add_api_route("/joining/undo/{token}", undoing.act, methods=ACT)
    _add_room(router)
    return router


def _add_polls(router: APIRouter) -> None:
    for address in ("/p/{token}", "/v/{code}"):
        router.add_api_route(address, polls.act, methods=ACT)
        router.add_api_route(address, polls.show, methods=LOOK)
    router.add_api_route("/v", by_code.show, methods=LOOK)
    router.add_api_route("/v/{code}/result", poll_result.show, methods=LOOK)
    router.add_api_route("/v/{code}/pictures/{option}", polls.show_picture, methods=LOOK)


def _add_events(router: APIRouter) -> None:
    router.add_api_route("/events/{token}", attending.show, methods=LOOK)
    router.add_api_route("/events/{token}", attending.act, methods=ACT)
    router.add_api_route("/events/{token}/calendar.ics", calendars.show_event, methods=LOOK)
    router.add_api_route("/my-calendar/{token}.ics", calendars.show_mine, methods=LOOK)
    router.add_api_route("/calendars/{office}.ics", calendars.show_public, methods=LOOK)
    router.add_api_route("/calendars/{office}/{process}.ics", calendars.show_public, methods=LOOK)
    router.add_api_route("/events/{token}/certificate.pdf", attending.show_certificate, methods=LOOK)
    router.add_api_route("/door/{code}", door.show, methods=LOOK)
    router.add_api_route("/certificates/{token}", door.show_certificate, methods=LOOK)
    router.add_api_route("/events/{token}/files/{name}", attending.show_file, methods=LOOK)
    router.add_api_route("/e/{office}/{event}", event_page.show, methods=LOOK)
    router.add_api_route("/e/{office}/{event}/files/{name}", event_page.show_file, methods=LOOK)


def _add_room(router: APIRouter) -> None:
    """What belongs to an event while it is on."""
    router.add_api_route("/room/{code}", room.show, methods=LOOK)
    router.add_api_route("/room/{code}", room.act, methods=ACT)
    router.add_api_route("/live/event/{code}", screen.show, methods=LOOK)
    router.add_api_route("/live/event/{code}/feed", screen.feed, methods=["GET"])
    router.add_api_route("/live/event/{code}/stage", live_polls.room_feed, methods=["GET"])
    router.add_api_route("/live/{code}", live_polls.show, methods=LOOK)
    router.add_api_route("/live/{code}/feed", live_polls.feed, methods=["GET"])
    router.add_api_route("/tables/{token}", tables.show, methods=LOOK)
    router.add_api_route("/tables/{token}", tables.act, methods=ACT)


def _add_dates(router: APIRouter) -> None:
    router.add_api_route("/dates/{token}", dates.show, methods=LOOK)
    router.add_api_route("/dates/{token}", dates.act, methods=ACT)
    router.add_api_route("/appointments/{token}", appointments.show, methods=LOOK)
    router.add_api_route("/appointments/{token}", appointments.act, methods=ACT)
    router.add_api_route("/s/{code}", sharing.lead, methods=LOOK)
