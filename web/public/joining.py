"""Joining an office by oneself: what one asks for, and that a mail will follow, whoever it is.

Nothing is looked up about the address here, so that no page tells who is known already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import LANGUAGES, N_
from core.inbound import first_time
from core.people.addresses import normal_email
from core.people.consent import PURPOSE_NAMES, PURPOSES
from core.people.errors import ConsentTextChanged, EmailWrong
from core.people.join_requests import LASTS, Wanted, ask_to_join, key_of
from core.people.mailboxes import MOST_A_DAY
from core.people.open_offices import OpenOffice, find_open_office
from core.people.self_joined import LONGEST_NAME, safe_tag, tidy_name
from web.errors import TrapSprung
from web.public.open_link import TRAP
from web.public.store import load_municipalities, load_office
from web.site import OfficeName, chosen_language, language_of, remember_reader, site_of

NO_EMAIL = N_("Please write your e-mail address.")
NO_PURPOSE = N_("Please tick at least one thing that we may write to you about.")
LONGEST_TYPED = 320


@dataclass(frozen=True)
class Typed:
    """What the page's form holds; `municipality` is a short name."""

    email: str = ""
    name: str = ""
    language: str = ""
    municipality: str = ""
    purposes: tuple[str, ...] = ()
    version: str = ""
    tag: str = ""
    key: str = ""


@dataclass(frozen=True)
class JoinPage:
    """What an office's page shows: municipalities by short name, with their ids and names."""

    office: OpenOffice
    municipalities: Mapping[str, tuple[int, str]] = field(default_factory=dict)


async def show(request: Request) -> Response:
    """The form; `?from=` says where somebody came from."""
    page = await _open(request)
    tag = safe_tag(request.query_params.get("from", ""))
    return _show(request, page, Typed(language=_offered(request, language_of(request)), tag=tag))


async def ask(request: Request) -> Response:
    """Takes the request in and says the same to everybody: a mail is on its way."""
    site, page = site_of(request), await _open(request)
    async with request.form() as data:
        if _text(data, TRAP):
            raise TrapSprung
        typed = _typed(data, _offered(request, _text(data, "language"), language_of(request)))
    faults = _faults(typed, page)
    if faults:
        return _show(request, page, typed, faults)
    wanted = _wanted(typed, page)
    now = site.deps.clock.now()

    def work(session: Session) -> None:
        if not typed.key or first_time(session, "web", f"join:{typed.key}", now):
            ask_to_join(session, page.office, wanted, site.deps.ids, now)

    await site.deps.database.shared(work, key=key_of(wanted.email))
    return RedirectResponse(_path(request, f"/join/{page.office.slug}/sent"), 303)


async def show_sent(request: Request) -> Response:
    """What comes next; the same for everybody, and whatever was asked for."""
    page = await _open(request)
    again = _path(request, f"/join/{page.office.slug}")
    return site_of(request).page(request, "public/join_sent.html", again=again, days=LASTS.days, most=MOST_A_DAY)


async def _open(request: Request) -> JoinPage:
    """Raises JoiningClosed."""

    def work(session: Session) -> tuple[JoinPage, OfficeName]:
        office = find_open_office(session, request.path_params["office"])
        return JoinPage(office, load_municipalities(session, office.id)), load_office(session, office.id)

    page, name = await site_of(request).deps.database.aread(work)
    remember_reader(request, "", name)
    return page


def _offered(request: Request, *wanted: str) -> str:
    """The first of the wanted languages that the office speaks, else its own first."""
    offered: tuple[str, ...] = request.state.office.languages
    return next(one for one in (*wanted, *offered) if one in offered)


def _typed(data: FormData, language: str) -> Typed:
    ticked = {one for one in data.getlist("purpose") if isinstance(one, str)}
    return Typed(
        email=_text(data, "email"),
        name=tidy_name(_text(data, "name"))[:LONGEST_NAME],
        language=language,
        municipality=_text(data, "municipality"),
        purposes=tuple(one for one in PURPOSES if one in ticked),
        version=_text(data, "version"),
        tag=safe_tag(_text(data, "from")),
        key=_text(data, "key")[:64],
    )


def _faults(typed: Typed, page: JoinPage) -> dict[str, Problem | str]:
    """What is wrong, by the field to put right."""
    faults: dict[str, Problem | str] = {}
    if not typed.email:
        faults["email"] = NO_EMAIL
    else:
        try:
            normal_email(typed.email)
        except EmailWrong as wrong:
            faults["email"] = wrong
    if not typed.purposes:
        faults[f"purpose-{PURPOSES[0]}"] = NO_PURPOSE
    if typed.version not in {page.office.version_in(language) for language in LANGUAGES}:
        faults["agreement"] = ConsentTextChanged()
    return faults


def _wanted(typed: Typed, page: JoinPage) -> Wanted:
    place, _ = page.municipalities.get(typed.municipality, (None, ""))
    return Wanted(
        email=normal_email(typed.email),
        language=typed.language,
        purposes=typed.purposes,
        text_version=typed.version,
        name=typed.name,
        municipality_id=place,
        source=f"page:{typed.tag}" if typed.tag else "page",
    )


def _show(
    request: Request, page: JoinPage, typed: Typed, faults: Mapping[str, Problem | str] | None = None
) -> Response:
    site, language = site_of(request), language_of(request)
    return site.page(
        request,
        "public/join.html",
        422 if faults else 200,
        page=page,
        typed=replace(typed, key=site.deps.ids.token(), version=page.office.version_in(language)),
        text=page.office.text_in(language),
        text_language=page.office.other_language(language),
        faults=faults or {},
        purposes=PURPOSE_NAMES,
        trap=TRAP,
        chat=site.deps.urls.join_chat(page.office.start_from(typed.tag)) if page.office.start else "",
        action=_path(request, request.url.path),
        kept_query=f"&from={typed.tag}" if typed.tag else "",
    )


def _path(request: Request, path: str) -> str:
    """A path that keeps the language chosen in the address."""
    chosen = chosen_language(request)
    return f"{path}?lang={chosen}" if chosen else path


def _text(data: FormData, name: str) -> str:
    """One field on one line, without characters that nobody sees."""
    value = data.get(name, "")
    shown = "".join(one for one in value if one.isprintable()) if isinstance(value, str) else ""
    return shown.strip()[:LONGEST_TYPED]
