"""Answers that staff enter for somebody: on the phone, from paper. The same pages, marked and in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.ids import random_number
from core.people.store import membership
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from surveys.engine.events import (
    AnswerAccepted,
    AnswerCleared,
    InstanceAdded,
    InstanceRemoved,
    ResponseCompleted,
    ResponseReopened,
)
from surveys.responses import service
from surveys.responses.rounds import OpenRound, SubjectKind
from surveys.responses.service import Moment, Turn
from surveys.responses.shelf import FormShelf
from web.console import store
from web.console.errors import NothingHere
from web.console.form_tokens import check_token, form_token
from web.console.page import console_page
from web.console.people import Person, find_people
from web.public import answering, uploads
from web.public.entry import Entrance
from web.public.reading import Post
from web.public.store import look_up_reader
from web.site import site_of

CHANGES = (AnswerAccepted, AnswerCleared, InstanceAdded, InstanceRemoved, ResponseReopened)


@dataclass(frozen=True)
class OnBehalf(Entrance):
    """A signed-in member of staff who fills in for a person, or (in an open round) for nobody that is known.

    `subject` is the participant's id, or the number of a response where the round is `open`.
    """

    staff: Staff
    office_id: int
    round_id: int
    open: bool
    subject: int
    on_behalf_of: str
    form_token: str
    door = "staff"
    participant_id = None

    @property
    def list_path(self) -> str:
        return f"/console/rounds/{self.round_id}/on-behalf"

    @property
    def path(self) -> str:
        return f"{self.list_path}/{self.subject}"

    @property
    def key(self) -> str:
        return f"{'open' if self.open else 'participant'}:{self.subject}"

    def admit(self, request: Request, post: Post) -> None:
        check_token(request, post.text("token"))

    def find(self, session: Session, shelf: FormShelf, now: datetime) -> Turn | None:
        if self.open:
            return service.find_link(session, shelf, str(self.subject), self.round_id, now)
        return service.find(session, shelf, self.subject, self.round_id, now)

    def begin(self, session: Session, shelf: FormShelf, moment: Moment) -> Turn:
        if self.open:
            turn = service.begin_link(session, shelf, str(self.subject), self.round_id, moment)
        else:
            turn = service.begin(session, shelf, self.subject, self.round_id, moment)
        if turn.events:  # none where somebody had begun already
            self._note(session, "answers.begun", turn, moment.now)
        return turn

    def took(self, session: Session, turn: Turn, now: datetime) -> None:
        if any(isinstance(event, ResponseCompleted) for event in turn.events):
            self._note(session, "answers.sent", turn, now)
        elif any(isinstance(event, CHANGES) for event in turn.events):
            self._note(session, "answers.changed", turn, now)

    def reader(self, session: Session) -> tuple[str, bool]:
        """Nobody's language: the response keeps the one that staff choose on its pages."""
        return "", False if self.open else look_up_reader(session, self.subject)[1]

    def _note(self, session: Session, act: str, turn: Turn, now: datetime) -> None:
        about = f"response:{turn.response_id}"
        record(session, Act(act, about, self.staff.account_id, self.office_id), now)


async def choose(request: Request, staff: Staff) -> Response:
    """For whom: a search among those the round asks; in an open round, a new sheet."""
    deps = site_of(request).deps
    round_id, now, wanted = int(request.path_params["round_id"]), deps.clock.now(), request.query_params.get("find", "")

    def work(session: Session) -> tuple[OpenRound, list[Person]]:
        found = _round(session, staff, round_id)
        return found, find_people(session, deps.shelf, found, (wanted, now))

    round_, people = await deps.database.aread(work)
    anonymous = round_.subject_kind is SubjectKind.LINK
    values: dict[str, Any] = {"round": round_, "people": people, "find": wanted, "anonymous": anonymous}
    return console_page(request, staff, "console/on_behalf.html", **values)


async def new_sheet(request: Request, staff: Staff) -> Response:
    """A number for a response of somebody who is not known; nothing is begun yet."""
    deps = site_of(request).deps
    round_id = int(request.path_params["round_id"])
    round_ = await deps.database.aread(lambda session: _round(session, staff, round_id))
    if round_.subject_kind is not SubjectKind.LINK:
        raise NothingHere
    return RedirectResponse(f"/console/rounds/{round_.id}/on-behalf/{random_number(deps.ids)}", 303)


async def show(request: Request, staff: Staff) -> Response:
    return await answering.show_to(request, await _enter(request, staff))


async def act(request: Request, staff: Staff) -> Response:
    return await answering.act_for(request, await _enter(request, staff))


async def show_file(request: Request, staff: Staff) -> Response:
    return await uploads.show_to(request, await _enter(request, staff))


async def _enter(request: Request, staff: Staff) -> OnBehalf:
    """Raises NothingHere, NotAllowed."""
    round_id, subject = int(request.path_params["round_id"]), int(request.path_params["subject"])

    def work(session: Session) -> tuple[OpenRound, str]:
        found = _round(session, staff, round_id)
        if found.subject_kind is SubjectKind.LINK:
            return found, ""
        known = membership(session, found.office_id, subject)
        if known is None:
            raise NothingHere
        return found, known.name or known.reference or str(subject)

    round_, name = await site_of(request).deps.database.aread(work)
    of_nobody = round_.subject_kind is SubjectKind.LINK
    name = f"#{str(subject)[-6:]}" if of_nobody else name  # enough to tell sheets of paper apart
    return OnBehalf(staff, round_.office_id, round_.id, of_nobody, subject, name, form_token(request))


def _round(session: Session, staff: Staff, round_id: int) -> OpenRound:
    found = store.find_round(session, staff, round_id)
    staff.need(Permission.ENTER_ANSWERS, found.office_id)
    return found
