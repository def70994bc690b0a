"""Files that were sent, each known by an id that only its bot can use."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

from core.ids import Ids
from sandbox.server.errors import bad_request
from sandbox.server.strict import Upload

Json = dict[str, Any]
MAX_DOWNLOAD = 20 * 2**20
MAX_PHOTO, MAX_UPLOAD = 10 * 2**20, 50 * 2**20  # Bot API, "Sending files"
MAX_SIDES, MAX_RATIO = 10_000, 20  # Bot API, sendPhoto: width and height together, and one to the other
PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}
MP3 = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa")


@dataclass
class Files:
    """The files of one bot by file_id."""

    ids: Ids
    kept: dict[str, Upload] = field(default_factory=dict)

    def keep(self, upload: Upload) -> Json:
        """Stores a file; what the Bot API says of any file (file_id, file_unique_id, file_size)."""
        file_id = f"file-{len(self.kept) + 1}-{self.ids.token()}"
        self.kept[file_id] = upload
        return self._described(file_id)

    def received(self, value: Any, limit: int = MAX_UPLOAD) -> tuple[Json, Upload]:
        """A file of a request: sent along, of at most `limit` bytes, or one that is here already."""
        if isinstance(value, Upload):
            if not value.content:
                raise bad_request("file must be non-empty")
            if len(value.content) > limit:
                raise bad_request("file is too big")
            return self.keep(value), value
        if value not in self.kept:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self._described(value), self.kept[value]

    def as_api(self, file_id: str) -> Json:
        """The answer to getFile."""
        upload = self.kept.get(file_id)
        if upload is None:
            raise bad_request("invalid file id")
        if len(upload.content) > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        return self._described(file_id) | {"file_path": f"files/{file_id}"}

    def _described(self, file_id: str) -> Json:
        size = len(self.kept[file_id].content)
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size}


def photo(described: Json, upload: Upload) -> list[Json]:
    """A picture as the Bot API shows it; raises a Refusal when it is none."""
    if not any(upload.content.startswith(start) for start in PICTURES):
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = 800, 600
    if upload.content.startswith(b"\x89PNG") and len(upload.content) >= 24:
        width, height = struct.unpack(">II", upload.content[16:24])
    if width + height > MAX_SIDES or max(width, height) > MAX_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return [described | {"width": width, "height": height}]


def played_as(kind: str, upload: Upload) -> str:
    """ "audio" and "video" for MP3, M4A and MPEG-4; of other formats Telegram makes a document."""
    known = upload.content[4:8] == b"ftyp" or (kind == "audio" and upload.content.startswith(MP3))
    return kind if kind not in ("audio", "video") or known else "document"


def document(described: Json, upload: Upload) -> Json:
    return described | {"file_name": upload.name, "mime_type": upload.mime}


def picture_type(content: bytes) -> str:
    """The media type of a picture by its first bytes."""
    return next((mime for start, mime in PICTURES.items() if content.startswith(start)), "application/octet-stream")
