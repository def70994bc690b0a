"""Retry is a pure value, decided by the class of the outcome."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.contract import (
    Delivered,
    Misconfigured,
    RecipientGone,
    Rejected,
    ThrottledUntil,
    Unknown,
    UnreachableNow,
    Unwritten,
)
from notifications.channels.smtp.refusal import Step, classify
from notifications.sending.retry import UNWRITTEN_WAIT, WAITS, Done, Doubt, Fallback, GiveUp, Retry, Try, decide

NOW = datetime(2023, 7, 6, 8, tzinfo=UTC)
MACHINE = datetime(2026, 1, 1, tzinfo=UTC)


def tried(attempts: int = 1, channel: str = "email") -> Try:
    return Try(channel, attempts, NOW, MACHINE)


def test_final_outcomes() -> None:
    assert decide(Delivered("7"), tried()) == Done("7")
    assert decide(Rejected("no"), tried()) == GiveUp("rejected")
    assert decide(Unknown("lost"), tried()) == Doubt("connection-lost")
    assert decide(RecipientGone("blocked"), tried(channel="telegram")) == Fallback("email", "gone")


def test_throttling_is_honoured_to_the_second_on_the_office_clock_and_counts_nothing() -> None:
    until = MACHINE + timedelta(seconds=17)
    assert decide(ThrottledUntil(until), tried(9)) == Retry(NOW + timedelta(seconds=17), counts=False, hold=True)


def test_a_wrong_setting_holds_the_channel_and_counts_nothing() -> None:
    decision = decide(Misconfigured("401"), tried(99))
    assert isinstance(decision, Retry)
    assert (decision.counts, decision.hold) == (False, True)


def test_what_could_not_be_written_waits_until_staff_have_put_it_right_and_not_for_ever() -> None:
    assert decide(Unwritten("KeyError"), tried(1)) == Retry(NOW + UNWRITTEN_WAIT)
    assert decide(Unwritten("KeyError"), tried(len(WAITS))) == Retry(NOW + WAITS[-1])
    assert decide(Unwritten("KeyError"), tried(len(WAITS) + 1)) == GiveUp("unwritten")


def test_waits_grow_and_end() -> None:
    waits = []
    for attempt in range(1, len(WAITS) + 1):
        decision = decide(UnreachableNow("4xx"), tried(attempt))
        assert isinstance(decision, Retry)
        waits.append(decision.at - NOW)
    assert waits == sorted(set(waits))
    assert decide(UnreachableNow("4xx"), tried(len(WAITS) + 1)) == Fallback("telegram", "unreachable")


@pytest.mark.parametrize(
    ("step", "code", "text", "outcome"),
    [
        ("before", 421, "4.3.2 shutting down", UnreachableNow),
        ("before", 554, "no service for you", Misconfigured),
        ("before", 550, "sender address rejected: not owned", Misconfigured),
        ("before", 530, "5.7.0 sign in first", Misconfigured),
        ("before", 454, "4.7.0 sign-in does not work now", Misconfigured),
        ("before", 552, "5.3.4 too large", Rejected),
        ("recipient", 451, "4.7.1 greylisted", UnreachableNow),
        ("recipient", 550, "5.1.1 no such user", RecipientGone),
        ("recipient", 550, "no such user here", RecipientGone),
        ("recipient", 554, "", Rejected),
        ("content", 550, "5.7.1 spam", Rejected),
        ("content", 550, "we do not like it", Rejected),
        ("content", 550, "5.1.1 no such user after all", RecipientGone),
    ],
)
def test_a_relays_refusals(step: str, code: int, text: str, outcome: type) -> None:
    assert isinstance(classify(Step(step), code, text), outcome)
