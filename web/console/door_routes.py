"""The pages of an event's door by their addresses."""

from __future__ import annotations

from fastapi import APIRouter

from web.console import door
from web.console.signing import signed_in


def add_door(router: APIRouter) -> None:
    router.add_api_route("/door", signed_in(door.list_events), methods=["GET"])
    router.add_api_route("/door/worker.js", door.worker, methods=["GET"])
    here = "/door/{event_id:int}"
    router.add_api_route(here, signed_in(door.show), methods=["GET"])
    router.add_api_route(f"{here}/list", signed_in(door.load_list), methods=["GET"])
    router.add_api_route(f"{here}/acts", signed_in(door.keep), methods=["POST"])
