"""Mail as it arrived: the envelope and the raw bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sandbox.mail.parsing import Letter, read_letter


@dataclass(frozen=True)
class Mail:
    """One message to one or more recipients, as the envelope named them."""

    id: int
    sender: str
    recipients: tuple[str, ...]
    at: datetime
    raw: bytes

    @cached_property
    def letter(self) -> Letter:
        """The message taken apart, once."""
        return read_letter(self.raw)


@dataclass
class MailStore:
    """Every message taken, in order; ids start at 1."""

    kept: list[Mail] = field(default_factory=list)

    def keep(self, sender: str, recipients: tuple[str, ...], at: datetime, raw: bytes) -> Mail:
        mail = Mail(len(self.kept) + 1, sender, recipients, at, raw)
        self.kept.append(mail)
        return mail

    def find(self, number: int) -> Mail | None:
        return self.kept[number - 1] if 1 <= number <= len(self.kept) else None

    def to(self, address: str | None) -> list[Mail]:
        """The mail for an address, or all of it; upper and lower case do not matter."""
        if address is None:
            return list(self.kept)
        wanted = address.lower()
        return [mail for mail in self.kept if wanted in (recipient.lower() for recipient in mail.recipients)]

    def mailboxes(self) -> dict[str, int]:
        """Addresses with how many messages they have, the latest to get one first."""
        counts: dict[str, int] = {}
        for mail in reversed(self.kept):
            for recipient in mail.recipients:
                counts[recipient.lower()] = counts.get(recipient.lower(), 0) + 1
        return counts
