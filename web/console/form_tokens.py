"""The hidden field that only our own pages' forms have, bound to the signed-in browser and its account."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from starlette.requests import Request

from core.errors import LinkExpired, LinkForged
from core.links import Purpose
from web.console.errors import FormForged
from web.deps import WebDeps
from web.site import site_of

TOKEN = "token"  # noqa: S105 - the name of a field


def cookie_name(deps: WebDeps) -> str:
    """The prefix binds the cookie to this host and to https (RFC 6265bis, 4.1.3.2)."""
    return "__Host-ascolto" if deps.secure else "ascolto"


def form_token(request: Request) -> str:
    """The hidden field of every form of the console; it names the account where the page is one for staff."""
    deps = site_of(request).deps
    account_id = getattr(request.state, "account_id", 0)
    return token_for(deps, request.cookies.get(cookie_name(deps), ""), account_id)


def token_for(deps: WebDeps, cookie: str, account_id: int) -> str:
    tomorrow = deps.machine.now() + timedelta(days=1)
    return deps.links.sign(Purpose.CONSOLE_CSRF, _number(cookie), account_id, expires=tomorrow)


def check_token(request: Request, given: str) -> None:
    """Raises FormForged for a form that this browser did not get from us."""
    deps = site_of(request).deps
    try:
        number, *_ = deps.links.read(Purpose.CONSOLE_CSRF, given, deps.machine.now())
    except (LinkForged, LinkExpired, ValueError) as error:
        raise FormForged from error
    if number != _number(request.cookies.get(cookie_name(deps), "")):
        raise FormForged


def account_of(request: Request, given: str) -> int:
    """The account whose page a form stood on, also after its session ended; 0 where that cannot be known."""
    deps = site_of(request).deps
    try:
        _, account_id = deps.links.read(Purpose.CONSOLE_CSRF, given, deps.machine.now())
    except (LinkForged, LinkExpired, ValueError):
        return 0
    return account_id


def _number(token: str) -> int:
    return int.from_bytes(sha256(token.encode()).digest()[:7])
