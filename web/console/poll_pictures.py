"""A closed poll's result as a picture, for the chat of a group, a notice board, or the screen of a room."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.i18n import LANGUAGES, translator
from core.staff.accounts import Staff
from notifications.ledger.result_pictures import result_picture
from surveys.polls.picture import ROOM
from surveys.polls.staging import poll_to_read
from web.files import SAFE
from web.site import site_of


async def show(request: Request, staff: Staff) -> Response:
    """`?size=room` is nearly twice as large, `?lang=` in another language; small numbers are hidden."""
    deps, poll_id = site_of(request).deps, int(request.path_params["poll_id"])
    wanted = request.query_params.get("lang", "")
    t = translator(wanted if wanted in LANGUAGES else staff.language)
    scale = ROOM if request.query_params.get("size") == "room" else 1.0

    def work(session: Session) -> tuple[str, bytes]:
        poll = poll_to_read(session, staff, poll_id)
        return poll.slug, result_picture(session, poll, t, deps.telling.rules.small_numbers, scale)

    slug, content = await deps.database.aread(work)
    headers = {
        **SAFE,
        "Content-Disposition": f'inline; filename="{slug}-{t.language}.png"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="image/png", headers=headers)
