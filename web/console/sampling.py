"""A mailing as a person reads it, by mail and in chat, and a test of it to one's own address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from core.ids import read_id
from core.people.channels import CHANNELS
from core.people.tables import Membership, Participant
from core.process.replies import MODES
from core.process.tables import Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from core.staff.tables import Account
from notifications.channels.contract import Delivered, Mail
from notifications.ledger.reach import reached
from notifications.planning.preview import meant_now
from notifications.rehearsal.trial import trial_mail
from notifications.sending.sample import Reader, Sample, page_of, sample_of
from web.console import store
from web.console.errors import NothingHere, TrialRefused
from web.console.people import search
from web.console.store import READS
from web.deps import WebDeps
from web.site import site_of

SOMEBODY = "Maria Rossi"
PAGE_POLICY = "; ".join(
    ("default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "frame-ancestors 'self'", "sandbox")
)


@dataclass(frozen=True)
class Asked:
    """As whom, and of which channel: `wanted` is what was written, `chosen` the number of somebody found.

    `mode` is how they take part in the mailing's event, "" for who has not said so.
    """

    wanted: str = ""
    chosen: int = 0
    channel: str = ""
    mode: str = ""


@dataclass(frozen=True)
class Seen:
    """Somebody of the office, what they read, and what they would get: a channel, or the reason why not."""

    participant_id: int
    name: str
    reference: str
    language: str
    channel: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Shown:
    """Samples by language; `person` as whom, or else those who were `found`."""

    asked: Asked
    person: Seen | None
    found: Sequence[Seen]
    samples: Mapping[str, Sample]

    @property
    def nobody(self) -> bool:
        return bool(self.asked.wanted) and self.person is None and not self.found

    def query(self, **others: object) -> str:
        """The address of the same page as somebody else, or of another channel."""
        asked = {"person": self.asked.wanted, "as": self.asked.chosen, "channel": self.asked.channel}
        asked |= {"mode": self.asked.mode} | others
        return urlencode({name: value for name, value in asked.items() if value})


def asked_of(request: Request, *, sees_people: bool) -> Asked:
    """Who may not see people looks as nobody in particular."""
    asked = request.query_params
    channel = asked.get("channel", "")
    wanted, number = (asked.get("person", "")[:100].strip(), asked.get("as", "")) if sees_people else ("", "")
    chosen = read_id(number) or 0
    mode = asked.get("mode", "")
    return Asked(wanted, chosen, channel if channel in CHANNELS else "", mode if mode in MODES else "")


def samples_for(session: Session, deps: WebDeps, mailing: store.MailingRow, asked: Asked, now: datetime) -> Shown:
    """As the one who was chosen or found alone, in their language; otherwise in all, as somebody who is invented."""
    found = _people(session, mailing, asked)
    person = found[0] if len(found) == 1 else None
    wanted = session.get_one(Process, mailing.process_id).languages
    languages = [one for one in wanted if one in mailing.subjects] + sorted(set(mailing.subjects) - set(wanted))
    if person is not None:
        person = _with_fate(session, deps, mailing, person, now)
        own = person.language if person.language in mailing.subjects else ""
        languages = [own] if own else languages
    name = (person.name if person else "") or SOMEBODY
    readers = {one: Reader(name, one, reply=asked.mode) for one in languages}
    samples = {one: sample_of(session, mailing.id, reader, deps.telling.voice) for one, reader in readers.items()}
    return Shown(asked, person, [] if person else found, samples)


async def sample_page(request: Request, staff: Staff) -> Response:
    """The mail's page alone, for a frame in which nothing acts."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    language = request.path_params["language"]

    def work(session: Session) -> str:
        mailing = store.find_mailing(session, staff, mailing_id, *READS)
        if language not in mailing.subjects:
            raise NothingHere
        asked = asked_of(request, sees_people=staff.may(Permission.SEE_PEOPLE, mailing.office_id))
        found = _people(session, mailing, asked)
        name = found[0].name if len(found) == 1 else ""
        return page_of(session, mailing_id, Reader(name or SOMEBODY, language, reply=asked.mode), deps.telling.voice)

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
        return trial_mail(session, mailing_id, Reader(staff.name, language, address), deps.telling.voice, now)

    outcome = await deps.telling.try_mail(await deps.database.shared(work))
    if not isinstance(outcome, Delivered):
        raise TrialRefused(said=getattr(outcome, "detail", type(outcome).__name__))
    return RedirectResponse(f"/console/mailings/{mailing_id}/review?tried={language}", 303)


def _people(session: Session, mailing: store.MailingRow, asked: Asked) -> list[Seen]:
    """Who was chosen, or those whom a text finds; whoever other offices know is nobody here."""
    if asked.chosen:
        statement = (
            select(Participant.id, Membership.name, Membership.reference)
            .join(Membership, Membership.participant_id == Participant.id)
            .where(Membership.office_id == mailing.office_id, Membership.left_at.is_(None))
            .where(Participant.id == asked.chosen, Participant.erased_at.is_(None))
        )
    else:
        statement = search(mailing.office_id, asked.wanted)
    rows = session.execute(statement.add_columns(Participant.language))
    return [Seen(row.id, row.name or "", row.reference or "", row.language) for row in rows]


def _with_fate(session: Session, deps: WebDeps, mailing: store.MailingRow, person: Seen, now: datetime) -> Seen:
    """By which channel somebody would get it, or why not; neither for who is not meant."""
    meant = meant_now(session, mailing.id, now, deps.telling.rules)
    if meant is None:
        return person
    each = reached(meant)
    one = session.execute(select(each.c.channel, each.c.reason).where(each.c.id == person.participant_id)).one_or_none()
    channel, reason = (one.channel, one.reason) if one is not None else ("", "not-meant")
    return Seen(person.participant_id, person.name, person.reference, person.language, channel, reason)
