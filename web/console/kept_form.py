"""A form whose sender's session had ended: carried through the sign-in on the page itself, and nowhere else.

What was typed stands sealed in a hidden field, so that nobody else's page can put something there; no address, log or
table holds it. It is sent again by whoever signed in, with a press of their own. Files are not carried.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import FormData, UploadFile

from core.errors import LinkForged
from core.links import Links, Purpose

FIELD = "kept"
TOKEN = "token"  # noqa: S105 - the name of a field
LARGEST = 1_000_000  # characters
LASTS = timedelta(days=1)


@dataclass(frozen=True)
class KeptForm:
    """Where it was sent, and its fields in their order, without the token of the session that ended."""

    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def written(self) -> list[str]:
        """What a person wrote or chose, to be looked at before it is sent again."""
        return [text for name, text in self.fields if text.strip() and name not in {"key", "revision", "version"}]


def kept_of(path: str, form: FormData) -> KeptForm | None:
    """What can be sent again; None where there is too much of it, or a file with it."""
    fields = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                return None
        elif name != TOKEN:
            fields.append((name, value))
    is_too_much = sum(len(name) + len(text) for name, text in fields) > LARGEST
    return None if is_too_much else KeptForm(path, tuple(fields))


def seal_form(links: Links, path: str, form: FormData, now: datetime) -> str:
    """The form as a hidden field's value, "" for one that cannot be kept."""
    kept = kept_of(path, form)
    if kept is None:
        return ""
    told = {"path": path, "fields": kept.fields, "until": (now + LASTS).timestamp()}
    return links.seal(Purpose.CONSOLE_KEPT, json.dumps(told).encode())


def unseal_form(links: Links, sealed: str, now: datetime) -> KeptForm | None:
    """None for what was not sealed here, or too long ago."""
    try:
        told = json.loads(links.unseal(Purpose.CONSOLE_KEPT, sealed))
    except (LinkForged, ValueError):
        return None
    if now.timestamp() >= told["until"]:
        return None
    return KeptForm(told["path"], tuple((name, text) for name, text in told["fields"]))
