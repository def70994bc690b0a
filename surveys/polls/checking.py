"""Whether what staff decide about a poll fits together; every fault at once, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.i18n import N_
from surveys.polls.ballot import NAME
from surveys.polls.faults import PollFault
from surveys.polls.kinds import (
    CHOSEN,
    LARGEST_BUDGET,
    LONGEST_LINE,
    LONGEST_NAME,
    LONGEST_SUMMARY,
    LONGEST_WORDS,
    METHODS,
    MOST_DOTTED,
    MOST_OPTIONS,
    OF_OPTIONS,
    SCALE,
    Kind,
    Secrecy,
    Ties,
)
from surveys.polls.poll import Definition
from surveys.polls.tally.options import BLANK, NONE

NO_TITLE = N_("The question is missing in {language}.")
TEXT_TOO_LONG = N_("In {language} it is longer than {most} characters. Please shorten it.")
LABEL_TOO_LONG = N_("The option “{option}” is longer than {most} characters in {language}. Please shorten it.")
LABEL_TWICE = N_("Two options say the same in {language}: {words}. Please tell them apart.")
NO_LABEL = N_("The option “{option}” has no text in {language}.")
TOO_FEW = N_("At least {least} options are needed.")
TOO_MANY = N_("At most {most} options can be offered.")
NO_OPTIONS_HERE = N_("A poll of this kind has no options of its own.")
NAME_UNFIT = N_("The option “{option}” needs a short name of letters, digits, hyphens, at most {most} characters.")
NAME_TAKEN = N_("The short name “{option}” stands for a vote for none of the options. Please choose another one.")
NAME_TWICE = N_("Two options have the short name “{option}”.")
LIMITS_WRONG = N_("The numbers of options to be chosen do not fit: at least {least}, at most {most}, of {count}.")
SCALE_WRONG = N_("A scale goes from one whole number to a higher one, from {least} to {most} at the widest.")
ENDS_WRONG = N_("The ends of a scale have labels in all languages of the poll, or none at all.")
BUDGET_WRONG = N_("Points to give are from 1 to {most}.")
WORDS_WRONG = N_("Texts can be limited to 1 to {most} characters.")
NONE_WRONG = N_("“None of these” can be offered where options are chosen, not where they are put in order.")
SHUFFLED_WRONG = N_("Only options can stand in an order of their own for everybody.")
METHOD_WRONG = N_("This kind of poll is counted by one of: {known}.")
BESIDE_WRONG = N_("Beside the method of a ranking another one can be shown: {known}.")
LOT_WRONG = N_("What comes out equal can be put in order only where options are counted.")
TIE_METHOD_WRONG = N_("Only in a ranking another method than its own can put equal options in order, one of: {known}.")
QUORUM_WRONG = N_("A quorum in percent lies between 0 and 100.")
THRESHOLD_WRONG = N_("The share a winner needs more than lies between 0 and 99 percent.")
TIMES_WRONG = N_("The poll closes before it opens.")
CLOSE_PASSED = N_("The close has passed already. Please choose a later one.")
GROUP_WRONG = N_(
    "In a group Telegram's own poll can ask only a named poll of one or several options, at most {most} and in the "
    "same order for everybody. Leave this out: the group gets a button instead."
)
WORDS_OF_PICTURE = N_("The picture of the option “{option}” needs words in {language} for who cannot see it.")

FEWEST = 2
MOST_IN_GROUP = 12  # options: Bot API, sendPoll


def check(poll: Definition, languages: Sequence[str]) -> list[PollFault]:
    """Everything that is wrong, in the order of a form's fields."""
    return [PollFault(about, text, {name: str(value) for name, value in more.items()})
            for about, text, more in _faults(poll, languages)]  # fmt: skip


Found = Iterator[tuple[str, str, dict[str, object]]]


def _faults(poll: Definition, languages: Sequence[str]) -> Found:
    for language in languages:
        if not poll.title.get(language, "").strip():
            yield "title", NO_TITLE, {"language": language}
    yield from _lengths(poll)
    yield from _options(poll, languages)
    yield from _limits(poll, languages)
    yield from _counting(poll)
    if poll.names_in_groups and not fits_group(poll):
        yield "names_in_groups", GROUP_WRONG, {"most": MOST_IN_GROUP}
    if poll.opens_local and poll.closes_local and poll.closes_local <= poll.opens_local:
        yield "closes", TIMES_WRONG, {}


def _lengths(poll: Definition) -> Found:
    """Of whatever is written, also in a language that is not asked for."""
    rules = poll.rules
    for about, texts, most in (
        ("title", poll.title, LONGEST_LINE),
        ("summary", poll.summary, LONGEST_SUMMARY),
        ("low", rules.low, LONGEST_LINE),
        ("high", rules.high, LONGEST_LINE),
    ):
        for language, text in texts.items():
            if len(text) > most:
                yield about, TEXT_TOO_LONG, {"language": language, "most": most}


def _labels(poll: Definition) -> Found:
    """What options say is short, and another thing of each."""
    seen: set[tuple[str, str]] = set()
    for one in poll.options:
        for language, text in one.label.items():
            words = language, " ".join(text.split())
            if len(text) > LONGEST_LINE:
                yield "options", LABEL_TOO_LONG, {"option": one.name[:80], "most": LONGEST_LINE, "language": language}
            elif words[1] and words in seen:
                yield "options", LABEL_TWICE, {"language": language, "words": words[1]}
            seen.add(words)


def fits_group(poll: Definition) -> bool:
    """Whether Telegram's own poll can ask it as it is meant."""
    rules, count = poll.rules, len(poll.options) + poll.rules.none
    several = poll.kind is Kind.MULTIPLE and rules.least <= 1 and rules.most in {0, count}
    fits = poll.kind is Kind.SINGLE or (several and not rules.none)
    return poll.secrecy is Secrecy.NAMED and fits and not rules.shuffled and 1 < count <= MOST_IN_GROUP


def _options(poll: Definition, languages: Sequence[str]) -> Found:
    if poll.kind not in OF_OPTIONS:
        if poll.options:
            yield "options", NO_OPTIONS_HERE, {}
        return
    if len(poll.options) < FEWEST:
        yield "options", TOO_FEW, {"least": FEWEST}
    most = MOST_DOTTED if poll.kind is Kind.DOTS else MOST_OPTIONS
    if len(poll.options) > most:
        yield "options", TOO_MANY, {"most": most}
    yield from _labels(poll)
    seen: set[str] = set()
    for one in poll.options:
        if not NAME.fullmatch(one.name) or len(one.name) > LONGEST_NAME:
            yield "options", NAME_UNFIT, {"option": one.name[:80], "most": LONGEST_NAME}
        if one.name in {NONE, BLANK}:
            yield "options", NAME_TAKEN, {"option": one.name}
        if one.name in seen:
            yield "options", NAME_TWICE, {"option": one.name}
        seen.add(one.name)
        for language in languages:
            if not one.label.get(language, "").strip():
                yield "options", NO_LABEL, {"option": one.name, "language": language}
            if one.picture is not None and not one.picture.words.get(language, "").strip():
                yield "options", WORDS_OF_PICTURE, {"option": one.name, "language": language}


def _limits(poll: Definition, languages: Sequence[str]) -> Found:
    rules, count = poll.rules, len(poll.options)
    if poll.kind in {Kind.MULTIPLE, Kind.RANKING} and count >= FEWEST:
        most = rules.most or count
        if not 1 <= rules.least <= most <= count:
            yield "least", LIMITS_WRONG, {"least": rules.least, "most": most, "count": count}
    if poll.kind is Kind.SCALE:
        if not SCALE[0] <= rules.least < rules.most <= SCALE[1]:
            yield "least", SCALE_WRONG, {"least": SCALE[0], "most": SCALE[1]}
        ends = [bool(end.get(language, "").strip()) for end in (rules.low, rules.high) for language in languages]
        if any(ends) and not all(ends):
            yield "low", ENDS_WRONG, {}
    if poll.kind is Kind.DOTS and not (1 <= rules.budget <= LARGEST_BUDGET and 0 <= rules.most <= rules.budget):
        yield "budget", BUDGET_WRONG, {"most": LARGEST_BUDGET}
    if poll.kind is Kind.TEXT and not 0 <= rules.most <= LONGEST_WORDS:
        yield "most", WORDS_WRONG, {"most": LONGEST_WORDS}
    if rules.none and poll.kind not in CHOSEN:
        yield "none", NONE_WRONG, {}
    if rules.shuffled and poll.kind not in OF_OPTIONS:
        yield "shuffled", SHUFFLED_WRONG, {}


def _counting(poll: Definition) -> Found:
    counting, known = poll.counting, METHODS[poll.kind]
    if counting.method not in known:
        yield "method", METHOD_WRONG, {"known": ", ".join(known) or "-"}
    others = [one for one in METHODS[Kind.RANKING] if one != counting.method]
    if counting.beside and (poll.kind is not Kind.RANKING or counting.beside not in others):
        yield "beside", BESIDE_WRONG, {"known": ", ".join(others)}
    if counting.ties is not Ties.EQUAL and poll.kind not in OF_OPTIONS:
        yield "ties", LOT_WRONG, {}
    if counting.tie_method and (
        poll.kind is not Kind.RANKING or counting.tie_method not in known or counting.tie_method == counting.method
    ):
        yield "tie_method", TIE_METHOD_WRONG, {"known": ", ".join(METHODS[Kind.RANKING])}
    if counting.quorum < 0 or (counting.of_all and counting.quorum > 100):
        yield "quorum", QUORUM_WRONG, {}
    if not 0 <= counting.threshold <= 99:
        yield "threshold", THRESHOLD_WRONG, {}
