"""`ascolto doctor`: what is right and what is missing for an installation."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import typer

from cli.doctor.showing import as_json, show
from cli.terminal import FAILED, err, operator, out
from core.findings import Finding, State

ENV_FILE = Path(".env")


def doctor(json: bool = typer.Option(False, "--json", help="For machines.")) -> None:
    """Says what is right and what is missing: settings, database, bots, mail and its DNS records. Changes nothing."""
    t = operator()
    # Loaded when it is wanted: no other command needs the libraries that ask the DNS and Telegram.
    looking = importlib.import_module("cli.doctor.looking")
    with err.status(t("Looking at everything; this takes a few seconds.")):
        found: list[Finding] = looking.look_at_all(ENV_FILE)
    if json:
        sys.stdout.write(as_json(found, t) + "\n")
    else:
        show(found, out, t)
    if any(one.state is State.WRONG for one in found):
        raise typer.Exit(FAILED)
