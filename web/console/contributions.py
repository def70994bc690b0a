"""What people contributed to a process, in one list: gathered, tagged, decided about, told, made into a ranking."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from core.contributions.errors import NothingChosen
from core.contributions.kinds import GOAL_NAMES, KIND_NAMES, OUTCOME_NAMES, Kind, Outcome, Source
from core.contributions.store import (
    LONGEST_AXIS,
    Decision,
    Filter,
    Shown,
    axes_of,
    contributions,
    decide,
    every_contribution,
    gather,
    tag,
    words_said,
)
from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, N_, Translator, pick_text, translator
from core.ids import read_id
from core.notices import News, tell
from core.people.store import remaining
from core.process.room.themes import load_plan
from core.process.tables import Process
from core.spreadsheet import safe_cell
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.contributions import every_source
from surveys.polls.kinds import MOST_OPTIONS, Counting, Rules
from surveys.polls.kinds import Kind as PollKind
from surveys.polls.making import add_poll
from surveys.polls.poll import Definition, Option
from surveys.polls.store import Place
from surveys.polls.tables import Poll
from surveys.polls.wordings import propose_themes, shown_text
from web.console import store
from web.console.errors import ActUnknown
from web.console.page import console_page, page_number
from web.console.poll_draft import slug_of
from web.deps import WebDeps
from web.files import chunks
from web.site import site_of

PAGE = 50
MOST_READ, MOST_THEMES = 500, 20  # of which themes are proposed, and how many
LONGEST_OPTION = 140
NEEDED = (Permission.SEE_PEOPLE, Permission.ANSWER_PEOPLE)  # messages to the office are among them
OUTCOME = "contribution-outcome"
RANKING_TITLE = N_("Which of these proposals come first?")
DONE = {
    "gather": N_("What was said is in the list."),
    "tag": N_("The tags are kept."),
    "decide": N_("What became of them is kept. Whoever said them reads it among their own data."),
    "told": N_("What became of them is kept, and whoever said them and is known is told."),
}


class RankingOfFew(Problem):
    text = N_("Please tick from 2 to {most} contributions whose words are there.")
    status = 422


@dataclass(frozen=True)
class View:
    """A page of the list, the tags to choose from, and whether there are more."""

    process: store.ProcessRow
    languages: Sequence[str]
    shown: Sequence[Shown]
    more: bool
    axes: Sequence[str]
    may_export: bool
    may_poll: bool
    themes: Sequence[tuple[str, int]] = ()  # proposed for those without an axis: the word, how many share it
    theme: str = ""  # the one whose contributions are shown, all ticked


async def show(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def act(request: Request, staff: Staff) -> Response:
    """Gathers, tags or decides; what is wrong is said above the list, and what was ticked and typed stays."""
    deps, process_id = site_of(request).deps, int(request.path_params["process_id"])
    now, form = deps.clock.now(), await request.form()
    do = str(form.get("do", ""))
    if do not in ("gather", "tag", "decide", "ranking"):
        raise ActUnknown

    def work(session: Session) -> str:
        process = _process(session, staff, process_id)
        if do == "ranking":
            staff.need(Permission.MANAGE_POLLS, process.office_id)
            made = _ranking(session, deps, process, (_chosen(form), now))
            record(session, Act("poll.added", f"poll:{made}", staff.account_id, process.office_id), now)
            return f"/console/polls/{made}/edit"
        done = _do(session, deps, staff, (process, form, do), now)
        subject = f"process:{process_id}"
        record(session, Act(f"contributions.{done}", subject, staff.account_id, process.office_id), now)
        kept = {name: str(form.get(f"filter-{name}", "")) for name in ("kind", "axis", "goal", "outcome")}
        query = [("done", done), *((name, value) for name, value in kept.items() if value)]
        return f"/console/processes/{process_id}/contributions?{urlencode(query)}"

    try:
        there = await deps.database.awrite(work)
    except Problem as problem:
        if problem.status != 422:
            raise
        return await _page(request, staff, (form, problem))
    return RedirectResponse(there, 303)


async def export(request: Request, staff: Staff) -> Response:
    """All of them as CSV, without names; the act is in the audit log before the first byte."""
    deps, process_id = site_of(request).deps, int(request.path_params["process_id"])
    now, t = deps.clock.now(), translator(staff.language)

    def work(session: Session, file: IO[bytes]) -> Act:
        process = _process(session, staff, process_id)
        staff.need(Permission.EXPORT_RESULTS, process.office_id)
        file.write("\ufeff".encode())
        for line in _rows(every_contribution(session, process_id, _sources(deps), Filter()), t):
            file.write(line.encode())
        file.seek(0)
        return Act("contributions.exported", f"process:{process_id}", staff.account_id, process.office_id)

    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the last byte is sent
    try:
        done = await deps.database.aread(lambda session: work(session, file))
        await deps.database.shared(lambda session: record(session, done, now))
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="contributions-{now:%Y-%m-%d}.csv"'}
    return StreamingResponse(chunks(file), media_type="text/csv; charset=utf-8", headers=headers)


def _do(session: Session, deps: WebDeps, staff: Staff, asked: tuple[Process, FormData, str], now: datetime) -> str:
    process, form, do = asked
    if do == "gather":
        gather(session, process, _sources(deps), now)
        return do
    ids = _chosen(form)
    if do == "tag":
        tag(session, process.id, ids, str(form.get("axis", "")), read_id(form.get("goal", "0")) or 0)
        return do
    outcome = str(form.get("outcome", ""))
    words = {code: str(form.get(f"words-{code}", "")).replace("\r\n", "\n") for code in process.languages}
    known = Outcome(outcome) if outcome in set(Outcome) else Outcome.OPEN
    people = decide(session, process, ids, Decision(known, words), (staff.account_id, now))
    if "tell" not in form or known is Outcome.OPEN:
        return do
    theirs: dict[int, list[int]] = {}
    for participant_id, said in people.items():
        theirs.setdefault(remaining(session, participant_id), []).extend(said)
    for person, said in theirs.items():
        key = f"{'-'.join(str(one) for one in said)}:{now.isoformat()}"
        news = News(OUTCOME, key, person, office_id=process.office_id, values={"contribution_ids": said})
        tell(session, news, now)
    return "told"


def _ranking(session: Session, deps: WebDeps, process: Process, asked: tuple[list[int], datetime]) -> int:
    """A draft of a poll that ranks what was ticked, to be put into better words; raises RankingOfFew."""
    ids, now = asked
    found = words_said(session, ids, _sources(deps))
    said = [shown_text(one.said.text)[:LONGEST_OPTION] for one in found if one.said is not None]
    if not 2 <= len(said) <= MOST_OPTIONS:
        raise RankingOfFew(most=MOST_OPTIONS)
    title = {code: translator(code)(RANKING_TITLE) for code in process.languages}
    options = tuple(Option(f"c{at}", dict.fromkeys(process.languages, text)) for at, text in enumerate(said, 1))
    new = Definition(
        PollKind.RANKING, title, options, Rules(PollKind.RANKING, least=1, most=len(options)), Counting("schulze")
    )
    taken = session.scalars(select(Poll.slug).where(Poll.office_id == process.office_id)).all()
    slug, _ = slug_of({}, next(iter(title.values())), taken)
    return add_poll(session, deps.ids, Place(process.office_id, process.id, process.time_zone), (slug, new), now)


def _sources(deps: WebDeps) -> tuple[Source, ...]:
    return every_source(deps.shelf, deps.telling.rules.small_numbers)


def _chosen(form: FormData) -> list[int]:
    """Raises NothingChosen."""
    found = [number for one in form.getlist("chosen")[: PAGE * 2] if (number := read_id(one)) is not None]
    if not found:
        raise NothingChosen
    return found


async def _page(request: Request, staff: Staff, failed: tuple[FormData, Problem] | None = None) -> Response:
    deps, process_id, page = site_of(request).deps, int(request.path_params["process_id"]), page_number(request)
    form, problem = failed or (FormData(), None)
    asked = {name: request.query_params.get(name, "") or str(form.get(f"filter-{name}", "")) for name in
             ("kind", "axis", "goal", "outcome")}  # fmt: skip
    wanted, theme = _filter(asked), request.query_params.get("theme", "")

    def work(session: Session) -> View:
        process = _process(session, staff, process_id)
        sources = _sources(deps)
        untagged = contributions(session, process_id, sources, Filter(untagged=True), (0, MOST_READ))
        themes = _themes(untagged)
        if theme in themes:
            found = themes[theme]
        else:
            found = contributions(session, process_id, sources, wanted, (page * PAGE, PAGE + 1))
        return View(
            process=store.find_process(session, staff, process_id),
            languages=process.languages,
            shown=found[:PAGE],
            more=len(found) > PAGE,
            axes=_axes(session, process_id),
            may_export=staff.may(Permission.EXPORT_RESULTS, process.office_id),
            may_poll=staff.may(Permission.MANAGE_POLLS, process.office_id),
            themes=[(word, len(those)) for word, those in themes.items()][:MOST_THEMES],
            theme=theme if theme in themes else "",
        )

    view = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/contributions.html",
        status=problem.status if problem else 200,
        view=view,
        asked=asked,
        page=page,
        kinds=KIND_NAMES,
        outcomes=OUTCOME_NAMES,
        goals=GOAL_NAMES,
        values={"axis": view.theme} | {str(name): str(value) for name, value in form.items()},
        chosen={str(one) for one in form.getlist("chosen")} | {str(one.id) for one in view.shown if view.theme},
        problem=problem,
        done=DONE.get(request.query_params.get("done", ""), ""),
        longest_axis=LONGEST_AXIS,
        language_names=LANGUAGE_NAMES,
    )


def _themes(untagged: Sequence[Shown]) -> dict[str, list[Shown]]:
    """By the word that they share, the most shared first; there is no model behind it, so anybody sees why."""
    said = {str(one.id): one for one in untagged if one.said is not None}
    proposed = propose_themes([(key, one.said.text, 1) for key, one in said.items() if one.said is not None]).of
    found: dict[str, list[Shown]] = {}
    for key, word in proposed.items():
        found.setdefault(word, []).append(said[key])
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def _filter(asked: Mapping[str, str]) -> Filter:
    kind, outcome = asked["kind"], asked["outcome"]
    return Filter(
        kind=kind if kind in set(Kind) else "",
        axis=asked["axis"][:LONGEST_AXIS],
        goal=read_id(asked["goal"]) if asked["goal"] else None,
        outcome="" if outcome == "open" else outcome if outcome in set(Outcome) and outcome else None,
    )


def _process(session: Session, staff: Staff, process_id: int) -> Process:
    """Raises NothingHere, NotAllowed."""
    found = store.find_process(session, staff, process_id)
    for permission in NEEDED:
        staff.need(permission, found.office_id)
    return session.get_one(Process, process_id)


def _axes(session: Session, process_id: int) -> list[str]:
    """Those that were used, and those of the thematic tables."""
    plans = [load_plan(session, event.id) for event in store.events(session, process_id)]
    labels = {str(axis["label"]) for plan in plans if plan is not None for axis in plan.axes}
    return sorted({*axes_of(session, process_id), *(one[:LONGEST_AXIS] for one in labels if one)})


def _rows(found: Iterator[Shown], t: Translator) -> Iterator[str]:
    heading = [t("Number"), t("Came as"), t("About"), t("Said on"), t("Words"), t("Axis"), t("Goal")]
    yield _line([*heading, t("Outcome"), t("What is said about it")])
    for one in found:
        words = (one.said.text, pick_text(dict(one.said.about), t.language)) if one.said is not None else ("", "")
        day = one.said_at.date().isoformat() if one.said_at else ""
        became = [t(OUTCOME_NAMES[one.outcome]), pick_text(dict(one.words), t.language)]
        tags = [one.axis, str(one.goal or "")]
        yield _line([str(one.id), t(KIND_NAMES[one.kind]), words[1], day, words[0], *tags, *became])


def _line(cells: Sequence[str]) -> str:
    kept = io.StringIO()
    csv.writer(kept).writerow([safe_cell(cell) for cell in cells])
    return kept.getvalue()
