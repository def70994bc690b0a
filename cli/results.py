"""`ascolto results`: what was answered, as files."""

from __future__ import annotations

from pathlib import Path

import typer
from sqlalchemy.orm import Session

from cli.drafts import draft_for, hand_over
from cli.terminal import operator, out
from cli.world import open_world
from core.staff.audit import Act, record
from surveys.responses.archive import Archived
from surveys.responses.rounds import OpenRound
from surveys.responses.store import round_named
from surveys.results.attachments import write_archive
from surveys.results.export import Format, export_csv, export_xlsx
from surveys.results.table import Wish

app = typer.Typer(no_args_is_help=True, help="What was answered.")

WRITERS = {Format.CSV: export_csv, Format.XLSX: export_xlsx}


@app.callback()
def results() -> None:
    """What was answered."""


@app.command("export")
def export_command(
    name: str = typer.Argument(metavar="ROUND", help="The round's slug, or PROCESS/ROUND."),
    form: Format = typer.Option(Format.CSV, "--format", help="The kind of file."),
    output: Path = typer.Option(help="The file to write."),
    *,
    labels: bool = typer.Option(False, "--labels", help="Adds a row with the questions' texts."),
    split: bool = typer.Option(False, "--split", help="Gives each choice of a multiple choice or ranking a column."),
    part: str = typer.Option("", "--part", help="A repeated part of the form: a CSV with a row for each time."),
    attachments: Path | None = typer.Option(None, help="A ZIP to write the files to that people sent."),
) -> None:
    """Writes a round's responses, one row each, to a CSV or XLSX file, and the files people sent to a ZIP."""
    t = operator()
    wish = Wish(t.language, labels=labels, split=split, part=part)
    with open_world() as world, draft_for(output) as draft, draft_for(attachments or output) as archive:

        def work(session: Session) -> tuple[OpenRound, Archived]:
            round_ = round_named(session, name)
            with draft.open("wb") as file:
                WRITERS[form](session, world.shelf, round_, file, wish)
            return round_, _archive(session, round_, archive if attachments else None)

        round_, archived = world.database.read(work)
        details = {"format": form.value} | ({"files": archived.files} if attachments else {})
        act = Act("results.exported", f"round:{round_.id}", office_id=round_.office_id, details=details)
        world.database.write(lambda session: record(session, act, world.clock.now()))
        hand_over(draft, output)
        if attachments is not None:
            hand_over(archive, attachments)
    out.print(t("The answers are in {file}.", file=output), markup=False, highlight=False, soft_wrap=True)
    if attachments is not None:
        told = t.n("{count} file is in {file}.", "{count} files are in {file}.", archived.files, file=attachments)
        out.print(told, markup=False, highlight=False, soft_wrap=True)
    if archived.missing:
        out.print(
            t.n("{count} file has not been fetched.", "{count} files have not been fetched.", archived.missing),
            markup=False, highlight=False,
        )  # fmt: skip


def _archive(session: Session, round_: OpenRound, target: Path | None) -> Archived:
    if target is None:
        return Archived()
    with target.open("wb") as file:
        return write_archive(session, round_.id, file)
