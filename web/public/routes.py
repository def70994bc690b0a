"""The public pages by their addresses."""

from __future__ import annotations

from fastapi import APIRouter

from web.public import answering, front, leaving, preferences, undoing


def public_routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/", front.front, methods=["GET"])
    router.add_api_route("/privacy", front.privacy, methods=["GET"])
    router.add_api_route("/accessibility", front.accessibility, methods=["GET"])
    router.add_api_route("/q/{token}", answering.show, methods=["GET"])
    router.add_api_route("/q/{token}", answering.act, methods=["POST"])
    router.add_api_route("/preferences/{token}", preferences.show, methods=["GET"])
    router.add_api_route("/preferences/{token}", preferences.keep, methods=["POST"])
    router.add_api_route("/preferences/{token}/data", preferences.download, methods=["GET"])
    router.add_api_route("/preferences/{token}/erase", preferences.ask_to_erase, methods=["GET"])
    router.add_api_route("/preferences/{token}/erase", preferences.erase, methods=["POST"])
    router.add_api_route("/unsubscribe/{token}", leaving.show, methods=["GET"])
    router.add_api_route("/unsubscribe/{token}", leaving.act, methods=["POST"])
    router.add_api_route("/joining/undo/{token}", undoing.show, methods=["GET"])
    router.add_api_route("/joining/undo/{token}", undoing.act, methods=["POST"])
    return router
