"""What a mail that comes back can be, and what it says of whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.i18n import N_


class Kind(StrEnum):
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto-reply"
    CHALLENGE = "challenge"
    NONE = "none"  # a person wrote it, or at least nothing shows that nobody did


class Fate(StrEnum):
    """Why a mail came back, in the terms of RFC 3463 where it has one."""

    NO_MAILBOX = "no-mailbox"
    NO_HOST = "no-host"
    NO_MAIL = "no-mail"  # the domain takes no mail (RFC 7505)
    MOVED = "moved"
    SUSPENDED = "suspended"
    MAILBOX_FULL = "mailbox-full"
    TOO_LARGE = "too-large"
    REFUSED = "refused"  # by a filter or rule of the recipient's side
    BLOCKED = "blocked"  # our host, address or reputation
    AUTHENTICATION = "authentication"  # SPF, DKIM, DMARC, reverse DNS
    CONTENT = "content"
    RELAYING = "relaying"
    THROTTLED = "throttled"
    EXPIRED = "expired"
    NETWORK = "network"
    SYSTEM = "system"
    DELIVERED = "delivered"  # a notice of success
    UNKNOWN = "unknown"


KIND_NAMES = {
    Kind.BOUNCE: N_("A mail that came back"),
    Kind.COMPLAINT: N_("A complaint"),
    Kind.AUTO_REPLY: N_("An automatic reply"),
    Kind.CHALLENGE: N_("A filter that asks whether the sender is a person"),
    Kind.NONE: N_("None of these: somebody wrote it"),
}
FATE_NAMES = {
    Fate.NO_MAILBOX: N_("there is no such mailbox"),
    Fate.NO_HOST: N_("there is no such domain"),
    Fate.NO_MAIL: N_("the domain takes no mail"),
    Fate.MOVED: N_("the person has moved to another address"),
    Fate.SUSPENDED: N_("the mailbox is closed for the time being"),
    Fate.MAILBOX_FULL: N_("the mailbox is full"),
    Fate.TOO_LARGE: N_("the mail is too large"),
    Fate.REFUSED: N_("a rule of the other side refused it"),
    Fate.BLOCKED: N_("the other side blocks our server"),
    Fate.AUTHENTICATION: N_("the other side doubts that it comes from us (SPF, DKIM, DMARC, reverse DNS)"),
    Fate.CONTENT: N_("the other side does not like the content"),
    Fate.RELAYING: N_("the server does not pass mail on"),
    Fate.THROTTLED: N_("too many mails at once"),
    Fate.EXPIRED: N_("it could not be delivered in time"),
    Fate.NETWORK: N_("the other side could not be reached"),
    Fate.SYSTEM: N_("the other side has a fault"),
    Fate.DELIVERED: N_("it was delivered"),
    Fate.UNKNOWN: N_("unknown"),
}
HARD = frozenset({Fate.NO_MAILBOX, Fate.NO_HOST, Fate.NO_MAIL, Fate.MOVED})  # it will not work another time either


@dataclass(frozen=True)
class Recipient:
    """Whom a returned mail is about; `status` is RFC 3463's ("5.1.1"), "" where none was told."""

    address: str
    status: str
    fate: Fate
    is_final: bool = True  # False: the mail system goes on trying, or the mail arrived

    @property
    def is_hard(self) -> bool:
        return self.fate in HARD


@dataclass(frozen=True)
class Classified:
    """What a mail is, and whom it is about."""

    kind: Kind
    recipients: tuple[Recipient, ...] = ()
    feedback: str = ""  # RFC 5965, Feedback-Type
