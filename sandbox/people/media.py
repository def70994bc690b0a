"""What a client makes of a file that a person sends, as the Bot API tells of it."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.server.files import Files, document, photo
from sandbox.server.strict import Upload

Json = dict[str, Any]
KINDS = ("photo", "document", "voice", "audio", "video", "video_note", "animation")
SMALL = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////"
    "////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AH//Z"
)
"""A picture of one pixel: beside each photo Telegram keeps smaller ones, each a file of its own."""


def media_of(files: Files, kind: str, upload: Upload) -> Json:
    """The message's media for one of KINDS; raises a Refusal when a photo is no picture."""
    described = files.keep(upload)
    if kind == "photo":
        largest = photo(described, upload)
        smaller = files.keep(Upload("small.jpg", SMALL, "image/jpeg")) | {"width": 1, "height": 1}
        return {"photo": [smaller, *largest]}
    seconds, typed = {"duration": 3}, {"mime_type": upload.mime}
    named = document(described, upload)
    size = {"width": 640, "height": 480}
    match kind:
        case "voice":
            return {"voice": described | seconds | typed}
        case "video_note":
            return {"video_note": described | seconds | {"length": 240}}
        case "audio":
            return {"audio": named | seconds}
        case "video":
            return {"video": named | seconds | size}
        case "animation":  # told as a document too (Bot API, Message)
            return {"animation": named | seconds | size, "document": named}
    return {"document": named}
