"""Files of mailings in base64: encoded once for everybody, the latest used ones kept."""

from __future__ import annotations

from collections import OrderedDict

from sqlalchemy.orm import Session

from core.file_contents import read_content
from notifications.content.multipart import encode

MOST = 64 * 1024 * 1024  # bytes kept, beside what is on its way


class EncodedFiles:
    """Contents by their SHA-256."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._size = most, 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def get(self, session: Session, sha256: str) -> bytes:
        if sha256 in self._kept:
            self._kept.move_to_end(sha256)
            return self._kept[sha256]
        made = encode(read_content(session, sha256))
        self._size += 0 if sha256 in self._kept else len(made)
        self._kept[sha256] = made
        while self._size > self._most and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest)
        return made
