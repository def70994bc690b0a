"""What all pages of the console share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from core.people.consent import PURPOSE_NAMES
from core.staff.accounts import Staff
from core.staff.roles import Permission
from notifications.content.foretold import PART_NAMES
from notifications.ledger.states import MAILING_STATE_NAMES
from notifications.planning.obstacles import CAUSE_NAMES, WHAT_TO_DO
from notifications.review.today import count_to_release
from notifications.words import CHANNELS, CONFLICTS, KINDS, REASONS, STATES, word
from web.console.form_tokens import form_token
from web.console.words import (
    ACTS,
    BUTTONS,
    CALLS,
    DOORS,
    EVENT_KINDS,
    EXCLUDED,
    FILES,
    MAILS,
    MOMENTS,
    NO_ANSWERS,
    REPLIES,
    RULES,
    UNITS,
    WEBHOOK_KINDS,
    WEBHOOKS,
    details,
    subject,
)
from web.site import site_of

WORDS = {
    "purpose": PURPOSE_NAMES,
    "state": STATES,
    "reason": REASONS,
    "channel": CHANNELS,
    "mailing_state": MAILING_STATE_NAMES,
    "kind": KINDS,
    "act": ACTS,
    "file": FILES,
    "mail": MAILS,
    "excluded": EXCLUDED,
    "rule": RULES,
    "button": BUTTONS,
    "moment": MOMENTS,
    "reply": REPLIES,
    "door": DOORS,
    "event_kind": EVENT_KINDS,
    "unit": UNITS,
    "conflict": CONFLICTS,
    "webhook": WEBHOOKS,
    "webhook_kind": WEBHOOK_KINDS,
    "call": CALLS,
    "no_answer": NO_ANSWERS,
}


class ConsolePage(Response):
    """Drawn while it is sent, once it is counted what waits for whoever reads it: in a thread, for pages alone."""

    def __init__(self, request: Request, staff: Staff, draw: Callable[[int], Response], status: int) -> None:
        super().__init__(status_code=status)
        self._request, self._staff, self._draw = request, staff, draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        deps = site_of(self._request).deps
        now = deps.clock.now()
        drawn = self._draw(await deps.database.aread(lambda session: count_to_release(session, self._staff, now)))
        self.body = drawn.body
        self.headers.update(drawn.headers)
        await super().__call__(scope, receive, send)


def console_page(request: Request, staff: Staff, template: str, status: int = 200, **values: Any) -> Response:
    """A page of the console for whoever is signed in."""

    def draw(to_release: int) -> Response:
        return site_of(request).page(
            request,
            template,
            status,
            staff=staff,
            form_token=form_token(request),
            to_release=to_release,
            sees_people=any(staff.may(Permission.SEE_PEOPLE, office) for office in staff.roles),
            sees_audit=any(staff.may(Permission.SEE_AUDIT, office) for office in staff.roles),
            writes_notes=any(staff.may(Permission.WRITE_TABLE_NOTES, office) for office in staff.roles),
            keeps_doors=any(staff.may(Permission.CHECK_IN, office) for office in staff.roles),
            shares_links=any(staff.may(Permission.SHARE_LINKS, office) for office in staff.roles),
            manages_events=any(staff.may(Permission.MANAGE_EVENTS, office) for office in staff.roles),
            manages_polls=any(staff.may(Permission.MANAGE_POLLS, office) for office in staff.roles),
            sees_webhooks=any(staff.may(Permission.MANAGE_WEBHOOKS, office) for office in staff.roles),
            has_staff_bot=bool(site_of(request).deps.staff_chat),
            words=WORDS,
            word=word,
            about=subject,
            details=details,
            causes=CAUSE_NAMES,
            what_to_do=WHAT_TO_DO,
            part_names=PART_NAMES,
            **values,
        )

    return ConsolePage(request, staff, draw, status)


def page_number(request: Request) -> int:
    """`?page=`, from 0; anything else is the first."""
    text = request.query_params.get("page", "0")
    return int(text) if text.isdecimal() and len(text) < 7 else 0
