"""What came back by mail and waits for staff, and the addresses that are written to no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.people.channels import EMAIL
from core.people.suppression import lift
from core.process.tables import Office
from core.process.time_zone import HOME_ZONE
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.intake import inbox
from notifications.intake.inbox import InboxRow, Reach
from notifications.intake.questions import (
    LONGEST_ANSWER,
    AnsweredAlready,
    NobodyToAnswer,
    WordsEmpty,
    WordsTooLong,
    answer,
    can_be_answered,
    load_question,
)
from web.console.errors import NothingHere
from web.console.page import console_page, page_number
from web.site import site_of

MAIL, EXCLUDED = "/console/mail", "/console/excluded"


@dataclass(frozen=True)
class Failed:
    """An answer that did not leave, as it was typed, and why."""

    mail_id: int
    problem: Problem
    words: str


async def show_mail(request: Request, staff: Staff) -> Response:
    return await _mails(request, staff)


async def _mails(request: Request, staff: Staff, failed: Failed | None = None) -> Response:
    page = page_number(request)

    def work(session: Session) -> tuple[list[InboxRow], set[int]]:
        rows = inbox.inbox(session, _reach(session, staff), page)
        return rows, {one.id for one in rows if _is_answerable(session, staff, one)}

    rows, answerable = await site_of(request).deps.database.aread(work)
    shown, more = rows[: inbox.PAGE], len(rows) > inbox.PAGE
    values = {"rows": shown, "page": page, "more": more, "zone": HOME_ZONE, "answerable": answerable, "failed": failed}
    values["longest"] = LONGEST_ANSWER
    status = failed.problem.status if failed is not None else 200
    return console_page(request, staff, "console/incoming.html", status, **values)


def _is_answerable(session: Session, staff: Staff, row: InboxRow) -> bool:
    if row.office_id is None or not staff.may(Permission.ANSWER_PEOPLE, row.office_id):
        return False
    found = load_question(session, row.id)
    return found is not None and can_be_answered(session, found)


async def mark_read(request: Request, staff: Staff) -> Response:
    deps, mail_id = site_of(request).deps, int(request.path_params["mail_id"])
    now = deps.clock.now()

    def work(session: Session) -> None:
        reach = _reach(session, staff)
        found = inbox.mark_read(session, mail_id, reach)
        if found is not None:  # an act on a mail of no office stands in the log of who may read it: the top's
            office = found.office_id or reach.unsigned
            record(session, Act("mail.read", f"mail:{mail_id}", staff.account_id, office), now)

    await deps.database.shared(work)
    return RedirectResponse(MAIL, 303)


async def answer_mail(request: Request, staff: Staff) -> Response:
    """The office's answer, by the way the question came; what was typed is not lost when it cannot leave."""
    deps, mail_id = site_of(request).deps, int(request.path_params["mail_id"])
    words, now = str((await request.form()).get("answer", "")), deps.clock.now()
    try:
        await deps.database.shared(lambda session: answer(session, staff, mail_id, words, now))
    except (WordsEmpty, WordsTooLong, AnsweredAlready, NobodyToAnswer) as problem:
        return await _mails(request, staff, Failed(mail_id, problem, words))
    return RedirectResponse(MAIL, 303)


async def show_excluded(request: Request, staff: Staff) -> Response:
    offices, page = _offices(staff), page_number(request)
    rows = await site_of(request).deps.database.aread(lambda session: inbox.excluded(session, offices, page))
    return _shown(request, staff, "console/excluded.html", rows, page)


async def write_again(request: Request, staff: Staff) -> Response:
    """Lets an address be written to again; raises NothingHere for one of nobody of the account's offices."""
    deps, offices, number = site_of(request).deps, _offices(staff), int(request.path_params["suppression_id"])
    now = deps.clock.now()

    def work(session: Session) -> None:
        found = inbox.find_excluded(session, number, offices)
        if found is None:
            raise NothingHere
        lift(session, EMAIL, found.value, now)
        record(session, Act("address.lifted", f"suppression:{number}", staff.account_id, found.office_id), now)

    await deps.database.shared(work)
    return RedirectResponse(EXCLUDED, 303)


def _reach(session: Session, staff: Staff) -> Reach:
    """The mails an account may read; those of no office are for who manages the authority at the top."""
    offices = [office for office in staff.roles if staff.may(Permission.SEE_PEOPLE, office)]
    if not offices:
        raise NothingHere
    managed = [office for office in offices if staff.may(Permission.MANAGE_ACCOUNTS, office)]
    top = select(Office.id).where(Office.id.in_(managed), Office.parent_id.is_(None)).order_by(Office.id).limit(1)
    return Reach(offices, unsigned=session.scalar(top))


def _offices(staff: Staff) -> list[int]:
    """The offices whose excluded addresses an account may see and take back."""
    offices = [office for office in staff.roles if staff.may(Permission.IMPORT_PEOPLE, office)]
    if not offices:
        raise NothingHere
    return offices


def _shown(request: Request, staff: Staff, template: str, rows: Sequence[object], page: int) -> Response:
    shown, more = rows[: inbox.PAGE], len(rows) > inbox.PAGE
    return console_page(request, staff, template, rows=shown, page=page, more=more, zone=HOME_ZONE)
