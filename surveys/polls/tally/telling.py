"""An outcome in words: who won, by how much, and step by step why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.i18n import N_, Translator
from surveys.polls.tally.ballots import May
from surveys.polls.tally.figures import figure, percent
from surveys.polls.tally.methods import TITLES, Method
from surveys.polls.tally.outcome import Outcome, Verdict
from surveys.polls.tally.rule import ByLot, ByMethod, ByOrder
from surveys.polls.tally.ties import Broken
from surveys.polls.tally.working import Name, listed

ENOUGH = N_("“{option}” has {count} of {whole}, {share}: enough.")
TOO_LITTLE = N_("“{option}” has {count} of {whole}, {share}: too little.")
BALLOTS = N_("Ballots: {cast}. Naming an option: {naming}; none of these: {none}; blank: {blank}.")
BALLOTS_OR_NONE = N_("Ballots: {cast}. Naming an option: {naming}; none of these: {none}.")
BALLOTS_ALONE = N_("Ballots: {cast}.")
VERDICTS = {
    Verdict.DECIDED: N_("“{option}” wins."),
    Verdict.SHARED: N_("Several options win together: {options}."),
    Verdict.NO_WINNER: N_("No option beats all others: nobody wins."),
    Verdict.NO_QUORUM: N_("The quorum of {needed} ballots is not reached: nobody wins."),
    Verdict.BELOW_THRESHOLD: N_("Nobody wins: who leads does not reach the threshold ({options})."),
    Verdict.NO_BALLOTS: N_("No ballot names an option: nobody wins."),
}
SO_FAR = {
    Verdict.DECIDED: N_("“{option}” leads."),
    Verdict.SHARED: N_("Several options lead together: {options}."),
    Verdict.NO_WINNER: N_("No option beats all others so far."),
    Verdict.NO_QUORUM: N_("The quorum of {needed} ballots is not reached so far."),
    Verdict.BELOW_THRESHOLD: N_("Who leads does not reach the threshold so far ({options})."),
    Verdict.NO_BALLOTS: N_("No ballot names an option so far."),
}


def result_in_words(outcome: Outcome, t: Translator, name: Name, *, final: bool = True) -> Iterator[str]:
    """Who won, or leads as long as the result is not final; the ranking, and what the result rests on."""
    if outcome.verdict is not Verdict.MEASURED:
        yield _verdict(outcome, t, name, VERDICTS if final else SO_FAR)
    if outcome.ranking and outcome.turnout.naming:
        yield t("Ranking: {ranking}.", ranking=places(outcome.ranking, name))
    turnout = outcome.turnout
    yield t(_ballots(outcome), **turnout.to_json())
    if turnout.invited:
        share = percent(t, turnout.cast, turnout.invited)
        yield t("{share} of {invited} invited took part.", share=share, invited=turnout.invited)
    if outcome.quorum and outcome.verdict is not Verdict.NO_QUORUM:
        yield t("The quorum of {needed} ballots is reached.", needed=outcome.quorum)
    if view := outcome.threshold:
        for code, has in view.support:
            yield t(
                ENOUGH if code in view.met_by else TOO_LITTLE,
                option=name(code), count=figure(t, has), whole=view.of, share=percent(t, has, view.of),
            )  # fmt: skip
    yield from (_broken(one, t, name) for one in outcome.broken)


def _ballots(outcome: Outcome) -> str:
    """What is told of all ballots: no more than they may say, or do."""
    may, turnout = outcome.rule.may, outcome.turnout
    if May.BLANK in may or turnout.blank:
        return BALLOTS
    return BALLOTS_OR_NONE if May.NONE in may or turnout.none else BALLOTS_ALONE


def working_in_words(outcome: Outcome, t: Translator, name: Name) -> Iterator[str]:
    """Step by step, how the ranking came about."""
    yield from outcome.working.explain(t, name)
    if outcome.condorcet and outcome.rule.method is not Method.CONDORCET:
        yield from outcome.condorcet.explain(t, name)


def places(ranking: tuple[tuple[str, ...], ...], name: Name) -> str:
    """`1. A, 2. B = C, 4. D`"""
    told = []
    place = 1
    for group in ranking:
        told.append(f"{place}. {listed(group, name, ' = ')}")
        place += len(group)
    return ", ".join(told)


def _verdict(outcome: Outcome, t: Translator, name: Name, words: Mapping[Verdict, str]) -> str:
    named = listed(outcome.winners or (outcome.ranking[0] if outcome.ranking else ()), name)
    return t.fill(words[outcome.verdict], {"option": named, "options": named, "needed": outcome.quorum})


def _broken(one: Broken, t: Translator, name: Name) -> str:

    def quoted(code: str) -> str:
        return t("“{name}”", name=name(code))

    said = {
        "options": listed(one.options, quoted),
        "ranking": listed(tuple(listed(g, name, " = ") for g in one.groups), str),
    }
    match one.by:
        case ByOrder():
            return t("{options} came out alike; in the options' order: {ranking}.", **said)
        case ByMethod(method):
            return t("{options} came out alike; by {method}: {ranking}.", method=t(TITLES[method]), **said)
        case ByLot():
            return t("{options} came out alike; by lot: {ranking}.", **said)
