"""A mailing before it leaves: to how many, who is left out and why, what they will read, when it ends."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.i18n import LANGUAGE_NAMES, translator
from core.staff.accounts import Staff
from core.staff.roles import Permission
from notifications.content.errors import ButtonWithoutPoll
from notifications.ledger.states import MailingState
from notifications.planning.outlook import PAST_NAMES
from notifications.planning.preview import Person, Preview, dry_run, people_meant
from notifications.review.offers import ASKED, DONE, LEAVE, OPENS
from notifications.review.review import Judging, Review, load_review
from surveys.polls.kinds import KIND_NAMES, SECRECY_NAMES, SECRECY_TOLD
from surveys.polls.limits import limits_in_words
from surveys.polls.outcome import rule_told
from web.console import store
from web.console.page import console_page, page_number
from web.console.sampling import Shown, asked_of, samples_for
from web.site import site_of

BECAME = {
    "release": MailingState.RELEASED,
    "pause": MailingState.PAUSED,
    "cancel": MailingState.CANCELLED,
    "missed": MailingState.RELEASED,
    "missing": MailingState.RELEASED,
}


async def review(request: Request, staff: Staff) -> Response:
    """`?person=` looks for somebody by name, reference or address, `?as=` shows the samples as that person reads them,
    `?channel=` those of one channel only; `?done=` says what was just done."""
    deps, mailing_id = site_of(request).deps, int(request.path_params["mailing_id"])
    now, telling, t = deps.clock.now(), deps.telling, translator(staff.language)
    judging = Judging(telling.rules, telling.voice, telling.rates)
    found = await deps.database.aread(lambda session: load_review(session, staff, mailing_id, judging, now))
    asked = asked_of(request, sees_people=found.sees_people)
    unwritten: ButtonWithoutPoll | None = None
    try:
        shown = await deps.database.aread(lambda session: samples_for(session, deps, found.mailing, asked, now))
    except ButtonWithoutPoll as problem:  # the poll was taken away
        shown, unwritten = Shown(asked, None, [], {}), problem
    return console_page(
        request,
        staff,
        "console/review.html",
        review=found,
        shown=shown,
        unwritten=unwritten,
        done=_done(request, found),
        words_done=DONE,
        asks_again={name: ASKED[name] for name in LEAVE} | ({"release": OPENS} if found.along is not None else {}),
        tried=request.query_params.get("tried", ""),
        can_try=deps.telling.can_try,
        language_names=LANGUAGE_NAMES,
        past=PAST_NAMES,
        poll=found.poll,
        names={"kind": KIND_NAMES, "secrecy": SECRECY_NAMES, "told": SECRECY_TOLD},
        limits=list(limits_in_words(found.poll.definition, t)) if found.poll else [],
        rule=rule_told(found.poll, t) if found.poll else (),
        sees_poll=staff.may(Permission.SEE_RESULTS, found.mailing.office_id),
        opens_later=bool(found.poll and found.poll.opens_at and found.poll.opens_at > now),
    )


def _done(request: Request, found: Review) -> str:
    """The act that was just done, while the mailing still stands as it left it; "" for none."""
    name = request.query_params.get("done", "")
    return name if BECAME.get(name) == found.mailing.state else ""


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
