"""The results of a round: a chart for each question, and the files."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import IO, Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from core.i18n import Translator, translator
from core.media_types import SHOWN
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from surveys.responses.media import MEDIA
from surveys.responses.quotas import taken
from surveys.responses.rounds import OpenRound, Quota, SubjectKind
from surveys.results.attachments import QuestionFiles, files_by_question
from surveys.results.chart import ChartBar, bar_chart
from surveys.results.counts import QuestionResult
from surveys.results.export import Format, export_csv, export_xlsx
from surveys.results.matrix import Matrix, columns_of, matrix
from surveys.results.participation import Participation, participation
from surveys.results.store import results, results_form
from surveys.results.table import Wish
from web.console import store
from web.console.errors import NothingHere
from web.console.page import console_page
from web.files import chunks
from web.site import site_of
from web.written import write_percent

WRITERS = {Format.CSV: export_csv, Format.XLSX: export_xlsx}
TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Charted:
    """A question's result with its chart ("" where there is nothing to draw)."""

    result: QuestionResult
    chart: str
    files: QuestionFiles | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """What was said in words; names of files stand in the list of the files."""
        return () if self.result.kind in MEDIA else self.result.texts


@dataclass(frozen=True)
class QuotaState:
    """How many places of a quota are taken."""

    quota: Quota
    taken: int


@dataclass(frozen=True)
class RoundResults:
    round: OpenRound
    participation: Participation
    category_titles: dict[str, dict[str, str]]
    questions: tuple[Charted, ...]
    may_export: bool
    may_enter: bool
    has_matrix: bool
    quotas: tuple[QuotaState, ...] = ()
    address: str = ""  # where anybody may answer, "" unless it is open to all


async def show_matrix(request: Request, staff: Staff) -> Response:
    """Bodies down, questions across: the alignment of municipalities with the plan's actions."""
    deps = site_of(request).deps
    round_id, language = int(request.path_params["round_id"]), staff.language

    def work(session: Session) -> tuple[OpenRound, Matrix]:
        found = store.find_round(session, staff, round_id)
        made = matrix(session, found, results_form(session, deps.shelf, found), language)
        if made is None:
            raise NothingHere
        return found, made

    found, made = await deps.database.aread(work)
    return console_page(request, staff, "console/matrix.html", round=found, matrix=made)


async def show(request: Request, staff: Staff) -> Response:
    deps = site_of(request).deps
    round_id, now, t = int(request.path_params["round_id"]), deps.clock.now(), translator(staff.language)

    def work(session: Session) -> RoundResults:
        found = store.find_round(session, staff, round_id)
        files = files_by_question(session, found.id)
        counted = results(session, deps.shelf, found, t.language)
        questions = tuple(Charted(one, _chart(one, t), files.get(one.ref)) for one in counted)
        may_export = staff.may(Permission.EXPORT_RESULTS, found.office_id)
        bodies = found.subject_kind in (SubjectKind.MUNICIPALITY, SubjectKind.ORGANISATION)
        has_matrix = bodies and bool(columns_of(results_form(session, deps.shelf, found), t.language))
        counts = taken(session, found.id)
        return RoundResults(
            found,
            participation(session, found, now),
            store.category_titles(session, found.office_id),
            questions,
            may_export,
            staff.may(Permission.ENTER_ANSWERS, found.office_id) and found.open_at(now),
            has_matrix,
            tuple(QuotaState(one, counts.get(one.slug, 0)) for one in found.quotas),
            deps.urls.open_round(*store.names_of(session, found)) if found.subject_kind is SubjectKind.LINK else "",
        )

    return console_page(request, staff, "console/results.html", found=await deps.database.aread(work), drawn=SHOWN)


async def export(request: Request, staff: Staff) -> Response:
    """A round's responses as a file; the act is in the audit log before the first byte."""
    deps = site_of(request).deps
    round_id, now = int(request.path_params["round_id"]), deps.clock.now()
    form = _format(request.path_params["form"])
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the last byte is sent
    try:
        round_ = await deps.database.aread(lambda session: _write(session, deps.shelf, (staff, round_id, form), file))
        act = _exported(staff, round_, form)
        await deps.database.shared(lambda session: record(session, act, now))
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="{round_.slug}-{now:%Y-%m-%d}.{form}"'}
    return StreamingResponse(chunks(file), media_type=TYPES[form], headers=headers)


def _write(session: Session, shelf: Any, wanted: tuple[Staff, int, Format], file: IO[bytes]) -> OpenRound:
    staff, round_id, form = wanted
    found = store.find_round(session, staff, round_id)
    staff.need(Permission.EXPORT_RESULTS, found.office_id)
    WRITERS[form](session, shelf, found, file, Wish(staff.language, labels=True))  # type: ignore[arg-type]
    file.seek(0)
    return found


def _exported(staff: Staff, round_: OpenRound, form: Format) -> Act:
    return Act("results.exported", f"round:{round_.id}", staff.account_id, round_.office_id, {"format": form.value})


def _format(name: str) -> Format:
    try:
        return Format(name)
    except ValueError as error:
        raise NothingHere from error


def _chart(result: QuestionResult, t: Translator) -> str:
    if result.bars:
        bars = [
            ChartBar(one.label, one.count, f"{one.count} ({write_percent(one.share, t.language)})")
            for one in result.bars
        ]
        return bar_chart(result.label, bars)
    if result.ranking:
        ranked = [
            ChartBar(one.label, one.points, t.n("{count} point", "{count} points", one.points))
            for one in result.ranking
        ]
        return bar_chart(result.label, ranked)
    return ""
