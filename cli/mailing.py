"""`ascolto mailing`: try, release, pause a mailing; see who did not get it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import typer
from rich.markup import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.drafts import draft_for, hand_over
from cli.held_up import say_obstacles
from cli.terminal import FAILED, fail, new_table, operator, out
from cli.world import World, open_world
from core.i18n import LANGUAGE_NAMES
from core.staff.audit import Act, record
from notifications.ledger.opening import note_along
from notifications.ledger.proof import write_proof
from notifications.ledger.release import NotInDoubt, find_mailing, set_state, settle_doubt
from notifications.ledger.release import release as release_mailing
from notifications.ledger.report import Undelivered, missing
from notifications.ledger.states import DeliveryState, MailingState, OccurrenceState
from notifications.ledger.tables import Delivery, Mailing, Occurrence
from notifications.planning.obstacles import obstacles
from notifications.planning.planner import Planned, plan_missed, plan_missing
from notifications.planning.preview import Preview, dry_run
from notifications.rehearsal.blanks import Blank, blanks_of
from notifications.sending.context import Voice
from notifications.words import CHANNELS, REASONS, STATES, say_refusal, word

app = typer.Typer(no_args_is_help=True, help="Mailings: try, release, pause, see who is missing.")

T = TypeVar("T")
PAGE = 1000
AS_JSON = typer.Option(False, "--json", help="For machines.")


@app.command("dry-run")
def dry_run_(slug: str, as_json: bool = AS_JSON) -> None:
    """Shows who would get the mailing, by which channel, who not, and why; nothing is sent."""
    with open_world() as world:
        voice = Voice(world.settings.mail_from, world.urls(), "", small_numbers=world.settings.small_numbers)

        def work(session: Session, now: datetime) -> tuple[Preview, tuple[Blank, ...]]:
            mailing_id = find_mailing(session, slug).id
            preview = dry_run(session, mailing_id, now, world.rules)
            return preview, blanks_of(session, mailing_id, preview, now, (world.rules, voice))

        preview, blanks = _in(world, work)
    if as_json:
        times = {"first_at": preview.first_at.isoformat(), "last_at": preview.last_at.isoformat()}
        _write({**asdict(preview), **times, "blanks": [asdict(one) for one in blanks]})
    else:
        _show(preview, blanks)


@app.command("release")
def release(
    slug: str, missed: bool = typer.Option(False, help="Let it leave now although its time has passed.")
) -> None:
    """Lets the mailing leave when it is due, also after a pause."""
    t = operator()
    with open_world() as world:

        def work(session: Session, now: datetime) -> list[Planned]:
            mailing = find_mailing(session, slug)
            _record(session, "mailing.released", mailing, now, missed=missed)
            if mailing.state != MailingState.RELEASED or not missed:
                note_along(session, release_mailing(session, mailing.id, None, now), None, now)
            if not missed:
                return []
            waiting = [OccurrenceState.ASKED, OccurrenceState.DROPPED]
            late = select(Occurrence.id).where(Occurrence.mailing_id == mailing.id, Occurrence.state.in_(waiting))
            plans = [plan_missed(session, one, now, world.rules) for one in session.scalars(late).all()]
            return [planned for planned in plans if planned is not None]

        plans = _in(world, work)
    out.print(t("The mailing {slug} is released.", slug=slug))
    if added := sum(planned.added for planned in plans):
        out.print(t.n("{count} person is in the queue.", "{count} people are in the queue.", added))
    if reasons := sorted({planned.reason for planned in plans if planned.reason}):
        said = ", ".join(say_refusal(one, t) for one in reasons)
        fail(t("It does not leave: {reason}", reason=said), FAILED)


@app.command("pause")
def pause(slug: str) -> None:
    """Holds the mailing: within a second nothing of it leaves any more."""
    with open_world() as world:

        def work(session: Session, now: datetime) -> None:
            mailing = find_mailing(session, slug)
            set_state(session, mailing.id, MailingState.PAUSED, now)
            _record(session, "mailing.paused", mailing, now)

        _in(world, work)
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
        people = world.database.read(lambda s: list(_all_missing(s, find_mailing(s, slug).id)))
        held_up = _in(world, lambda s, now: obstacles(s, now, mailing_id=find_mailing(s, slug).id))
    if as_json:
        _write([{**asdict(one), "at": one.at and one.at.isoformat()} for one in people])
        return
    t = operator()
    table = new_table(t("Delivery"), t("Participant"), t("Name"), t("State"), t("Reason"), t("Channel"))
    for one in people:
        words = (word(STATES, one.state, t), word(REASONS, one.reason, t), word(CHANNELS, one.channel, t))
        table.add_row(str(one.delivery_id), str(one.participant_id), escape(one.name), *words)
    out.print(table if people else t("Nobody is missing."))
    say_obstacles(held_up)


@app.command("proof")
def proof(slug: str, output: Path = typer.Option(help="The ZIP file to write.")) -> None:
    """Writes who got the mailing, when and by which channel, with the texts as they left."""
    with open_world() as world, draft_for(output) as draft:

        def work(session: Session) -> tuple[Mailing, int]:
            mailing = find_mailing(session, slug)
            with draft.open("wb") as file:
                return mailing, write_proof(session, mailing.id, file, operator())

        mailing, people = world.database.read(work)
        _in(world, lambda session, now: _record(session, "ledger.exported", mailing, now, people=people))
        hand_over(draft, output)
    t = operator()
    out.print(t.n("The proof holds {count} delivery.", "The proof holds {count} deliveries.", people))


@app.command("settle")
def settle(
    slug: str,
    deliveries: list[int] = typer.Argument(metavar="DELIVERY...", help="Their numbers, as `missing` shows them."),
    again: bool = typer.Option(..., "--again/--sent", help="Send them once more, or take them as sent."),
) -> None:
    """Decides on deliveries in doubt, of which nobody knows whether they arrived."""
    with open_world() as world:

        def work(session: Session, now: datetime) -> None:
            mailing = find_mailing(session, slug)
            mine = select(Delivery.id).where(Delivery.mailing_id == mailing.id, Delivery.id.in_(deliveries))
            if set(session.scalars(mine)) != set(deliveries):
                raise NotInDoubt
            for delivery_id in deliveries:
                settle_doubt(session, delivery_id, resend=again, now=now)

        _in(world, work)
    t = operator()
    out.print(t.n("{count} delivery is settled.", "{count} deliveries are settled.", len(deliveries)))


def _send_to_missing(session: Session, slug: str, now: datetime, world: World) -> int:
    mailing = find_mailing(session, slug)
    planned = select(Occurrence.id).where(
        Occurrence.mailing_id == mailing.id, Occurrence.state == OccurrenceState.PLANNED
    )
    added = sum(plan_missing(session, one, now, world.rules) for one in session.scalars(planned).all())
    _record(session, "mailing.missing", mailing, now, people=added)
    return added


def _record(session: Session, act: str, mailing: Mailing, now: datetime, **details: object) -> None:
    record(session, Act(act, f"mailing:{mailing.id}", office_id=mailing.office_id, details=details), now)


def _all_missing(session: Session, mailing_id: int) -> Iterator[Undelivered]:
    last = 0
    while page := missing(session, mailing_id, PAGE, last):
        yield from page
        last = page[-1].delivery_id


def _show(preview: Preview, blanks: Sequence[Blank]) -> None:
    t = operator()
    table = new_table(t("State"), t("Channel"), t("Reason"), t("People"))
    for one in preview.counts:
        channel = word(CHANNELS, one.channel, t) if one.state == DeliveryState.PLANNED else ""
        table.add_row(word(STATES, one.state, t), channel, word(REASONS, one.reason, t), str(one.people))
    out.print(table)
    for blank in blanks:
        people = t.n("empty for {count} person", "empty for {count} people", blank.people)
        language = LANGUAGE_NAMES.get(blank.language, blank.language)
        out.print(f"{{{{ {blank.variable} }}}}, {language}: {people}", style="yellow", highlight=False)
    if preview.refusal:
        out.print(t("It would not leave: {reason}", reason=say_refusal(preview.refusal, t)), style="red")


def _in(world: World, work: Callable[[Session, datetime], T]) -> T:
    now = world.clock.now()
    return world.database.write(lambda session: work(session, now))


def _write(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
