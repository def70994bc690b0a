"""Signs mails for who sends them (DKIM, RFC 6376; RFC 8463 for Ed25519): an option where the relay does not do it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from core.errors import SettingWrong
from core.i18n import N_
from notifications.channels.contract import Mail

KEY, SELECTOR = "ASCOLTO_DKIM_KEY", "ASCOLTO_DKIM_SELECTOR"
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
SHORTEST = 1024  # bits of an RSA key that others accept (RFC 8301, section 3.2)
# Signed where they stand; the first ones also where they do not, so that nobody can add a second one.
ALWAYS = ("from", "to", "subject", "date")
WHERE_PRESENT = (
    "message-id", "reply-to", "mime-version", "content-type", "content-language", "list-id", "list-unsubscribe",
    "list-unsubscribe-post", "auto-submitted",
)  # fmt: skip
SPACES = re.compile(rb"[ \t]+")
TRAILING = re.compile(rb"[ \t]+(?=\r\n)")

NO_KEY = N_("there is no usable private key in {file}. An RSA or Ed25519 key in PEM form is expected.")
SHORT_KEY = N_("the key in {file} has {bits} bits; at least {least} are needed.")
NO_SELECTOR = N_("a name is expected, as in s2026: letters, digits, dots and dashes.")


@dataclass(frozen=True)
class Signer:
    """Signs as `domain` with the key whose public half stands at `selector`._domainkey.`domain`."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    def sign(self, mail: Mail) -> Mail:
        """The mail with its signature as the first header."""
        return mail._replace(data=self.header(mail.data, mail.tail) + mail.data)

    def header(self, data: bytes, tail: tuple[bytes, ...] = ()) -> bytes:
        """The DKIM-Signature header of a mail, with its line end."""
        head, _, body = data.partition(b"\r\n\r\n")
        headers = list(_headers(head))
        names = [name for name in ALWAYS + WHERE_PRESENT if name in dict(headers)] + list(ALWAYS)
        digest = base64.b64encode(_body_digest(body, tail)).decode()
        lines = [
            f"DKIM-Signature: v=1; a={self._algorithm}; c=relaxed/relaxed; d={self.domain}; s={self.selector};",
            f" h={_folded(names)};",
            f" bh={digest};",
            " b=",
        ]
        bare = "\r\n".join(lines).encode()
        signed = b"".join(_chosen(headers, names)) + b"".join(_relaxed(*one) for one in _headers(bare))
        signature = base64.b64encode(self._sign(signed)).decode()
        return bare + "\r\n ".join(_cut(signature)).encode() + b"\r\n"

    def record(self) -> str:
        """What is to be published as TXT at `selector`._domainkey.`domain` (RFC 6376, section 3.6.1)."""
        public = self.key.public_key()
        if isinstance(self.key, Ed25519PrivateKey):
            raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
            return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"
        raw = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(raw).decode()}"

    @property
    def _algorithm(self) -> str:
        return "ed25519-sha256" if isinstance(self.key, Ed25519PrivateKey) else "rsa-sha256"

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(hashlib.sha256(data).digest())
        return self.key.sign(data, PKCS1v15(), SHA256())


def read_signer(domain: str, selector: str, key_file: Path | None) -> Signer | None:
    """The signer of the settings, None where there is none; raises SettingWrong."""
    if key_file is None:
        return None
    if not NAME.fullmatch(selector):
        raise SettingWrong(name=SELECTOR, reason=NO_SELECTOR)
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingWrong(name=KEY, reason=NO_KEY, file=key_file) from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise SettingWrong(name=KEY, reason=NO_KEY, file=key_file)
    if isinstance(key, RSAPrivateKey) and key.key_size < SHORTEST:
        raise SettingWrong(name=KEY, reason=SHORT_KEY, file=key_file, bits=key.key_size, least=SHORTEST)
    return Signer(domain, selector, key)


def _headers(head: bytes) -> Iterator[tuple[str, bytes]]:
    """Each header's name in small letters and its value as it stands, continuation lines among it."""
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = line.partition(b":")
        yield name.decode("ascii", "replace").strip().lower(), value


def _chosen(headers: list[tuple[str, bytes]], names: list[str]) -> Iterator[bytes]:
    """The headers named, the last of a name first; a name too many stands for one that must not be there."""
    left = headers.copy()
    for name in names:
        place = next((number for number in reversed(range(len(left))) if left[number][0] == name), None)
        if place is not None:
            yield _relaxed(*left.pop(place)) + b"\r\n"


def _relaxed(name: str, value: bytes) -> bytes:
    """RFC 6376, section 3.4.2, without the line end."""
    return name.encode() + b":" + SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")


def _body_digest(body: bytes, tail: tuple[bytes, ...]) -> bytes:
    """Of a file's base64 nothing is relaxed, and nothing copied: there are no spaces in it."""
    if not tail:
        return hashlib.sha256(_relaxed_body(body)).digest()
    digest = hashlib.sha256(_relaxed_lines(body))
    for piece in tail:
        digest.update(_relaxed_lines(piece) if b" " in piece else piece)
    return digest.digest()


def _relaxed_lines(lines: bytes) -> bytes:
    return TRAILING.sub(b"", SPACES.sub(b" ", lines))


def _relaxed_body(body: bytes) -> bytes:
    """RFC 6376, section 3.4.4."""
    body = _relaxed_lines(body).rstrip(b" \r\n")
    return body + b"\r\n" if body else b""


def _folded(names: list[str]) -> str:
    return ":\r\n  ".join(":".join(names[start : start + 5]) for start in range(0, len(names), 5))


def _cut(text: str) -> list[str]:
    return [text[start : start + 70] for start in range(0, len(text), 70)]
