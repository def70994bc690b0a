"""`ascolto demo`: everything at once, for trying it out."""

from __future__ import annotations

import importlib
from pathlib import Path

import typer

FOLDER = Path("var/demo")


def demo(
    port: int = typer.Option(8000, min=0, max=65535, help="The port of everything; 0 takes a free one."),
    folder: Path = typer.Option(FOLDER, help="Where the demo keeps its database and clock."),
) -> None:
    """Starts everything in one process, loads the example, sends what is due, prints the addresses."""
    # The sandbox knows the whole Bot API, which takes seconds to read in: no other command waits for it.
    importlib.import_module("cli.demo_world").run_demo(port, folder)
