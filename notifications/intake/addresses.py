"""The addresses that mails come back to: the mailbox of the office, with a signature for each delivery.

`ritorni@example.org` becomes `ritorni+b-TOKEN@example.org` for bounces (the envelope's sender) and
`ritorni+r-TOKEN@example.org` for answers (Reply-To): subaddresses, which most mail systems put into the
one mailbox (RFC 5233). Who does not hold the mail cannot write them. What calendars answer goes to the ORGANIZER,
`ritorni+c-TOKEN@example.org`: the same in every mail about one event to one person, since to calendar programs
another organizer is another event, or somebody who took it over (RFC 5546, section 3.2.2.6).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import LinkForged
from core.links import Links, Purpose

LETTERS = {Purpose.BOUNCE: "b", Purpose.REPLY: "r", Purpose.ORGANIZER: "c"}
PURPOSES = {letter: purpose for purpose, letter in LETTERS.items()}
LONGEST_TOKEN = 32


@dataclass(frozen=True)
class Signed:
    """What a signed address says: which delivery it is for bounces or answers of, or whose calendar's, about what."""

    purpose: Purpose
    delivery_id: int = 0
    event_id: int = 0
    participant_id: int = 0


@dataclass(frozen=True)
class ReturnAddresses:
    """Writes and reads signed addresses of one mailbox."""

    mailbox: str
    links: Links

    def bounces(self, delivery_id: int) -> str:
        return self._write(Purpose.BOUNCE, delivery_id)

    def replies(self, delivery_id: int) -> str:
        return self._write(Purpose.REPLY, delivery_id)

    def organizer(self, event_id: int, participant_id: int) -> str:
        return self._write(Purpose.ORGANIZER, event_id, participant_id)

    def find(self, text: str) -> Signed | None:
        """The first genuine address of ours in a text."""
        local, _, domain = self.mailbox.partition("@")
        pattern = rf"{re.escape(local)}\+([brc])-([a-z2-7]{{8,{LONGEST_TOKEN}}})@{re.escape(domain)}"
        for found in re.finditer(pattern, text, re.IGNORECASE):
            purpose = PURPOSES[found[1].lower()]
            try:
                if purpose is Purpose.ORGANIZER:
                    event_id, participant_id = self.links.read_address(purpose, found[2], 2)
                    return Signed(purpose, event_id=event_id, participant_id=participant_id)
                return Signed(purpose, *self.links.read_address(purpose, found[2]))
            except LinkForged:
                continue
        return None

    def _write(self, purpose: Purpose, *numbers: int) -> str:
        local, _, domain = self.mailbox.partition("@")
        return f"{local}+{LETTERS[purpose]}-{self.links.sign_address(purpose, *numbers)}@{domain}"
