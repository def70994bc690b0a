"""DMARC records, and whether our mails pass by them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings import Finding, Judgement
from notifications.deliverability import dmarc
from notifications.deliverability.dmarc import Senders, judge_dmarc, related
from tests.support.name_server import Zone, play

SOUND = "v=DMARC1; p=reject; rua=mailto:reports@example.org"


def judged(*texts: str, envelope: str = "example.org", signed: bool = True, zone: Zone | None = None) -> list[Finding]:
    records = {"_dmarc.example.org": {"TXT": list(texts)}, **(zone or {})}
    return play(judge_dmarc(Senders("example.org", envelope, signed)), records)


def fit(found: list[Finding], *expected: Judgement) -> bool:
    return len(found) == len(expected) and all(one.fits(it) for one, it in zip(expected, found, strict=True))


def test_a_sound_record() -> None:
    for text in (SOUND, "v=DMARC1;p=quarantine;sp=none;pct=100;rua=mailto:a@example.org!10m,mailto:b@sub.example.org"):
        assert fit(judged(text, "other"), dmarc.GOOD, dmarc.ALIGNED), text


def test_no_record_comes_with_one() -> None:
    for texts in ((), ("v=DMARC2; p=none",), (" v=DMARC1; p=none",), ("V=dmarc1; p=none",), ("v=DMARC10; p=none",)):
        (found,) = judged(*texts)
        assert dmarc.MISSING.fits(found)
        line = '_dmarc.example.org. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.org"'
        assert found.lines == (line,)


def test_the_domain_above() -> None:
    senders = Senders("piano.comune.example.org", "piano.comune.example.org", is_signed=True)
    text = "v=DMARC1; p=reject; sp=none; rua=mailto:reports@example.org"
    found = play(judge_dmarc(senders), {"_dmarc.example.org": {"TXT": [text]}})
    assert fit(found, dmarc.GOOD, dmarc.ONLY_WATCHES, dmarc.ALIGNED)
    found = play(judge_dmarc(senders), {"_dmarc.org": {"TXT": [SOUND]}})
    assert fit(found, dmarc.MISSING)


def test_two_records() -> None:
    assert fit(judged(SOUND, "v=DMARC1; p=none"), dmarc.SEVERAL)


@pytest.mark.parametrize(
    "text", ["v=DMARC1", "v=DMARC1; rua=mailto:a@example.org", "v=DMARC1; p=monitor", "v=DMARC1; p=none; p=reject",
             "v=DMARC1; p", "v=DMARC1 ; sp=reject"],
)  # fmt: skip
def test_a_record_without_a_policy(text: str) -> None:
    assert fit(judged(text), dmarc.BROKEN)


def test_a_record_that_only_watches_or_tells_nobody() -> None:
    found = judged("v=DMARC1; p=none")
    assert fit(found, dmarc.GOOD, dmarc.ONLY_WATCHES, dmarc.NO_REPORTS, dmarc.ALIGNED)


@pytest.mark.parametrize("place", ["https://example.org/dmarc", "reports@example.org", "mailto:reports", "mailto:"])
def test_reports_that_go_nowhere(place: str) -> None:
    assert fit(judged(f"v=DMARC1; p=reject; rua={place}"), dmarc.GOOD, dmarc.NO_MAILBOX, dmarc.ALIGNED)


def test_reports_to_another_organisation_need_its_word() -> None:
    text = "v=DMARC1; p=reject; rua=mailto:a@reports.example.net"
    _, found, _ = judged(text)
    assert dmarc.NOT_EXPECTED.fits(found)
    assert found.lines == ('example.org._report._dmarc.reports.example.net. IN TXT "v=DMARC1"',)
    agreed = {"example.org._report._dmarc.reports.example.net": {"TXT": ["v=DMARC1;"]}}
    assert fit(judged(text, zone=agreed), dmarc.GOOD, dmarc.ALIGNED)


@pytest.mark.parametrize(
    ("envelope", "mode", "signed", "expected"),
    [
        ("example.org", "s", False, dmarc.ALIGNED),
        ("bounces.example.org", "r", False, dmarc.ALIGNED),
        ("bounces.example.org", "s", True, dmarc.DKIM_ALONE),
        ("bounces.example.org", "s", False, dmarc.NOT_ALIGNED),
        ("example.net", "r", True, dmarc.DKIM_ALONE),
        ("example.net", "r", False, dmarc.NOT_ALIGNED),
        ("notexample.org", "r", False, dmarc.NOT_ALIGNED),
    ],
)
def test_the_return_address_beside_the_sender(envelope: str, mode: str, signed: bool, expected: Judgement) -> None:
    *_, found = judged(f"{SOUND}; aspf={mode}", envelope=envelope, signed=signed)
    assert expected.fits(found)


def test_two_domains_side_by_side_may_be_of_one_organisation() -> None:
    assert related("a.example.org", "b.example.org") is None  # as comune.torino.it and another.torino.it are not
    senders = Senders("a.example.org", "b.example.org", is_signed=False)
    *_, found = play(judge_dmarc(senders), {"_dmarc.a.example.org": {"TXT": [SOUND]}})
    assert dmarc.UNSURE.fits(found)


@given(st.text(max_size=60))
def test_whatever_is_published_is_judged(text: str) -> None:
    assert judged(f"v=DMARC1; {text}")
