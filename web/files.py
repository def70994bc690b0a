"""Files that people sent, handed out so that no browser runs or draws them as a page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import IO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from surveys.responses.attachment_store import KeptAttachment, read_part
from surveys.responses.attachments import AttachmentState
from surveys.responses.errors import AttachmentAbsent
from web.site import site_of

CHUNK = 64 * 1024
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def hand_out(request: Request, kept: KeptAttachment) -> Response:
    """The file as a download, one part in memory at a time; raises AttachmentAbsent while it is not here.

    A picture can be shown in an `<img>` all the same: browsers heed the disposition of documents only.
    """
    if kept.state is not AttachmentState.STORED:
        raise AttachmentAbsent
    headers = {
        **SAFE,
        "Content-Disposition": f'attachment; filename="{kept.name}"',  # our own name: letters, digits, dot, dash
        "Content-Length": str(kept.size),
    }
    return StreamingResponse(_parts(request, kept.id), media_type=kept.media_type, headers=headers)


async def chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    """A file of ours as it is sent; closed when the last byte is."""
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


async def _parts(request: Request, attachment_id: int) -> AsyncIterator[bytes]:
    database, part = site_of(request).deps.database, 0
    while content := await database.aread(lambda session, part=part: read_part(session, attachment_id, part)):  # type: ignore[misc]
        yield content
        part += 1
