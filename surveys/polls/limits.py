"""What a vote in a poll may be, in words."""

from __future__ import annotations

from collections.abc import Iterator

from core.i18n import Translator, pick_text
from surveys.polls.kinds import NONE_LABEL, Kind
from surveys.polls.poll import Definition


def limits_in_words(new: Definition, t: Translator) -> Iterator[str]:
    rules = new.rules
    if new.kind is Kind.SCALE:
        low, high = pick_text(dict(rules.low), t.language), pick_text(dict(rules.high), t.language)
        named = (rules.least, low), (rules.most, high)
        ends = [f"{number} ({words})" if words else str(number) for number, words in named]
        yield t("From {least} to {most}", least=ends[0], most=ends[1])
    if new.kind is Kind.DOTS:
        yield t.n("{count} point to give", "{count} points to give", rules.budget)
    if new.kind is Kind.MULTIPLE and rules.most:
        yield t("At most {most} of them", most=rules.most)
    if rules.none:
        yield f"+ {t(NONE_LABEL)}"
