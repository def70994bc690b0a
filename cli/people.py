"""`ascolto people`: an office's people, from and to files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.drafts import draft_for, hand_over
from cli.load import show_faults, show_warnings
from cli.terminal import WRONG_INPUT, fail, new_table, operator, out
from cli.trial import rolled_back
from cli.world import World, open_world
from core.faults import FileWrong
from core.people.exporting import export_people
from core.people.importing.importing import LEGAL_BASES, Became, Report, import_people
from core.people.importing.writing import Origin
from core.process.tables import Office
from core.staff.audit import Act, record
from core.staff.errors import OfficeUnknown

app = typer.Typer(no_args_is_help=True, help="An office's people.")

FILE = typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CSV or XLSX, column names in its first row.")
MAP = typer.Option([], "--map", help="What a column means: 'Column=field', 'Column=attribute' or 'Column=-'.")
OFFICE = typer.Option(help="The office's slug.")
OUT = typer.Option(None, "--out", help="The file to write; standard output if left out.")


@app.command("import")
def import_command(  # noqa: PLR0917 - options
    file: Path = FILE,
    office: str = OFFICE,
    source: str = typer.Option("", help="Where the office knows these people from; the file's name if left out."),
    legal_basis: str = typer.Option("consent", help="consent or public-task."),
    mapped: list[str] = MAP,
    dry_run: bool = typer.Option(False, "--dry-run", help="Show what would happen, change nothing."),
    as_json: bool = typer.Option(False, "--json", help="For a machine to read."),
) -> None:
    """Imports people, all rows or none; says what is wrong with each row."""
    t = operator()
    if legal_basis not in LEGAL_BASES:
        fail(t("The legal basis must be one of: {known}.", known=", ".join(LEGAL_BASES)))
    told = dict(_pair(one) for one in mapped)
    with open_world() as world:

        def work(session: Session) -> Report:
            now = world.clock.now()
            office_id = find_office(session, office)
            origin = Origin(office_id, source or file.name, legal_basis)
            report = import_people(session, file, origin, now, told)
            counts = {became.value: count for became, count in report.counts.items()}
            record(session, Act("people.imported", f"office:{office_id}", office_id=office_id, details=counts), now)
            return report

        try:
            report = rolled_back(world.database, work) if dry_run else world.database.write(work)
        except FileWrong as wrong:
            show_faults(wrong.faults, as_json=as_json)
            raise typer.Exit(WRONG_INPUT) from wrong
    if as_json:
        typer.echo(json.dumps(_json(report), ensure_ascii=False))
    else:
        _show(report, dry_run=dry_run)


@app.command("export")
def export_command(office: str = OFFICE, to: Path | None = OUT) -> None:
    """Writes an office's people as CSV, in columns that an import understands."""
    with open_world() as world:
        count = _export(world, office, to)
    if to is not None:
        out.print(operator().n("{count} person was exported.", "{count} people were exported.", count))


def _export(world: World, office: str, to: Path | None) -> int:
    """To a draft first, then the audit entry, then out: a slow reader holds up nobody who writes."""
    with draft_for(to) as draft:

        def write(session: Session) -> tuple[int, int]:
            office_id = find_office(session, office)
            with draft.open("w", encoding="utf-8-sig" if to else "utf-8", newline="") as stream:
                return office_id, export_people(session, office_id, stream)

        office_id, count = world.database.read(write)
        act = Act("people.exported", f"office:{office_id}", office_id=office_id, details={"people": count})
        world.database.write(lambda session: record(session, act, world.clock.now()))
        hand_over(draft, to)
    return count


def find_office(session: Session, slug: str) -> int:
    """An office's id; raises OfficeUnknown."""
    found = session.scalar(select(Office.id).where(Office.slug == slug))
    if found is None:
        raise OfficeUnknown(office=slug)
    return found


def _pair(text: str) -> tuple[str, str]:
    column, separator, meaning = text.rpartition("=")
    if not separator or not column or not meaning:
        fail(operator()("--map needs a column and its meaning, as in --map 'Column=name', not {value}.", value=text))
    return column.strip(), meaning.strip()


def _json(report: Report) -> dict[str, Any]:
    return {
        "columns": report.columns,
        "attributes": report.attributes,
        "counts": {became.value: count for became, count in report.counts.items()},
        "warnings": [one.to_json(operator()) for one in report.warnings],
    }


def _show(report: Report, *, dry_run: bool) -> None:
    t = operator()
    columns = new_table(t("Column"), t("Meaning"))
    for column, field in report.columns.items():
        columns.add_row(escape(column), field)
    for column, name in report.attributes.items():
        columns.add_row(escape(column), escape(t("attribute {name}", name=name)))
    out.print(columns)
    words = {
        Became.ADDED: t("added"),
        Became.CHANGED: t("changed"),
        Became.UNCHANGED: t("unchanged"),
        Became.LEFT: t("left the office, not imported"),
        Became.ERASED: t("erased at their own request, not imported"),
    }
    for became, word in words.items():
        if report.counts[became]:
            out.print(f"{report.counts[became]} {word}")
    show_warnings(report.warnings)
    if dry_run:
        out.print(t("Nothing was changed: this was a dry run."))
