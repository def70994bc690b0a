"""A form carried through the sign-in of whoever wrote it: kept, shown to the same account, sent with a press.

Nothing is kept, and nothing that was kept is taken, unless the browser says that one of our own pages sent it
(Sec-Fetch-Site, Fetch Metadata 2.3): neither a seal nor a token tells who posts it. Browsers say it over https, and
over plain http to this very machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from core.i18n import LANGUAGE_NAMES, N_
from core.staff.accounts import Staff, whose_session
from web.console.form_tokens import TOKEN, account_of, token_for
from web.console.kept_form import FIELD, KeptForm, has_text, kept_of, seal_form, unseal_form
from web.site import remember_reader, site_of

HOME = "/console"
UNKNOWN, FILE, CHOICES = "unknown", "file", "choices"  # why a form was not kept
PARTS = {
    "polls": N_("Polls"), "events": N_("Events"), "mailings": N_("Mailings"), "mail": N_("Mail"),
    "processes": N_("Processes"), "rounds": N_("Questionnaires"), "contributions": N_("Contributions"),
}  # fmt: skip


@dataclass(frozen=True)
class SignIn:
    """What the sign-in page shows: where it leads, and the form that it keeps; `lost` says why it keeps none."""

    next: str
    email: str = ""
    kept: str = ""
    lost: str = ""
    ended: bool = False


async def carried(request: Request) -> SignIn:
    """The sign-in page's part for a form whose sender is not signed in; nothing else is done with the form."""
    deps, form = site_of(request).deps, await request.form()
    written, lost = _kept(request, form), ""
    if written is None:
        lost = CHOICES if not has_text(form) else FILE if _sender(request, form) else UNKNOWN
    await form.close()
    if written is None:
        return SignIn(_page_of(request), lost=lost)
    return SignIn(_page_of(request), kept=seal_form(deps.links, written, deps.machine.now()))


def carried_on(request: Request, form: FormData) -> tuple[str, KeptForm | None]:
    """What the sign-in page brought back, as it came and read; nothing where it is not ours or was not sent by us."""
    deps, sealed = site_of(request).deps, str(form.get(FIELD, ""))
    kept = unseal_form(deps.links, sealed, deps.machine.now()) if _is_from_here(request) else None
    return (sealed if kept else ""), kept


async def show_kept(request: Request, kept: KeptForm, token: str) -> Response:
    """What was written before signing in, for whoever wrote it; the fields are data like any other."""
    deps = site_of(request).deps
    now = deps.machine.now()
    staff = await deps.database.aread(lambda session: whose_session(session, token, now))
    assert staff is not None
    remember_reader(request, staff.language)
    return _send_again(request, staff, kept, token)


async def sent_anew(request: Request, staff: Staff, token: str) -> Response | None:
    """For a form of an earlier session of one who signed in anew, in another tab; None where it is to be refused."""
    form = await request.form()
    written = _kept(request, form)
    await form.close()  # files that came with it
    return _send_again(request, staff, written, token) if written else None


def _send_again(request: Request, staff: Staff, kept: KeptForm, token: str) -> Response:
    """Drops what another account wrote, and says so."""
    site = site_of(request)
    if kept.account_id != staff.account_id:
        return site.page(request, "console/not_sent.html", 403, staff=staff, home=HOME)
    values: dict[str, Any] = {"kept": kept, "staff": staff, "home": HOME, "language_names": LANGUAGE_NAMES}
    values["part"] = PARTS.get(kept.path.removeprefix(f"{HOME}/").partition("/")[0], "")
    values["form_token"] = token_for(site.deps, token, staff.account_id)
    return site.page(request, "console/send_again.html", **values)


def _kept(request: Request, form: FormData) -> KeptForm | None:
    account_id = _sender(request, form)
    return kept_of(_address(request), form, account_id) if account_id else None


def _sender(request: Request, form: FormData) -> int:
    """The account whose page of ours sent it; 0 where it is not sure that it was one of ours."""
    return account_of(request, str(form.get(TOKEN, ""))) if _is_from_here(request) else 0


def _is_from_here(request: Request) -> bool:
    return request.headers.get("sec-fetch-site", "") == "same-origin"


def _address(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _page_of(request: Request) -> str:
    """The page on which a form stood: the nearest one above the address to which it was sent."""
    path = request.url.path
    while path.startswith(f"{HOME}/"):
        asked = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
        if any(route.matches(dict(asked))[0] is Match.FULL for route in request.app.routes):
            return path
        path = path.rpartition("/")[0]
    return HOME
