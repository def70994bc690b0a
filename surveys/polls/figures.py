"""The number that goes with a poll's method, for each option: votes, points, comparisons won. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from core.i18n import N_
from surveys.polls.glance import COUNTED, Glance, Line
from surveys.polls.kinds import Kind
from surveys.polls.outcome import Counted
from surveys.polls.poll import Poll
from surveys.polls.tally.methods import Method

WON = N_("comparisons won")
NOT_BY_FIRST_PLACES = N_(
    "First places alone do not decide here: the whole order of each vote counts, by the stated rule."
)


@dataclass(frozen=True)
class Figures:
    """`by_name` has a number for each option, and `unit` is what it counts; the best first where there are `places`."""

    by_name: Mapping[str, Fraction]
    unit: str
    places: Mapping[str, int] = field(default_factory=dict)

    @property
    def of_first_places(self) -> bool:
        return self.unit == COUNTED[Kind.RANKING]

    def in_order(self, standing: Glance) -> Sequence[Line]:
        """The lines of a table beside these figures, the best first where there are `places`."""
        return sorted(standing.lines, key=lambda one: self.places.get(one.name, len(standing.lines) + 1))


def figures_of(poll: Poll, standing: Glance, counted: Counted | None, *, works: bool) -> Figures:
    """By option what the method ranks by, where that is one number; else what the kind counts. Of a ranking that was
    counted, in the order in which it came out.

    Points are told where the working is; who won how many comparisons says of nobody how they voted.
    """
    own = _own_figures(poll, counted, works=works)
    found = own or Figures({one.name: Fraction(one.count) for one in standing.lines}, COUNTED.get(poll.kind, ""))
    if counted is None or poll.kind is not Kind.RANKING:
        return found
    places = counted.places
    ordered = sorted(found.by_name.items(), key=lambda one: places.get(one[0], len(found.by_name) + 1))
    return Figures(dict(ordered), found.unit, places)


def _own_figures(poll: Poll, counted: Counted | None, *, works: bool) -> Figures | None:
    """What the method of a ranking ranks by; None where that is no number of its own, as with first places."""
    if counted is None or poll.kind is not Kind.RANKING:
        return None
    method, matrix = counted.figures["method"], counted.matrix
    if method == Method.BORDA and works:
        points = counted.figures["working"]["scores"]
        return Figures({name: Fraction(score) for name, score in points.items()}, COUNTED[Kind.DOTS])
    if matrix and method not in {Method.BORDA, Method.IRV, Method.PLURALITY}:
        won = {one: sum(votes > matrix[other][one] for other, votes in row.items()) for one, row in matrix.items()}
        return Figures({name: Fraction(count) for name, count in won.items()}, WON)
    return None


def is_decided_otherwise(poll: Poll) -> bool:
    """Whether first places, which stand beside the options, are not what the stated rule goes by."""
    return poll.kind is Kind.RANKING and poll.definition.counting.method != Method.PLURALITY
