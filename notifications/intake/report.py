"""Delivery reports as the standard has them (RFC 3464): one block for the message, one for each recipient."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from notifications.intake.letter import Letter

STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
BLANK = re.compile(r"\n[ \t]*\n")
WRITTEN = re.compile(r"^(?:final|original)-recipient:", re.IGNORECASE | re.MULTILINE)
MOST_RECIPIENTS = 1000
REPORTS = {"message/delivery-status", "message/global-delivery-status"}  # RFC 6533


@dataclass(frozen=True)
class Field:
    """What a report says of one recipient; `action` is failed, delayed, delivered, relayed or expanded."""

    address: str
    action: str
    status: str
    diagnostic: str


def report_fields(letter: Letter) -> list[Field]:
    """The recipients of every delivery report in a mail, [] where it has none."""
    found: list[Field] = []
    for part in letter.parts:
        if part.get_content_type() in REPORTS:
            found += [_field(block) for block in _blocks(part) if _is_about_somebody(block)]
    return found[:MOST_RECIPIENTS]


def written_fields(text: str) -> list[Field]:
    """The same, of reports that stand in the text instead of in a part of their own."""
    found = [HeaderParser().parsestr(block.lstrip()) for block in BLANK.split(text) if WRITTEN.search(block)]
    return [_field(block) for block in found if _is_about_somebody(block)][:MOST_RECIPIENTS]


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (block for block in payload if isinstance(block, Message))


def _is_about_somebody(block: Message) -> bool:
    return any(block.get(name) for name in ("Final-Recipient", "Original-Recipient"))


def _field(block: Message) -> Field:
    address = typed_value(block, "Original-Recipient") or typed_value(block, "Final-Recipient")
    final = typed_value(block, "Final-Recipient")
    if "@" not in address and "@" in final:
        address = final
    diagnostic = " ".join(str(block.get("Diagnostic-Code", "")).split())
    found = STATUS.search(str(block.get("Status", "")))
    action = str(block.get("Action", "")).split("(")[0].strip().lower()
    return Field(bare_address(address), action, found[1] if found else "", diagnostic.partition(";")[2].strip())


def typed_value(block: Message, name: str) -> str:
    """The value of `type; value` (RFC 3464, section 2.1.2), without comments."""
    raw = " ".join(str(block.get(name, "")).split())
    return raw.rpartition(";")[2].strip() if ";" in raw else raw


def bare_address(text: str) -> str:
    """An address without brackets, quotes around it and what stands beside it."""
    found = re.search(r"<([^<>\s]+@[^<>\s]+)>", text) or re.search(r"([^\s<>()\[\];,:\"']+@[^\s<>()\[\];,:\"']+)", text)
    return (found[1] if found else text).strip(" .'\"").lower()
