"""What a vote in a poll may be, in words."""

from __future__ import annotations

from collections.abc import Iterator

from core.i18n import Translator, pick_text
from surveys.polls.kinds import NONE_LABEL, USUAL_WORDS, Kind
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
        if rules.most:
            yield t("At most {most} for one option", most=rules.most)
    if new.kind in {Kind.MULTIPLE, Kind.RANKING}:
        yield from _how_many(rules.least, rules.most, t)
    if new.kind is Kind.TEXT:
        yield t("At most {most} characters", most=rules.most or USUAL_WORDS)
    if rules.none:
        yield f"+ {t(NONE_LABEL)}"


def _how_many(least: int, most: int, t: Translator) -> Iterator[str]:
    if least == most:
        yield t("Exactly {count} of them", count=most)
        return
    if least > 1:
        yield t("At least {least} of them", least=least)
    if most:
        yield t("At most {most} of them", most=most)
    elif least <= 1:
        yield t("As many of them as one likes")
