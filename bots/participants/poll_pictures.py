"""The pictures of a poll's options in the chat: albums above the poll, numbered as its buttons."""

from __future__ import annotations

from bots.participants.beside import CAPTION, IN_ALBUM
from bots.participants.poll_screen import Shown
from bots.participants.screen import Group, ShownFile, shorten
from core.i18n import pick_text

LONGEST_CAPTION = 1024  # Bot API, InputMediaPhoto


def pictures_of(shown: Shown) -> tuple[Group, ...]:
    """In the order of the buttons; beside the option's text stands what the picture shows, for who cannot see it."""
    options = {one.name: one for one in shown.poll.definition.options}
    files = []
    for name in shown.order:
        picture = options[name].picture if name in options else None
        if picture is None:
            continue
        words = pick_text(dict(picture.words), shown.t.language)
        caption = "\n".join(one for one in (shorten(shown.label_of(name), CAPTION), words) if one)
        ending = picture.media_type.partition("/")[2]
        short = shorten(caption, LONGEST_CAPTION)
        files.append(ShownFile(f"{name}.{ending}", "photo", short, picture.sha256, picture.media_type))
    return tuple(tuple(files[at : at + IN_ALBUM]) for at in range(0, len(files), IN_ALBUM))
