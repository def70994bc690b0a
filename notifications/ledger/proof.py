"""The proof of a mailing: who got it or not, what text, when, by which channel, under which number there."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import IO, Any

import yaml
from sqlalchemy import and_, select, tuple_
from sqlalchemy.orm import Session

from core.file_contents import read_content
from core.i18n import N_, Translator
from core.people.tables import Address, Membership
from core.spreadsheet import safe_cell
from notifications.ledger.sent_texts import sent_texts
from notifications.ledger.tables import Delivery, Mailing, SentText
from notifications.words import REASONS, STATES

PAGE = 1000
DELIVERIES = "deliveries.csv"
COLUMNS = {  # in their order, with what they hold
    N_("delivery"): N_("the number of the delivery in the ledger"),
    N_("reference"): N_("the office's own number or mark for the person"),
    N_("name"): N_("the person's name, as the office has it"),
    N_("address"): N_("the address that was written to"),
    N_("channel"): N_("email or telegram"),
    N_("state"): N_("what became of it, see below"),
    N_("reason"): N_("why somebody was left out or not reached, see below"),
    N_("text"): N_("the beginning of the name of the text that left, in the folder texts"),
    N_("attempts"): N_("how often it was tried"),
    N_("handed_over_at"): N_("when it was handed to the relay or to Telegram, in UTC"),
    N_("settled_at"): N_("when its outcome was known, in UTC"),
    N_("message_id"): N_("our own number of the mail (Message-ID)"),
    N_("provider_id"): N_("the number that the relay or Telegram gave it"),
}
README = "README.txt"
TITLE = N_("Proof of a mailing")
ABOUT = N_(
    "deliveries.csv has a line for everybody who was meant. The folder texts holds each text as it left, the folder "
    "files its pictures and attachments."
)
IN_COLUMNS, IN_STATES, IN_REASONS = N_("The columns of deliveries.csv"), N_("States"), N_("Reasons")


def write_proof(session: Session, mailing_id: int, file: IO[bytes], t: Translator) -> int:
    """A ZIP of deliveries.csv, of each text and file that left, and a page that explains them in the language of `t`;
    how many deliveries. Times are UTC; it streams."""
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(README, _explained(t))
        with archive.open(DELIVERIES, "w") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
            writer = csv.writer(text)
            writer.writerow([t(name) for name in COLUMNS])
            for row in _rows(session, mailing_id):
                writer.writerow([safe_cell(cell) for cell in row])
                count += 1
        files: dict[str, str] = {}  # the SHA-256 by the place in the archive
        for one in sent_texts(session, mailing_id):
            archive.writestr(f"texts/{one.digest}.{one.language}.md", _as_file(one))
            files |= {_place(file): file["sha256"] for file in one.files}
        for place, sha256 in files.items():
            archive.writestr(place, read_content(session, sha256))
    return count


def _explained(t: Translator) -> str:
    lists = ((IN_COLUMNS, COLUMNS), (IN_STATES, STATES), (IN_REASONS, REASONS))
    parts = [t(TITLE), t(ABOUT)]
    for title, names in lists:
        lines = [f"  {t(name) if names is COLUMNS else name}: {t(said)}" for name, said in names.items()]
        parts.append("\n".join([t(title), *lines]))
    return "\n\n".join(parts) + "\n"


def _rows(session: Session, mailing_id: int) -> Iterator[list[str]]:
    last = (0, 0)
    while page := _page(session, mailing_id, last):
        for row in page:
            yield ["" if cell is None else str(cell) for cell in row[: len(COLUMNS)]]
        last = page[-1][len(COLUMNS) :]


def _page(session: Session, mailing_id: int, after: tuple[int, int]) -> list[Any]:
    """In the order of the ledger's own index, so that a page costs the same wherever it begins."""
    place = (Delivery.occurrence_id, Delivery.participant_id)
    member = and_(Membership.participant_id == Delivery.participant_id, Membership.office_id == Mailing.office_id)
    statement = (
        select(
            Delivery.id, Membership.reference, Membership.name, Address.value, Delivery.channel, Delivery.state,
            Delivery.reason, Delivery.text_digest, Delivery.attempts, Delivery.handed_over_at, Delivery.settled_at,
            Delivery.message_id, Delivery.provider_id, *place,
        )
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .outerjoin(Membership, member)
        .outerjoin(Address, Address.id == Delivery.address_id)
        .where(Delivery.mailing_id == mailing_id, tuple_(*place) > after)
        .order_by(*place)
        .limit(PAGE)
    )  # fmt: skip
    return list(session.execute(statement))


def _as_file(text: SentText) -> str:
    """As a package writes a text."""
    told: dict[str, Any] = {"subject": text.subject, "buttons": text.buttons}
    if text.files:
        told |= {"attachments": text.attachments, "files": {file["name"]: _place(file) for file in text.files}}
    header = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
    return f"---\n{header}---\n\n{text.body}\n"


def _place(file: dict[str, str]) -> str:
    """Where a file that left stands in the archive: two of one name are told apart by their contents."""
    return f"files/{file['sha256'][:16]}/{file['name']}"
