"""What came out of a poll, by the rule that was stated: the stored ballots, handed to the tally."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from surveys.polls.kinds import Counting, Kind, Ties
from surveys.polls.poll import Poll
from surveys.polls.reading import Ballots, Turnout
from surveys.polls.tally.counting import tally
from surveys.polls.tally.methods import Method
from surveys.polls.tally.options import Options
from surveys.polls.tally.outcome import Outcome
from surveys.polls.tally.rule import ByLot, ByOrder, Quorum, Rule, Threshold, TieBreak


def outcome_of(poll: Poll, ballots: Ballots, turnout: Turnout) -> Outcome | None:
    """None for words, which are read and not counted."""
    if poll.kind is Kind.TEXT:
        return None
    options = Options(tuple(one.name for one in poll.definition.options)) if poll.definition.options else None
    piles = [(one.ballot, one.count) for one in ballots.together]
    return tally(_rule(poll), options, piles, invited=max(turnout.asked, 1))


def _rule(poll: Poll) -> Rule:
    told = poll.definition.counting
    quorum = (Quorum(share=Fraction(told.quorum, 100)) if told.of_all else Quorum(told.quorum)) if told.quorum else None
    threshold = Threshold(Fraction(told.threshold, 100), strictly=True) if told.threshold else None
    rule = Rule(Method(told.method), _ties(poll, told), quorum, threshold)
    return replace(rule, scale=(poll.rules.least, poll.rules.most)) if poll.kind is Kind.SCALE else rule


def _ties(poll: Poll, told: Counting) -> tuple[TieBreak, ...]:
    match told.ties:
        case Ties.ORDER:
            return (ByOrder(),)
        case Ties.LOT:
            return (ByLot(poll.code),)
    return ()
