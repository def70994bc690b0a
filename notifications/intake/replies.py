"""What somebody answered, without what they quote: above the mail they answer to. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 20_000
# Where the quoted mail begins, as mail programs announce it in our languages.
QUOTED = re.compile(
    r"^[ \t]*(?:>|-{2,}\s*(?:original message|messaggio originale|message d'origine|forwarded message|"
    r"messaggio inoltrato)|_{10,}|(?:on|il giorno|il|le|am)\b.{5,200}(?:wrote|ha scritto|a [ée]crit|schrieb)\s*:|"
    r"(?:from|da|de|von)\s*:\s.{1,200}@)",
    re.IGNORECASE | re.MULTILINE,
)
SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
# What a line that announces a quotation holds; two of them are enough, one where a quotation does follow.
DATE = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}|"
    r"\d{1,2}[.°]?\s{1,3}[^\W\d]{3,10}[.,]{0,2}\s{1,3}\d{4}|[^\W\d]{3,10}[.,]?\s{1,3}\d{1,2},?\s{1,3}\d{4}"
)
SIGNS = (DATE, re.compile(r"[^\s<>@]@[^\s<>@]"), re.compile(r"(?:wrote|ha scritto|a [ée]crit|schrieb)\s*:$", re.I))
DATED_BY = 40  # characters of its first line in which the date stands
LONGEST_LINE = 300
MOST_LINES = 3  # of an announcement that was wrapped


def own_answer(text: str) -> str:
    """The words above the quotation and the signature (RFC 3676, section 4.3), without blank edges."""
    text = _above_announcement(text[:LONGEST])
    for end in (QUOTED, SIGNATURE):
        found = end.search(text)
        if found and text[: found.start()].strip():
            text = text[: found.start()]
    return text.strip()


def _above_announcement(text: str) -> str:
    """What stands above "30 Nov 2026 the office <office@example.org>:", in whatever order a program writes that."""
    lines = text.splitlines()
    for last, line in enumerate(lines):
        if line.rstrip().endswith(":") and (first := _announced_from(lines, last)) is not None:
            above = "\n".join(lines[:first])
            return above if above.strip() else text
    return text


def _announced_from(lines: Sequence[str], last: int) -> int | None:
    """The line at which an announcement begins that ends with this one; None where it announces nothing."""
    for first in range(last, max(last - MOST_LINES, -1), -1):
        if not lines[first].strip():
            break
        if DATE.search(lines[first][:DATED_BY]) and _signs(lines[first : last + 1]) > 1:
            return first
    needed = 1 if _is_quotation(lines[last + 1 :]) else 2
    return last if _signs(lines[last : last + 1]) >= needed else None


def _signs(lines: Sequence[str]) -> int:
    told = " ".join(line.strip()[:LONGEST_LINE] for line in lines)
    return sum(sign.search(told) is not None for sign in SIGNS)


def _is_quotation(below: Sequence[str]) -> bool:
    """Whether it is marked with ">", or everything is indented."""
    said = [line for line in below if line.strip()]
    return bool(said) and (said[0].lstrip().startswith(">") or all(line[0] in " \t" for line in said))
