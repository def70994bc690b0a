"""Exact numbers, for machines and for people."""

from __future__ import annotations

from fractions import Fraction

from babel.numbers import format_decimal, format_percent

from core.i18n import Translator

Figure = Fraction | int


def exact(value: Figure) -> int | str:
    """For JSON: a whole number as one, any other as a fraction in text (`7/2`)."""
    value = Fraction(value)
    return value.numerator if value.denominator == 1 else str(value)


def figure(t: Translator, value: Figure) -> str:
    """For people, to two decimal places."""
    value = Fraction(value)
    return str(format_decimal(value.numerator / value.denominator, format="#,##0.##", locale=t.language))


def percent(t: Translator, part: Figure, whole: Figure) -> str:
    """A share for people, to one decimal place."""
    share = Fraction(part) / Fraction(whole) if whole else Fraction()
    return str(format_percent(float(share), format="#,##0.#%", locale=t.language))
