"""A person's preferences and data, behind the link that every message carries."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import IO

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from core.clock import local
from core.errors import LinkForged
from core.i18n import N_, translator
from core.ids import random_number
from core.links import Purpose, in_days
from core.people.channels import TELEGRAM
from core.people.consent import PURPOSE_NAMES, PURPOSES
from core.people.erasing import erase_person
from core.people.my_data import export_person
from core.people.preferences import PREFERRED
from core.people.store import remaining
from core.process.time_zone import HOME_ZONE
from surveys.engine.spoken_dates import read_date
from surveys.responses.my_data import export_files, has_files
from surveys.responses.my_data_page import my_data_page
from web.deps import WebDeps
from web.files import chunks
from web.public.calendars import subscription
from web.public.store import load_office
from web.public.wishes import Wishes, keep_wishes, load_wishes
from web.site import OfficeName, language_of, remember_reader, site_of

WRONG_DATE = N_("Please write a day after today, day before month, for example 31/12/2024.")
NO_CHAT = N_("Telegram cannot be chosen yet: your account is not connected. Please join in Telegram first.")
JOINING_DAYS = 7
UNTICKED = N_("Please tick the box first, so that nothing is erased by mistake.")


@dataclass(frozen=True)
class PreferencesLink:
    """What a preferences link says."""

    token: str
    participant_id: int
    office_id: int
    sent_files: bool = False  # whether there are files of theirs to download
    chat: str = ""  # where their Telegram account is joined, "" where it cannot be
    calendar: str = ""  # where a calendar finds their events

    @property
    def path(self) -> str:
        return f"/preferences/{self.token}"

    @property
    def key(self) -> str:
        return f"participant:{self.participant_id}"


async def show(request: Request) -> Response:
    link, wishes = await _open(request)
    return _page(request, link, wishes)


async def keep(request: Request) -> Response:
    """Keeps what the page posts; keeping it twice changes nothing."""
    site = site_of(request)
    link, before = await _open(request)
    data = await request.form()
    now = site.deps.clock.now()
    wanted, pause = _wanted(data, before, request.state.office.languages), str(data.get("until", "")).strip()
    if wanted.channel == TELEGRAM and not before.in_chat:
        return _page(request, link, wanted, {"channel-telegram": NO_CHAT})
    # A day that was typed asks for a pause, whatever is ticked above it.
    if data.get("pause") == "until" or pause not in ("", data.get("shown", "")):
        today = local(now, HOME_ZONE).date()
        day = read_date(pause[:40], before.language, today.isoformat())
        if not day or date.fromisoformat(day) <= today:
            return _page(request, link, wanted, {"until": WRONG_DATE}, pause)
        wanted = Wishes(wanted.language, wanted.channel, wanted.purposes, date.fromisoformat(day), wanted.in_chat)
    person = (link.participant_id, link.office_id)
    await site.deps.database.shared(lambda session: keep_wishes(session, person, wanted, now), key=link.key)
    return RedirectResponse(f"{link.path}?say=saved", 303)


async def download(request: Request) -> Response:
    """Everything that is known of the person, as a JSON file."""
    site = site_of(request)
    link, _ = await _open(request)
    known = await site.deps.database.aread(
        lambda session: export_person(session, remaining(session, link.participant_id), site.deps.personal.contributors)
    )
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    text = json.dumps(known, ensure_ascii=False, indent=2, default=str)
    return Response(text, headers=headers, media_type="application/json")


async def read_data(request: Request) -> Response:
    """The same as a page for people, in their language, as a file to keep."""
    site = site_of(request)
    link, _ = await _open(request)
    t, now = translator(language_of(request)), site.deps.clock.now()
    text = await site.deps.database.aread(
        lambda session: my_data_page(session, site.deps.shelf, remaining(session, link.participant_id), t, now)
    )
    return HTMLResponse(text, headers={"Content-Disposition": 'attachment; filename="my-data.html"'})


async def download_files(request: Request) -> Response:
    """The files that the person sent, as a ZIP."""
    site = site_of(request)
    link, _ = await _open(request)
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the last byte is sent

    def work(session: Session) -> None:
        export_files(session, link.participant_id, file)
        file.seek(0)

    try:
        await site.deps.database.aread(work)
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": 'attachment; filename="my-files.zip"'}
    return StreamingResponse(chunks(file), media_type="application/zip", headers=headers)


async def ask_to_erase(request: Request) -> Response:
    link, _ = await _open(request)
    return site_of(request).page(request, "public/erase.html", link=link, error="")


async def erase(request: Request) -> Response:
    """Erases the person once the box is ticked; afterwards the link leads nowhere."""
    site = site_of(request)
    link, _ = await _open(request)
    if (await request.form()).get("sure") != "yes":
        return site.page(request, "public/erase.html", 422, link=link, error=UNTICKED)
    now = site.deps.clock.now()
    await site.deps.database.shared(
        lambda session: erase_person(session, link.participant_id, site.deps.personal.erasers, now), key=link.key
    )
    return site.page(request, "public/erased.html")


async def _open(request: Request) -> tuple[PreferencesLink, Wishes]:
    """Reads the link and the wishes; raises LinkForged, LinkExpired, PersonErased."""
    site = site_of(request)
    token, now = request.path_params["token"], site.deps.clock.now()
    numbers = site.deps.links.read(Purpose.PREFERENCES, token, now)
    if len(numbers) != 2:
        raise LinkForged
    link = PreferencesLink(token, *numbers)

    def work(session: Session) -> tuple[OfficeName, Wishes, bool]:
        wishes = load_wishes(session, link.participant_id, link.office_id, now)
        files = has_files(session, link.participant_id)
        return load_office(session, link.office_id), wishes, files

    office, wishes, files = await site.deps.database.aread(work)
    remember_reader(request, wishes.language, office)
    chat = "" if wishes.in_chat else _chat(site.deps, link.participant_id)
    return replace(link, sent_files=files, chat=chat, calendar=subscription(site.deps, link.participant_id)), wishes


def _chat(deps: WebDeps, participant_id: int) -> str:
    """An address at which a person's Telegram account is joined; made anew on each page."""
    expires, numbers = in_days(deps.clock.now(), JOINING_DAYS), (participant_id, 0, random_number(deps.ids))
    return deps.urls.join_chat(deps.links.sign(Purpose.JOIN_CHAT, *numbers, expires=expires))


def _wanted(data: FormData, before: Wishes, offered: Collection[str]) -> Wishes:
    """What was chosen; what is none of the offers leaves things as they were."""
    language, channel = str(data.get("language", "")), str(data.get("channel", ""))
    ticked = {str(one) for one in data.getlist("purpose")}
    return Wishes(
        language if language in offered else before.language,
        channel if channel in PREFERRED else before.channel,
        frozenset(purpose for purpose in PURPOSES if purpose in ticked),
        before.paused_until if data.get("pause") == "keep" else None,
        before.in_chat,
    )


def _page(
    request: Request, link: PreferencesLink, wishes: Wishes, errors: Mapping[str, str] | None = None, pause: str = ""
) -> Response:
    """`errors` by the id of the field to put right."""
    return site_of(request).page(
        request,
        "public/preferences.html",
        422 if errors else 200,
        link=link,
        wishes=wishes,
        saved=request.query_params.get("say") == "saved",
        errors=errors or {},
        chat=link.chat,
        pause=pause,
        purposes=PURPOSE_NAMES,
        channels=PREFERRED,
        endless=date.max.year,
    )
