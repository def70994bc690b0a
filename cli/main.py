"""The `ascolto` command."""

from __future__ import annotations

import typer

from cli import (
    account,
    database,
    demo,
    form,
    load,
    mail,
    mailing,
    people,
    plan,
    polls,
    results,
    serve,
    terminal,
    webhook,
)
from cli.doctor.command import doctor

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The bot and multichannel engagement service for public participation.",
)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("load")(load.load)
app.command("plan")(plan.plan)
app.command("doctor")(doctor)
app.add_typer(database.app, name="db")
app.add_typer(people.app, name="people")
app.add_typer(account.app, name="account")
app.add_typer(form.app, name="form")
app.add_typer(mailing.app, name="mailing")
app.add_typer(mail.app, name="mail")
app.add_typer(polls.app, name="poll")
app.add_typer(results.app, name="results")
app.add_typer(webhook.app, name="webhook")


def main() -> None:
    terminal.run(app)


if __name__ == "__main__":
    main()
