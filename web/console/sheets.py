"""Lists of an event that staff take along as CSV or XLSX: read and written row by row, noted in the audit log, sent."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import StreamingResponse

from core.process.events import EventFacts
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from surveys.results.export import Format, write_csv, write_xlsx
from surveys.results.table import Cell
from web.console.errors import ActUnknown
from web.console.results import TYPES
from web.files import chunks
from web.site import site_of

Sheets = Mapping[str, Iterable[Iterable[Cell]]]  # by their names; a CSV holds the first alone


@dataclass(frozen=True)
class TakenAlong:
    """What is taken along: `act` as the audit log has it, `part` of the file's name after the event's short name."""

    act: str
    form: Format
    part: str = ""
    list: str = ""  # which of an event's lists, where it has several


def format_named(name: str) -> Format:
    """Raises ActUnknown."""
    if name not in {one.value for one in Format}:
        raise ActUnknown
    return Format(name)


async def take_along(
    request: Request, staff: Staff, wanted: TakenAlong, read: Callable[[Session], tuple[EventFacts, Sheets]]
) -> StreamingResponse:
    """`read` says what staff may see; the act is in the log before the first byte leaves."""
    deps, form = site_of(request).deps, wanted.form
    now = deps.clock.now()
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the last byte is sent

    def work(session: Session) -> EventFacts:
        event, sheets = read(session)
        if form is Format.CSV:
            write_csv(next(iter(sheets.values())), file)  # type: ignore[arg-type]
        else:
            write_xlsx(sheets, file)  # type: ignore[arg-type]
        file.seek(0)
        return event

    try:
        event = await deps.database.aread(work)
        told = {"format": form.value} | ({"list": wanted.list} if wanted.list else {})
        note = Act(wanted.act, f"event:{event.id}", staff.account_id, event.office_id, told)
        await deps.database.shared(lambda session: record(session, note, now))
    except BaseException:
        file.close()
        raise
    name = f"{event.slug}{wanted.part}-{now:%Y-%m-%d}.{form.value}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(chunks(file), media_type=TYPES[form], headers=headers)
