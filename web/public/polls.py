"""A poll's page: personal by a signed link (`/p/`), or the room's by a short code (`/v/`). A look changes nothing.

In the room a browser is told from others by a cookie with a random token, of which a digest of this poll alone is kept.
That is no proof of a person: who clears it has another vote, which is why these are counted apart (docs/polls.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.database.reading import SharedReads
from core.errors import Problem
from core.file_contents import read_content
from core.i18n import N_, Translator, translator
from core.people.errors import PersonErased
from surveys.polls.ballot import in_words
from surveys.polls.casting import Stand, stand_of
from surveys.polls.errors import FiguresWithheld, NotAsked, PollClosed
from surveys.polls.figures import NOT_BY_FIRST_PLACES, Figures, is_decided_otherwise
from surveys.polls.glance import COUNTED, Glance
from surveys.polls.kinds import KIND_NAMES, USUAL_WORDS, Kind, State
from surveys.polls.order import order_for
from surveys.polls.outcome import Result, result_of, rule_told
from surveys.polls.poll import Poll
from surveys.polls.published import disclose, for_voters, words_for_voters
from surveys.polls.reading import Ballots, ballots_for_all
from surveys.polls.screens import is_published
from surveys.polls.secrecy import secrecy_told
from surveys.polls.store import find_by_code
from surveys.polls.voters import Voter
from web.assets import FOR_EVER
from web.errors import PageUnknown, TrapSprung
from web.files import SAFE
from web.live.stage import Shown, show_result
from web.public.ballot_form import filled_by, filled_with, preselected
from web.public.open_link import TRAP
from web.public.store import load_office, look_up_reader
from web.public.voting import COOKIE, SENT_BEFORE, count_posted, pressed
from web.site import OfficeName, Site, chosen_language, language_of, remember_reader, site_of

DAYS = 400  # longer than polls are open: the poll decides


@dataclass(frozen=True)
class Arrived:
    """Who has opened which poll; `forgets` where the browser has not brought the cookie that tells it from others."""

    stand: Stand
    voter: Voter
    order: tuple[str, ...]
    office: OfficeName
    told: str  # how the vote is treated
    language: str = ""
    published: bool = False  # the result, on a page for everybody
    forgets: bool = False
    result: Result | None = None
    ballots: Ballots | None = None  # None where they are not shown
    said: Shown | None = None  # of a poll of words, what everybody may read of them

    @property
    def poll(self) -> Poll:
        return self.stand.poll


class NotByCode(NotAsked):
    """`result` is the address of the published result, if there is one."""

    text = N_(
        "This poll is open only to those who were invited. If you were invited, use the link in your message. If you "
        "think you should have been, please write to the office."
    )

    def __init__(self, result: str) -> None:
        super().__init__()
        self.result = result


async def show(request: Request) -> Response:
    """A poll that is not for whoever opens it by its code leads on to its published result."""
    try:
        return _page(request, await _open(request))
    except NotByCode as refused:
        if not refused.result:
            raise
        return RedirectResponse(refused.result + (f"?{request.url.query}" if request.url.query else ""), 303)


async def act(request: Request) -> Response:
    """Counts the vote; what stands in the way is said on the page, with everything that was chosen."""
    deps, form = site_of(request).deps, await request.form()
    who = pressed(deps, request)
    try:
        return RedirectResponse(await count_posted(deps, who, request, form), 303)
    except TrapSprung:
        raise
    except Problem as problem:
        return _page(request, await _open(request), problem, form)


async def show_picture(request: Request) -> Response:
    """The picture of an option."""
    code, name = request.path_params["code"], request.path_params["option"]

    def work(session: Session) -> tuple[str, bytes]:
        options = find_by_code(session, code).definition.options
        found = next((one.picture for one in options if one.name == name and one.picture is not None), None)
        if found is None:
            raise PageUnknown
        return found.media_type, read_content(session, found.sha256)

    media_type, content = await site_of(request).deps.database.aread(work)
    return Response(content, media_type=media_type, headers={**SAFE, "Cache-Control": FOR_EVER})


def _page(request: Request, arrived: Arrived, problem: Problem | None = None, form: FormData | None = None) -> Response:
    site, poll, stand, ballots = site_of(request), arrived.poll, arrived.stand, arrived.ballots
    standing = _standing(site, arrived)
    state = poll.state_at(site.deps.clock.now())
    votes = state is State.OPEN and not (poll.is_secret and stand.has_voted)
    t, said = translator(language_of(request)), arrived.said
    least = site.deps.telling.rules.small_numbers
    wanted = preselected(poll, request.query_params) if "kept" not in request.query_params else ""
    response = site.page(
        request,
        "public/poll.html",
        status=problem.status if problem else 200,
        poll=poll,
        rules=poll.rules,
        stand=stand,
        state=state.value,
        votes=votes,
        order=arrived.order,
        pictures={one.name: one.picture for one in poll.definition.options if one.picture is not None},
        filled=filled_by(poll, form) if form is not None else filled_with(poll, wanted or stand.ballot),
        wanted=in_words(poll, wanted, t) if form is None else "",
        counts=in_words(poll, stand.ballot, t) if wanted != stand.ballot and form is None else "",
        words_most=poll.rules.most or USUAL_WORDS,
        secrecy=arrived.told,
        rule=rule_told(poll, t),
        kinds=KIND_NAMES,
        standing=standing,
        result_told=_result_told(site, arrived, standing, t),
        figures=_figures(site, arrived, standing),
        said=said,
        withheld=FiguresWithheld(least=least).say(t) if said is not None and said.hides and not said.clouds else "",
        hint=t(NOT_BY_FIRST_PLACES) if is_decided_otherwise(poll) else "",
        counted=COUNTED.get(poll.kind, ""),
        waiting=ballots.waiting if ballots is not None else 0,
        problem=problem,
        published=arrived.published,
        late=isinstance(problem, PollClosed),
        thanks=stand.has_voted and problem is None and "kept" in request.query_params,
        sent_before=request.query_params.get("kept") == SENT_BEFORE,
        key=site.deps.ids.token(),
        trap=TRAP if arrived.voter.participant_id is None else "",
    )
    if arrived.forgets:
        response.set_cookie(
            COOKIE, arrived.voter.browser, max_age=DAYS * 86_400, path="/v", httponly=True, samesite="lax",
            secure=site.deps.secure,
        )  # fmt: skip
    return response


def _standing(site: Site, arrived: Arrived) -> Glance | None:
    if arrived.ballots is None:
        return None
    return for_voters(arrived.poll, arrived.ballots, site.deps.telling.rules.small_numbers)


def _result_told(site: Site, arrived: Arrived, standing: Glance | None, t: Translator) -> Sequence[str]:
    if standing is None or arrived.result is None:
        return ()
    return words_for_voters(arrived.poll, standing, arrived.result, t, site.deps.telling.rules.small_numbers)


def _figures(site: Site, arrived: Arrived, standing: Glance | None) -> Figures | None:
    if standing is None or arrived.result is None:
        return None
    return disclose(arrived.poll, standing, [arrived.result.everybody], site.deps.telling.rules.small_numbers).figures


async def _open(request: Request) -> Arrived:
    """Raises LinkForged, LinkExpired, PersonErased, PollUnknown, NotAsked."""
    deps = site_of(request).deps
    poll, voter = pressed(deps, request)

    def work(session: Session) -> Arrived:
        return (
            _by_link(session, request, poll, voter)
            if isinstance(poll, int)
            else _by_code(session, request, poll, voter)
        )

    arrived = await deps.database.aread(work)
    remember_reader(request, arrived.language, arrived.office)
    if not arrived.poll.shows_result(deps.clock.now(), has_voted=arrived.stand.has_voted):
        return arrived
    reads: SharedReads = request.app.state.reads
    shown = replace(arrived, ballots=await ballots_for_all(reads, arrived.poll))
    if arrived.poll.kind is not Kind.TEXT:
        return shown
    return replace(shown, said=await _said(request, reads, arrived.poll))


async def _said(request: Request, reads: SharedReads, poll: Poll) -> Shown:
    """Answers in words as the hall's screen and the published result show them, read once for all who ask for them."""
    site, t = site_of(request), translator(language_of(request))
    key = ("words", poll.id, poll.settled_at, t.language)
    return await reads.read(key, lambda session: show_result(session, site, poll, t))


def _by_link(session: Session, request: Request, poll_id: int, voter: Voter) -> Arrived:
    language, erased = look_up_reader(session, voter.participant_id or 0)
    if erased:
        raise PersonErased
    deps = site_of(request).deps
    return _look(session, request, stand_of(session, deps.links, poll_id, voter, deps.clock.now()), (voter, language))


def _by_code(session: Session, request: Request, code: str, voter: Voter) -> Arrived:
    deps = site_of(request).deps
    known = voter if voter.browser else Voter(browser=deps.ids.token())
    poll, now = find_by_code(session, code), deps.clock.now()
    try:
        stand = stand_of(session, deps.links, poll.id, known, now)
    except NotAsked as refused:
        raise NotByCode(f"/v/{poll.code}/result" if is_published(session, poll, now) else "") from refused
    return replace(_look(session, request, stand, (known, "")), forgets=not voter.browser)


def _look(session: Session, request: Request, stand: Stand, who: tuple[Voter, str]) -> Arrived:
    """`who` are the voter and their language, "" where it is not known; the outcome is told once it is kept."""
    (voter, language), poll, deps = who, stand.poll, site_of(request).deps
    now = deps.clock.now()
    order = order_for(poll, stand.standing.key, deps.links)
    office = load_office(session, poll.office_id)
    t = translator(chosen_language(request) or language or language_of(request))
    result = result_of(session, poll, t, now) if poll.settled_at is not None else None
    told = secrecy_told(session, poll, voter)
    return Arrived(stand, voter, order, office, told, language, is_published(session, poll, now), result=result)
