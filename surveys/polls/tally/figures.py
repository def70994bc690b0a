"""Exact numbers, for machines and for people."""

from __future__ import annotations

from fractions import Fraction

from babel.core import Locale
from babel.numbers import format_decimal, format_percent

from core.i18n import Translator

Figure = Fraction | int


def exact(value: Figure) -> int | str:
    """For JSON: a whole number as one, any other as a fraction in text (`7/2`)."""
    value = Fraction(value)
    return value.numerator if value.denominator == 1 else str(value)


def figure(t: Translator, value: Figure) -> str:
    """For people, to two decimal places."""
    return str(format_decimal(float(value), format="#,##0.##", locale=t.language))


def percent(t: Translator, part: Figure, whole: Figure = 1) -> str:
    """A share for people, to one decimal place; of nothing it is nothing."""
    pattern = Locale(t.language).percent_formats[None].pattern.replace("0", "0.#", 1)
    return str(format_percent(float(part / Fraction(whole)) if whole else 0, format=pattern, locale=t.language))
