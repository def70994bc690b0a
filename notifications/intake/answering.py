"""Mails that answer by themselves: out of office (RFC 3834) and those that ask the sender to prove to be a person."""

from __future__ import annotations

from notifications.intake.letter import Letter
from notifications.intake.phrases import sign

AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response", "X-Autoresponder", "X-Mail-Autoreply")
CHALLENGE_HEADERS = ("X-Boxbe-Challenge", "X-Challenge-Response", "X-TMDA-Confirm", "X-Spamarrest", "X-ACR")
AWAY, CHALLENGE = sign("auto-reply"), sign("challenge")
LOOKED_AT = 4000


def is_auto_reply(letter: Letter) -> bool:
    """Out of office and the like: told by headers where the system has manners, by the subject where not."""
    submitted = letter.header("Auto-Submitted").lower().split(";")[0].strip()
    if submitted.startswith("auto-replied") or letter.header("Precedence").lower() in {"auto_reply", "auto-reply"}:
        return True
    if any(letter.header(name) for name in AUTO_HEADERS) or letter.header("X-Auto-Response-Suppress-Reply"):
        return True
    return bool(AWAY.search(letter.header("Subject").strip()))


def is_challenge(letter: Letter) -> bool:
    """A filter of the recipient's that lets mails through once their sender has pressed a link."""
    if any(letter.header(name) for name in CHALLENGE_HEADERS):
        return True
    subject = letter.header("Subject")
    return bool(CHALLENGE.search(f"{subject}\n{letter.text[:LOOKED_AT]}"))
