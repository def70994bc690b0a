"""What a poll asks and how it is counted, in the words of a message: of drafts, of polls, of what is said of them."""

from __future__ import annotations

from collections.abc import Iterator

from bots.screen import plain, units
from core.i18n import Translator, pick_text
from surveys.polls.kinds import KIND_NAMES
from surveys.polls.limits import limits_in_words
from surveys.polls.outcome import draft_rule_told
from surveys.polls.poll import Definition


def options_in(new: Definition, language: str, room: int, t: Translator) -> Iterator[str]:
    """A line each, as many as there is room for in UTF-16 units, and how many more there are: what follows has to be
    read as well."""
    for place, one in enumerate(new.options):
        line = f"– {plain(pick_text(dict(one.label), language), 200)}"
        room -= units(line)
        if room < 0:
            yield t.n("and {count} more option", "and {count} more options", len(new.options) - place)
            return
        yield line


def told_of(new: Definition, t: Translator, code: str = "") -> Iterator[str]:
    """Its kind, the limits of a vote, and the rule."""
    yield t("Kind: {kind}", kind=t(KIND_NAMES[new.kind]))
    yield from limits_told(new, t)
    yield from draft_rule_told(new, t, code)


def limits_told(new: Definition, t: Translator) -> Iterator[str]:
    if limits := [plain(one) for one in limits_in_words(new, t)]:
        yield f"{t('What can be chosen')}{t.colon} {' · '.join(limits)}"
