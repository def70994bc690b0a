"""How commands speak: a person's language, clear errors, exit statuses."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from core.errors import Problem
from core.i18n import Translator, translator

FAILED, WRONG_INPUT = 1, 2

out = Console()
err = Console(stderr=True)


def new_table(*headings: str) -> Table:
    """A table in which a narrow terminal breaks words and cuts nothing off."""
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def operator() -> Translator:
    """The translator for whoever sits at the terminal (LC_ALL, LC_MESSAGES, LANG)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name, ""):
            return translator(value.split(".")[0])
    return translator("en")


def fail(message: str, status: int = WRONG_INPUT) -> NoReturn:
    """Ends the command with a message on standard error."""
    err.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(status)


def run(app: Callable[..., Any]) -> None:
    """Runs the command line; a Problem becomes one clear line instead of a traceback."""
    try:
        app()
    except Problem as problem:
        err.print(problem.say(operator()), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(WRONG_INPUT)
    except KeyboardInterrupt:
        sys.exit(130)
