"""The pictures, sounds and films that a question shows in the chat: before its message, in one go."""

from __future__ import annotations

from collections.abc import Iterator

from bots.participants.screen import Group, ShownFile, shorten
from surveys.engine.events import Event, QuestionOpened
from surveys.engine.form import Media
from surveys.engine.prompts import Prompt, QuestionPrompt

IN_ALBUM = 10  # Bot API, sendMediaGroup
CAPTION = 200
KINDS = (("image", "photo"), ("audio", "audio"), ("video", "video"))


def opened(prompt: Prompt, events: tuple[Event, ...]) -> bool:
    """Whether a question has just been opened: one that is shown again has its files above it."""
    return isinstance(prompt, QuestionPrompt) and QuestionOpened(prompt.ref) in events


def files_of(prompt: Prompt) -> tuple[Group, ...]:
    """What goes out before a question; the pictures of its choices as albums."""
    if not isinstance(prompt, QuestionPrompt):
        return ()
    own = tuple((one,) for one in _files(prompt.media, ""))
    choices = [
        one
        for place, option in enumerate(prompt.options, 1)
        for one in _files(option.media, f"{place}. {shorten(option.label, CAPTION)}")
    ]
    pictures = tuple(one for one in choices if one.kind == "photo")
    albums = tuple(pictures[at : at + IN_ALBUM] for at in range(0, len(pictures), IN_ALBUM))
    return (*own, *albums, *((one,) for one in choices if one.kind != "photo"))


def _files(media: Media, caption: str) -> Iterator[ShownFile]:
    for part, kind in KINDS:
        if name := getattr(media, part):
            yield ShownFile(name, kind, caption)
