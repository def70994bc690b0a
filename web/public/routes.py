"""The public pages by their addresses."""

from __future__ import annotations

from fastapi import APIRouter

from web.public import answering, front


def public_routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.add_route("/", front.front, methods=["GET"])
    router.add_route("/privacy", front.privacy, methods=["GET"])
    router.add_route("/accessibility", front.accessibility, methods=["GET"])
    router.add_route("/q/{token}", answering.show, methods=["GET"])
    router.add_route("/q/{token}", answering.act, methods=["POST"])
    return router
