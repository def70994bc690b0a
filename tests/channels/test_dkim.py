"""Signatures, verified by another's verifier: what we sign holds, and what was changed on the way does not."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from core.errors import SettingWrong
from core.i18n import translator
from notifications.channels.contract import Delivered, Mail, Unwritten
from notifications.channels.dkim import Signer, read_signer
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.content.email import Letter, compile_mail, render_mail
from tests.channels.relays import Terse, mails, relay, scripted
from tests.notifications.test_content import LINKS, SETTING, TEXT

VERIFIER = Path(__file__).parent / "verify.cjs"
AT = datetime(2023, 7, 6, 7, 30, tzinfo=UTC)
KEYS: dict[str, Callable[[], PrivateKeyTypes]] = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "short": lambda: rsa.generate_private_key(65537, 1024),
    "curve": lambda: ec.generate_private_key(ec.SECP256R1()),
}


def key_file(folder: Path, kind: str) -> Path:
    pem = KEYS[kind]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    return folder / "key.pem"


def signer_of(folder: Path, kind: str = "rsa") -> Signer:
    signer = read_signer("example.org", "s2026", key_file(folder, kind))
    assert signer is not None
    return signer


def mail(name: str = "Marià «Rossi»") -> Mail:
    skeleton = compile_mail(TEXT, SETTING, has_name=True)
    return render_mail(skeleton, Letter("ada@example.com", "<1@example.org>", AT, {"name": name, **LINKS}))


def verdict(signer: Signer, data: bytes) -> list[dict[str, Any]]:
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    assert node
    name = f"{signer.selector}._domainkey.{signer.domain}"
    told = subprocess.run((node, str(VERIFIER), name, signer.record()), input=data, capture_output=True, check=True)
    found: list[dict[str, Any]] = json.loads(told.stdout)
    return found


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_another_verifier_finds_the_signature_good(tmp_path: Path, kind: str) -> None:
    signer = signer_of(tmp_path, kind)
    signed = signer.sign(mail())
    (found,) = verdict(signer, signed.data)
    assert found["result"] == "pass", found
    for name in ("from", "to", "subject", "date", "list-unsubscribe", "list-unsubscribe-post"):  # RFC 8058, section 4
        assert name in found["signed"].lower()
    assert max(map(len, signed.data.split(b"\r\n"))) <= 998


def test_what_a_relay_does_to_spaces_breaks_nothing_and_a_change_does(tmp_path: Path) -> None:
    signer = signer_of(tmp_path)
    data = signer.sign(mail()).data
    refolded = data.replace(b"Subject: ", b"SUBJECT:   ").replace(b"MIME-Version: 1.0", b"MIME-Version:\r\n 1.0")
    assert verdict(signer, refolded + b"\r\n\r\n")[0]["result"] == "pass"
    changed = data.replace(b"Piano", b"Pieno", 1)
    assert changed != data
    assert verdict(signer, changed)[0]["result"] != "pass"
    for added in (b"From: Evil <evil@example.com>\r\n", b"Subject: Evil\r\n"):
        assert verdict(signer, added + data)[0]["result"] != "pass"
        head, _, body = data.partition(b"\r\n\r\n")
        assert verdict(signer, head + b"\r\n" + added + b"\r\n" + body)[0]["result"] != "pass"


@pytest.mark.parametrize(
    "body", [b"", b"\r\n\r\n", b"a \t b \r\n\r\n.\r\n\t\r\n", b"no end", b" leading\r\n" * 3, b"x" * 900 + b"\r\n"]
)
def test_bodies_at_the_edges(tmp_path: Path, body: bytes) -> None:
    signer = signer_of(tmp_path)
    odd = b"From: a@example.org\r\nX-Folded: a\r\n  b\r\nSubject:  two   words \r\n\r\n" + body
    signed = signer.sign(Mail("a@example.org", "b@example.com", odd))
    assert verdict(signer, signed.data)[0]["result"] == "pass"


def test_files_are_signed_with_the_text_before_them(tmp_path: Path) -> None:
    signer, plain = signer_of(tmp_path), mail()
    head = b'--=_mixed\r\nContent-Disposition: attachment;\r\n filename="two  spaces.pdf"\r\n\r\n'
    heavy = plain._replace(tail=(head, base64.encodebytes(bytes(9000)).replace(b"\n", b"\r\n"), b"--=_mixed--\r\n"))
    signed = signer.sign(heavy)
    assert signed.tail is heavy.tail
    assert verdict(signer, signed.whole)[0]["result"] == "pass"
    assert verdict(signer, signed.whole.replace(b"AAAA", b"AAAB", 1))[0]["result"] != "pass"


async def test_the_channel_signs_what_it_hands_over(tmp_path: Path) -> None:
    signer = signer_of(tmp_path)
    async with relay() as running:
        channel = EmailChannel(parse_relay(f"smtp://127.0.0.1:{running.port}"), signer=signer)
        outcomes = await channel.send([mail(), mail("Bruno")], 0)
        await channel.close()
    assert [type(one) for one in outcomes] == [Delivered, Delivered]
    for content in running.kept.contents:
        assert verdict(signer, content)[0]["result"] == "pass"


@pytest.mark.parametrize("kind", ["curve", "nothing", "absent"])
def test_what_is_no_key_is_said(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "key.pem"
    if kind == "curve":
        key_file(tmp_path, kind)
    elif kind == "nothing":
        path.write_text("nothing of a key")
    with pytest.raises(SettingWrong) as caught:
        read_signer("example.org", "s2026", path)
    assert str(path) in caught.value.say(translator("en"))


@pytest.mark.parametrize("selector", ["", "a b", "x;y", "-x", "a\r\nb"])
def test_a_selector_is_a_name(tmp_path: Path, selector: str) -> None:
    with pytest.raises(SettingWrong):
        read_signer("example.org", selector, key_file(tmp_path, "short"))


def test_without_a_key_nothing_is_signed() -> None:
    assert read_signer("example.org", "", None) is None


async def test_what_cannot_be_signed_does_not_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = signer_of(tmp_path)

    def fail(_: Signer, mail: Mail) -> Mail:
        raise ValueError(mail.recipient)

    monkeypatch.setattr(Signer, "sign", fail)
    terse = Terse()
    async with scripted(terse) as port:
        channel = EmailChannel(parse_relay(f"smtp://127.0.0.1:{port}"), signer=signer)
        outcomes = await channel.send(mails("a", "b"), 0)
        await channel.close()
    assert (outcomes, terse.taken) == ([Unwritten("ValueError")] * 2, [])
