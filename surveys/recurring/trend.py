"""How the rounds of a series came out, question by question, with small numbers hidden. Pure.

Shares and means are told, never how many stand behind them: how many answered a question that only some were asked
would tell how many had answered the earlier one so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.i18n import N_, Translator
from surveys.engine.form import Form, Kind
from surveys.polls.published import decimal, percent
from surveys.polls.trend import Line
from surveys.results.counts import QuestionResult
from surveys.results.protecting import LEAST, protect, protect_each

NONE, HIDDEN = "–", "*"
MEAN, MEAN_PLACE = N_("Mean"), N_("mean place")


@dataclass(frozen=True)
class Wave:
    """A round of a series: its number, its first local day, who sent it of those asked, and each question's result."""

    number: int
    round_id: int
    opened: date
    sent: int
    asked: int
    results: Mapping[str, QuestionResult]  # by reference


@dataclass(frozen=True)
class Followed:
    """A question over the rounds: a line for its mean, or for each choice. Without lines it is of words."""

    ref: str
    label: str
    lines: tuple[Line, ...]


def follow(form: Form, waves: Sequence[Wave], t: Translator, least: int = LEAST) -> tuple[Followed, ...]:
    """Every question that can be followed, in the order of the form's newest version."""
    found = []
    for question in form.questions():
        results = [wave.results.get(question.ref) for wave in waves]
        known = next((one for one in reversed(results) if one is not None), None)
        if known is None:
            continue
        lines = _lines(known, results, question.parameters, (t, least))
        if lines:
            found.append(Followed(question.ref, known.label, lines))
    return tuple(found)


def sent_words(wave: Wave, t: Translator, least: int = LEAST) -> str:
    """How many sent it, of those asked; of few only that they were few."""
    if wave.sent < least:
        return t("fewer than {count} of {asked}", count=least, asked=wave.asked)
    return t("{sent} of {asked}", sent=wave.sent, asked=wave.asked)


def rows(waves: Sequence[Wave], followed: Sequence[Followed], t: Translator, least: int = LEAST) -> Iterator[list[str]]:
    """For a spreadsheet, a heading first: a row for each question and choice, a column for each round."""
    yield [t("Question"), t("Answer"), *(f"{wave.number} ({wave.opened.isoformat()})" for wave in waves)]
    yield [t("Sent"), "", *(sent_words(wave, t, least) for wave in waves)]
    for one in followed:
        for line in one.lines:
            yield [one.label, line.name, *line.words]


def _lines(
    known: QuestionResult,
    results: Sequence[QuestionResult | None],
    bounds: Mapping[str, str],
    told: tuple[Translator, int],
) -> tuple[Line, ...]:
    if known.ranking:
        return _places(results, told)
    if known.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.RANGE):
        return _mean(results, bounds, told)
    return _shares(known, results, told)


def _shares(
    known: QuestionResult, results: Sequence[QuestionResult | None], told: tuple[Translator, int]
) -> tuple[Line, ...]:
    t, least = told
    labels = {bar.value: bar.label for one in results if one is not None for bar in one.bars}
    order = [bar.value for bar in known.bars]
    order += [value for value in labels if value not in order]  # of an earlier version
    cells = [_cells(one, order, least) for one in results]
    lines = []
    for at, value in enumerate(order):
        column = [each[at] for each in cells]
        words = tuple(one if isinstance(one, str) else percent(one, t) for one in column)
        lines.append(Line(labels[value], tuple(None if isinstance(one, str) else one for one in column), words))
    return tuple(lines)


def _cells(result: QuestionResult | None, order: Sequence[str], least: int) -> list[float | str]:
    """Of each choice its share, or the sign for what is hidden or was not asked."""
    if result is None or not result.answered:
        return [NONE] * len(order)
    counts = {bar.value: bar.count for bar in result.bars}
    offered = [counts.get(value, 0) for value in order]
    if result.kind is Kind.SELECT_MULTIPLE:
        hidden = protect_each(offered, result.answered, least)
    else:
        hidden = protect(offered, least)
    return [HIDDEN if away else count / result.answered for count, away in zip(offered, hidden, strict=True)]


def _mean(
    results: Sequence[QuestionResult | None], bounds: Mapping[str, str], told: tuple[Translator, int]
) -> tuple[Line, ...]:
    """The mean alone: together with a part of the distribution it would tell the rest of it."""
    t, least = told
    means = [_mean_of(one, least) for one in results]
    known = [one for one in means if isinstance(one, float)]
    low = _number(bounds.get("start", ""), min([0.0, *known]))
    high = _number(bounds.get("end", ""), max([*known, low + 1]))
    span = (high - low) or 1.0
    values = tuple((one - low) / span if isinstance(one, float) else None for one in means)
    return (Line(t(MEAN), values, tuple(decimal(one, t) if isinstance(one, float) else one for one in means)),)


def _mean_of(result: QuestionResult | None, least: int) -> float | str:
    if result is None or result.numbers is None:
        return NONE
    return HIDDEN if result.answered < least else float(result.numbers.mean)


def _places(results: Sequence[QuestionResult | None], told: tuple[Translator, int]) -> tuple[Line, ...]:
    t, least = told
    labels = {one.value: one.label for result in results if result is not None for one in result.ranking}
    lines = []
    for value, label in labels.items():
        column: list[float | str] = []
        for result in results:
            place = None
            if result is not None:
                place = next((one.mean_place for one in result.ranking if one.value == value), None)
            few = result is not None and result.answered < least
            column.append(NONE if place is None else HIDDEN if few else place)
        span = max(len(labels) - 1, 1)
        values = tuple(1 - (one - 1) / span if isinstance(one, float) else None for one in column)  # first place on top
        words = tuple(decimal(one, t) if isinstance(one, float) else one for one in column)
        lines.append(Line(f"{label} ({t(MEAN_PLACE)})", values, words))
    return tuple(lines)


def _number(written: str, otherwise: float) -> float:
    try:
        return float(written)
    except ValueError:
        return otherwise
