"""What staff do with a mailing: release, pause, stop it, send it to the missing, settle doubts, take the proof home."""

from __future__ import annotations

import tempfile
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from core.database.many import among
from core.i18n import translator
from core.ids import read_id
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.ledger.proof import write_proof
from notifications.ledger.release import NotInDoubt, settle_doubt
from notifications.ledger.tables import IS_IN_DOUBT, Delivery
from notifications.review.acting import Wish, do_act
from web.console import store
from web.files import chunks
from web.site import site_of


async def act(request: Request, staff: Staff) -> Response:
    """One act on a mailing, and back to its page, which says what was done; raises what `do_act` does."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    now = deps.clock.now()
    wish = Wish(request.path_params["act"], mailing_id, str((await request.form()).get("revision", "")))
    await deps.database.awrite(lambda session: do_act(session, staff, wish, deps.telling.rules, now))
    return RedirectResponse(f"/console/mailings/{mailing_id}/review?done={wish.name}", 303)


async def settle(request: Request, staff: Staff) -> Response:
    """Decides on deliveries in doubt: `again` sends them once more, anything else takes them as sent.

    Those that are not in doubt any more are left; raises NotInDoubt where none is.
    """
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    form, now = await request.form(), deps.clock.now()
    again, named = form.get("how") == "again", [read_id(one) for one in form.getlist("delivery")]
    ids = [one for one in named if one is not None]

    def work(session: Session) -> None:
        mailing = store.find_mailing(session, staff, mailing_id)
        staff.need(Permission.WRITE_MAILINGS, mailing.office_id)
        mine = select(Delivery.id).where(among(Delivery.id, ids), Delivery.mailing_id == mailing_id, IS_IN_DOUBT)
        found = session.scalars(mine.order_by(Delivery.id).with_for_update()).all()
        if not found:
            raise NotInDoubt
        for one in found:
            settle_doubt(session, one, resend=again, now=now, account_id=staff.account_id)

    await deps.database.shared(work)
    return RedirectResponse(f"/console/mailings/{mailing_id}?state=in-doubt", 303)


async def proof(request: Request, staff: Staff) -> Response:
    """Who got what, when and by which channel, with the texts as they left; in the audit log before the first byte."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    now = deps.clock.now()
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the last byte is sent

    def work(session: Session) -> tuple[store.MailingRow, int]:
        mailing = store.find_mailing(session, staff, mailing_id)
        people = write_proof(session, mailing_id, file, translator(staff.language))
        file.seek(0)
        return mailing, people

    try:
        mailing, people = await deps.database.aread(work)
        details = {"people": people}
        done = Act("ledger.exported", f"mailing:{mailing_id}", staff.account_id, mailing.office_id, details)
        await deps.database.shared(lambda session: record(session, done, now))
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="{mailing.slug}-{now:%Y-%m-%d}.zip"'}
    return StreamingResponse(chunks(file), media_type="application/zip", headers=headers)
