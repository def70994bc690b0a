"""A Maildir: what lies in `new` waits; what was taken in is moved to `cur` as seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import SettingWrong
from core.i18n import N_
from notifications.intake.letter import MOST_BYTES
from notifications.intake.source import Found, MailboxGone

SEEN, FLAGGED = ":2,S", ":2,F"
NO_MAILDIR = N_("{path} is no Maildir: the folders new, cur and tmp are not in it.")


@dataclass(frozen=True)
class Maildir:
    folder: Path

    @contextmanager
    def open(self) -> Iterator[Maildir]:
        yield self

    def waiting(self) -> Iterator[Found]:
        try:
            paths = sorted(
                (path for path in (self.folder / "new").iterdir() if path.is_file()), key=lambda one: one.name
            )
        except OSError as error:
            raise MailboxGone(str(error)) from error
        for path in paths:
            with suppress(FileNotFoundError):  # somebody else has read the mailbox
                with path.open("rb") as opened:
                    raw = opened.read(MOST_BYTES + 1)
                yield Found(path.name, raw)

    def done(self, name: str, *, well: bool) -> None:
        bare = name.partition(":")[0]
        with suppress(FileNotFoundError):
            (self.folder / "new" / name).replace(self.folder / "cur" / f"{bare}{SEEN if well else FLAGGED}")


def parse_maildir(path: str) -> Maildir:
    """Raises SettingWrong for what is no Maildir."""
    folder = Path(path)
    if not all((folder / name).is_dir() for name in ("new", "cur", "tmp")):
        raise SettingWrong(name="ASCOLTO_INCOMING_MAIL", reason=NO_MAILDIR, path=path)
    return Maildir(folder)
