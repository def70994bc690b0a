"""`ascolto load`: a process package, checked and brought into the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from sqlalchemy.orm import Session

from cli.terminal import WRONG_INPUT, err, fail, new_table, operator, out
from cli.trial import rolled_back
from cli.world import World, open_world
from core.clock import local
from core.faults import Fault, FileWrong
from core.process.package.loading import Checked, Loaded, check_package
from core.process.package.loading import load as bring
from core.process.package.section import Section, What
from core.process.package.sections.core import core_sections
from notifications.ledger.drawing_back import change_question
from notifications.package import notification_sections
from surveys.package import survey_sections

TODAY = "today"
SHOWN = 50
ZONE = "Europe/Rome"  # what "today" is for whoever loads; the package's own zone is not known yet

FOLDER = typer.Argument(metavar="DIR", file_okay=False, help="A folder with a process.yaml.")
AS_JSON = typer.Option(False, "--json", help="For a machine to read.")


def load(
    folder: Path = FOLDER,
    dry_run: bool = typer.Option(False, "--dry-run", help="Show the difference, change nothing."),
    force: bool = typer.Option(False, "--force", help="Overwrite what was edited in the console, too."),
    start: str = typer.Option("", help="Count relative dates from this day instead: 2023-07-03, or today."),
    as_json: bool = AS_JSON,
) -> None:
    """Checks a process package and loads it; loading it again changes nothing."""
    with open_world() as world:
        try:
            loaded = load_package(world, folder, start=_start(start, world), dry_run=dry_run, force=force)
        except FileWrong as wrong:
            show_faults(wrong.faults, as_json=as_json)
            raise typer.Exit(WRONG_INPUT) from wrong
    if as_json:
        typer.echo(json.dumps(_json(loaded), ensure_ascii=False))
    else:
        _show(loaded, dry_run=dry_run)


def sections(world: World) -> Sequence[Section]:
    """Every part of a package, in the order in which they are loaded."""
    return (
        *core_sections(world.predicates),
        *survey_sections(change_question),
        *notification_sections(world.settings.mail_size_limit),
    )


def load_package(
    world: World, folder: Path, *, start: date | None = None, dry_run: bool = False, force: bool = False
) -> Loaded:
    """Loads a package in one transaction, rolled back for a dry run; raises FileWrong."""
    checked: Checked = check_package(folder, sections(world), start)

    def work(session: Session) -> Loaded:
        return bring(session, checked, world.clock.now(), force=force)

    return rolled_back(world.database, work) if dry_run else world.database.write(work)


def _start(text: str, world: World) -> date | None:
    if text == TODAY:
        return local(world.clock.now(), ZONE).date()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fail(operator()("{value} is no day. Write it as in 2023-07-03, or today.", value=text))


def show_faults(faults: Sequence[Fault], *, as_json: bool = False) -> None:
    """Every fault with its place: on standard error, or as JSON on standard output."""
    t = operator()
    if as_json:
        typer.echo(json.dumps({"errors": [one.to_json(t) for one in faults]}, ensure_ascii=False))
        return
    for one in faults[:SHOWN]:
        err.print(f"[bold]{escape(one.place)}[/bold] {escape(one.say(t))}", highlight=False, soft_wrap=True)
    if len(faults) > SHOWN:
        err.print(t("... and {count} more.", count=len(faults) - SHOWN))
    err.print(t("Nothing was changed. Please correct what is listed and try again."), style="red")


def show_warnings(warnings: Sequence[Fault]) -> None:
    t = operator()
    for one in warnings[:SHOWN]:
        err.print(f"{escape(one.place)} {escape(one.say(t))}", style="yellow", highlight=False, soft_wrap=True)


def _json(loaded: Loaded) -> dict[str, Any]:
    changes = [{"kind": one.kind, "slug": one.slug, "what": one.what, "count": one.count} for one in loaded.changes]
    return {"changes": changes, "warnings": [one.to_json(operator()) for one in loaded.warnings]}


def _show(loaded: Loaded, *, dry_run: bool) -> None:
    t = operator()
    words = {
        What.ADDED: t("added"),
        What.CHANGED: t("changed"),
        What.UNCHANGED: t("unchanged"),
        What.KEPT: t("kept as it stands"),
    }
    kinds = list(dict.fromkeys(one.kind for one in loaded.changes))
    table = new_table(t("Kind"), *words.values())
    for kind in kinds:
        counts = {
            what: sum(one.count for one in loaded.changes if (one.kind, one.what) == (kind, what)) for what in What
        }
        table.add_row(kind, *(str(counts[what] or "") for what in words))
    out.print(table)
    for one in loaded.changes:
        if one.what in {What.CHANGED, What.KEPT} and one.count == 1:
            out.print(f"{one.kind} {one.slug}: {words[one.what]}", markup=False, highlight=False)
    show_warnings(loaded.warnings)
    out.print(t("Nothing was changed: this was a dry run.") if dry_run else t("The process is loaded."))
