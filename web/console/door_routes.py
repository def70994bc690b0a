"""The pages of an event's door by their addresses."""

from __future__ import annotations

from fastapi import APIRouter

from web.console import came, door, meeting_import
from web.console.signing import signed_in


def add_door(router: APIRouter) -> None:
    router.add_api_route("/door", signed_in(door.list_events), methods=["GET"])
    router.add_api_route("/door/worker.js", door.worker, methods=["GET"])
    here = "/door/{event_id:int}"
    router.add_api_route(here, signed_in(door.show), methods=["GET"])
    router.add_api_route(f"{here}/list", signed_in(door.load_list), methods=["GET"])
    router.add_api_route(f"{here}/acts", signed_in(door.keep), methods=["POST"])
    here = "/events/{event_id:int}/came"
    router.add_api_route(here, signed_in(came.show), methods=["GET"])
    router.add_api_route(f"{here}/numbers", signed_in(came.show_numbers), methods=["GET"])
    router.add_api_route(f"{here}/list", signed_in(came.print_list), methods=["GET"])
    router.add_api_route(f"{here}/list.{{form}}", signed_in(came.export), methods=["POST"])
    router.add_api_route(f"{here}/codes", signed_in(came.send), methods=["POST"])
    router.add_api_route(f"{here}/import", signed_in(meeting_import.ask), methods=["GET"])
    router.add_api_route(f"{here}/import", signed_in(meeting_import.look), methods=["POST"])
    router.add_api_route(f"{here}/import/keep", signed_in(meeting_import.keep), methods=["POST"])
    person = "/events/{event_id:int}/people/{person:int}/certificate.pdf"
    router.add_api_route(person, signed_in(came.make_certificate), methods=["POST"])
