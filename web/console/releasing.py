"""What staff do with a mailing: release, pause, stop it, send it to the missing, settle doubts, take the proof home."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from core.i18n import translator
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.ledger.proof import write_proof
from notifications.ledger.release import NotInDoubt, release, set_state, settle_doubt
from notifications.ledger.revision import check_revision
from notifications.ledger.states import MailingState, OccurrenceState
from notifications.ledger.tables import Delivery, Occurrence
from notifications.planning.planner import DoesNotLeave, plan_missed, plan_missing
from notifications.planning.rules import Rules
from web.console import store
from web.console.errors import ActUnknown
from web.console.one_person import need_release
from web.console.store import READS
from web.files import chunks
from web.site import site_of


@dataclass(frozen=True)
class Asked:
    """What staff ask for; `seen` is the revision of the mailing that the page showed them."""

    mailing: store.MailingRow
    staff: Staff
    seen: str
    now: datetime
    rules: Rules


Doing = Callable[[Session, Asked], dict[str, int]]


def _release(session: Session, asked: Asked) -> dict[str, int]:
    check_revision(session, asked.mailing.id, asked.seen)
    release(session, asked.mailing.id, asked.staff.account_id, asked.now)
    return {}


def _pause(session: Session, asked: Asked) -> dict[str, int]:
    set_state(session, asked.mailing.id, MailingState.PAUSED, asked.now)
    return {}


def _cancel(session: Session, asked: Asked) -> dict[str, int]:
    set_state(session, asked.mailing.id, MailingState.CANCELLED, asked.now)
    return {}


def _missing(session: Session, asked: Asked) -> dict[str, int]:
    planned = _occurrences(session, asked.mailing.id, OccurrenceState.PLANNED)
    return {"people": sum(plan_missing(session, one, asked.now, asked.rules) for one in planned)}


def _missed(session: Session, asked: Asked) -> dict[str, int]:
    late = _occurrences(session, asked.mailing.id, OccurrenceState.ASKED, OccurrenceState.DROPPED)
    plans = [plan_missed(session, one, asked.now, asked.rules) for one in late]
    for one in plans:
        if one is not None and one.reason:
            raise DoesNotLeave(reason=one.reason)
    return {"people": sum(one.added for one in plans if one is not None)}


ACTS: dict[str, tuple[Permission, str, Doing]] = {
    "release": (Permission.RELEASE_MAILINGS, "mailing.released", _release),
    "pause": (Permission.PAUSE_MAILINGS, "mailing.paused", _pause),
    "cancel": (Permission.RELEASE_MAILINGS, "mailing.cancelled", _cancel),
    "missing": (Permission.RELEASE_MAILINGS, "mailing.missing", _missing),
    "missed": (Permission.RELEASE_MAILINGS, "mailing.missed", _missed),
}


async def act(request: Request, staff: Staff) -> Response:
    """One act on a mailing; raises NotAllowed, FourEyes, MailingStateWrong, MailingChanged, DoesNotLeave."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    name, now = request.path_params["act"], deps.clock.now()
    if name not in ACTS:
        raise ActUnknown
    permission, word, doing = ACTS[name]
    seen = str((await request.form()).get("revision", ""))

    def work(session: Session) -> None:
        mailing = store.find_mailing(session, staff, mailing_id, *READS)
        if permission is Permission.RELEASE_MAILINGS:
            need_release(session, staff, mailing.office_id)
        else:
            staff.need(permission, mailing.office_id)
        details = doing(session, Asked(mailing, staff, seen, now, deps.telling.rules))
        record(session, Act(word, f"mailing:{mailing_id}", staff.account_id, mailing.office_id, details), now)

    await deps.database.awrite(work)
    return RedirectResponse(f"/console/mailings/{mailing_id}/review", 303)


async def settle(request: Request, staff: Staff) -> Response:
    """Decides on a delivery in doubt: `again` sends it once more, anything else takes it as sent."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    form, now = await request.form(), deps.clock.now()
    number, again = str(form.get("delivery", "")), form.get("how") == "again"
    if not number.isdecimal() or len(number) > 18:
        raise NotInDoubt

    def work(session: Session) -> None:
        mailing = store.find_mailing(session, staff, mailing_id)
        staff.need(Permission.WRITE_MAILINGS, mailing.office_id)
        mine = select(Delivery.id).where(Delivery.id == int(number), Delivery.mailing_id == mailing_id)
        if session.scalar(mine) is None:
            raise NotInDoubt
        settle_doubt(session, int(number), resend=again, now=now, account_id=staff.account_id)

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


def _occurrences(session: Session, mailing_id: int, *states: OccurrenceState) -> list[int]:
    statement = select(Occurrence.id).where(Occurrence.mailing_id == mailing_id, Occurrence.state.in_(states))
    return list(session.scalars(statement))
