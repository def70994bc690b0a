"""What a relay's refusal means (RFC 5321, section 4.2; RFC 3463)."""

from __future__ import annotations

from enum import StrEnum

from notifications.channels.contract import Misconfigured, Outcome, RecipientGone, Rejected, UnreachableNow

SIGN_IN = {454, 530, 534, 535, 538}  # RFC 4954: until the settings are right
NO_SIGN_IN = 534  # what we say ourselves to a relay that offers no mechanism of ours
TOO_LARGE = 552
CLOSING = 421
GONE_CODES = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")  # RFC 3463: the address, not the message


class Step(StrEnum):
    """How far a mail had come when the relay refused."""

    BEFORE = "before"  # greeting, sign-in, MAIL FROM: it is about us, not about who was to get it
    RECIPIENT = "recipient"
    CONTENT = "content"


class Refused(Exception):
    """The relay said no to a command."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text


def classify(step: Step, code: int, text: str) -> Outcome:
    """The class of a relay's refusal."""
    detail = f"{code} {text}"
    enhanced = text.split(maxsplit=1)[0] if text.strip() else ""
    if code in SIGN_IN:
        return Misconfigured(detail)
    if 400 <= code < 500:
        return UnreachableNow(detail)
    if step is Step.BEFORE and code != TOO_LARGE:  # the size stands in MAIL FROM (RFC 1870)
        return Misconfigured(detail)
    bare = step is Step.RECIPIENT and code in {550, 551, 553} and not enhanced.startswith("5.")
    return RecipientGone(detail) if enhanced in GONE_CODES or bare else Rejected(detail)
