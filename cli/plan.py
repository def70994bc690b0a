"""`ascolto plan`: what will leave in the coming weeks."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import typer
from rich.table import Table

from cli.terminal import operator, out
from cli.world import open_world
from notifications.planning.calendar import Entry, plan_ahead
from notifications.planning.schedule import schedule_occurrences


def plan(
    weeks: int = typer.Option(8, min=1, max=520, help="How far to look ahead."),
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> None:
    """Shows the mailings that are due: to how many as things stand now, what is late, held back or in conflict."""
    with open_world() as world:
        now = world.clock.now()

        world.database.write(lambda session: schedule_occurrences(session, None, now))
        found = world.database.read(lambda session: plan_ahead(session, now, timedelta(weeks=weeks), world.rules))
    if as_json:
        sys.stdout.write(json.dumps([_as_json(one) for one in found], ensure_ascii=False) + "\n")
    else:
        out.print(_table(found) if found else operator()("Nothing is due."))


def _as_json(one: Entry) -> dict[str, object]:
    counted = {"people": one.people, "left_out": one.left_out, "conflicts": one.conflicts}
    return {**one.due.__dict__, "due_at": one.due.due_at.isoformat(), **counted}


def _table(found: list[Entry]) -> Table:
    t = operator()
    table = Table(t("Due"), t("Mailing"), t("Kind"), t("State"), t("People"), t("Note"))
    for one in found:
        due = one.due
        people = ", ".join(f"{channel} {count}" for channel, count in one.people.items()) or "0"
        note = ", ".join([due.reason] * bool(due.reason) + list(one.conflicts))
        state = due.state if due.state != "due" else due.mailing_state
        table.add_row(f"{due.due_local.replace('T', ' ')} {due.time_zone}", due.slug, due.kind, state, people, note)
    return table
