"""`ascolto webhook`: other programs of an office that are told what happens."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import partial
from typing import Any, TypeVar

import typer
from rich.markup import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.people import find_office
from cli.terminal import fail, new_table, operator, out
from cli.world import World, open_world
from core.process.tables import Office
from core.webhooks import calls, keeping
from core.webhooks.keeping import Actor, NewWebhook, find_webhook
from core.webhooks.kinds import CALL_STATE_NAMES, KIND_NAMES, KINDS, WEBHOOK_STATE_NAMES
from core.webhooks.signing import secret_of
from core.webhooks.tables import Webhook

app = typer.Typer(no_args_is_help=True, help="Webhooks: other programs that are told what happens.")

T = TypeVar("T")
NUMBER = typer.Argument(metavar="WEBHOOK", help="Its number, as `list` shows it.")
AS_JSON = typer.Option(False, "--json", help="For machines.")
ALL_KINDS = [one.value for one in KINDS]


@app.command("add")
def add(
    url: str,
    office: str = typer.Option(help="The office's slug."),
    kinds: list[str] = typer.Option(ALL_KINDS, "--kind", help="What it is told of; may be given again."),
    as_json: bool = AS_JSON,
) -> None:
    """Adds a webhook and shows its secret, this once."""
    with open_world() as world:
        world.settings.need_secret()

        def work(session: Session, now: datetime) -> Webhook:
            new = NewWebhook(find_office(session, office), url, kinds)
            return find_webhook(session, keeping.add_webhook(session, new, _actor(world), world.ids, now))

        made = _in(world, work)
        secret = secret_of(world.links, made.id, made.nonce)
    if as_json:
        _write({"webhook": made.id, "url": made.url, "kinds": made.kinds.split(), "secret": secret})
        return
    t = operator()
    out.print(t("The webhook {number} is active.", number=made.id))
    out.print(t("Its secret, which is not shown again: {secret}", secret=secret), soft_wrap=True, highlight=False)


@app.command("list")
def list_(as_json: bool = AS_JSON) -> None:
    """Shows all webhooks with how many calls wait, were taken or given up."""
    with open_world() as world:

        def work(session: Session) -> list[dict[str, Any]]:
            offices = {row.id: row.slug for row in session.execute(select(Office.id, Office.slug))}
            found = keeping.webhooks(session, offices)
            counted = keeping.counts(session, [one.id for one in found])
            return [
                {
                    "webhook": one.id, "office": offices[one.office_id], "url": one.url, "kinds": one.kinds.split(),
                    "state": one.state, "calls": counted[one.id],
                }
                for one in found
            ]  # fmt: skip

        rows = world.database.read(work)
    if as_json:
        _write(rows)
        return
    t = operator()
    table = new_table(t("Webhook"), t("Office"), t("Address"), t("State"), t("Calls"))
    for row in rows:
        counted = ", ".join(f"{t(CALL_STATE_NAMES[state])} {count}" for state, count in row["calls"].items())
        state = t(WEBHOOK_STATE_NAMES[row["state"]])
        table.add_row(str(row["webhook"]), row["office"], escape(row["url"]), state, counted)
    out.print(table if rows else t("There is no webhook."))


@app.command("pause")
def pause(number: int = NUMBER) -> None:
    """Makes no calls until it is resumed; what happens meanwhile waits."""
    _act(number, keeping.pause)
    out.print(operator()("The webhook {number} is paused.", number=number))


@app.command("resume")
def resume(number: int = NUMBER) -> None:
    """Goes on after a pause, or when the receiver works again; what waited leaves now."""
    _act(number, keeping.resume)
    out.print(operator()("The webhook {number} is active.", number=number))


@app.command("remove")
def remove(number: int = NUMBER) -> None:
    """Takes a webhook away with all its calls."""
    _act(number, keeping.remove)
    out.print(operator()("The webhook {number} is removed.", number=number))


@app.command("calls")
def calls_(
    number: int = NUMBER,
    most: int = typer.Option(50, min=1, max=10_000, help="How many, the newest first."),
    as_json: bool = AS_JSON,
) -> None:
    """Shows the last calls with what became of them."""
    with open_world() as world:
        found = world.database.read(
            lambda session: calls.last_calls(session, find_webhook(session, number).id, most)[:most]
        )
    if as_json:
        _write([{name: _plain(value) for name, value in asdict(one).items()} for one in found])
        return
    t = operator()
    table = new_table(t("Call"), t("Happened"), t("Kind"), t("State"), t("Tries"), t("Answer"))
    for one in found:
        kind, state = t(KIND_NAMES[one.kind]), t(CALL_STATE_NAMES[one.state])
        answer = str(one.status or one.detail)
        table.add_row(str(one.id), f"{one.happened_at:%Y-%m-%d %H:%M:%S}", kind, state, str(one.attempts), answer)
    out.print(table if found else t("There are no calls."))


@app.command("replay")
def replay(
    number: int = NUMBER,
    call: int = typer.Option(0, help="The number of one finished call, as `calls` shows it."),
    since: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="All that were given up since a day (UTC)."),
    as_json: bool = AS_JSON,
) -> None:
    """Makes finished calls again, under the same ids: one, or all that were given up since a day."""
    t = operator()
    if bool(call) == bool(since):
        fail(t("Please say which calls: either --call or --since."))
    with open_world() as world:
        count = _replay_one(world, number, call) if since is None else _replay_failed(world, number, since)
    if as_json:
        _write({"calls": count})
        return
    out.print(t.n("{count} call is made again.", "{count} calls are made again.", count))


def _replay_one(world: World, number: int, call: int) -> int:
    _in(world, lambda session, now: calls.replay_call(session, find_webhook(session, number), call, _actor(world), now))
    return 1


def _replay_failed(world: World, number: int, since: datetime) -> int:
    first = datetime.combine(since, time(), UTC)

    def replay(session: Session, now: datetime, batch: list[int]) -> int:
        return calls.replay_failed(session, find_webhook(session, number), batch, _actor(world), now)

    batches = world.database.read(lambda session: calls.given_up(session, find_webhook(session, number).id, first))
    return sum(_in(world, partial(replay, batch=batch)) for batch in batches)


def _act(number: int, act: Callable[[Session, Webhook, Actor, datetime], None]) -> None:
    with open_world() as world:
        _in(world, lambda session, now: act(session, find_webhook(session, number), _actor(world), now))


def _actor(world: World) -> Actor:
    return Actor(private=world.settings.webhook_private)


def _in(world: World, work: Callable[[Session, datetime], T]) -> T:
    now = world.clock.now()
    return world.database.write(lambda session: work(session, now))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _write(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
