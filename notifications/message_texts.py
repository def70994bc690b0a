"""A mailing's text as a file: subject, buttons and attachments between dashes, then Markdown."""

from __future__ import annotations

import unicodedata
from typing import Any

from core.faults import Fault, Faults
from core.i18n import N_
from core.process.package.document import read_document
from core.process.package.entry import Entry

FENCE = "---"
HEADER = {"subject": "", "buttons": "", "attachments": ""}

NO_HEADER = N_("The text must begin with three dashes, its subject, and three dashes again.")
NO_SUBJECT = N_("The text has no subject. Write it between the dashes at the top: subject: ...")
NO_BODY = N_("The text is empty.")
NOT_BUTTONS = N_("Write the buttons as a list, as in: - {{kind: answer, label: Answer the questionnaire}}")
NOT_FILES = N_("Write the attachments as a list of names, as in: attachments: [programme.pdf]")


def read_message(file: str, source: str, faults: Faults) -> dict[str, Any] | None:
    """What one file says; None, and a fault, where its head and its Markdown cannot be told apart."""

    def fault(line: int, text: str) -> None:
        faults.add(Fault(file, line, "", text, {}))

    lines = source.splitlines()
    ends = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == FENCE), 0)
    if not lines or lines[0].strip() != FENCE or not ends:
        fault(1, NO_HEADER)
        return None
    header = read_document(file, "\n".join(lines[1:ends]), first_line=2)
    faults.extend(header.faults)
    entry = Entry(header, faults, header.data)
    entry.allow(HEADER)
    subject, body = entry.text("subject"), "\n".join(lines[ends + 1 :]).strip()
    buttons = entry.data.get("buttons") or []
    if not subject:
        fault(2, NO_SUBJECT)
    if not body:
        fault(ends + 1, NO_BODY)
    if not isinstance(buttons, list) or not all(isinstance(one, dict) for one in buttons):
        entry.fault("buttons", NOT_BUTTONS)
        buttons = []
    attachments = entry.data.get("attachments") or []
    if not isinstance(attachments, list) or not all(isinstance(one, str) for one in attachments):
        entry.fault("attachments", NOT_FILES)
        attachments = []
    names = [unicodedata.normalize("NFC", one) for one in attachments]
    return {"subject": subject, "body": body, "buttons": buttons} | ({"attachments": names} if names else {})
