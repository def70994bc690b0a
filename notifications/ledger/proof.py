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
from core.people.tables import Address, Membership
from core.spreadsheet import safe_cell
from notifications.ledger.sent_texts import sent_texts
from notifications.ledger.tables import Delivery, Mailing, SentText

PAGE = 1000
DELIVERIES = "deliveries.csv"
COLUMNS = (
    "delivery", "reference", "name", "address", "channel", "state", "reason", "text", "attempts", "handed_over_at",
    "settled_at", "message_id", "provider_id",
)  # fmt: skip


def write_proof(session: Session, mailing_id: int, file: IO[bytes]) -> int:
    """A ZIP of deliveries.csv and of each text and file that left; how many deliveries. Times are UTC; it streams."""
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(DELIVERIES, "w") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
            writer = csv.writer(text)
            writer.writerow(COLUMNS)
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
