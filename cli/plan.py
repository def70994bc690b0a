"""`ascolto plan`: what will leave in the coming weeks."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import typer
from rich.table import Table
from sqlalchemy.orm import Session

from cli.terminal import operator, out
from cli.world import open_world
from notifications.ledger.report import Upcoming, upcoming
from notifications.planning.schedule import schedule_occurrences


def plan(
    weeks: int = typer.Option(8, min=1, max=520, help="How far to look ahead."),
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> None:
    """Shows the mailings that are due, with what is late or held back."""
    with open_world() as world:
        now = world.clock.now()

        def work(session: Session) -> list[Upcoming]:
            schedule_occurrences(session, None, now)
            return upcoming(session, now, timedelta(weeks=weeks))

        found = world.database.write(work)
    if as_json:
        sys.stdout.write(json.dumps([_as_json(one) for one in found], ensure_ascii=False) + "\n")
    else:
        out.print(_table(found) if found else operator()("Nothing is due."))


def _as_json(one: Upcoming) -> dict[str, object]:
    return {**one.__dict__, "due_at": one.due_at.isoformat()}


def _table(found: list[Upcoming]) -> Table:
    t = operator()
    table = Table(t("Due"), t("Mailing"), t("Kind"), t("State"), t("Note"))
    for one in found:
        note = one.reason or (t("late") if one.late else "")
        state = one.state if one.state != "due" else one.mailing_state
        table.add_row(f"{one.due_local.replace('T', ' ')} {one.time_zone}", one.slug, one.kind, state, note)
    return table
