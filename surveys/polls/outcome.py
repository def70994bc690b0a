"""The outcome of a poll: counted once, by its own rule, for every door.

At the close it is kept in figures and in words; the ballots, or the count sheet of them, give the same again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from core.i18n import LANGUAGES, N_, Translator, translator
from surveys.polls.errors import FiguresWithheld, NoCountSheet, SheetNotYet
from surveys.polls.glance import Pile
from surveys.polls.kinds import Kind, Ties
from surveys.polls.mixing import STEP
from surveys.polls.poll import Definition, Poll
from surveys.polls.reading import Ballots, read_ballots, turnout_of
from surveys.polls.screens import keep_told, told_of
from surveys.polls.tally.ballots import May
from surveys.polls.tally.counting import tally
from surveys.polls.tally.methods import TITLES, Method
from surveys.polls.tally.options import NONE, Options
from surveys.polls.tally.outcome import Outcome, Verdict
from surveys.polls.tally.rule import ByLot, ByMethod, ByOrder, Quorum, Rule, Threshold, TieBreak
from surveys.polls.tally.ruling import rule_in_words, title
from surveys.polls.tally.sheet import Heading, write_sheet
from surveys.polls.tally.telling import result_in_words, working_in_words
from surveys.results.protecting import LEAST, is_small

ALL, OWN, APART = "all", "own", "apart"  # everybody's ballots, those of who was asked, those of walk-ins
BESIDE = "beside"  # everybody's ballots again, by the method that is shown beside
PARTS = (ALL, OWN, APART, BESIDE)
ALSO = N_("Also shown, deciding nothing: {method}.")
READ_FIRST = N_(
    "The staff of the office read the answers before anybody else sees them, and put together those that say the same. "
    "What they let through is shown then, with how many people said it; small numbers can be left out."
)
DECIDED_BY = N_("What decides is the count of all ballots by: {method}. It gave:")
OF_A_PART = N_("This sheet decides nothing: it shows how a part of those who voted would have ranked.")
DECIDES_NOTHING = {
    BESIDE: N_("This sheet decides nothing: it counts the same ballots by a second method, which is only shown."),
    OWN: OF_A_PART,
    APART: OF_A_PART,
}


@dataclass(frozen=True)
class Counted:
    """An outcome as doors tell it: `figures` as the tally has them for machines, the rest in words."""

    figures: Mapping[str, Any]
    rule: Sequence[str]
    result: Sequence[str]
    working: Sequence[str]

    @property
    def told(self) -> Sequence[str]:
        """The result, with what matters most first; of a scale that is the mean."""
        if self.verdict == Verdict.MEASURED and self.working:
            return (self.working[-1], *self.result)
        return self.result

    @property
    def verdict(self) -> str:
        return str(self.figures["verdict"])

    @property
    def winners(self) -> Sequence[str]:
        return [str(one) for one in self.figures["winners"]]

    @property
    def ranking(self) -> Sequence[Sequence[str]]:
        """Names of options in groups, best first."""
        return [[str(one) for one in group] for group in self.figures["ranking"]]

    @property
    def places(self) -> Mapping[str, int]:
        """By name of option, the best first; equal ones share a place."""
        places: dict[str, int] = {}
        for group in self.ranking:
            places |= dict.fromkeys(group, len(places) + 1)
        return places

    @property
    def matrix(self) -> Mapping[str, Mapping[str, int]]:
        """How many ballots place the one above the other; nothing where options are not compared."""
        compared = self.figures["condorcet"]
        return compared["matrix"] if compared else {}


@dataclass(frozen=True)
class Result:
    """`own` and `apart` tell those asked and walk-ins apart, None where that says too much or nothing.

    `beside` is everybody's by a second method, which decides nothing.
    """

    everybody: Counted
    own: Counted | None = None
    apart: Counted | None = None
    beside: Counted | None = None


def rule_of(poll: Poll) -> Rule | None:
    """The rule that was stated before the opening; None where words are read and not counted."""
    return _rule(poll.definition, poll.code)


def _rule(definition: Definition, code: str) -> Rule | None:
    counting, rules = definition.counting, definition.rules
    if not counting.method:
        return None
    method = Method(counting.method)
    last: dict[Ties, tuple[TieBreak, ...]] = {Ties.ORDER: (ByOrder(),), Ties.LOT: (ByLot(code),)}
    first: tuple[TieBreak, ...] = (ByMethod(Method(counting.tie_method)),) if counting.tie_method else ()
    quorum = None
    if counting.quorum:
        share = Quorum(share=Fraction(counting.quorum, 100))
        quorum = share if counting.of_all else Quorum(number=counting.quorum)
    wanted = counting.threshold and method is not Method.MEAN  # a scale has no winner
    threshold = Threshold(Fraction(counting.threshold, 100), strictly=True) if wanted else None
    scale = (rules.least, rules.most) if method is Method.MEAN else (0, 10)
    return Rule(method, first + last.get(counting.ties, ()), quorum, threshold, scale, _may(definition))


def _may(definition: Definition) -> frozenset[May]:
    """What can stand on a ballot of the poll: nobody casts a blank one, or puts two options in one place."""
    rules = definition.rules
    ranks = rules.kind is Kind.RANKING
    offered = {
        May.NONE: rules.none, May.RANK: ranks, May.LEAVE_OUT: ranks and rules.least < len(definition.options),
    }  # fmt: skip
    return frozenset(one for one, is_offered in offered.items() if is_offered)


def rule_told(poll: Poll, t: Translator) -> Sequence[str]:
    """The rule in words, as it is stated before anybody votes; of words, how they are dealt with."""
    return draft_rule_told(poll.definition, t, poll.code)


def draft_rule_told(definition: Definition, t: Translator, code: str = "") -> Sequence[str]:
    """The same of what has no code yet."""
    rule = _rule(definition, code)
    also = (_also(definition, t),) if definition.counting.beside else ()
    return (*rule_in_words(rule, t), *also) if rule is not None else (t(READ_FIRST),)


def result_of(session: Session, poll: Poll, t: Translator, now: datetime) -> Result | None:
    """As it stands, or as it came out at the close; None for words. Who may see it is the doors' matter."""
    rule = rule_of(poll)
    if rule is None:
        return None
    told = told_of(session, poll.id) if poll.settled_at is not None else None
    if told is not None:
        parts = {one: _kept(told[one], t.language) for one in PARTS if told.get(one)}
        return _result(parts)
    ballots = read_ballots(session, poll)
    counted = _count(poll, rule, ballots, _invited(session, poll, now))
    final = poll.settled_at is not None
    told_now = {name: _in_words(poll, outcome, t, final=final) for name, outcome in counted.items()}
    return _result(told_now)


def keep_outcome(session: Session, poll: Poll, now: datetime) -> None:
    """Counts a poll that has just been settled, and keeps what came out in every language."""
    rule = rule_of(poll)
    if rule is None:
        return
    invited = _invited(session, poll, now)
    told: dict[str, Any] = {"invited": invited}
    for name, outcome in _count(poll, rule, read_ballots(session, poll), invited).items():
        words = {language: _in_words(poll, outcome, translator(language)) for language in LANGUAGES}
        told[name] = {
            "figures": outcome.to_json(),
            "words": {
                language: {"rule": list(one.rule), "result": list(one.result), "working": list(one.working)}
                for language, one in words.items()
            },
        }
    keep_told(session, poll.id, told, now)


def count_sheet(session: Session, poll: Poll, t: Translator, part: str = ALL, least: int = LEAST) -> Iterator[str]:
    """The lines of a closed poll's count sheet, from which anybody gets the same result.

    Raises SheetNotYet, FiguresWithheld, and NoCountSheet for words, and for a part that is not told apart.
    """
    rule = rule_of(poll)
    if rule is None:
        raise NoCountSheet
    if poll.settled_at is None:
        raise SheetNotYet
    ballots = read_ballots(session, poll)
    if withholds(poll, ballots.together, least):
        raise FiguresWithheld(least=least)
    told = told_of(session, poll.id)
    invited = told["invited"] if told is not None else _invited(session, poll, poll.settled_at)
    counted = _count(poll, rule, ballots, invited)
    outcome = counted.get(part)
    if outcome is None or (part in {OWN, APART} and not tells_apart(poll, ballots, least)):
        raise NoCountSheet
    labels = {name: " ".join(poll.label_of(name, t).split()) for name in poll.names if name != NONE}
    also = _in_words(poll, counted[BESIDE], t).result if part == ALL and BESIDE in counted else ()
    told_also = [_also(poll.definition, t), *also] if also else []
    first = () if part == ALL else (t(DECIDES_NOTHING[part]), *_decided(poll, counted[ALL], t))
    heading = Heading(poll.title_in(t.language), labels, told_also, first)
    return write_sheet(outcome, _cast(_part(ballots, part)), t, heading)


def withholds(poll: Poll, piles: Iterable[Pile], least: int = LEAST) -> bool:
    """Whether nobody, staff included, is shown what was chosen: in secret, by so few that a vote could be guessed."""
    return poll.is_secret and is_small(sum(one.count for one in piles), least)


def is_withheld(session: Session, poll: Poll, least: int = LEAST) -> bool:
    """`withholds`, for whoever has no ballots at hand: they are read of a secret poll only."""
    return poll.is_secret and withholds(poll, read_ballots(session, poll).together, least)


def tells_apart(poll: Poll, ballots: Ballots, least: int = STEP) -> bool:
    """Whether those asked and walk-ins are told apart: of a secret poll only where neither pile is a small one."""
    fewest = max(STEP, least) if poll.is_secret else 1
    return min(sum(one.count for one in pile) for pile in (ballots.own, ballots.apart)) >= fewest


def _count(poll: Poll, rule: Rule, ballots: Ballots, invited: int | None) -> dict[str, Outcome]:
    options = _options(poll)
    found = {ALL: tally(rule, options, _cast(ballots.together), invited)}
    if tells_apart(poll, ballots):
        for part in (OWN, APART):
            found[part] = tally(_as_part(rule), options, _cast(_part(ballots, part)))
    if beside := poll.definition.counting.beside:
        method = Method(beside)
        ties = tuple(one for one in rule.ties if one != ByMethod(method))  # which breaks none of its own
        found[BESIDE] = tally(Rule(method, ties, may=rule.may), options, _cast(ballots.together))
    return found


def _decided(poll: Poll, outcome: Outcome, t: Translator) -> Sequence[str]:
    """What the poll's own method gave, for a sheet that only shows something beside it."""
    told = _in_words(poll, outcome, t).told
    return (t(DECIDED_BY, method=title(outcome.rule, t)), *told[:1])


def _result(parts: Mapping[str, Counted]) -> Result:
    return Result(parts[ALL], parts.get(OWN), parts.get(APART), parts.get(BESIDE))


def _also(definition: Definition, t: Translator) -> str:
    return t(ALSO, method=t(TITLES[Method(definition.counting.beside)]))


def _as_part(rule: Rule) -> Rule:
    """Quorum and threshold decide over all ballots; a part only shows how it would rank."""
    return Rule(rule.method, rule.ties, scale=rule.scale, may=rule.may)


def _options(poll: Poll) -> Options | None:
    own = tuple(one.name for one in poll.definition.options)
    return Options(own) if own else None


def _part(ballots: Ballots, part: str) -> Sequence[Pile]:
    piles = {ALL: ballots.together, OWN: ballots.own, APART: ballots.apart, BESIDE: ballots.together}
    return piles.get(part, ())


def _cast(piles: Sequence[Pile]) -> list[tuple[str, int]]:
    return [(one.ballot, one.count) for one in piles]


def _invited(session: Session, poll: Poll, now: datetime) -> int | None:
    """Who may vote: those asked, and with them the walk-ins who have; None where nothing depends on it."""
    counting = poll.definition.counting
    if not (counting.quorum and counting.of_all):
        return None
    turnout = turnout_of(session, poll, now)
    return max(1, turnout.asked + turnout.apart)


def _in_words(poll: Poll, outcome: Outcome, t: Translator, *, final: bool = True) -> Counted:
    def name(code: str) -> str:
        return poll.label_of(code, t)

    decides = outcome.rule.method == poll.definition.counting.method
    also = (_also(poll.definition, t),) if decides and poll.definition.counting.beside else ()
    return Counted(
        outcome.to_json(),
        (*rule_in_words(outcome.rule, t), *also),
        tuple(result_in_words(outcome, t, name, final=final)),
        tuple(working_in_words(outcome, t, name)),
    )


def _kept(told: Mapping[str, Any], language: str) -> Counted:
    words = told["words"][language]
    return Counted(told["figures"], words["rule"], words["result"], words["working"])
