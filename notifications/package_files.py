"""Pictures and attachments of a package's texts: they stand beside them, in messages."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.errors import Problem
from core.file_contents import keep_content
from notifications.content.errors import FileTooHeavy
from notifications.content.files import LARGEST_FILE, MEGABYTE, MailedFile, check_name, look_at
from notifications.content.markdown import pictures_of
from notifications.ledger.files import write_files

FOLDER = "messages"


@dataclass
class TextFiles:
    """The files that texts of a mailing name, looked at; one that is not there is left for the texts' own check."""

    folder: Path
    found: dict[str, MailedFile] = field(default_factory=dict)

    def look(self, text: Mapping[str, Any]) -> list[Problem]:
        """Looks at what a text names; what is wrong with it."""
        problems: list[Problem] = []
        names = [name for name, _ in pictures_of(text["body"])] + text.get("attachments", [])
        for name in dict.fromkeys(names):
            try:
                self._look(name)
            except Problem as problem:
                problems.append(problem)
        return problems

    def _look(self, name: str) -> None:
        path = find_file(self.folder, check_name(name)) if name not in self.found else None
        if path is None:
            return
        if path.stat().st_size > LARGEST_FILE * MEGABYTE:
            raise FileTooHeavy(name=name, limit=LARGEST_FILE)
        self.found[name] = look_at(name, path.read_bytes())

    def digests(self) -> dict[str, str]:
        return {name: file.sha256 for name, file in sorted(self.found.items())}


def find_file(folder: Path, name: str) -> Path | None:
    """A file beside the texts; None for one that is not there, or that leads out of the package."""
    for form in ("NFC", "NFD"):  # as most systems, and as macOS, write letters with accents
        path = folder / FOLDER / unicodedata.normalize(form, name)
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    return None


def bring_files(session: Session, mailing_id: int, folder: Path, names: Mapping[str, str]) -> None:
    """Keeps the files of a mailing that was checked before."""
    files = []
    for name in names:
        path = find_file(folder, name)
        if path is not None:
            content = path.read_bytes()
            keep_content(session, content)
            files.append(look_at(name, content))
    write_files(session, mailing_id, files)
