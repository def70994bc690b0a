"""The ways in to a response's pages: who answers, for whom, and where the pages stand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request

from core.errors import LinkForged
from core.links import Purpose
from core.people.errors import PersonErased
from surveys.engine.form import Form
from surveys.responses import service, store
from surveys.responses.errors import FormUnknown
from surveys.responses.rounds import OpenRound
from surveys.responses.service import Moment, Turn
from surveys.responses.shelf import FormShelf
from web.public.reading import Post
from web.public.store import choose_language, load_office, look_up_reader
from web.site import OfficeName, remember_reader, site_of


class Entrance(ABC):
    """A way in to the pages of a response.

    `door` is what an answer is marked with; `participant_id` who may go on in the chat, None where
    nobody is known; `on_behalf_of` for whom somebody else fills it in, "" where people do so themselves;
    `form_token` what its forms carry in a field of that name; `in_app` whether Telegram shows the pages;
    `leave_path` where a device is given to somebody else, "" where the pages are one person's own.
    """

    round_id: int
    participant_id: int | None
    door: str = "web"
    on_behalf_of: str
    form_token: str
    in_app = False
    leave_path = ""

    @property
    @abstractmethod
    def path(self) -> str:
        """Where the pages stand."""

    @property
    @abstractmethod
    def key(self) -> str:
        """What is done under the same key is done in order."""

    @abstractmethod
    def find(self, session: Session, shelf: FormShelf, now: datetime) -> Turn | None:
        """The response if it was begun; raises what stands between them and it."""

    @abstractmethod
    def begin(self, session: Session, shelf: FormShelf, moment: Moment) -> Turn:
        """The response, begun if it was not; raises what stands between them and it."""

    def admit(self, request: Request, post: Post) -> None:
        """Looks at what was posted before anything is done with it; raises a Problem."""
        return

    def took(self, session: Session, turn: Turn, now: datetime) -> None:
        """Notes what was done through it, in the same transaction."""
        return

    def reader(self, session: Session) -> tuple[str, bool]:
        """The reader's language, "" where it is not known, and whether they were erased."""
        return "", False

    def keep_language(self, session: Session, language: str) -> None:
        """Keeps a language that was chosen on a page for the reader."""
        return


@dataclass(frozen=True)
class AnswerLink(Entrance):
    """A person's own link, as mails carry it."""

    token: str
    participant_id: int
    round_id: int
    on_behalf_of = form_token = ""

    @property
    def path(self) -> str:
        return f"/q/{self.token}"

    @property
    def key(self) -> str:
        return f"participant:{self.participant_id}"

    def find(self, session: Session, shelf: FormShelf, now: datetime) -> Turn | None:
        return service.find(session, shelf, self.participant_id, self.round_id, now)

    def begin(self, session: Session, shelf: FormShelf, moment: Moment) -> Turn:
        return service.begin(session, shelf, self.participant_id, self.round_id, moment)

    def reader(self, session: Session) -> tuple[str, bool]:
        return look_up_reader(session, self.participant_id)

    def keep_language(self, session: Session, language: str) -> None:
        choose_language(session, self.participant_id, language)


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


async def know_reader(request: Request, entrance: Entrance) -> str:
    """Looks up the reader's language and office, for the page as for what goes wrong; raises PersonErased."""

    def work(session: Session) -> tuple[str, bool, OfficeName]:
        office = load_office(session, store.load_round(session, entrance.round_id).office_id)
        return *entrance.reader(session), office

    language, erased, office = await site_of(request).deps.database.aread(work)
    remember_reader(request, language or getattr(request.state, "language", ""), office)
    if erased:
        raise PersonErased
    return language


def stand(session: Session, shelf: FormShelf, entrance: Entrance, now: datetime) -> Turn | Opening:
    """The response, or what there is to begin.

    Raises RoundNotOpen, RoundClosed, RoundFull, NotInvited, FormUnknown.
    """
    turn = entrance.find(session, shelf, now)
    if turn is not None:
        return turn
    round_ = store.load_round(session, entrance.round_id)
    version = store.newest_form(session, round_.questionnaire_id)
    if version is None:
        raise FormUnknown
    return Opening(round_, shelf.get(session, version))
