"""Webhooks of the account's offices: for administrators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.ids import read_id
from core.process.tables import Office
from core.process.time_zone import HOME_ZONE
from core.staff.accounts import Staff
from core.staff.roles import Permission
from core.webhooks import calls, keeping
from core.webhooks.errors import WebhookUnknown
from core.webhooks.keeping import Actor, NewWebhook
from core.webhooks.kinds import CALL_STATE_NAMES, KIND_HINTS, KIND_NAMES, KINDS, WebhookState
from core.webhooks.signing import secret_of
from core.webhooks.tables import Webhook
from web.console.errors import ActUnknown, DayWrong, NothingHere
from web.console.page import console_page, page_number
from web.console.store import PAGE
from web.deps import WebDeps
from web.site import site_of

HERE = "/console/webhooks"
Act = Callable[[Session, Webhook, Actor, datetime], None]


@dataclass(frozen=True)
class WebhookView:
    """A webhook with its office's name and how many calls stand in which state."""

    webhook: Webhook
    office: str
    counts: dict[str, int]

    @property
    def kinds(self) -> list[str]:
        return self.webhook.kinds.split()

    @property
    def is_active(self) -> bool:
        return self.webhook.state == WebhookState.ACTIVE


async def list_all(request: Request, staff: Staff) -> Response:
    return await _list(request, staff)


async def add(request: Request, staff: Staff) -> Response:
    """Shows the secret, this once; with anything wrong the form comes back as it was sent."""
    deps, form = site_of(request).deps, await request.form()
    now, office_id = deps.clock.now(), _whole(str(form.get("office", "")))
    kinds = [str(one) for one in form.getlist("kind")]
    typed = {"url": str(form.get("url", "")), "kinds": kinds, "office": office_id}

    def work(session: Session) -> Webhook:
        if office_id not in _offices(staff):
            raise NothingHere
        new = NewWebhook(office_id, str(typed["url"]), kinds)
        return keeping.find_webhook(session, keeping.add_webhook(session, new, _actor(deps, staff), deps.ids, now))

    try:
        made = await deps.database.shared(work)
    except NothingHere:
        raise
    except Problem as problem:
        return await _list(request, staff, problem, typed)
    return await _one(request, staff, made.id, secret=secret_of(deps.links, made.id, made.nonce))


async def show(request: Request, staff: Staff) -> Response:
    return await _one(request, staff, int(request.path_params["webhook_id"]))


async def act(request: Request, staff: Staff) -> Response:
    """Pauses, resumes, removes or tests; raises ActUnknown."""
    deps, webhook_id, name = site_of(request).deps, int(request.path_params["webhook_id"]), request.path_params["act"]
    now = deps.clock.now()

    def test(session: Session, webhook: Webhook, actor: Actor, now: datetime) -> None:
        calls.add_test(session, webhook, actor, deps.ids, now)

    acts: dict[str, Act] = {"pause": keeping.pause, "resume": keeping.resume, "remove": keeping.remove, "test": test}
    if name not in acts:
        raise ActUnknown
    await deps.database.shared(
        lambda session: acts[name](session, _find(session, staff, webhook_id), _actor(deps, staff), now)
    )
    return RedirectResponse(HERE if name == "remove" else f"{HERE}/{webhook_id}", 303)


async def renew(request: Request, staff: Staff) -> Response:
    """Shows the new secret, this once."""
    deps, webhook_id = site_of(request).deps, int(request.path_params["webhook_id"])
    now = deps.clock.now()

    def work(session: Session) -> str:
        webhook = _find(session, staff, webhook_id)
        return keeping.renew_secret(session, webhook, _actor(deps, staff), deps.ids, now)

    nonce = await deps.database.shared(work)
    return await _one(request, staff, webhook_id, secret=secret_of(deps.links, webhook_id, nonce))


async def replay_one(request: Request, staff: Staff) -> Response:
    deps, webhook_id = site_of(request).deps, int(request.path_params["webhook_id"])
    call_id, now = int(request.path_params["call_id"]), deps.clock.now()
    await deps.database.shared(
        lambda session: calls.replay_call(session, _find(session, staff, webhook_id), call_id, _actor(deps, staff), now)
    )
    return RedirectResponse(f"{HERE}/{webhook_id}", 303)


async def replay_failed(request: Request, staff: Staff) -> Response:
    """All that were given up since the beginning of a day; raises DayWrong."""
    deps, webhook_id = site_of(request).deps, int(request.path_params["webhook_id"])
    now, told = deps.clock.now(), str((await request.form()).get("since", ""))
    try:
        since = datetime.combine(date.fromisoformat(told), time(), UTC)
    except ValueError as error:
        raise DayWrong from error

    def look(session: Session) -> list[list[int]]:
        return calls.given_up(session, _find(session, staff, webhook_id).id, since)

    def replay(session: Session, batch: list[int]) -> int:
        return calls.replay_failed(session, _find(session, staff, webhook_id), batch, _actor(deps, staff), now)

    for batch in await deps.database.aread(look):
        await deps.database.awrite(partial(replay, batch=batch))
    return RedirectResponse(f"{HERE}/{webhook_id}", 303)


async def _list(
    request: Request, staff: Staff, problem: Problem | None = None, typed: dict[str, Any] | None = None
) -> Response:
    offices = _offices(staff)

    def work(session: Session) -> tuple[list[WebhookView], dict[int, str]]:
        names = _names(session, offices)
        found = keeping.webhooks(session, offices)
        counted = keeping.counts(session, [one.id for one in found])
        return [WebhookView(one, names[one.office_id], counted[one.id]) for one in found], names

    shown, names = await site_of(request).deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/webhooks.html",
        status=problem.status if problem else 200,
        webhooks=shown,
        offices=names,
        kinds=[(one.value, KIND_NAMES[one.value], KIND_HINTS[one.value]) for one in KINDS],
        problem=problem,
        typed=typed or {"url": "", "kinds": [one.value for one in KINDS], "office": 0},
    )


async def _one(request: Request, staff: Staff, webhook_id: int, secret: str = "") -> Response:
    deps, page, asked = site_of(request).deps, page_number(request), request.query_params
    kind, state = asked.get("kind", ""), asked.get("state", "")
    only = (kind if kind in KIND_NAMES else "", state if state in CALL_STATE_NAMES else "")

    def work(session: Session) -> tuple[WebhookView, list[calls.CallRow]]:
        webhook = _find(session, staff, webhook_id)
        counted = keeping.counts(session, [webhook_id])[webhook_id]
        view = WebhookView(webhook, _names(session, [webhook.office_id])[webhook.office_id], counted)
        return view, calls.last_calls(session, webhook_id, PAGE, page, only)

    view, rows = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/webhook.html",
        view=view,
        here=f"{HERE}/{webhook_id}",
        secret=secret,
        only=only,
        call_kinds=tuple(KIND_NAMES),
        call_states=tuple(CALL_STATE_NAMES),
        query="".join(f"&{name}={value}" for name, value in zip(("kind", "state"), only, strict=True) if value),
        rows=rows[:PAGE],
        page=page,
        more=len(rows) > PAGE,
        kept_days=calls.KEPT.days,
        since=deps.clock.now().date().isoformat(),
        zone=HOME_ZONE,
    )


def _find(session: Session, staff: Staff, webhook_id: int) -> Webhook:
    """Raises NothingHere, for another office's webhook too."""
    try:
        found = keeping.find_webhook(session, webhook_id)
    except WebhookUnknown as unknown:
        raise NothingHere from unknown
    if not staff.may(Permission.MANAGE_WEBHOOKS, found.office_id):
        raise NothingHere
    return found


def _offices(staff: Staff) -> list[int]:
    """Raises NothingHere for who administers none."""
    offices = [office for office in staff.roles if staff.may(Permission.MANAGE_WEBHOOKS, office)]
    if not offices:
        raise NothingHere
    return offices


def _names(session: Session, offices: list[int]) -> dict[int, str]:
    found = select(Office.id, Office.name).where(Office.id.in_(offices)).order_by(Office.id)
    return {row.id: row.name for row in session.execute(found)}


def _actor(deps: WebDeps, staff: Staff) -> Actor:
    return Actor(staff.account_id, deps.webhook_private)


def _whole(text: str) -> int:
    return read_id(text) or 0
