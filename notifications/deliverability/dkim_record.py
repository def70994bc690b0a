"""Whether what is published of our key lets others verify our signatures (RFC 6376, 3.6; RFC 8301; RFC 8463)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from core.findings import Finding, Judgement, State
from core.i18n import N_
from notifications.channels.dkim import Signer
from notifications.deliverability.questions import Inquiry, Kind, records
from notifications.deliverability.tags import NoTags, read_tags
from notifications.deliverability.zone_lines import txt_line

CHECK = "dkim"
ENOUGH_BITS = 2048  # RFC 8301, section 3.2: signers should

GOOD = Judgement(CHECK, State.OK, N_("The DKIM record at {name} holds the key that mails are signed with."))
PUBLISHED = Judgement(CHECK, State.OK, N_("There is a DKIM record at {name}, for the relay's signatures."))
UNSIGNED = Judgement(
    CHECK,
    State.UNKNOWN,
    N_("Mails are not signed here (ASCOLTO_DKIM_KEY is not set). Whether the relay signs them cannot be told."),
    N_(
        "Send yourself a sample: among its headers there should be dkim=pass for {domain}. Set ASCOLTO_DKIM_SELECTOR "
        "to the s= of its DKIM-Signature, and the record is looked at here."
    ),
)
MISSING = Judgement(
    CHECK,
    State.WRONG,
    N_("There is no DKIM record at {name}: nobody can verify our signatures."),
    N_("Publish this record:"),
)
MISSING_OF_RELAY = Judgement(
    CHECK,
    State.WRONG,
    N_("There is no DKIM record at {name}: nobody can verify the relay's signatures."),
    N_("Publish the record that who runs the relay gives you, or correct ASCOLTO_DKIM_SELECTOR."),
)
SEVERAL = Judgement(
    CHECK,
    State.WRONG,
    N_("There are {count} DKIM records at {name}; which one receivers take is chance."),
    N_("Leave only this one:"),
)
BROKEN = Judgement(
    CHECK, State.WRONG, N_('The DKIM record at {name} cannot be read: "{text}".'), N_("Publish this instead:")
)
REVOKED = Judgement(
    CHECK,
    State.WRONG,
    N_("The DKIM record at {name} has no key (p=): the key was revoked."),
    N_("Publish this instead, or sign with a new key under another selector:"),
)
OTHER_KEY = Judgement(
    CHECK,
    State.WRONG,
    N_("The DKIM record at {name} holds another key than the one mails are signed with: every signature fails."),
    N_("Publish this instead, or set ASCOLTO_DKIM_KEY and ASCOLTO_DKIM_SELECTOR to the key that is published:"),
)
REFUSES = Judgement(
    CHECK,
    State.WRONG,
    N_("The DKIM record at {name} does not let our signatures count ({tag})."),
    N_("Publish this instead:"),
)
TESTING = Judgement(
    CHECK,
    State.WARNING,
    N_("The DKIM record at {name} says that it is a test (t=y); receivers may treat mails as not signed."),
    N_("Once signatures are found good, publish this instead:"),
)
SHORT = Judgement(
    CHECK,
    State.WARNING,
    N_("The key that mails are signed with has {bits} bits; 2048 are recommended."),
    N_("Make a new key, publish it under a new selector, then set both:"),
)
YOUNG = Judgement(
    CHECK,
    State.WARNING,
    N_("Mails are signed with Ed25519, which some large mail services do not verify yet."),
    N_("An RSA key of 2048 bits is verified everywhere:"),
)
NEW_KEY = "openssl genrsa -out dkim.pem 2048"


def judge_dkim(signer: Signer) -> Inquiry[list[Finding]]:
    """The record of our own signatures."""
    name = f"{signer.selector}._domainkey.{signer.domain}"
    line = txt_line(name, signer.record())
    found = yield from records(name, Kind.TXT)
    if not found:
        return [MISSING.of(line, name=name), *_judge_key(signer)]
    if len(found) > 1:
        return [SEVERAL.of(line, name=name, count=len(found)), *_judge_key(signer)]
    faults = list(_judge_record(name, found[0], line)) or list(_compare(name, found[0], line, signer))
    sound = [] if any(one.state is State.WRONG for one in faults) else [GOOD.of(name=name)]
    return [*sound, *faults, *_judge_key(signer)]


def judge_relay_dkim(domain: str, selector: str) -> Inquiry[list[Finding]]:
    """The record of the relay's signatures, where its selector is known."""
    if not selector:
        return [UNSIGNED.of(domain=domain)]
    name = f"{selector}._domainkey.{domain}"
    found = yield from records(name, Kind.TXT)
    if not found:
        return [MISSING_OF_RELAY.of(name=name)]
    if len(found) > 1:
        return [SEVERAL.of(name=name, count=len(found))]
    return list(_judge_record(name, found[0])) or [PUBLISHED.of(name=name)]


def _judge_record(name: str, text: str, *line: str) -> Iterator[Finding]:
    """What is wrong with a record whatever key it is for (section 3.6.1)."""
    try:
        tags = read_tags(text)
    except NoTags:
        yield BROKEN.of(*line, name=name, text=text)
        return
    if "p" not in tags or tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and next(iter(tags)) != "v"):
        yield BROKEN.of(*line, name=name, text=text)
    elif not tags["p"]:
        yield REVOKED.of(*line, name=name)
    elif _published_key(tags) is None:
        yield BROKEN.of(*line, name=name, text=text)
    else:
        for tag in _refusals(tags):
            yield REFUSES.of(*line, name=name, tag=f"{tag}={tags[tag]}")


def _compare(name: str, text: str, line: str, signer: Signer) -> Iterator[Finding]:
    tags = read_tags(text)
    if _published_key(tags) != signer.key.public_key():
        yield OTHER_KEY.of(line, name=name)
    if "y" in _listed(tags.get("t", "")):
        yield TESTING.of(line, name=name)


def _judge_key(signer: Signer) -> Iterator[Finding]:
    public = signer.key.public_key()
    if isinstance(public, Ed25519PublicKey):
        yield YOUNG.of(NEW_KEY)
    elif public.key_size < ENOUGH_BITS:
        yield SHORT.of(NEW_KEY, bits=public.key_size)


def _refusals(tags: Mapping[str, str]) -> Iterator[str]:
    """Tags that leave out what we do: SHA-256, e-mail."""
    if "sha256" not in _listed(tags.get("h", "sha256")):
        yield "h"
    if not {"*", "email"}.intersection(_listed(tags.get("s", "*"))):
        yield "s"


def _listed(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(":")}


def _published_key(tags: Mapping[str, str]) -> RSAPublicKey | Ed25519PublicKey | None:
    """The key of a record; None where it is none. RSA keys are published bare and wrapped."""
    try:
        raw = base64.b64decode("".join(tags["p"].split()), validate=True)
        if tags.get("k", "rsa") == "ed25519":
            return Ed25519PublicKey.from_public_bytes(raw)
        key = load_der_public_key(raw)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and tags.get("k", "rsa") == "rsa" else None
