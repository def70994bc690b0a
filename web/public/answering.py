"""The questionnaire as pages: one question or group a page, saved at every step.

GET shows and changes nothing. Every POST is answered by a redirect to what comes next, except
where an answer was not kept: then the same page comes back (422) with what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from surveys.engine.events import AnswerRefused, Fault
from surveys.engine.inputs import (
    Add,
    ChangeLanguage,
    Fill,
    GoThrough,
    GoTo,
    Input,
    Pause,
    Remove,
    Reopen,
    Resume,
    Review,
    Submit,
)
from surveys.engine.session import Stage
from surveys.engine.show import find as find_question
from surveys.engine.show import find_instance
from surveys.responses.attachment_store import Arrival, drop_unnamed
from surveys.responses.service import Moment, Turn, answer, in_language
from surveys.responses.service import Request as Given
from surveys.responses.shelf import FormShelf
from web.errors import PostIncomplete
from web.public import reading
from web.public.entry import Entrance, Opening, know_reader, read_link, stand
from web.public.reading import Post, read_post
from web.public.showing import NOTICES, Look, page_code, show_opening, show_stopped, show_turn
from web.public.uploads import Kept, Uploads, keep_files, received
from web.site import chosen_language, language_of, site_of

PLAIN: dict[str, Input] = {
    "review": Review(), "submit": Submit(), "pause": Pause(), "resume": Resume(), "reopen": Reopen(),
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a post led to: the response after it, and the session it met."""

    turn: Turn
    refused: tuple[AnswerRefused, ...] = ()
    unfit: Mapping[str, Problem] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """A post with its files, and when it came."""

    post: Post
    uploads: Uploads
    now: datetime


async def show(request: Request) -> Response:
    """A person's own pages."""
    return await show_to(request, read_link(request))


async def act(request: Request) -> Response:
    """What a person's own pages post."""
    return await act_for(request, read_link(request))


async def show_to(request: Request, link: Entrance) -> Response:
    """The open page, that of question `?at=NUMBER`, the review, the end, or where to begin."""
    site = site_of(request)
    language = await know_reader(request, link)
    now = site.deps.clock.now()
    found = await site.deps.database.aread(lambda session: stand(session, site.deps.shelf, link, now))
    if isinstance(found, Opening):
        return show_opening(request, link, found)
    found = in_language(found, language)
    if request.query_params.get("show") == "stopped":
        return show_stopped(request, link, found)
    question = find_question(found.form, found.session, request.query_params.get("at", ""))
    notice = request.query_params.get("say", "")
    return show_turn(request, link, found, Look(question.ref if question else None, notice))


async def act_for(request: Request, link: Entrance) -> Response:
    """Takes what a page posts; a page posted twice counts once."""
    site = site_of(request)
    await know_reader(request, link)
    async with received(request, site.deps.attachment_limit_mb) as (data, uploads):
        return await _take_in(request, link, read_post(data), uploads)


async def _take_in(request: Request, link: Entrance, post: Post, uploads: Uploads) -> Response:
    site = site_of(request)
    now = site.deps.clock.now()
    link.admit(request, post)
    if post.do == "begin":
        moment = Moment(now, link.door, language_of(request), post.prefill)
        chosen = chosen_language(request)
        turn = await site.deps.database.shared(
            lambda session: _begin(session, site.deps.shelf, link, (moment, chosen)), key=link.key
        )
        return _on_to(link, turn)
    if post.version is None:
        raise PostIncomplete
    outcome = await site.deps.database.shared(
        lambda session: _take(session, site.deps.shelf, link, Sent(post, uploads, now)), key=link.key
    )
    return _answer(request, link, post, outcome) if outcome else RedirectResponse(link.path, 303)


def _begin(session: Session, shelf: FormShelf, link: Entrance, given: tuple[Moment, str]) -> Turn:
    moment, chosen = given
    link.keep_language(session, chosen)
    return link.begin(session, shelf, moment)


def _take(session: Session, shelf: FormShelf, link: Entrance, sent: Sent) -> Outcome | None:
    """One post in one transaction; None where nothing was begun."""
    post, now = sent.post, sent.now
    found = stand(session, shelf, link, now)
    if isinstance(found, Opening):
        return None
    revision = post.revision if post.do == "submit" else None  # what else is posted names what it is about
    if post.do == "language":
        link.keep_language(session, post.argument[:2])
    language, _ = link.reader(session)
    asked = input_of(found, post)
    given = Given(found.response_id, asked, link.door, f"q:{post.key}", revision, language, post.version)
    arrival = Arrival(found.response_id, now, link.door)
    kept = keep_files(session, found, post, (sent.uploads, arrival)) if post.do == "save" else Kept()
    if isinstance(given.input, Fill):
        given = replace(given, input=Fill({**given.input.values, **kept.values}))
    turn = answer(session, shelf, given, now)
    link.took(session, turn, now)
    if sent.uploads.files:
        drop_unnamed(session, turn.response_id, turn.session.values)  # of what was refused, or sent twice
    refused = tuple(event for event in turn.events if isinstance(event, AnswerRefused))
    return Outcome(turn, refused, kept.unfit)


def input_of(turn: Turn, post: Post) -> Input:
    """What a post means for the engine; raises PostIncomplete."""
    match post.do:
        case "save":
            return Fill(reading.values(turn.form, post, turn.session, turn.now))
        case "skip":
            return Fill({question.ref: "" for _, question in reading.questions_of(turn.form, post, turn.session)})
        case "edit" | "back" | "add":
            question = find_question(turn.form, turn.session, post.argument)
            ref = question.ref if question else ""
            return Add(ref) if post.do == "add" else GoTo(ref)
        case "through" | "remove":
            instance = find_instance(turn.form, turn.session, post.argument)
            return Remove(instance) if post.do == "remove" else GoThrough(instance)
        case "language":
            return ChangeLanguage(post.argument)
        case known if known in PLAIN:
            return PLAIN[known]
    raise PostIncomplete


def _answer(request: Request, link: Entrance, post: Post, outcome: Outcome) -> Response:
    turn = outcome.turn
    if turn.stale:
        return _on_to(link, turn, "changed" if post.version == turn.form_version_id else "corrected")
    if turn.duplicate or not (outcome.refused or outcome.unfit):
        return _after(link, post, turn)
    if any(one.fault is Fault.NOT_OPEN for one in outcome.refused):
        return _on_to(link, turn, "gone")
    at = next(iter((*outcome.unfit, *(one.ref for one in outcome.refused))))
    typed = reading.typed(turn.form, post, turn.session) if post.do == "save" else {}
    return show_turn(request, link, turn, Look(at, refused=outcome.refused, unfit=outcome.unfit, typed=typed))


def _after(link: Entrance, post: Post, turn: Turn) -> Response:
    if post.do == "pause":
        return RedirectResponse(f"{link.path}?show=stopped", 303)
    if post.do == "language" and post.argument and turn.session.stage is not Stage.COMPLETE and post.codes:
        return RedirectResponse(f"{link.path}?{urlencode({'at': post.codes[0]})}", 303)
    if post.do in ("review", "submit") and turn.session.stage is Stage.ASKING and turn.full is None:
        return _on_to(link, turn, "needed")
    return _on_to(link, turn, asked=post.do in ("back", "edit"))


def _on_to(link: Entrance, turn: Turn, notice: str = "", *, asked: bool = False) -> Response:
    """To what is open now; each question has an address, so that the browser's back button finds it.

    Where a quota is full, only to a question that was asked for.
    """
    assert not notice or notice in NOTICES
    code = page_code(turn) if asked or turn.full is None else ""
    query = [f"at={code}"] if code else []
    query += [f"say={notice}"] if notice else []
    return RedirectResponse(link.path + (f"?{'&'.join(query)}" if query else ""), 303)
