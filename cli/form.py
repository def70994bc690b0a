"""`ascolto form`: a questionnaire's file, checked and tried before it is published."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import typer

from cli.terminal import WRONG_INPUT, fail, operator, out
from surveys.xlsform.check import check_json
from surveys.xlsform.compile import compile_form
from surveys.xlsform.errors import FormErrors
from surveys.xlsform.trace import trace_json

app = typer.Typer(no_args_is_help=True, help="A questionnaire's file, checked and tried.")

FORM = typer.Argument(metavar="FORM", exists=True, dir_okay=False, help="XLSX, XLS, CSV, Markdown or XForm XML.")
STEPS = typer.Argument(metavar="STEPS.json", exists=True, dir_okay=False, help="The answers to play.")


@app.command("check")
def check_command(
    form: Path = FORM, as_json: bool = typer.Option(False, "--json", help="For a machine to read.")
) -> None:
    """Says what is wrong with a form and where; ends with status 2 when it cannot be used."""
    found = check_json(form, operator())
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _tell(found)
    if found["errors"]:
        raise typer.Exit(WRONG_INPUT)


@app.command("trace")
def trace_command(form: Path = FORM, steps: Path = STEPS) -> None:
    """Plays answers into a form and prints what became of every question, as JSON."""
    t = operator()
    try:
        script = json.loads(steps.read_text(encoding="utf-8"))
        found = trace_json(form, script)
    except FormErrors as faults:
        typer.echo(json.dumps({"errors": [one.to_json(t) for one in faults.errors]}, ensure_ascii=False))
        raise typer.Exit(WRONG_INPUT) from faults
    except (ValueError, KeyError, TypeError) as fault:
        fail(t("The file {file} cannot be played: {reason}", file=steps, reason=repr(fault)))
    typer.echo(json.dumps(found, ensure_ascii=False))


@app.command("preview")
def preview_command(
    form: Path = FORM,
    language: str = typer.Option("", help="The form's language to begin with."),
    port: int = typer.Option(8001, min=0, max=65535, help="The port on this machine; 0 takes a free one."),
    answers: Path | None = typer.Option(None, exists=True, dir_okay=False, help="JSON: answers by reference."),
) -> None:
    """Shows a form as chat and web side by side in the browser, at any answers; stores nothing."""
    t = operator()
    try:
        compiled = compile_form(form, form.name, name=form.stem, version=1)
    except FormErrors as faults:
        _tell({"errors": [one.to_json(t) for one in faults.errors], "warnings": []})
        raise typer.Exit(WRONG_INPUT) from faults
    given = _answers(answers) if answers else {}
    told = importlib.import_module("cli.preview")  # the pages and the bot's screens take a second to read in
    told.run(compiled.form, language, port, given)


def _answers(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(ref): str(value) for ref, value in found.items()}
    except (ValueError, AttributeError) as fault:
        t = operator()
        fail(t("The file {file} cannot be played: {reason}", file=path, reason=repr(fault)))


def _tell(found: dict[str, Any]) -> None:
    t = operator()
    for kind, style in (("errors", "red"), ("warnings", "yellow")):
        for one in found[kind]:
            place = _place(one)
            out.print(f"{place}: {one['text']}" if place else one["text"], style=style, markup=False, soft_wrap=True)
    if not found["errors"]:
        out.print(t("The form can be used."))


def _place(one: dict[str, Any]) -> str:
    t = operator()
    parts = [str(one["sheet"])] if one["sheet"] else []
    if one["row"]:
        parts.append(t("row {row}", row=one["row"]))
    if one["column"]:
        parts.append(t("column {column}", column=one["column"]))
    return ", ".join(parts)
