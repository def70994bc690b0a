"""Pictures and attachments on the writing page: kept as soon as they are sent, so that no mistake loses them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from core.errors import Problem
from core.file_contents import keep_content, read_content
from core.staff.accounts import Staff
from core.tables import FileContent
from notifications.content.files import MailedFile, fitting_name, look_at
from notifications.ledger.files import files_of
from notifications.ledger.tables import MailingText
from web.console import store
from web.console.errors import NothingHere
from web.console.store import READS
from web.files import SAFE
from web.site import site_of

MOST = 40  # files that a form carries on


@dataclass(frozen=True)
class FormFiles:
    """The files of a form by name, those that each language's mail has attached, and what is wrong with others."""

    found: Mapping[str, MailedFile] = field(default_factory=dict)
    attached: Mapping[str, Collection[str]] = field(default_factory=dict)
    problems: Sequence[Problem] = ()


async def uploads_of(form: FormData) -> list[tuple[str, bytes]]:
    """What was sent along, each file by a name that can stand here; the page's limit on its body holds for all."""
    sent = [one for one in form.getlist("upload") if isinstance(one, UploadFile) and one.filename]
    uploads = [(fitting_name(one.filename or ""), await one.read()) for one in sent]
    await form.close()
    return uploads


def take_files(
    session: Session, form: FormData, uploads: Sequence[tuple[str, bytes]], languages: Sequence[str]
) -> FormFiles:
    """The files that a form carries on and those sent with it, without those to be removed.

    What was just sent and is no picture is attached in every language.
    """
    found, problems = _carried(session, form), list[Problem]()
    fresh = []
    for name, content in uploads[:MOST]:
        try:
            file = look_at(name, content)
        except Problem as problem:
            problems.append(problem)
            continue
        keep_content(session, content)
        found[file.name] = file
        fresh += [] if file.is_picture else [file.name]
    for removed in form.getlist("remove"):
        found.pop(str(removed), None)
    attached = {code: _attached(form, code, fresh, found) for code in languages}
    return FormFiles(found, attached, problems)


def standing_files(session: Session, mailing_id: int, texts: Sequence[MailingText]) -> FormFiles:
    """Those of a kept mailing."""
    return FormFiles(files_of(session, mailing_id), {one.language: one.attachments for one in texts})


async def hand_out(request: Request, staff: Staff) -> Response:
    """A file of a mailing, as a download that no browser runs; in an `<img>` a picture shows all the same."""
    mailing_id, name = int(request.path_params["mailing_id"]), request.path_params["name"]

    def work(session: Session) -> tuple[MailedFile, bytes]:
        store.find_mailing(session, staff, mailing_id, *READS)
        file = files_of(session, mailing_id).get(name)
        if file is None:
            raise NothingHere
        return file, read_content(session, file.sha256)

    file, content = await site_of(request).deps.database.aread(work)
    disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    return Response(content, media_type=file.bare_type, headers={**SAFE, "Content-Disposition": disposition})


def _carried(session: Session, form: FormData) -> dict[str, MailedFile]:
    """Files that were sent with an earlier form: hidden fields name them, what they are is looked at again."""
    found = {}
    for field_value in form.getlist("file")[:MOST]:
        sha256, _, name = str(field_value).partition(" ")
        known = session.scalar(select(FileContent.sha256).where(FileContent.sha256 == sha256[:64]))
        try:
            file = look_at(name, read_content(session, known)) if known else None
        except Problem:  # nothing that our own page has written
            file = None
        if file is not None:
            found[file.name] = file
    return found


def _attached(form: FormData, code: str, fresh: Sequence[str], found: Mapping[str, MailedFile]) -> list[str]:
    ticked = [str(name) for name in form.getlist(f"attach-{code}")]
    return [name for name in dict.fromkeys([*ticked, *fresh]) if name in found]
