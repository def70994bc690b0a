"""A poll's result as it is published: small numbers hidden, in words for mails, chats and who cannot see the picture.

Pure. What few chose is hidden by the rule of surveys/results/protecting.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from babel.numbers import format_decimal

from core.i18n import N_, Translator
from surveys.polls.ballot import choice_of
from surveys.polls.errors import FiguresWithheld
from surveys.polls.figures import Figures, figures_of
from surveys.polls.glance import COUNTED, Glance, Line, glance
from surveys.polls.kinds import Kind
from surveys.polls.outcome import ALSO, Counted, Result, withholds
from surveys.polls.poll import Poll
from surveys.polls.reading import Ballots
from surveys.polls.tally.methods import TITLES, Method
from surveys.polls.tally.outcome import Verdict
from surveys.results.protecting import LEAST, is_small, protect, protect_each

ALSO_FIRST = N_("Also shown, deciding nothing: {method}. First by it: {options}.")
NOBODY_VOTED = N_("Nobody voted.")
LET_THROUGH = N_("Answers that the office has read and let through.")
LET_THROUGH_COUNTED = N_("Answers that the office has read and let through; the number says how many people said it.")
CHOSEN_BY_FEW = N_("What fewer than {least} people chose is not published.")
SAID_BY_FEW = N_("Numbers behind which few people stand are not published.")
NOBODY = N_("No ballot names an option.")
QUOTED = N_("“{name}”")
INNER_QUOTES = str.maketrans(dict.fromkeys('"“”„‟«»″‶〝〞〟＂❝❞', "'"))  # which would end the quotes around them
BETWEEN_FRENCH = "\u00a0; "
WITHOUT_WINNER: dict[str, str] = {
    Verdict.NO_QUORUM: N_("Too few took part for a winner."),
    Verdict.BELOW_THRESHOLD: N_("No option reached the share that a winner needs."),
    Verdict.NO_WINNER: N_("No option beats all others."),
}


@dataclass(frozen=True)
class PublicLine:
    """An option, a number of a scale, or what people said; `count` and `share` are None where hidden.

    The share is of the ballots, 0 to 1; `place` is that of a ranking by the stated rule, 0 where none is told.
    """

    name: str
    count: Fraction | int | None
    share: float | None
    place: int = 0


@dataclass(frozen=True)
class Published:
    """`ballots` is None where there are too few to be told; `winners` are those of the stated rule, and `why_none` says
    in words why there are none; `mean` is that of a scale of which nothing is hidden. `unit` is what the lines count.
    `also` came out by a second method, which decides nothing."""

    lines: tuple[PublicLine, ...]
    ballots: int | None
    winners: tuple[str, ...]
    mean: float | None
    least: int
    why_none: str = ""
    unit: str = ""
    also: Counted | None = None

    @property
    def is_empty(self) -> bool:
        return self.ballots == 0

    @property
    def hides(self) -> bool:
        return self.ballots is None or any(one.count is None for one in self.lines)


@dataclass(frozen=True)
class Disclosed:
    """What a reader may have of a count: `counted` is None where not all of it, and it `works` where they may have how
    it came about as well."""

    figures: Figures
    counted: Counted | None = None
    works: bool = False


def publish(poll: Poll, ballots: Ballots, result: Result | None, least: int = LEAST) -> Published:
    """What may be told to everybody of the ballots that count; `result` None for words, which are read."""
    standing = glance(poll, ballots.together)
    hidden = _hidden(poll, ballots, [one.count for one in standing.lines], least)
    lines = tuple(
        PublicLine(one.name, None if hides else one.count, None if hides else _share(poll, one.count, standing.ballots))
        for one, hides in zip(standing.lines, hidden, strict=True)
    )
    unit = COUNTED.get(poll.kind, "")
    if is_small(standing.ballots, least):
        return Published(lines, None, (), None, least, unit=unit)
    if result is None or not standing.ballots:
        return Published(lines, standing.ballots, (), None, least, unit=unit)
    decided = result.everybody
    told = disclose(poll, standing, [decided], least, to_all=True)
    if poll.kind is Kind.RANKING and not any(hidden) and told.counted is not None:
        lines, unit = _in_order(told.figures, standing.ballots), told.figures.unit
    why = WITHOUT_WINNER.get(decided.verdict, "")
    # The mean of a scale would be one more equation for what is hidden.
    mean = None if any(hidden) else standing.mean
    return Published(lines, standing.ballots, tuple(decided.winners), mean, least, why, unit, result.beside)


def for_voters(poll: Poll, ballots: Ballots, least: int = LEAST) -> Glance:
    """How it stands, as those who may vote read it: of an anonymous poll small numbers are hidden to them as well.

    Of a named one they read all, as a small group that votes by name knows one another.
    """
    standing = glance(poll, ballots.together)
    if not poll.is_secret:
        return standing
    hidden = _hidden(poll, ballots, [one.count for one in standing.lines], least)
    if not any(hidden):
        return standing
    lines = tuple(Line(one.name, 0 if hides else one.count) for one, hides in zip(standing.lines, hidden, strict=True))
    names = frozenset(one.name for one, hides in zip(lines, hidden, strict=True) if hides)
    return Glance(lines, standing.ballots, None, names)


def disclose(
    poll: Poll, standing: Glance, counts: Sequence[Counted], least: int = LEAST, *, to_all: bool = False
) -> Disclosed:
    """What those who may vote read beside `standing`, which `for_voters` gave, of the first of `counts`: no more than
    may be told of each of them. Nothing is counted yet where there are none.

    Who reads it `to_all` is told no small number of a named poll's working either.
    """
    if not counts or not all(_tells_all(poll, standing, one, least) for one in counts):
        return Disclosed(figures_of(poll, standing, None, works=False))
    works = not (poll.is_secret or to_all) or all(_tells_working(one, least) for one in counts)
    return Disclosed(figures_of(poll, standing, counts[0], works=works), counts[0], works)


def for_staff(poll: Poll, ballots: Ballots, least: int = LEAST) -> Glance:
    """How it stands, as those who conduct it read it: in full, unless the figures are shown to nobody."""
    if withholds(poll, ballots.together, least):
        return for_voters(poll, ballots, least)
    return glance(poll, ballots.together)


def also_told(poll: Poll, beside: Counted | None, t: Translator) -> Sequence[str]:
    """Who is first by the second method, in a sentence that says that it decides nothing."""
    if beside is None:
        return ()
    method = t(TITLES[Method(poll.definition.counting.beside)])
    if beside.winners:
        return (t(ALSO_FIRST, method=method, options=", ".join(poll.label_of(one, t) for one in beside.winners)),)
    return (f"{t(ALSO, method=method)} {t(WITHOUT_WINNER.get(beside.verdict, NOBODY))}",)


def words_for_voters(poll: Poll, standing: Glance, result: Result, t: Translator, least: int = LEAST) -> Sequence[str]:
    """What came out, as those who may vote read it beside `standing`, which `for_voters` gave.

    Of an anonymous poll with small numbers it is who won, and no figures; of too few votes it is nothing. Who is first
    by a second method is told wherever who won is, after the ranking by the first one.
    """
    told, also = won_told(poll, standing, result.everybody, least), also_told(poll, result.beside, t)
    return (*told[:2], *also, *told[2:]) if told else ()


def won_told(poll: Poll, standing: Glance, counted: Counted, least: int = LEAST) -> Sequence[str]:
    """The same of the first method alone."""
    if _tells_all(poll, standing, counted, least):
        return counted.told
    tells = not is_small(standing.ballots, least) and counted.verdict != Verdict.MEASURED
    return counted.told[:1] if tells else ()


def _tells_all(poll: Poll, standing: Glance, counted: Counted, least: int) -> bool:
    """Whether a result is told with all its figures beside `standing`: of an anonymous poll where none is small.

    How it came about is another matter: `_tells_working`.
    """
    if not poll.is_secret:
        return True
    ballots, threshold = counted.figures["ballots"], counted.figures["threshold"] or {"of": 0, "support": {}}
    support = [Fraction(one) for one in threshold["support"].values()]
    return (
        not standing.hidden
        and not any(is_small(ballots[one], least) for one in ("naming", "none", "blank"))
        and not any(_is_few(one, threshold["of"], least) for one in support)
    )


def _tells_working(counted: Counted, least: int) -> bool:
    """Whether it is told how a result came about, with all comparisons, rounds, paths and points: where no small number
    is among them, nor is one left when two of them are taken from the whole."""
    naming = Fraction(counted.figures["ballots"]["naming"])
    told = list(_figures_of(counted.figures["working"]))
    for one, row in counted.matrix.items():
        for other, votes in row.items():
            told += [Fraction(votes), naming - votes - counted.matrix[other][one]]
    return not any(is_small(one, least) for one in told)


def _figures_of(working: Mapping[str, Any]) -> Iterator[Fraction]:
    """The numbers in a working behind which ballots stand, and by how much they grow from round to round."""
    before = 0
    for one in working.get("rounds", ()):
        yield from (Fraction(votes) for part in ("votes", "gains") for votes in one[part].values())
        yield from (Fraction(one["exhausted"]), Fraction(one["exhausted"] - before))
        before = one["exhausted"]
    for path in working.get("paths", ()):
        yield from (Fraction(path["strength"]), Fraction(path["back"]))
    yield from map(Fraction, working.get("scores", {}).values())


def _is_few(has: Fraction, of: int, least: int) -> bool:
    """Few who did, or few who did not."""
    return is_small(has, least) or is_small(of - has, least)


def in_words(poll: Poll, result: Published, t: Translator) -> str:
    """The result in one sentence or two."""
    if result.ballots is None:
        return too_few(poll, result, t)
    if result.is_empty:
        return t(NOBODY_VOTED)
    said = [t.n("{count} vote counted.", "{count} votes counted.", result.ballots)]
    if result.mean is not None:
        said.append(t("Mean: {mean}", mean=decimal(result.mean, t)) + ".")
    said += winners_told(poll, result, t)
    said += also_told(poll, result.also, t)
    if result.lines:
        said += about_lines(poll, result, t)
        each = [_line(placed(poll, one, t), value(one, result, t), t) for one in result.lines]
        said.append((BETWEEN_FRENCH if t.language == "fr" else "; ").join(each) + ".")
    said += about_hidden(result, t)
    return " ".join(said)


def _line(name: str, number: str, t: Translator) -> str:
    return t("{option}: {count}", option=name, count=number) if number else name


def about_lines(poll: Poll, result: Published, t: Translator) -> Sequence[str]:
    """What stands in the lines, where it does not go without saying."""
    if poll.kind is Kind.RANKING:
        return (t("Figures: {what}.", what=t(result.unit)),)
    if poll.kind is not Kind.TEXT or not result.lines:
        return ()
    return (t(LET_THROUGH if all(one.count is None for one in result.lines) else LET_THROUGH_COUNTED),)


def about_hidden(result: Published, t: Translator) -> Sequence[str]:
    """That something is; what people said in words stands there, without how many did."""
    if not result.hides:
        return ()
    return (t(CHOSEN_BY_FEW, least=result.least) if result.unit else t(SAID_BY_FEW),)


def too_few(poll: Poll, result: Published, t: Translator) -> str:
    """Why nothing is told; of an anonymous poll it is told to nobody."""
    if poll.is_secret:
        return FiguresWithheld(least=result.least).say(t)
    return t("Fewer than {least} people took part: their answers are not published.", least=result.least)


def winners_told(poll: Poll, result: Published, t: Translator) -> Sequence[str]:
    """Who won, or why nobody did; nothing of a scale."""
    names = ", ".join(poll.label_of(one, t) for one in result.winners)
    if len(result.winners) > 1:
        return (t("Several options win together: {options}.", options=names),)
    if names:
        return (t("“{option}” wins.", option=names),)
    return (t(result.why_none),) if result.why_none else ()


def placed(poll: Poll, line: PublicLine, t: Translator) -> str:
    """What a line is called, with its place in a ranking."""
    return f"{line.place}. {label(poll, line.name, t)}" if line.place else label(poll, line.name, t)


def label(poll: Poll, name: str, t: Translator) -> str:
    """What a line is called; of a scale the ends bear their words, and what people said stands in quotes."""
    if poll.kind is Kind.TEXT:
        return t(QUOTED, name=name.translate(INNER_QUOTES))
    if poll.kind is not Kind.SCALE:
        return poll.label_of(name, t)
    ends = {str(poll.rules.least): poll.rules.low, str(poll.rules.most): poll.rules.high}
    words = ends.get(name, {}).get(t.language, "")
    return f"{name} ({words})" if words else name


def value(line: PublicLine, result: Published, t: Translator) -> str:
    """A line's number with its share, or the words for what is hidden; nothing beside what was said by few."""
    if line.count is None:
        return t("not published") if result.unit else ""
    number = str(format_decimal(float(line.count), format="#,##0.#", locale=t.language))
    return number if line.share is None else f"{number} ({percent(line.share, t)})"


def percent(share: float, t: Translator) -> str:
    """To the whole percent, with a space that never breaks before the sign but in English."""
    space = "" if t.language == "en" else "\u00a0"
    return f"{round(share * 100)}{space}%"


def decimal(number: float, t: Translator) -> str:
    return str(format_decimal(number, format="#,##0.0", locale=t.language))


def _hidden(poll: Poll, ballots: Ballots, counts: list[int], least: int) -> tuple[bool, ...]:
    """Of several options each stands by itself too; points are hidden by how many people gave them."""
    cast = sum(one.count for one in ballots.together)
    if poll.kind not in {Kind.MULTIPLE, Kind.DOTS}:
        return protect(counts, least)
    if poll.kind is Kind.DOTS:
        givers = dict.fromkeys(poll.names, 0)
        for pile in ballots.together:
            for name, given in choice_of(poll, pile.ballot).points.items():
                givers[name] = givers.get(name, 0) + (pile.count if given else 0)
        counts = list(givers.values())
    # Where everybody has to give all they have, the total is known too.
    return tuple(map(any, zip(protect(counts, least), protect_each(counts, cast, least), strict=True)))


def _in_order(figures: Figures, ballots: int) -> tuple[PublicLine, ...]:
    """The lines of a ranking, the best first; only first places have a share of the ballots."""
    return tuple(
        PublicLine(
            name, number, float(number / ballots) if figures.of_first_places else None, figures.places.get(name, 0)
        )
        for name, number in figures.by_name.items()
    )


def _share(poll: Poll, count: int, ballots: int) -> float | None:
    return count / ballots if ballots and poll.kind is not Kind.DOTS else None
