"""The addresses that mails come back to: the mailbox of the office, with a signature for each delivery.

`ritorni@example.org` becomes `ritorni+b-TOKEN@example.org` for bounces (the envelope's sender) and
`ritorni+r-TOKEN@example.org` for answers (Reply-To): subaddresses, which most mail systems put into the
one mailbox (RFC 5233). Who does not hold the mail cannot write them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import LinkForged
from core.links import Links, Purpose

LETTERS = {Purpose.BOUNCE: "b", Purpose.REPLY: "r"}
PURPOSES = {letter: purpose for purpose, letter in LETTERS.items()}
LONGEST_TOKEN = 32


@dataclass(frozen=True)
class Signed:
    """What a signed address says: which delivery, and whether it is for bounces or for answers."""

    purpose: Purpose
    delivery_id: int


@dataclass(frozen=True)
class ReturnAddresses:
    """Writes and reads signed addresses of one mailbox."""

    mailbox: str
    links: Links

    def bounces(self, delivery_id: int) -> str:
        return self._write(Purpose.BOUNCE, delivery_id)

    def replies(self, delivery_id: int) -> str:
        return self._write(Purpose.REPLY, delivery_id)

    def find(self, text: str) -> Signed | None:
        """The first genuine address of ours in a text."""
        local, _, domain = self.mailbox.partition("@")
        pattern = rf"{re.escape(local)}\+([br])-([a-z2-7]{{8,{LONGEST_TOKEN}}})@{re.escape(domain)}"
        for found in re.finditer(pattern, text, re.IGNORECASE):
            purpose = PURPOSES[found[1].lower()]
            try:
                return Signed(purpose, self.links.read_address(purpose, found[2]))
            except LinkForged:
                continue
        return None

    def _write(self, purpose: Purpose, delivery_id: int) -> str:
        local, _, domain = self.mailbox.partition("@")
        return f"{local}+{LETTERS[purpose]}-{self.links.sign_address(purpose, delivery_id)}@{domain}"
