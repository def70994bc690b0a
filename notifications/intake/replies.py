"""What somebody answered, without what they quote: above the mail they answer to. Pure."""

from __future__ import annotations

import re

LONGEST = 20_000
# Where the quoted mail begins, as mail programs announce it in our languages.
QUOTED = re.compile(
    r"^(?:>|-{2,}\s*(?:original message|messaggio originale|message d'origine|forwarded message|messaggio inoltrato)|"
    r"_{10,}|(?:on|il giorno|il|le|am)\b.{5,200}(?:wrote|ha scritto|a [ée]crit|schrieb)\s*:|"
    r"(?:from|da|de|von)\s*:\s.{1,200}@)",
    re.IGNORECASE | re.MULTILINE,
)
SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)


def own_answer(text: str) -> str:
    """The words above the quotation and the signature (RFC 3676, section 4.3), without blank edges."""
    text = text[:LONGEST]
    for end in (QUOTED, SIGNATURE):
        found = end.search(text)
        if found and text[: found.start()].strip():
            text = text[: found.start()]
    return text.strip()
