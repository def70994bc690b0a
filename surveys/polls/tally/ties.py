"""Shared places broken as was stated before the opening, and told how."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from surveys.polls.tally.lots import draw
from surveys.polls.tally.methods import Method
from surveys.polls.tally.options import Groups, Options
from surveys.polls.tally.rule import ByLot, ByMethod, ByOrder, TieBreak
from surveys.polls.tally.rule_text import tie_json


@dataclass(frozen=True)
class Broken:
    """Options that shared a place, and in which groups they stand now; `lots` by option where lots were drawn."""

    options: tuple[str, ...]
    by: TieBreak
    groups: tuple[tuple[str, ...], ...]
    lots: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "options": list(self.options),
            "by": tie_json(self.by)["by"],
            "groups": [list(one) for one in self.groups],
            "lots": dict(self.lots),
        }


@dataclass(frozen=True)
class Breaker:
    """What breaking needs to know: another method's ranking and the ballots' digest, looked up when needed."""

    options: Options
    ranking_by: Callable[[Method], Groups]
    ballots_digest: Callable[[], str]

    def break_all(self, ranking: Groups, ties: Iterable[TieBreak]) -> tuple[Groups, tuple[Broken, ...]]:
        """Tries one way after the other on every place that is still shared."""
        broken: list[Broken] = []
        for tie in ties:
            after: list[tuple[int, ...]] = []
            for group in ranking:
                groups, lots = self._settle(group, tie) if len(group) > 1 else ((group,), {})
                after += groups
                if len(groups) > 1:
                    codes = self.options.groups((group, *groups))
                    broken.append(Broken(codes[0], tie, codes[1:], tuple(lots.items())))
            ranking = tuple(after)
        return ranking, tuple(broken)

    def _settle(self, group: tuple[int, ...], tie: TieBreak) -> tuple[Groups, dict[str, str]]:
        match tie:
            case ByOrder():
                return tuple((one,) for one in sorted(group)), {}
            case ByMethod(method):
                cut = (tuple(one for one in other if one in group) for other in self.ranking_by(method))
                return tuple(filter(None, cut)), {}
            case ByLot():
                of_ballots = self.ballots_digest()
                lots = {self.options.codes[one]: draw(tie, of_ballots, self.options.codes[one]) for one in group}
                ordered = sorted(group, key=lambda one: lots[self.options.codes[one]])
                return tuple((one,) for one in ordered), lots
