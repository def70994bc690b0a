"""Complaints: feedback reports of mailbox providers (RFC 5965), and the same told as JSON by Amazon's service."""

from __future__ import annotations

import json
import re
from typing import Any

from notifications.intake.kinds import Classified, Fate, Kind, Recipient
from notifications.intake.letter import Letter
from notifications.intake.report import STATUS, bare_address

FEEDBACK = "message/feedback-report"
FIELD = re.compile(r"^([A-Za-z-]+):[ \t]*(.+)$", re.MULTILINE)
ABUSE = "abuse"
HARD_NOTICE = "permanent"


def read_feedback(letter: Letter) -> Classified | None:
    """A complaint with whom it is from, as far as the report tells; None when it is no feedback report."""
    for part in letter.parts:
        if part.get_content_type() == FEEDBACK:
            payload = part.get_payload()
            blocks = payload if isinstance(payload, list) else [payload]
            return _complaint(letter, "\n".join(map(str, blocks)))
    if letter.header("Content-Type").lower().find("report-type=feedback-report") >= 0 or _is_bare_abuse(letter):
        return _complaint(letter, letter.text)
    return None


def _is_bare_abuse(letter: Letter) -> bool:
    """A provider that forwards the mail itself with a line of explanation, and says so in a header."""
    return bool(letter.header("X-HmXmrOriginalRecipient") or letter.header("X-Loop") == "scomp")


def _complaint(letter: Letter, text: str) -> Classified:
    fields = {name.lower(): value.strip() for name, value in FIELD.findall(text)}
    address = bare_address(fields.get("original-rcpt-to", "") or letter.header("X-HmXmrOriginalRecipient"))
    if "@" not in address and letter.returned is not None:
        address = bare_address(str(letter.returned.get("To", "")))
    found = (Recipient(address, "", Fate.UNKNOWN),) if "@" in address else ()
    return Classified(Kind.COMPLAINT, found, feedback=fields.get("feedback-type", ABUSE).lower())


def read_notice(letter: Letter) -> Classified | None:
    """A notification that Amazon's notification service sends as a mail (SNS, "SES notification contents")."""
    start = letter.text.find("{")
    if start < 0 or "notificationType" not in letter.text:
        return None
    notice = _json(letter.text[start:])
    if isinstance(notice.get("Message"), str):
        notice = _json(notice["Message"])
    match str(notice.get("notificationType", "")).lower():
        case "bounce":
            bounce = _mapping(notice.get("bounce"))
            is_hard = str(bounce.get("bounceType", "")).lower() == HARD_NOTICE
            rows = bounce.get("bouncedRecipients")
            return Classified(Kind.BOUNCE, _recipients(rows, Fate.NO_MAILBOX if is_hard else Fate.UNKNOWN))
        case "complaint":
            complaint = _mapping(notice.get("complaint"))
            people = _recipients(complaint.get("complainedRecipients"), Fate.UNKNOWN)
            return Classified(Kind.COMPLAINT, people, feedback=str(complaint.get("complaintFeedbackType", ABUSE)))
        case "delivery":
            delivery = _mapping(notice.get("delivery"))
            names = [{"emailAddress": name} for name in _list(delivery.get("recipients"))]
            return Classified(Kind.BOUNCE, _recipients(names, Fate.DELIVERED))
    return None


def _recipients(rows: Any, fate: Fate) -> tuple[Recipient, ...]:
    people = [_mapping(row) for row in _list(rows)]
    return tuple(_recipient(person, fate) for person in people if "@" in str(person.get("emailAddress", "")))


def _recipient(person: dict[str, Any], fate: Fate) -> Recipient:
    status = STATUS.search(f"{person.get('status', '')} {person.get('diagnosticCode', '')}")
    address = bare_address(str(person["emailAddress"]))
    return Recipient(address, status[1] if status else "", fate, is_final=fate is not Fate.DELIVERED)


def _json(text: str) -> dict[str, Any]:
    try:
        return _mapping(json.JSONDecoder(strict=False).raw_decode(text)[0])
    except (ValueError, RecursionError):
        return {}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
