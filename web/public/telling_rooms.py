"""How much room is left at an event, in words, and its documents as downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import Response

from core.i18n import N_, Translator
from core.process.event_files import Document
from core.process.replies import Reply
from core.process.seating import FEW
from core.process.seats import Room
from web.files import SAFE

MODE_NAMES: Mapping[str, str] = {Reply.IN_PERSON: N_("in person"), Reply.ONLINE: N_("online")}


@dataclass(frozen=True)
class RoomLine:
    """A mode whose seats are counted."""

    mode: str
    free: int

    def say(self, t: Translator) -> str:
        if not self.free:
            return t("full")
        if self.free <= FEW:
            return t.n("only {count} place left", "only {count} places left", self.free)
        return t.n("{count} place free", "{count} places free", self.free)


def lines_about(rooms: Mapping[str, Room]) -> list[RoomLine]:
    """The modes with a limit, with what is free."""
    return [RoomLine(mode, room.free) for mode, room in rooms.items() if room.free is not None]


def documents_as_files(document: Document, content: bytes) -> Response:
    """A download that no browser runs or draws as a page."""
    disposition = f"attachment; filename*=UTF-8''{quote(document.name, safe='')}"
    return Response(content, media_type=document.bare_type, headers={**SAFE, "Content-Disposition": disposition})
