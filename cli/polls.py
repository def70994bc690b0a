"""`ascolto poll`: polls listed, opened and closed by their short names; anybody's ballots counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.poll_tally import tally_command, write_lines
from cli.terminal import new_table, operator, out
from cli.world import World, open_world
from core.process.tables import Office
from core.staff.audit import Act, record
from surveys.polls.due import purge
from surveys.polls.kinds import KIND_NAMES, SECRECY_NAMES, STATE_NAMES
from surveys.polls.making import close_poll, open_poll
from surveys.polls.outcome import count_sheet
from surveys.polls.poll import Poll
from surveys.polls.reading import Turnout, turnout_of
from surveys.polls.store import find_by_name, polls_of

app = typer.Typer(no_args_is_help=True, help="Polls: listed, opened, closed, counted.")
app.command("tally")(tally_command)

NAME = typer.Argument(metavar="POLL", help="Its short name, OFFICE/NAME where several offices have it.")
AS_JSON = typer.Option(False, "--json", help="For a machine to read.")


@app.command("list")
def list_(as_json: bool = AS_JSON) -> None:
    """Shows all polls with their state and how many have voted."""
    with open_world() as world:
        now = world.clock.now()

        def work(session: Session) -> list[tuple[str, Poll, Turnout]]:
            offices = {row.id: row.slug for row in session.execute(select(Office.id, Office.slug))}
            return [(offices[one.office_id], one, turnout_of(session, one, now)) for one in polls_of(session)]

        rows = world.database.read(work)
    if as_json:
        typer.echo(
            json.dumps([_told(office, poll, turnout, now) for office, poll, turnout in rows], ensure_ascii=False)
        )
        return
    t = operator()
    table = new_table(t("Poll"), t("Question"), t("Kind"), t("State"), t("Voted"), t("May vote"))
    table.columns[0].no_wrap = True  # it is copied into the other commands
    for office, poll, turnout in rows:
        state, kind = t(STATE_NAMES[poll.state_at(now)]), t(KIND_NAMES[poll.kind])
        asked = f"{kind}, {t(SECRECY_NAMES[poll.definition.secrecy])}"
        question = escape(poll.title_in(t.language))
        table.add_row(f"{office}/{poll.slug}", question, asked, state, str(turnout.voted), str(turnout.asked))
    out.print(table if rows else t("There is no poll."))


@app.command("open")
def open_(name: str = NAME) -> None:
    """Takes votes from now on."""
    with open_world() as world:
        _act(world, name, "poll.opened", lambda session, poll, now: open_poll(session, poll.id, now))
    out.print(operator()("The poll {name} is open.", name=name))


@app.command("close")
def close(name: str = NAME) -> None:
    """Takes no more votes; what there is counts."""
    with open_world() as world:
        poll = _act(world, name, "poll.closed", lambda session, poll, now: close_poll(session, world.ids, poll.id, now))
        if poll.is_secret:
            purge(world.database, [poll.id], world.clock.now())
    out.print(operator()("The poll {name} is closed.", name=name))


@app.command("sheet")
def sheet(
    name: str = NAME,
    file: Path | None = typer.Option(None, "--file", dir_okay=False, help="Where to write it; else it is shown."),
) -> None:
    """Writes the count sheet of a closed poll, from which `ascolto poll tally` gets the same result."""
    with open_world() as world:
        t, now = operator(), world.clock.now()

        def work(session: Session) -> list[str]:
            poll = find_by_name(session, name)
            record(session, Act("poll.sheet", f"poll:{poll.id}", office_id=poll.office_id), now)
            return list(count_sheet(session, poll, t, least=world.settings.small_numbers))

        lines = world.database.write(work)
    if file is None:
        typer.echo("".join(lines), nl=False)
    else:
        write_lines(file, lines)


def _act(world: World, name: str, act: str, do: Callable[[Session, Poll, datetime], Poll]) -> Poll:
    now = world.clock.now()

    def work(session: Session) -> Poll:
        poll = do(session, find_by_name(session, name), now)
        record(session, Act(act, f"poll:{poll.id}", office_id=poll.office_id), now)
        return poll

    return world.database.write(work)


def _told(office: str, poll: Poll, turnout: Turnout, now: datetime) -> dict[str, Any]:
    times = {
        name: at.isoformat() if at else None for name, at in (("opens", poll.opens_at), ("closes", poll.closes_at))
    }
    return {
        "poll": poll.slug, "office": office, "kind": poll.kind.value, "secrecy": poll.definition.secrecy.value,
        "state": poll.state_at(now).value, "code": poll.code, "voted": turnout.voted, "walk_ins": turnout.apart,
        "may_vote": turnout.asked, **times,
    }  # fmt: skip
