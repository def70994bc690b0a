"""`ascolto account`: the people who work in the console."""

from __future__ import annotations

import typer
from sqlalchemy.orm import Session

from cli.terminal import operator, out
from cli.world import open_world
from core.config import NEW_PASSWORD
from core.staff.accounts import NewAccount, add_account, check_grant, grant_role
from core.staff.roles import Role

app = typer.Typer(no_args_is_help=True, help="Accounts of staff.")

PASSWORD = typer.Option("", envvar=NEW_PASSWORD, help="Asked for if left out, which is safer.")


@app.command("add")
def add(
    email: str,
    name: str = typer.Option(help="The person's name, as shown in the audit log."),
    office: str = typer.Option(help="The office's slug."),
    role: str = typer.Option("organiser", help=f"One of: {', '.join(Role)}."),
    password: str = PASSWORD,
) -> None:
    """Adds an account and gives it a role in an office; asks for the password."""
    with open_world() as world:
        now = world.clock.now()
        world.database.read(lambda session: check_grant(session, office, role))
        password = password or typer.prompt(operator()("Password"), hide_input=True, confirmation_prompt=True)

        def work(session: Session) -> None:
            account_id = add_account(session, NewAccount(email, name, password), now)
            grant_role(session, account_id, office, role, now)

        world.database.write(work)
    out.print(operator()("The account {email} can sign in now.", email=email))
