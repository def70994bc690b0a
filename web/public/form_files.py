"""The pictures, sounds and films of published forms, as pages and players ask for them."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.file_contents import read_content
from surveys.responses.form_files import ShownFile, find_file
from web.assets import FOR_EVER
from web.errors import PageUnknown
from web.files import SAFE
from web.site import site_of

LARGEST_ID = 2**31 - 1
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")


def files_at(form_version_id: int) -> str:
    """Where the files of a published form stand, "" for one that is not published."""
    return f"/forms/{form_version_id}/" if form_version_id else ""


async def show(request: Request) -> Response:
    """A file of a version, which never changes; players ask for it part by part (RFC 9110, 14)."""
    version_id, name = int(request.path_params["version_id"]), request.path_params["name"]
    if version_id > LARGEST_ID or "\0" in name:
        raise PageUnknown

    def work(session: Session) -> tuple[ShownFile | None, bytes]:
        found = find_file(session, version_id, name)
        fresh = found is not None and request.headers.get("if-none-match") != _tag(found)
        return found, read_content(session, found.sha256) if found and fresh else b""

    found, content = await site_of(request).deps.database.aread(work)
    if found is None:
        raise PageUnknown
    headers = {**SAFE, "Cache-Control": FOR_EVER, "ETag": _tag(found), "Accept-Ranges": "bytes"}
    if not content:
        return Response(status_code=304, headers=headers)
    return _part(request, content, found.media_type, headers)


def _tag(found: ShownFile) -> str:
    return f'"{found.sha256[:16]}"'


def _part(request: Request, content: bytes, media_type: str, headers: dict[str, str]) -> Response:
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None:
        return Response(content, media_type=media_type, headers=headers)
    first, last = int(asked[1]), min(int(asked[2] or len(content) - 1), len(content) - 1)
    if first > last:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, media_type=media_type, headers=headers)
