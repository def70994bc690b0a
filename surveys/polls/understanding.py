"""What a line of somebody's mail chooses in a poll: numbers, or the words on an option. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.i18n import LANGUAGES, translator
from surveys.polls.ballot import Choice
from surveys.polls.kinds import Kind
from surveys.polls.poll import Poll

AND = frozenset({"e", "ed", "and", "et", "poi", "then", "puis"})
# Words before a number that change nothing of what it says: "opzione 4", and "voto per il 4" where no option holds any.
DAY = frozenset({"il", "la", "lo", "le", "i", "per", "the", "for", "pour"})
BEFORE = frozenset(
    {
        "n", "nr", "numero", "opzione", "l'opzione", "voto", "scelgo",
        "number", "option", "vote", "choose",
        "l'option", "choisis",
    }
)  # fmt: skip
NUMBERS = re.compile(r"\d{1,2}")
HELD = re.compile(r"\d")


def understand(poll: Poll, words: str, bare: Callable[[str], str]) -> Choice | None:
    """The choice, None for anything unclear; whether it is a ballot is judged when it is cast.

    `words` are as `bare` makes them: small letters, single spaces, no punctuation. Numbers are the places of the
    options as they were written, from 1.
    """
    if poll.kind is Kind.SCALE:
        said = _numbers(words)
        return Choice(number=said[0]) if len(said) == 1 else None
    if poll.kind not in {Kind.SINGLE, Kind.MULTIPLE, Kind.RANKING}:
        return None
    if (name := _by_label(poll, words, bare)) is not None:
        return Choice(names=(name,))
    number, _, label = words.partition(" ")
    if NUMBERS.fullmatch(number) and 0 < int(number) <= len(poll.names):
        name = poll.names[int(number) - 1]
        if _by_label(poll, label, bare) == name:  # a line of the mail, as it stands there
            return Choice(names=(name,))
    said = _numbers(words)
    if not said or is_day(poll, words) or not all(0 < int(one) <= len(poll.names) for one in said):
        return None
    return Choice(names=tuple(poll.names[int(one) - 1] for one in said))


def is_day(poll: Poll, words: str) -> bool:
    """Whether a number may be one that an option holds, not a place: "per il 4" among days is the fourth of June."""
    labels = (poll.label_of(name, translator(language)) for name in poll.names for language in LANGUAGES)
    return not DAY.isdisjoint(words.split()) and any(HELD.search(label) for label in labels)


def only_numbers(words: str) -> bool:
    """Whether a line is made of nothing but numbers, as a vote by mail is."""
    return bool(_numbers(words))


def _numbers(words: str) -> list[str]:
    """The numbers of a line, in their order; none where it says anything else."""
    said = [one for one in words.split() if one not in AND | BEFORE | DAY]
    return said if all(NUMBERS.fullmatch(one) for one in said) else []


def _by_label(poll: Poll, words: str, bare: Callable[[str], str]) -> str | None:
    """The one option that is called so in one of our languages."""
    found = {
        name
        for name in poll.names
        for language in LANGUAGES
        if words and bare(poll.label_of(name, translator(language))) == words
    }
    return found.pop() if len(found) == 1 else None
