"""`ascolto poll tally`: counts a sheet of ballots, anybody's, without a database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import typer

from cli.drafts import draft_for, hand_over
from cli.terminal import FAILED, WRONG_INPUT, err, fail, operator, out
from core.faults import FileWrong
from surveys.polls.tally.counting import tally
from surveys.polls.tally.errors import MethodMissing
from surveys.polls.tally.options import Options
from surveys.polls.tally.outcome import Outcome
from surveys.polls.tally.rule import Rule
from surveys.polls.tally.rule_text import (
    read_method,
    read_quorum,
    read_scale,
    read_threshold,
    read_tie,
)
from surveys.polls.tally.ruling import rule_in_words
from surveys.polls.tally.sheet import result_told, write_sheet
from surveys.polls.tally.sheet_reading import Sheet, SheetBallots, open_sheet
from surveys.polls.tally.telling import result_in_words, working_in_words

SHOWN = 50
DEFAULT_SCALE = "0..10"


def tally_command(
    ballots: Path = typer.Argument(
        metavar="BALLOTS.csv", exists=True, dir_okay=False, help="Lines of a number and a ballot: 12,A>B=C."
    ),
    *,
    method: str = typer.Option("", help="How to count; if left out, as the sheet says."),
    option: list[str] = typer.Option([], help="What was voted on, once for each, in their order."),
    ties: list[str] = typer.Option([], help="How options that come out alike are ordered: order, lot, or a method."),
    phrase: str = typer.Option("", help="For a lot: the phrase stated before the opening."),
    drawn: str = typer.Option("", help="For a lot: what the source named in the phrase gave after the close."),
    quorum: str = typer.Option("", help="Ballots needed: 100, or 40% of those invited."),
    threshold: str = typer.Option("", help="The share that an option needs to win: 50%, or >50% for more."),
    invited: int | None = typer.Option(None, min=0, help="How many were invited."),
    scale: str = typer.Option(DEFAULT_SCALE, help="For the method mean: the first and the last number."),
    sheet: Path | None = typer.Option(None, dir_okay=False, help="Also write a tidy count sheet to this file."),
    as_json: bool = typer.Option(False, "--json", help="For a machine to read."),
) -> None:
    """Counts ballots by a rule and tells, step by step, what comes out; a count sheet brings its own rule."""
    try:
        opened = open_sheet(ballots)
        rule, options = opened.rule, opened.options or ()
        if method:
            breaks = (read_tie(name, phrase, drawn) for name in ties)
            rule = Rule(
                read_method(method),
                tuple(one for one in breaks if one),
                read_quorum(quorum) if quorum else None,
                read_threshold(threshold) if threshold else None,
                read_scale(scale),
            )
        if rule is None:
            raise MethodMissing
        outcome = _count(opened, rule, tuple(option) or options, opened.invited if invited is None else invited)
        if sheet:
            write_lines(
                sheet, write_sheet(outcome, SheetBallots(opened, rule.form(_options(outcome.options))), operator())
            )
    except FileWrong as wrong:
        _show_faults(wrong)
        raise typer.Exit(WRONG_INPUT) from wrong
    except OSError as error:
        fail(operator()("The file {file} cannot be read: {reason}", file=str(ballots), reason=error.strerror or ""))
    if as_json:
        typer.echo(json.dumps(outcome.to_json(), ensure_ascii=False))
    else:
        _tell(outcome, opened.labels)
    if not (method or option):
        _compare(opened, outcome, quietly=as_json)


def _count(opened: Sheet, rule: Rule, codes: tuple[str, ...], invited: int | None) -> Outcome:
    options = _options(codes)
    return tally(rule, options, SheetBallots(opened, rule.form(options)), invited)


def _options(codes: tuple[str, ...]) -> Options | None:
    return Options(codes) if codes else None


def _tell(outcome: Outcome, labels: Mapping[str, str]) -> None:
    """With the words of the options where the sheet has them."""
    t = operator()

    def name(code: str) -> str:
        return labels.get(code, code)

    for lines in (
        rule_in_words(outcome.rule, t),
        result_in_words(outcome, t, name),
        working_in_words(outcome, t, name),
    ):
        for line in lines:
            out.print(line, markup=False, highlight=False, soft_wrap=True)
        out.print()


def _compare(opened: Sheet, outcome: Outcome, *, quietly: bool) -> None:
    """Whether a sheet that states a result states this one; ends with status 1 where it does not."""
    if opened.result is None:
        return
    t = operator()
    if opened.result != json.loads(json.dumps(result_told(outcome))):
        fail(t("The sheet states another result than its ballots give. One of the two was changed."), FAILED)
    if not quietly:
        out.print(t("The sheet states the same result."))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Writes a file whole or not at all; ends with status 1 where it cannot."""
    t = operator()
    try:
        with draft_for(path) as draft:
            with draft.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(lines)
            hand_over(draft, path)
    except OSError as error:
        fail(t("The file {file} cannot be written: {reason}", file=str(path), reason=error.strerror or ""), FAILED)


def _show_faults(wrong: FileWrong) -> None:
    t = operator()
    for fault in wrong.faults[:SHOWN]:
        err.print(f"{fault.place}: {fault.say(t)}", style="red", markup=False, highlight=False, soft_wrap=True)
    if (more := len(wrong.faults) - SHOWN) > 0:
        err.print(t("… and {count} more.", count=more), markup=False)
