"""From what a mail system said to why a mail came back. Pure.

Words (fates.txt) come before numbers: systems answer 550 5.7.1 to whatever they like, and write what they
mean beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from notifications.intake.kinds import HARD, Fate
from notifications.intake.phrases import load_phrases

LONGEST = 4000


class Stage(StrEnum):
    """What the reply answered, where that is told: MAIL FROM and before, RCPT TO, or DATA."""

    UNTOLD = ""
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


@dataclass(frozen=True)
class Evidence:
    """What was said of one recipient.

    `status` is RFC 3463's, `text` the reply of the other side or the sentence around it, `action` RFC 3464's,
    `beside` what else the mail says of this recipient.
    """

    text: str
    status: str = ""
    stage: Stage = Stage.UNTOLD
    action: str = ""
    beside: str = ""


RULES = tuple((Fate(heading), pattern) for heading, pattern in load_phrases("fates.txt"))
BY_STATUS: tuple[tuple[str, Fate], ...] = (
    ("X.1.1", Fate.NO_MAILBOX),
    ("X.1.2", Fate.NO_HOST),
    ("X.1.3", Fate.NO_MAILBOX),
    ("X.1.6", Fate.MOVED),
    ("X.1.7", Fate.REFUSED),
    ("X.1.8", Fate.REFUSED),
    ("X.1.10", Fate.NO_MAIL),  # RFC 7505
    ("X.2.1", Fate.SUSPENDED),
    ("X.2.2", Fate.MAILBOX_FULL),
    ("X.2.3", Fate.TOO_LARGE),
    ("X.3.4", Fate.TOO_LARGE),
    ("X.3.", Fate.SYSTEM),
    ("X.4.7", Fate.EXPIRED),
    ("X.4.4", Fate.NO_HOST),
    ("X.4.", Fate.NETWORK),
    ("X.6.", Fate.CONTENT),
    ("X.7.20", Fate.AUTHENTICATION),
    ("X.7.23", Fate.AUTHENTICATION),
    ("X.7.25", Fate.AUTHENTICATION),
    ("X.7.26", Fate.AUTHENTICATION),
    ("X.7.27", Fate.NO_MAIL),
    ("X.7.", Fate.REFUSED),
)
# Said before whatever the reason is; by itself it means that there is no such address.
BARE = re.compile(r"recipient address rejected|check if (?:the )?address is correct", re.IGNORECASE)
REPLY = re.compile(r"(?<![\w.@\[/-])[45]\d\d[ -]")
LONGEST_REPLY = 400
LINK_OR_ADDRESS = re.compile(r"https?://\S+|[^\s<>]+@[^\s<>]+")
STILL_TRYING = {"delayed"}
ARRIVED = {"delivered", "relayed", "expanded", "deliverable"}
# An unknown user named nowhere is the answer of a filter that reads the mail first, not of a list of mailboxes.
NAMELESS = re.compile(r"\b55\d[ -]*(?:\d\.\d\.\d+)? ?:+ *:? *user unknown", re.IGNORECASE)
BY_RULE = re.compile(r"\b550[ -]5\.7\.\d+")  # RFC 3463, X.7: security or policy, in whatever words
ABOUT_SENDER = (".1.7", ".1.8")
MAY_PASS = tuple((fate, pattern) for fate, pattern in RULES if fate in {Fate.MAILBOX_FULL, Fate.SUSPENDED})


def diagnose(evidence: Evidence) -> Fate:
    """Why it came back. In doubt it is the milder cause: what comes back again and again is noticed anyway."""
    text = " ".join(evidence.text[:LONGEST].split())
    if evidence.action in ARRIVED or evidence.status.startswith("2."):
        return Fate.DELIVERED
    fate = _read(text, evidence.status)
    if fate not in HARD:
        return fate
    if evidence.action in STILL_TRYING:
        return Fate.EXPIRED
    if fate is Fate.NO_HOST and evidence.status.startswith("4."):
        return Fate.NETWORK  # names may be resolved another time
    return _milder(fate, evidence, text)


def _read(text: str, status: str) -> Fate:
    bare = LINK_OR_ADDRESS.sub("", text)  # "userunknown@example.org" says nothing about users
    found = _by_words(_reply(bare)) or _by_words(bare) or _by_status(status)
    return found or (Fate.NO_MAILBOX if BARE.search(bare) else Fate.UNKNOWN)


def _milder(fate: Fate, evidence: Evidence, text: str) -> Fate:
    """A cause that will not pass, doubted: whose reply it was, what it answered, what stands beside it."""
    if evidence.stage is Stage.SENDER or evidence.status.endswith(ABOUT_SENDER):
        return Fate.REFUSED
    if fate is not Fate.NO_MAILBOX:
        return fate
    if evidence.stage is Stage.CONTENT or NAMELESS.search(text) or BY_RULE.search(text):
        return Fate.REFUSED
    if evidence.status.endswith(".2.1") and evidence.stage is not Stage.RECIPIENT:
        return Fate.SUSPENDED  # RFC 3463, X.2.1: the mailbox is there
    beside = LINK_OR_ADDRESS.sub("", " ".join(f"{text} {evidence.beside[:LONGEST]}".split()))
    return next((milder for milder, pattern in MAY_PASS if pattern.search(beside)), fate)


def _reply(text: str) -> str:
    """What the other side answered, where it is quoted among other words."""
    found = REPLY.search(text)
    return text[found.start() : found.start() + LONGEST_REPLY] if found else ""


def _by_words(text: str) -> Fate | None:
    return next((fate for fate, pattern in RULES if pattern.search(text)), None)


def _by_status(status: str) -> Fate | None:
    general = f"X{status[1:]}"
    for start, fate in BY_STATUS:
        if general == start or (start.endswith(".") and general.startswith(start)):
            return fate
    return None
