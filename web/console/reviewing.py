"""A mailing before it leaves: to how many, who is left out and why, what they will read, when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from core.i18n import LANGUAGE_NAMES
from core.people.tables import Membership, Participant
from core.process.tables import Office, Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from core.staff.tables import Account
from notifications.channels.contract import Delivered, Mail
from notifications.ledger.report import Count, counts
from notifications.ledger.revision import revision_of
from notifications.ledger.tables import Mailing
from notifications.planning.preview import Person, Preview, dry_run, estimated_end, people_meant
from notifications.planning.writing import may_be_changed
from notifications.sending.sample import Reader, Sample, page_of, sample_of, trial_of
from web.console import store
from web.console.errors import NothingHere, TrialRefused
from web.console.page import console_page, page_number
from web.deps import WebDeps
from web.site import site_of

READS = (Permission.SEE_PEOPLE, Permission.WRITE_MAILINGS, Permission.RELEASE_MAILINGS)
SOMEBODY = "Maria Rossi"
PAGE_POLICY = "; ".join(
    ("default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "frame-ancestors 'self'", "sandbox")
)


@dataclass(frozen=True)
class Review:
    """What whoever releases has to know; `preview` is None once it has been planned."""

    mailing: store.MailingRow
    revision: str
    process: store.ProcessRow
    author: str
    needs_other: bool  # whoever looks wrote it: somebody else has to release it
    may_release: bool
    may_write: bool
    may_pause: bool
    sees_people: bool
    may_change: bool
    due: datetime | None
    missed: bool
    preview: Preview | None
    ends: datetime | None
    counts: tuple[Count, ...]
    languages: tuple[str, ...]


async def review(request: Request, staff: Staff) -> Response:
    """`?person=` shows the samples as the person with that reference reads them."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    now, wanted = deps.clock.now(), request.query_params.get("person", "")[:100]
    found = await deps.database.aread(lambda session: _load(session, deps, staff, mailing_id, now))

    def look(session: Session) -> tuple[str | None, dict[str, Sample]]:
        name = _name_of(session, found.mailing, wanted) if wanted and found.sees_people else SOMEBODY
        shown = name or SOMEBODY
        return name, {
            one: sample_of(session, mailing_id, Reader(shown, one), deps.telling.voice) for one in found.languages
        }

    name, samples = await deps.database.aread(look)
    return console_page(
        request,
        staff,
        "console/review.html",
        review=found,
        samples=samples,
        wanted=wanted,
        unknown=name is None,
        tried=request.query_params.get("tried", ""),
        language_names=LANGUAGE_NAMES,
        page_of="/console/mailings",
    )


async def sample_page(request: Request, staff: Staff) -> Response:
    """The mail's page alone, for a frame in which nothing acts."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    language = request.path_params["language"]
    wanted = request.query_params.get("person", "")[:100]

    def work(session: Session) -> str:
        mailing = store.find_mailing(session, staff, mailing_id, *READS)
        if language not in mailing.subjects:
            raise NothingHere
        sees = staff.may(Permission.SEE_PEOPLE, mailing.office_id)
        name = _name_of(session, mailing, wanted) if wanted and sees else None
        return page_of(session, mailing_id, Reader(name or SOMEBODY, language), deps.telling.voice)

    page = await deps.database.aread(work)
    return HTMLResponse(page, headers={"Content-Security-Policy": PAGE_POLICY, "X-Frame-Options": "SAMEORIGIN"})


async def try_mail(request: Request, staff: Staff) -> Response:
    """Sends one language's mail to the address of whoever asks for it."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    now, language = deps.clock.now(), str((await request.form()).get("language", ""))

    def work(session: Session) -> Mail:
        mailing = store.find_mailing(session, staff, mailing_id, *READS)
        if language not in mailing.subjects:
            raise NothingHere
        address = session.scalars(select(Account.email).where(Account.id == staff.account_id)).one()
        act = Act("mailing.tried", f"mailing:{mailing_id}", staff.account_id, mailing.office_id)
        record(session, act, now)
        return trial_of(session, mailing_id, Reader(staff.name, language, address), deps.telling.voice, now)

    outcome = await deps.telling.try_mail(await deps.database.shared(work))
    if not isinstance(outcome, Delivered):
        raise TrialRefused(said=getattr(outcome, "detail", type(outcome).__name__))
    return RedirectResponse(f"/console/mailings/{mailing_id}/review?tried={language}", 303)


async def audience(request: Request, staff: Staff) -> Response:
    """Everybody who would get it and who would not, with the reason; `?reason=` shows those of one reason."""
    deps, mailing_id, page = site_of(request).deps, int(request.path_params["mailing_id"]), page_number(request)
    now, reason = deps.clock.now(), request.query_params.get("reason", "")

    def work(session: Session) -> tuple[store.MailingRow, store.ProcessRow, Preview, list[Person]]:
        mailing, rules = store.find_mailing(session, staff, mailing_id), deps.telling.rules
        which = (reason, page * store.PAGE, store.PAGE + 1)
        rows = people_meant(session, mailing_id, now, rules, which)
        process = store.find_process(session, staff, mailing.process_id)
        return mailing, process, dry_run(session, mailing_id, now, rules), rows

    mailing, process, found, rows = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/audience.html",
        mailing=mailing,
        process=process,
        reasons=sorted({one.reason for one in found.counts if one.reason}),
        reason=reason,
        rows=rows[: store.PAGE],
        page=page,
        more=len(rows) > store.PAGE,
    )


def _load(session: Session, deps: WebDeps, staff: Staff, mailing_id: int, now: datetime) -> Review:
    mailing = store.find_mailing(session, staff, mailing_id, *READS)
    office, row = mailing.office_id, session.get_one(Mailing, mailing_id)
    planned = tuple(counts(session, mailing_id))
    preview = None if planned else dry_run(session, mailing_id, now, deps.telling.rules)
    author = session.get(Account, mailing.written_by) if mailing.written_by is not None else None
    languages = session.get_one(Process, mailing.process_id).languages
    occurrence = store.occurrence_of(session, mailing_id)
    return Review(
        mailing=mailing,
        revision=revision_of(session, row),
        process=store.find_process(session, staff, mailing.process_id),
        author=author.name if author is not None else "",
        needs_other=mailing.written_by == staff.account_id and not session.get_one(Office, office).one_person,
        may_release=staff.may(Permission.RELEASE_MAILINGS, office),
        may_write=staff.may(Permission.WRITE_MAILINGS, office),
        may_pause=staff.may(Permission.PAUSE_MAILINGS, office),
        sees_people=staff.may(Permission.SEE_PEOPLE, office),
        may_change=may_be_changed(session, row),
        due=occurrence.due_at if occurrence is not None else None,
        missed=occurrence is not None and occurrence.state in {"asked", "dropped"},
        preview=preview,
        ends=estimated_end(session, mailing_id, preview, deps.telling.rates) if preview and preview.people else None,
        counts=planned,
        languages=tuple(one for one in languages if one in mailing.subjects),
    )


def _name_of(session: Session, mailing: store.MailingRow, reference: str) -> str | None:
    """The name of the office's person with a reference; None when there is no such person."""
    found = session.scalars(
        select(Membership.name)
        .join(Participant, Participant.id == Membership.participant_id)
        .where(
            Membership.office_id == mailing.office_id,
            Membership.reference == reference,
            Membership.left_at.is_(None),
            Participant.erased_at.is_(None),
        )
    ).first()
    return found or (None if found is None else SOMEBODY)
