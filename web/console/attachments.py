"""Files that people sent, for staff: one to look at, or all of a round. Every look is in the audit log.

A picture or a voice can show who answered, which results do not: so they are for those who may
export results, and whoever may only see them reads the names.
"""

from __future__ import annotations

import tempfile
from typing import IO

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from surveys.responses import attachment_store
from surveys.responses.archive import Archived
from surveys.responses.attachment_store import KeptAttachment
from surveys.responses.attachments import AttachmentState
from surveys.responses.errors import AttachmentAbsent
from surveys.responses.rounds import OpenRound
from surveys.results.attachments import write_archive
from web.console import store
from web.console.errors import NothingHere
from web.files import chunks, hand_out
from web.site import site_of


async def download(request: Request, staff: Staff) -> Response:
    """One file; the same address is that of a picture in a list."""
    deps = site_of(request).deps
    wanted, now = (int(request.path_params["round_id"]), int(request.path_params["attachment_id"])), deps.clock.now()

    def work(session: Session) -> KeptAttachment:
        found = store.find_round(session, staff, wanted[0])
        staff.need(Permission.EXPORT_RESULTS, found.office_id)
        if attachment_store.round_of(session, wanted[1]) != found.id:
            raise NothingHere
        kept = attachment_store.load(session, wanted[1])
        if kept.state is not AttachmentState.STORED:
            raise AttachmentAbsent
        opened = Act("attachment.opened", f"attachment:{wanted[1]}", staff.account_id, found.office_id)
        record(session, opened, now)
        return kept

    return hand_out(request, await deps.database.shared(work))


async def archive(request: Request, staff: Staff) -> Response:
    """All files of a round as a ZIP; the act is in the audit log before the first byte."""
    deps = site_of(request).deps
    round_id, now = int(request.path_params["round_id"]), deps.clock.now()
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the last byte is sent

    def work(session: Session) -> tuple[OpenRound, Archived]:
        found = store.find_round(session, staff, round_id)
        staff.need(Permission.EXPORT_RESULTS, found.office_id)
        done = write_archive(session, found.id, file)
        file.seek(0)
        return found, done

    try:
        found, done = await deps.database.aread(work)
        details = {"format": "zip", "files": done.files}
        act = Act("results.exported", f"round:{found.id}", staff.account_id, found.office_id, details)
        await deps.database.shared(lambda session: record(session, act, now))
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="{found.slug}-{now:%Y-%m-%d}-files.zip"'}
    return StreamingResponse(chunks(file), media_type="application/zip", headers=headers)
