"""Numbers on a scale: how often each was given, their mean and their middle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.i18n import Translator
from surveys.polls.tally.ballots import ScaleForm
from surveys.polls.tally.figures import exact, figure, percent
from surveys.polls.tally.gathering import Cast
from surveys.polls.tally.working import Counted, Name


@dataclass(frozen=True)
class ScaleWorking:
    """`distribution` holds every number of the scale, in order; mean and median are None where nobody gave one."""

    distribution: tuple[tuple[int, int], ...]
    mean: Fraction | None
    median: Fraction | None

    def to_json(self) -> dict[str, Any]:
        return {
            "distribution": {str(value): count for value, count in self.distribution},
            "mean": None if self.mean is None else exact(self.mean),
            "median": None if self.median is None else exact(self.median),
        }

    def explain(self, t: Translator, name: Name) -> Iterator[str]:
        total = sum(count for _, count in self.distribution)
        for value, count in self.distribution:
            yield t("{value}: {count} ballots, {share}.", value=value, count=count, share=percent(t, count, total))
        if self.mean is not None and self.median is not None:
            yield t("Mean {mean}, median {median}.", mean=figure(t, self.mean), median=figure(t, self.median))


def count_scale(form: ScaleForm, cast: Cast) -> Counted:
    given: Counter[int] = Counter()
    for value, count in cast.values(form):
        given[value] += count
    total = given.total()
    distribution = tuple((value, given[value]) for value in range(form.lowest, form.highest + 1))
    mean = Fraction(sum(value * count for value, count in distribution), total) if total else None
    return Counted((), (), ScaleWorking(distribution, mean, _median(distribution, total)))


def _median(distribution: tuple[tuple[int, int], ...], total: int) -> Fraction | None:
    """The middle one, between the two middle ones where the number is even."""
    if not total:
        return None
    middle = ((total + 1) // 2, total // 2 + 1)
    found = []
    for place in middle:
        passed = 0
        for value, count in distribution:
            passed += count
            if passed >= place:
                found.append(value)
                break
    return Fraction(sum(found), 2)
