"""The count sheet: the rule in words, the result, and all ballots in an order that tells nothing of anybody.

Lines that begin with # are for people and for `ascolto poll tally`; below the heading stands one line for each
different ballot, with how many are alike. UTF-8, lines end with a line feed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.i18n import Translator
from surveys.polls.tally.gathering import MOST, Ballots
from surveys.polls.tally.lots import ballot_lines
from surveys.polls.tally.methods import Method
from surveys.polls.tally.options import Options
from surveys.polls.tally.outcome import Outcome
from surveys.polls.tally.rule_text import rule_json
from surveys.polls.tally.ruling import rule_in_words
from surveys.polls.tally.telling import result_in_words

MARK, RULE, RESULT = "# ", "rule: ", "result: "
LABELS = "labels"  # beside the rule, what its options' codes stand for


@dataclass(frozen=True)
class Heading:
    """What people read at the top: the poll's title, what each option's code stands for, and what else is told.

    `first` stands before the rule and the result, of a sheet whose result decides nothing.
    """

    title: str = ""
    labels: Mapping[str, str] | None = None
    also: Sequence[str] = ()
    first: Sequence[str] = ()

    def name(self, code: str) -> str:
        return (self.labels or {}).get(code) or code


def write_sheet(
    outcome: Outcome, ballots: Ballots, t: Translator, heading: Heading | None = None, most: int = MOST
) -> Iterator[str]:
    """The lines of a count sheet; the ballots are those that the outcome was counted from."""
    heading = heading or Heading()
    options = Options(outcome.options) if outcome.options else None
    form = outcome.rule.form(options)
    yield from (_comment(" ".join(line.split())) for line in _told(outcome, t, heading))
    labels = {code: heading.name(code) for code in outcome.options if heading.name(code) != code}
    yield _comment(RULE + _json(rule_told(outcome) | ({LABELS: labels} if labels else {})))
    yield _comment(RESULT + _json(result_told(outcome)))
    yield f"count,{form.heading}\n"
    for line in ballot_lines(form, ballots, most):
        yield f"{line}\n"


def rule_told(outcome: Outcome) -> dict[str, Any]:
    """For a machine: all that is needed beside the ballots to count them again."""
    return {**rule_json(outcome.rule), "options": list(outcome.options), "invited": outcome.turnout.invited}


def result_told(outcome: Outcome) -> dict[str, Any]:
    """For a machine: what must come out again."""
    told = outcome.to_json()
    found = {key: told[key] for key in ("verdict", "winners", "ranking", "ballots")}
    return {**found, **told["working"]} if outcome.rule.method in (Method.DOTS, Method.MEAN) else found


def _told(outcome: Outcome, t: Translator, heading: Heading) -> Iterable[str]:
    yield t("Count sheet")
    if heading.title:
        yield heading.title
    if heading.first:
        yield ""
        yield from heading.first
        yield ""
    yield from (f"{code}: {heading.name(code)}" for code in outcome.options if heading.name(code) != code)
    yield ""
    yield from rule_in_words(outcome.rule, t)
    yield ""
    yield from result_in_words(outcome, t, heading.name)
    if heading.also:
        yield ""
        yield from heading.also
    yield ""
    yield t("Anybody can count again from this sheet, by hand or with: ascolto poll tally SHEET.csv")


def _comment(text: str) -> str:
    """One cell, whatever a spreadsheet splits lines at, so that no part of it can run as a formula."""
    inside = text.replace('"', '""')
    return f'"{MARK}{inside}"\n'


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)
