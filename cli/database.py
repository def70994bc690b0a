"""`ascolto db`: the database and its migrations."""

from __future__ import annotations

import typer

from cli.terminal import operator, out
from core.config import load_settings
from core.database.engine import open_engine
from core.database.migrating import check_current, downgrade, upgrade

app = typer.Typer(no_args_is_help=True, help="The database and its migrations.")


@app.command("upgrade")
def upgrade_command() -> None:
    """Brings the database to this release's tables; safe to repeat."""
    upgrade(open_engine(load_settings().database_url))
    out.print(operator()("The database is up to date."))


@app.command("downgrade")
def downgrade_command(revision: str = typer.Argument(help="The revision to go back to, such as 0001.")) -> None:
    """Takes migrations back, down to a revision."""
    downgrade(open_engine(load_settings().database_url), revision)
    out.print(operator()("The database is at revision {revision}.", revision=revision))


@app.command("check")
def check_command() -> None:
    """Says whether the database is at this release's revision."""
    check_current(open_engine(load_settings().database_url))
    out.print(operator()("The database is up to date."))
