"""The ledger of a mailing: one line a person."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.staff.accounts import Staff
from core.staff.roles import Permission
from notifications.ledger.report import Count, counts
from notifications.ledger.states import DeliveryState
from notifications.ledger.tables import Delivery
from web.console import store
from web.console.page import console_page, page_number
from web.site import site_of


async def ledger(request: Request, staff: Staff) -> Response:
    """`?state=` shows one state, `?page=` a further page."""
    deps = site_of(request).deps
    mailing_id, page = int(request.path_params["mailing_id"]), page_number(request)
    asked = request.query_params.get("state", "")
    state = asked if asked in set(DeliveryState) else ""
    only = [Delivery.state == state] if state else []

    def work(session: Session) -> tuple[store.MailingRow, store.ProcessRow, list[Count], list[store.LedgerRow]]:
        mailing = store.find_mailing(session, staff, mailing_id)
        process = store.find_process(session, staff, mailing.process_id)
        return mailing, process, counts(session, mailing.id), store.ledger(session, mailing, only, page)

    mailing, process, found, rows = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/ledger.html",
        mailing=mailing,
        process=process,
        counts=found,
        may_write=staff.may(Permission.WRITE_MAILINGS, mailing.office_id),
        states=[one.value for one in DeliveryState if any(count.state == one for count in found)],
        state=state,
        rows=rows[: store.PAGE],
        page=page,
        more=len(rows) > store.PAGE,
    )
