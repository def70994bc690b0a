"""Files as one ZIP, written as they are read: a part of one file is in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy.orm import Session

from surveys.responses.attachment_store import KeptAttachment, parts
from surveys.responses.attachments import AttachmentState


@dataclass
class Archived:
    """How many files an archive holds, and how many could not be put in because they are not here."""

    files: int = 0
    missing: int = 0


def write_zip(session: Session, files: Iterable[KeptAttachment], target: IO[bytes]) -> Archived:
    """Each file as `<response>/<name>`: what `_response` and the cell say in an export of answers."""
    done = Archived()
    with ZipFile(target, "w", ZIP_STORED) as archive:  # what people send is packed already
        for one in files:
            if one.state is not AttachmentState.STORED:
                done.missing += 1
                continue
            entry = ZipInfo(f"{one.response_id}/{one.name}", one.created_at.timetuple()[:6])
            with archive.open(entry, "w") as writer:
                for content in parts(session, one.id):
                    writer.write(content)
            done.files += 1
    return done
