"""A rule in words, as it is stated before a poll opens and in its count sheet."""

from __future__ import annotations

from collections.abc import Iterator

from core.i18n import N_, Translator
from surveys.polls.tally.ballots import May
from surveys.polls.tally.figures import percent
from surveys.polls.tally.locking import MOST_TRIED
from surveys.polls.tally.methods import RULES, TITLES, WITHOUT, Method
from surveys.polls.tally.rule import ByLot, ByMethod, ByOrder, Quorum, Rule, Threshold, TieBreak

OF_VALID = N_("To win, an option needs {share} of the valid ballots.")
OF_LAST_ROUND = N_("To win, an option needs {share} of the valid ballots in its last round against others.")
OF_POINTS = N_("To win, an option needs {share} of all points.")
NAMED_ON = N_("To win, an option must be named on {share} of the valid ballots.")
NONE_OR_BLANK = N_('Ballots that say "none of these" are valid, blank ones are not; both count for a quorum.')
NONE = N_('Ballots that say "none of these" are valid, and count for a quorum.')
THRESHOLDS = {
    Method.PLURALITY: OF_VALID, Method.APPROVAL: OF_VALID, Method.IRV: OF_LAST_ROUND, Method.DOTS: OF_POINTS,
}  # fmt: skip


def rule_in_words(rule: Rule, t: Translator) -> Iterator[str]:
    """Sentences, the method's title first."""
    yield title(rule, t)
    for sentence in RULES[rule.method]:
        if said := _as_may_be(sentence, rule):
            yield t(said, most=MOST_TRIED)
    if rule.method is Method.MEAN:
        yield t("The scale goes from {lowest} to {highest}.", lowest=rule.scale[0], highest=rule.scale[1])
    else:
        yield from (_tie(tie, t) for tie in rule.ties)
        if not any(isinstance(tie, ByOrder | ByLot) for tie in rule.ties):
            yield t("Options that come out alike share their place.")
    if rule.quorum:
        yield _quorum(rule.quorum, t)
    if rule.threshold:
        yield _threshold(rule.threshold, rule.method, t)
    if May.NONE in rule.may:
        yield t(NONE_OR_BLANK if May.BLANK in rule.may else NONE)


def title(rule: Rule, t: Translator) -> str:
    return t(_as_may_be(TITLES[rule.method], rule))


def _as_may_be(sentence: str, rule: Rule) -> str:
    """Without what none of its ballots says; "" where nothing is left."""
    for one, without in WITHOUT.items():
        if one not in rule.may:
            sentence = without.get(sentence, sentence)
    return sentence


def _tie(tie: TieBreak, t: Translator) -> str:
    match tie:
        case ByOrder():
            return t("Of options that come out alike, the one that stands first among the options goes first.")
        case ByMethod(method):
            return t(
                "Options that come out alike are put in the order that this method gives them: {method}.",
                method=t(TITLES[method]),
            )
        case ByLot():
            phrase, drawn = tie.lines
            return t(
                "Options that come out alike are put in order by lot. An option's lot is the SHA-256 of four lines, "
                'each with a line feed at its end: the phrase "{phrase}"; what was drawn in public, "{drawn}"; the '
                "SHA-256 of the lines below the heading of the count sheet; the option's code. The smallest goes "
                "first.",
                phrase=phrase, drawn=drawn,
            )  # fmt: skip


def _quorum(quorum: Quorum, t: Translator) -> str:
    if quorum.number:
        return t.n(
            "The result holds if {count} ballot is cast at least.",
            "The result holds if {count} ballots are cast at least.",
            quorum.number,
        )
    return t("The result holds if at least {share} of those invited cast a ballot.", share=percent(t, quorum.share))


def _threshold(threshold: Threshold, method: Method, t: Translator) -> str:
    said = percent(t, threshold.share)
    share = t("more than {share}", share=said) if threshold.strictly else t("at least {share}", share=said)
    return t(THRESHOLDS.get(method, NAMED_ON), share=share)
