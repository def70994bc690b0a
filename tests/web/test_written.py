"""Numbers as pages write them."""

from __future__ import annotations

from decimal import Decimal

from web.written import write_mean, write_number, write_percent


def test_numbers_have_the_signs_of_the_language() -> None:
    assert [write_mean(Decimal(3), language) for language in ("it", "fr", "en")] == ["3,0", "3,0", "3.0"]
    assert write_number(Decimal("1234.25"), "it") == "1.234,25"
    assert write_percent(0.4, "it") == "40%"
