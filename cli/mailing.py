"""`ascolto mailing`: try, release, pause a mailing; see who did not get it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

import typer
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.terminal import operator, out
from cli.world import World, open_world
from notifications.ledger.release import find_mailing, set_state
from notifications.ledger.report import Undelivered, missing
from notifications.ledger.states import MailingState, OccurrenceState
from notifications.ledger.tables import Occurrence
from notifications.planning.planner import plan_missed, plan_missing
from notifications.planning.preview import Preview, dry_run

app = typer.Typer(no_args_is_help=True, help="Mailings: try, release, pause, see who is missing.")

T = TypeVar("T")
PAGE = 1000
AS_JSON = typer.Option(False, "--json", help="For machines.")


@app.command("dry-run")
def dry_run_(slug: str, as_json: bool = AS_JSON) -> None:
    """Shows who would get the mailing, by which channel, who not, and why; nothing is sent."""
    with open_world() as world:
        preview = _in(world, lambda s, now: dry_run(s, find_mailing(s, slug).id, now, world.clause))
    if as_json:
        _write({**asdict(preview), "first_at": preview.first_at.isoformat()})
    else:
        _show(preview)


@app.command("release")
def release(
    slug: str, missed: bool = typer.Option(False, help="Let it leave now although its time has passed.")
) -> None:
    """Lets the mailing leave when it is due, also after a pause."""
    t = operator()
    with open_world() as world:

        def work(session: Session, now: datetime) -> int:
            mailing = find_mailing(session, slug)
            if mailing.state != MailingState.RELEASED or not missed:
                set_state(session, mailing.id, MailingState.RELEASED, now)
            if not missed:
                return 0
            waiting = [OccurrenceState.ASKED, OccurrenceState.DROPPED]
            late = select(Occurrence.id).where(Occurrence.mailing_id == mailing.id, Occurrence.state.in_(waiting))
            plans = [plan_missed(session, one, now, world.clause) for one in session.scalars(late).all()]
            return sum(planned.added for planned in plans if planned is not None)

        added = _in(world, work)
    out.print(t("The mailing {slug} is released.", slug=slug))
    if added:
        out.print(t.n("{count} person is in the queue.", "{count} people are in the queue.", added))


@app.command("pause")
def pause(slug: str) -> None:
    """Holds the mailing: within a second nothing of it leaves any more."""
    with open_world() as world:
        _in(world, lambda s, now: set_state(s, find_mailing(s, slug).id, MailingState.PAUSED, now))
    out.print(operator()("The mailing {slug} is paused. To go on: ascolto mailing release {slug}", slug=slug))


@app.command("missing")
def missing_(
    slug: str,
    send: bool = typer.Option(False, "--send", help="Send to those who can have it now, to nobody twice."),
    as_json: bool = AS_JSON,
) -> None:
    """Shows who did not get the mailing and why."""
    with open_world() as world:
        if send:
            _in(world, lambda s, now: _send_to_missing(s, slug, now, world))
        people = world.database.read(lambda s: _all_missing(s, find_mailing(s, slug).id))
    if as_json:
        _write([{**asdict(one), "at": one.at and one.at.isoformat()} for one in people])
        return
    t = operator()
    table = Table(t("Participant"), t("Name"), t("State"), t("Reason"), t("Channel"))
    for one in people:
        table.add_row(str(one.participant_id), one.name, one.state, one.reason, one.channel)
    out.print(table if people else t("Nobody is missing."))


def _send_to_missing(session: Session, slug: str, now: datetime, world: World) -> int:
    mailing = find_mailing(session, slug)
    planned = select(Occurrence.id).where(
        Occurrence.mailing_id == mailing.id, Occurrence.state == OccurrenceState.PLANNED
    )
    return sum(plan_missing(session, one, now, world.clause) for one in session.scalars(planned).all())


def _all_missing(session: Session, mailing_id: int) -> list[Undelivered]:
    people = page = missing(session, mailing_id, PAGE)
    while len(page) == PAGE:
        page = missing(session, mailing_id, PAGE, page[-1].delivery_id)
        people = people + page
    return people


def _show(preview: Preview) -> None:
    t = operator()
    table = Table(t("State"), t("Channel"), t("Reason"), t("People"))
    for one in preview.counts:
        table.add_row(one.state, one.channel if one.state == "planned" else "", one.reason, str(one.people))
    out.print(table)
    if preview.refusal:
        out.print(t("It would not leave: {reason}", reason=preview.refusal), style="red")


def _in(world: World, work: Callable[[Session, datetime], T]) -> T:
    now = world.clock.now()
    return world.database.write(lambda session: work(session, now))


def _write(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
