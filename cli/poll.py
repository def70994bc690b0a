"""`ascolto poll`: polls and their counts."""

from __future__ import annotations

import typer

from cli.poll_tally import tally_command

app = typer.Typer(no_args_is_help=True, help="Polls and their counts.")
app.command("tally")(tally_command)


@app.callback()
def poll() -> None:
    """Polls and their counts."""
