"""The pictures of a poll's options: looked at, sent, described and taken away, before the poll is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.file_contents import read_content
from core.i18n import LANGUAGE_NAMES, N_
from core.process.tables import Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.tables import FileContent
from notifications.ledger.drawing_back import draw_back, hold_mailings_of
from surveys.polls.checking import check
from surveys.polls.faults import PollFault
from surveys.polls.making import NOT_BEGUN
from surveys.polls.option_pictures import LARGEST_MB, MEGABYTE, NotPicture, change_pictures, take_picture, with_pictures
from surveys.polls.poll import Picture, Poll
from surveys.polls.staging import poll_for, poll_to_read
from web.console.errors import NothingHere
from web.console.page import console_page
from web.files import SAFE
from web.site import site_of

LONGEST_WORDS = 500
UploadedFile = tuple[str, bytes]  # its name and its contents
TOO_MANY_WORDS = N_("The words for the picture of the option {option} are at most {most} characters.")


@dataclass(frozen=True)
class Sheet:
    """The form with what stands in it: `pictures` and `words` by option, and what is wrong."""

    poll: Poll
    languages: Sequence[str]
    pictures: Mapping[str, Picture]
    words: Mapping[str, Mapping[str, str]]
    faults: Sequence[PollFault] = ()
    problems: Sequence[Problem] = ()

    @property
    def standing(self) -> set[str]:
        """The pictures that the poll has, by their digests; others are in the form alone."""
        return {one.picture.sha256 for one in self.poll.definition.options if one.picture is not None}


async def show(request: Request, staff: Staff) -> Response:
    poll_id = int(request.path_params["poll_id"])

    def work(session: Session) -> Sheet:
        poll = poll_for(session, staff, poll_id)
        pictures = {one.name: one.picture for one in poll.definition.options if one.picture is not None}
        words = {name: dict(one.words) for name, one in pictures.items()}
        return Sheet(poll, _languages(session, poll), pictures, words)

    return _page(request, staff, await site_of(request).deps.database.aread(work))


async def keep(request: Request, staff: Staff) -> Response:
    """With anything wrong the form comes back as it was sent, pictures too."""
    deps, poll_id = site_of(request).deps, int(request.path_params["poll_id"])
    now, form = deps.clock.now(), await request.form()
    sent = await _uploads(form)

    def work(session: Session) -> tuple[Sheet, bool]:
        sheet = _read(session, staff, poll_id, (form, sent))
        if sheet.faults or sheet.problems:
            return sheet, False
        office_id, mailings = sheet.poll.office_id, hold_mailings_of(session, poll_id)
        are_others = change_pictures(session, poll_id, sheet.pictures, now)
        record(session, Act("poll.changed", f"poll:{poll_id}", staff.account_id, office_id), now)
        return sheet, are_others and bool(draw_back(session, mailings, office_id, staff.account_id, now))

    sheet, drawn = await deps.database.awrite(work)
    if sheet.faults or sheet.problems:
        return _page(request, staff, sheet)
    return RedirectResponse(f"/console/polls/{poll_id}?done={'drawn-back' if drawn else 'changed'}", 303)


async def hand_out(request: Request, staff: Staff) -> Response:
    """The picture that an option has, of a draft too."""
    poll_id, name = int(request.path_params["poll_id"]), request.path_params["option"]

    def work(session: Session) -> tuple[str, bytes]:
        options = poll_to_read(session, staff, poll_id).definition.options
        found = next((one.picture for one in options if one.name == name and one.picture is not None), None)
        if found is None:
            raise NothingHere
        return found.media_type, read_content(session, found.sha256)

    media_type, content = await site_of(request).deps.database.aread(work)
    return Response(content, media_type=media_type, headers=SAFE)


def _read(session: Session, staff: Staff, poll_id: int, given: tuple[FormData, Mapping[str, UploadedFile]]) -> Sheet:
    form, sent = given
    poll = poll_for(session, staff, poll_id)
    languages = _languages(session, poll)
    pictures, words = dict[str, Picture](), dict[str, dict[str, str]]()
    faults, problems = list[PollFault](), list[Problem]()
    for option in poll.definition.options:
        name = option.name
        told = {code: " ".join(str(form.get(f"shows-{name}-{code}", "")).split()) for code in languages}
        words[name] = told
        if any(len(one) > LONGEST_WORDS for one in told.values()):
            faults.append(PollFault("options", TOO_MANY_WORDS, {"option": name, "most": str(LONGEST_WORDS)}))
        try:
            found = _picture(session, form, name, sent.get(name))
        except NotPicture as problem:
            problems.append(problem)
            found = None
        if found is not None:
            pictures[name] = Picture(found.sha256, found.media_type, {code: one for code, one in told.items() if one})
    faults += [one for one in check(with_pictures(poll.definition, pictures), languages) if one.about == "options"]
    return Sheet(poll, languages, pictures, words, faults, problems)


def _picture(session: Session, form: FormData, name: str, sent: UploadedFile | None) -> Picture | None:
    """What was just sent, else what the form carries on, unless it is taken away; raises NotPicture."""
    if sent is not None:
        return take_picture(session, *sent, {})
    if f"remove-{name}" in form:
        return None
    kept = str(form.get(f"kept-{name}", ""))[:64]
    known = session.scalar(select(FileContent.sha256).where(FileContent.sha256 == kept)) if kept else None
    return take_picture(session, name, read_content(session, known), {}) if known else None


async def _uploads(form: FormData) -> dict[str, UploadedFile]:
    """By the option's name; no more is read of a file than tells that it is too large."""
    found = {}
    for key, value in form.multi_items():
        if key.startswith("picture-") and isinstance(value, UploadFile) and value.filename:
            content = await value.read(LARGEST_MB * MEGABYTE + 1)
            found[key.removeprefix("picture-")] = (value.filename[:100], content)
    await form.close()
    return found


def _languages(session: Session, poll: Poll) -> list[str]:
    """Those of the process, and those in which the options are written."""
    process = session.get(Process, poll.process_id) if poll.process_id is not None else None
    written = [code for one in poll.definition.options for code in one.label]
    return list(dict.fromkeys([*(process.languages if process is not None else ()), *written]))


def _page(request: Request, staff: Staff, sheet: Sheet) -> Response:
    now = site_of(request).deps.clock.now()
    return console_page(
        request,
        staff,
        "console/option_pictures.html",
        status=422 if sheet.faults or sheet.problems else 200,
        sheet=sheet,
        poll=sheet.poll,
        begun=sheet.poll.state_at(now) not in NOT_BEGUN,
        limit=LARGEST_MB,
        language_names=LANGUAGE_NAMES,
    )
