"""Who stands behind a link of an e-mail, and where their response stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request

from core.errors import LinkForged
from core.links import Purpose
from core.people.errors import PersonErased
from surveys.engine.form import Form
from surveys.responses import store
from surveys.responses.errors import FormUnknown
from surveys.responses.rounds import OpenRound
from surveys.responses.service import Turn, find
from surveys.responses.shelf import FormShelf
from web.public.store import load_office, look_up_reader
from web.site import OfficeName, remember_reader, site_of


@dataclass(frozen=True)
class AnswerLink:
    """What an answering link says."""

    token: str
    participant_id: int
    round_id: int

    @property
    def path(self) -> str:
        return f"/q/{self.token}"

    @property
    def key(self) -> str:
        """The key under which this person's work is done in order."""
        return f"participant:{self.participant_id}"


@dataclass(frozen=True)
class Reader:
    """Whose page it is: known before it is known whether they may answer."""

    language: str
    office: OfficeName


@dataclass(frozen=True)
class Opening:
    """A round that was not begun yet."""

    round: OpenRound
    form: Form


def read_link(request: Request) -> AnswerLink:
    """Raises LinkForged, LinkExpired."""
    site = site_of(request)
    token = request.path_params["token"]
    numbers = site.deps.links.read(Purpose.ANSWER, token, site.deps.clock.now())
    if len(numbers) != 2:
        raise LinkForged
    return AnswerLink(token, *numbers)


async def know_reader(request: Request, link: AnswerLink) -> Reader:
    """Looks up the reader's language and office, for the page as for what goes wrong; raises PersonErased."""

    def work(session: Session) -> tuple[Reader, bool]:
        language, erased = look_up_reader(session, link.participant_id)
        office = load_office(session, store.load_round(session, link.round_id).office_id)
        return Reader(language, office), erased

    reader, erased = await site_of(request).deps.database.aread(work)
    remember_reader(request, reader.language, reader.office)
    if erased:
        raise PersonErased
    return reader


def stand(session: Session, shelf: FormShelf, link: AnswerLink, now: datetime) -> Turn | Opening:
    """The response, or what there is to begin; raises RoundNotOpen, RoundClosed, NotInvited, FormUnknown."""
    turn = find(session, shelf, link.participant_id, link.round_id, now)
    if turn is not None:
        return turn
    round_ = store.load_round(session, link.round_id)
    version = store.newest_form(session, round_.questionnaire_id)
    if version is None:
        raise FormUnknown
    return Opening(round_, shelf.get(session, version))
