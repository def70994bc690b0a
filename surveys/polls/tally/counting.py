"""From a rule and ballots to the outcome."""

from __future__ import annotations

from functools import cached_property

from surveys.polls.tally.ballots import ChoicesForm, May, PointsForm, RankingForm, ScaleForm
from surveys.polls.tally.condorcet import count_condorcet, look
from surveys.polls.tally.copeland import count_copeland
from surveys.polls.tally.dots import count_dots
from surveys.polls.tally.gathering import MOST, Ballots, Cast, Turnout
from surveys.polls.tally.lots import ballot_lines, digest
from surveys.polls.tally.majorities import Majorities
from surveys.polls.tally.methods import COMPARING, Method
from surveys.polls.tally.options import Options
from surveys.polls.tally.outcome import Outcome, ThresholdView, Verdict
from surveys.polls.tally.placing import Places, Placing, place
from surveys.polls.tally.ranked_pairs import count_ranked_pairs
from surveys.polls.tally.rule import Rule
from surveys.polls.tally.runoff import count_runoff
from surveys.polls.tally.scale import count_scale
from surveys.polls.tally.schulze import count_schulze
from surveys.polls.tally.scores import count_approval, count_borda, count_plurality
from surveys.polls.tally.ties import Breaker, Broken
from surveys.polls.tally.working import Counted

Codes = tuple[str, ...]
EIGHT = 8


def tally(
    rule: Rule, options: Options | None, ballots: Ballots, invited: int | None = None, most: int = MOST
) -> Outcome:
    """Counts ballots, texts as in `ballots.py` with how many are alike; only a scale does without options.

    Raises the Problems of `errors.py`, for a ballot that cannot be read, too. At most some `most` different ballots
    of eight options are held at a time, fewer of more options: memory does not grow with the ballots.
    """
    form = rule.form(options)
    size = max(EIGHT, len(options) if options else 0)
    cast = Cast(ballots, invited, max(1, most * EIGHT**2 // size**2))
    ranked = _Ranked(Places(form, cast), rule.may) if isinstance(form, RankingForm) else None
    counted = ranked.by(rule.method) if ranked else _count_others(form, cast)
    ranking, broken = counted.ranking, tuple[Broken, ...]()
    if options and cast.turnout.naming:
        breaker = Breaker(
            options,
            lambda method: ranked.by(method).ranking if ranked else (),
            lambda: digest(ballot_lines(form, ballots, most)),
        )
        ranking, broken = breaker.break_all(ranking, rule.ties)
    groups = options.groups(ranking) if options else ()
    quorum = rule.quorum.needed(invited) if rule.quorum else 0
    threshold = _threshold(rule, options, counted, cast.turnout)
    verdict, winners = _decide(rule, cast.turnout, quorum, (groups[0] if groups else (), threshold))
    condorcet = look(ranked.majorities) if ranked and rule.method in COMPARING else None
    return Outcome(
        rule, options.codes if options else (), cast.turnout, verdict, winners, groups, counted.working, broken, quorum,
        threshold, condorcet,
    )  # fmt: skip


class _Ranked:
    """Rankings, counted by any method for them."""

    def __init__(self, places: Places, may: frozenset[May]) -> None:
        self._places, self._may = places, may

    @cached_property
    def placing(self) -> Placing:
        return place(self._places)

    @cached_property
    def majorities(self) -> Majorities:
        return Majorities(self.placing.options, self.placing.above)

    def by(self, method: Method) -> Counted:
        match method:
            case Method.PLURALITY:
                return count_plurality(self.placing, ranks=May.RANK in self._may)
            case Method.BORDA:
                return count_borda(self.placing)
            case Method.IRV:
                return count_runoff(self._places)
            case Method.SCHULZE:
                return count_schulze(self.placing, self.majorities)
            case Method.RANKED_PAIRS:
                return count_ranked_pairs(self.placing, self.majorities)
            case Method.COPELAND:
                return count_copeland(self.placing, self.majorities)
            case Method.CONDORCET:
                return count_condorcet(self.placing, self.majorities)
        raise ValueError(f"{method} counts no rankings")


def _count_others(form: RankingForm | ChoicesForm | PointsForm | ScaleForm, cast: Cast) -> Counted:
    match form:
        case ChoicesForm():
            return count_approval(form, cast)
        case PointsForm():
            return count_dots(form, cast)
        case ScaleForm():
            return count_scale(form, cast)
    raise ValueError("rankings are counted by places")


def _threshold(rule: Rule, options: Options | None, counted: Counted, turnout: Turnout) -> ThresholdView | None:
    if rule.threshold is None or options is None:
        return None
    support = tuple(zip(options.codes, counted.support, strict=True))
    return ThresholdView(rule.threshold, counted.of or turnout.valid, support)


def _decide(
    rule: Rule, turnout: Turnout, quorum: int, leading: tuple[Codes, ThresholdView | None]
) -> tuple[Verdict, Codes]:
    leaders, threshold = leading
    if turnout.cast < quorum:
        return Verdict.NO_QUORUM, ()
    if not turnout.naming:
        return Verdict.NO_BALLOTS, ()
    if rule.method is Method.MEAN:
        return Verdict.MEASURED, ()
    if rule.method is Method.CONDORCET and len(leaders) > 1:
        return Verdict.NO_WINNER, ()
    winners = leaders if threshold is None else tuple(one for one in leaders if one in threshold.met_by)
    if not winners:
        return Verdict.BELOW_THRESHOLD, ()
    return (Verdict.DECIDED if len(winners) == 1 else Verdict.SHARED), winners
