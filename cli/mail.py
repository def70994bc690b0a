"""`ascolto mail`: what a mail is that came in."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from cli.terminal import fail, new_table, operator, out
from cli.voice import signer_of
from cli.world import open_world
from notifications.intake.addresses import ReturnAddresses
from notifications.intake.classify import classify
from notifications.intake.kinds import FATE_NAMES, KIND_NAMES, Classified, Recipient
from notifications.intake.letter import MOST_BYTES
from notifications.intake.service import take_in

app = typer.Typer(no_args_is_help=True, help="Mails that came in, and how ours are signed.")


@app.callback()
def mail() -> None:
    """Mails that came in, and how ours are signed."""


@app.command("classify")
def classify_(
    file: Path = typer.Argument(help="A mail as it arrived (.eml)."),
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> None:
    """Tells bounces, complaints and automatic replies from what a person wrote, and whom they are about."""
    found = classify(_read(file))
    if as_json:
        sys.stdout.write(json.dumps(as_dict(found), ensure_ascii=False) + "\n")
    else:
        _show(found)


@app.command("take")
def take(
    files: list[Path] = typer.Argument(None, help="Mails as they arrived; standard input if left out."),
) -> None:
    """Takes mails in, as a mail server hands them over: bounces and complaints act, answers go to staff."""
    t = operator()
    with open_world() as world:
        returns = ReturnAddresses(world.settings.need_return_address(), world.links)
        for raw in [_read(file) for file in files] if files else [sys.stdin.buffer.read(MOST_BYTES + 1)]:
            taken = world.database.write(partial(take_in, raw=raw, returns=returns, now=world.clock.now()))
            out.print(t(KIND_NAMES[taken.kind]) if taken else t("It was taken in before."))


@app.command("dkim")
def dkim() -> None:
    """Prints the DNS record that lets others verify our signatures."""
    t = operator()
    with open_world(migrated=False) as world:
        signer = signer_of(world)
    if signer is None:
        fail(t("Mails are not signed here: ASCOLTO_DKIM_KEY is not set. Usually the relay signs them."))
    name = f"{signer.selector}._domainkey.{signer.domain}"
    out.print(t("Publish this as a TXT record of {name}:", name=name), highlight=False, soft_wrap=True)
    out.print(signer.record(), highlight=False, soft_wrap=True, markup=False)


def as_dict(found: Classified) -> dict[str, Any]:
    return {"kind": found.kind.value, "recipients": [_recipient(one) for one in found.recipients]}


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        fail(operator()("The file {file} cannot be read: {reason}", file=str(file), reason=error.strerror or ""))


def _recipient(one: Recipient) -> dict[str, Any]:
    return {"address": one.address, "status": one.status, "hard": one.is_hard, "reason": one.fate.value}


def _show(found: Classified) -> None:
    t = operator()
    out.print(t(KIND_NAMES[found.kind]))
    if found.recipients:
        table = new_table(t("Address"), t("Status"), t("Reason"), t("For good"))
        for one in found.recipients:
            table.add_row(
                escape(one.address), one.status, t(FATE_NAMES[one.fate]), t("yes") if one.is_hard else t("no")
            )
        out.print(table)
