"""`ascolto plan`: what will leave in the coming weeks."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import timedelta

import typer
from rich.table import Table

from cli.held_up import say_obstacles
from cli.terminal import new_table, operator, out
from cli.world import open_world
from notifications.ledger.states import MAILING_STATE_NAMES, OccurrenceState
from notifications.planning.calendar import Entry, plan_ahead
from notifications.planning.obstacles import Obstacle, obstacles
from notifications.planning.schedule import schedule_occurrences
from notifications.words import CHANNELS, CONFLICTS, KINDS, OCCURRENCE_STATES, word


def plan(
    weeks: int = typer.Option(8, min=1, max=520, help="How far to look ahead."),
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> None:
    """Shows the mailings that are due: to how many as things stand now, what is late, held back or in conflict."""
    with open_world() as world:
        now = world.clock.now()

        world.database.write(lambda session: schedule_occurrences(session, None, now))
        found = world.database.read(lambda session: plan_ahead(session, now, timedelta(weeks=weeks), world.rules))
        held_up = world.database.read(lambda session: obstacles(session, now))
    if as_json:
        sys.stdout.write(json.dumps([_as_json(one, held_up) for one in found], ensure_ascii=False) + "\n")
        return
    out.print(_table(found) if found else operator()("Nothing is due."))
    say_obstacles(held_up)


def _as_json(one: Entry, held_up: Sequence[Obstacle]) -> dict[str, object]:
    mine = [{"cause": of.cause, "detail": of.detail} for of in held_up if of.mailing_id == one.due.mailing_id]
    counted = {"people": one.people, "left_out": one.left_out, "conflicts": one.conflicts, "obstacles": mine}
    return {**one.due.__dict__, "due_at": one.due.due_at.isoformat(), **counted}


def _table(found: list[Entry]) -> Table:
    t = operator()
    table = new_table(t("Due"), t("Mailing"), t("Kind"), t("State"), t("People"), t("Note"))
    for one in found:
        due = one.due
        people = ", ".join(f"{word(CHANNELS, channel, t)} {count}" for channel, count in one.people.items()) or "0"
        note = ", ".join(word(CONFLICTS, conflict, t) for conflict in one.conflicts)
        is_due = due.state == OccurrenceState.DUE
        state = word(MAILING_STATE_NAMES, due.mailing_state, t) if is_due else word(OCCURRENCE_STATES, due.state, t)
        at = f"{due.due_local.replace('T', ' ')} {due.time_zone}"
        table.add_row(at, due.slug, word(KINDS, due.kind, t), state, people, note)
    return table
