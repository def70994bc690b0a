"""Pictures, sound and films of a form's labels: named in its columns, sent beside it, looked at before they are taken.

Source: XLSForm reference, "Media"; the folder `<form>-media` beside a form is ODK's own way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.i18n import N_
from core.media_types import HEAD, SHOWN, sniff
from surveys.engine.form import Form, Media
from surveys.xlsform.data import Files
from surveys.xlsform.errors import FormError, error
from surveys.xlsform.limits import MEGABYTE
from surveys.xlsform.sheets import Sheets

LARGEST_PICTURE, LARGEST_FILE, LARGEST_FORM = 10, 20, 100  # MB; Telegram takes pictures of 10
HEARD = frozenset({"audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg", "audio/wav", "audio/flac", "audio/webm"})
SEEN = frozenset({"video/mp4", "video/webm", "video/ogg"})
_CONTAINERS = {"video/mp4": "audio/mp4", "video/webm": "audio/webm"}
_AS_FILM = {"audio/ogg": "video/ogg"}

MISSING = N_("The file {name} was not sent with the form. Put it beside the form, or into a folder named FORM-media.")
NO_PICTURE = N_("{name} is no picture that every browser shows: use PNG, JPEG, WebP or GIF.")
NO_SOUND = N_("{name} is no sound that every browser plays: use MP3, M4A, OGG, WAV or FLAC.")
NO_FILM = N_("{name} is no film that every browser plays: use MP4 or WebM.")
TOO_LARGE = N_("{name} is too large: at most {limit} MB are accepted.")
TOO_MUCH = N_("The pictures, sounds and films of the form are too large together: at most {limit} MB are accepted.")
_WRONG = {"image": NO_PICTURE, "audio": NO_SOUND, "video": NO_FILM}


@dataclass(frozen=True)
class FormFile:
    """A file of a form, as it is published with it."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Looked:
    """The files that a form names and has, and what is wrong with them or missing."""

    files: tuple[FormFile, ...] = ()
    missing: tuple[FormError, ...] = ()
    faults: tuple[FormError, ...] = ()


def look_at(form: Form, sheets: Sheets | None, files: Files) -> Looked:
    """Every file that the form's labels name, looked at."""
    kept: dict[str, FormFile] = {}
    missing: list[FormError] = []
    faults: list[FormError] = []
    for name, kind in sorted(_named(form)):
        sheet, row, column = _place(sheets, name, kind)
        if name not in files:
            missing.append(error(MISSING, sheet, row, column, name=name))
            continue
        found = _look(name, kind, files[name])
        if isinstance(found, FormFile):
            kept[name] = found
        else:
            text, limit = found
            faults.append(error(text, sheet, row, column, name=name, limit=str(limit)))
    if sum(len(one.content) for one in kept.values()) > LARGEST_FORM * MEGABYTE:
        faults.append(error(TOO_MUCH, "survey", limit=str(LARGEST_FORM)))
    return Looked(tuple(kept.values()), tuple(missing), tuple(faults))


def type_of(kind: str, head: bytes) -> str:
    """The media type of a file for "image", "audio" or "video", by its first bytes; "" where it is not one."""
    found = sniff(head[:HEAD])
    match kind:
        case "image":
            return found if found in SHOWN else ""
        case "audio":
            heard = _CONTAINERS.get(found, found)
            return heard if heard in HEARD else ""
    seen = _AS_FILM.get(found, found)
    return seen if seen in SEEN else ""


def _look(name: str, kind: str, content: bytes) -> FormFile | tuple[str, int]:
    """The file, or what is wrong with it and the limit for its kind in MB."""
    media_type, limit = type_of(kind, content), LARGEST_PICTURE if kind == "image" else LARGEST_FILE
    if not media_type:
        return _WRONG[kind], limit
    if len(content) > limit * MEGABYTE:
        return TOO_LARGE, limit
    return FormFile(name, media_type, content)


def _named(form: Form) -> set[tuple[str, str]]:
    """The names of files with what they are to be."""
    beside = (one.media for one in form.questions())
    of_choices = (one.media for choices in form.choices.values() for one in choices)
    return {pair for found in (*beside, *of_choices) for media in found.values() for pair in _files(media)}


def _files(media: Media) -> Iterator[tuple[str, str]]:
    yield from ((name, kind) for kind in _WRONG if (name := getattr(media, kind)))


def _place(sheets: Sheets | None, name: str, kind: str) -> tuple[str, int, str]:
    """Sheet, row and column that name a file first."""
    for sheet in ("survey", "choices") if sheets is not None else ():
        for row in getattr(sheets, sheet):
            for key, cell in row.cells.items():
                if cell == name and kind in key[0]:
                    return sheet, row.number, row.headers[key]
    return "", 0, ""
