"""The pages of an event's room and of its thematic tables by their addresses."""

from __future__ import annotations

from fastapi import APIRouter

from web.console import poll_stage, room, table_notes, tables
from web.console.signing import signed_in


def add_rooms(router: APIRouter) -> None:
    here = "/events/{event_id:int}/room"
    router.add_api_route(here, signed_in(room.show), methods=["GET"])
    router.add_api_route(f"{here}/settings", signed_in(room.settle), methods=["POST"])
    router.add_api_route(f"{here}/acts", signed_in(room.act), methods=["POST"])
    router.add_api_route(f"{here}/announce", signed_in(room.announce), methods=["POST"])
    stage = "/events/{event_id:int}/stage"
    router.add_api_route(stage, signed_in(poll_stage.show), methods=["GET"])
    router.add_api_route(stage, signed_in(poll_stage.act), methods=["POST"])
    here = "/events/{event_id:int}/tables"
    router.add_api_route(here, signed_in(tables.show), methods=["GET"])
    router.add_api_route(f"{here}/themes", signed_in(tables.save), methods=["POST"])
    router.add_api_route(f"{here}/acts", signed_in(tables.act), methods=["POST"])
    router.add_api_route(f"{here}/move", signed_in(tables.move_person), methods=["POST"])
    router.add_api_route(f"{here}/notes.{{form}}", signed_in(table_notes.export), methods=["POST"])
    router.add_api_route("/tables", signed_in(table_notes.list_tables), methods=["GET"])
    router.add_api_route("/tables/{table_id:int}", signed_in(table_notes.show), methods=["GET"])
    router.add_api_route("/tables/{table_id:int}", signed_in(table_notes.save), methods=["POST"])
