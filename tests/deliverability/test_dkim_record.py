"""What is published of a key, held against the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.findings import Finding, Judgement, State
from notifications.channels.dkim import Signer
from notifications.deliverability import dkim_record
from notifications.deliverability.dkim_record import judge_dkim, judge_relay_dkim
from tests.channels.test_dkim import signer_of
from tests.support.name_server import play

NAME = "s2026._domainkey.example.org"


def judged(signer: Signer, *texts: str) -> list[Finding]:
    return play(judge_dkim(signer), {NAME: {"TXT": list(texts)}} if texts else {})


def published(line: str) -> str:
    """The text that a line of a zone publishes."""
    parts = line.partition(" IN TXT ")[2].strip("()").split('"')[1::2]
    assert all(len(part) <= 255 for part in parts)
    return "".join(parts)


def test_the_record_that_is_printed_is_found_good(tmp_path: Path) -> None:
    signer = signer_of(tmp_path)
    (missing,) = judged(signer)
    assert dkim_record.MISSING.fits(missing)
    assert missing.lines[0].startswith(f'{NAME}. IN TXT ("v=DKIM1; k=rsa; p=')
    (found,) = judged(signer, published(missing.lines[0]))
    assert dkim_record.GOOD.fits(found)


def test_records_as_others_write_them(tmp_path: Path) -> None:
    signer = signer_of(tmp_path)
    key = signer.record().rpartition("p=")[2]
    for text in (
        f"p={key}",
        f"v=DKIM1;p={key};",
        f" v = DKIM1 ; h=sha1:sha256; s=*; t=s; n=ours; p= {key[:50]} {key[50:]}",
        f"v=DKIM1; s=email; p={key}; x=unknown",
    ):
        (found,) = judged(signer, text)
        assert dkim_record.GOOD.fits(found), text


def test_a_bare_rsa_key(tmp_path: Path) -> None:
    signer = signer_of(tmp_path)
    assert isinstance(signer.key, RSAPrivateKey)
    bare = signer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    (found,) = judged(signer, f"v=DKIM1; k=rsa; p={''.join(bare.splitlines()[1:-1])}")
    assert dkim_record.GOOD.fits(found)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda text: text.replace("v=DKIM1", "v=DKIM2"), dkim_record.BROKEN),
        (lambda text: f"t=s; {text}", dkim_record.BROKEN),
        (lambda text: f"{text}; p=again", dkim_record.BROKEN),
        (lambda text: f"{text}; no tag", dkim_record.BROKEN),
        (lambda _: "v=DKIM1; k=rsa", dkim_record.BROKEN),
        (lambda _: "v=DKIM1; k=rsa; p=****", dkim_record.BROKEN),
        (lambda _: "v=DKIM1; k=rsa; p=aGVsbG8=", dkim_record.BROKEN),
        (lambda text: text.replace("k=rsa", "k=ed25519"), dkim_record.BROKEN),
        (lambda text: text.replace("k=rsa", "k=dsa"), dkim_record.BROKEN),
        (lambda text: text[:-40], dkim_record.BROKEN),
        (lambda _: "v=DKIM1; k=rsa; p=", dkim_record.REVOKED),
        (lambda text: text.replace("k=rsa", "h=sha1"), dkim_record.REFUSES),
        (lambda text: text.replace("k=rsa", "s=other"), dkim_record.REFUSES),
    ],
)
def test_a_record_by_which_nothing_is_verified(
    tmp_path: Path, change: Callable[[str], str], expected: Judgement
) -> None:
    signer = signer_of(tmp_path)
    (found,) = judged(signer, change(signer.record()))
    assert expected.fits(found), found
    assert found.state is State.WRONG
    assert published(found.lines[0]) == signer.record()


def test_another_key(tmp_path: Path) -> None:
    signer = signer_of(tmp_path)
    record = signer.record()
    (found,) = judged(signer_of(tmp_path), record)
    assert dkim_record.OTHER_KEY.fits(found)


def test_two_records(tmp_path: Path) -> None:
    signer = signer_of(tmp_path)
    (found,) = judged(signer, signer.record(), "v=DKIM1; p=")
    assert dkim_record.SEVERAL.fits(found)


def test_a_test_and_weak_keys_are_said(tmp_path: Path) -> None:
    signer = signer_of(tmp_path)
    found = judged(signer, f"{signer.record()}; t=y:s")
    assert [one.state for one in found] == [State.OK, State.WARNING]
    short = signer_of(tmp_path, "short")
    good, weak = judged(short, short.record())
    assert dkim_record.GOOD.fits(good) and dkim_record.SHORT.fits(weak)
    curve = signer_of(tmp_path, "ed25519")
    good, young = judged(curve, curve.record())
    assert dkim_record.GOOD.fits(good) and dkim_record.YOUNG.fits(young)


def test_where_the_relay_signs(tmp_path: Path) -> None:
    (found,) = play(judge_relay_dkim("example.org", ""), {})
    assert dkim_record.UNSIGNED.fits(found)
    (found,) = play(judge_relay_dkim("example.org", "s2026"), {})
    assert dkim_record.MISSING_OF_RELAY.fits(found)
    record = signer_of(tmp_path).record()
    (found,) = play(judge_relay_dkim("example.org", "s2026"), {NAME: {"TXT": [record]}})
    assert dkim_record.PUBLISHED.fits(found)
    (found,) = play(judge_relay_dkim("example.org", "s2026"), {NAME: {"TXT": ["v=DKIM1; p="]}})
    assert dkim_record.REVOKED.fits(found)
