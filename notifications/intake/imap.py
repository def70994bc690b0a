"""A mailbox on an IMAP server (RFC 9051): what was taken in keeps its place and gets a keyword of ours.

People may read the same mailbox: neither do we set nor look at `\\Seen`, unless the server takes no keywords.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from core.errors import SettingWrong
from core.i18n import N_
from notifications.intake.letter import MOST_BYTES
from notifications.intake.source import Found, MailboxGone

TIMEOUT_SECONDS = 30
PORTS = {"imaps": 993, "imap+starttls": 143, "imap": 143}
KEYWORD, FLAGGED, SEEN = "$AscoltoTaken", "\\Flagged", "\\Seen"
NO_IMAP = N_("write imaps://USER:PASSWORD@HOST/FOLDER, imap+starttls:// or imap://")


@dataclass(frozen=True)
class ImapServer:
    """Where the mailbox is; `security` is imaps, imap+starttls or imap (none, for the same machine)."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    trusted: ssl.SSLContext | None = field(default=None, repr=False, compare=False)

    @contextmanager
    def open(self) -> Iterator[ImapMailbox]:
        try:
            connection = self._connect()
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxGone(f"{type(error).__name__}: {error}") from error
        try:
            yield ImapMailbox(connection, _select(connection, self.folder))
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxGone(f"{type(error).__name__}: {error}") from error
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                connection.logout()

    def _connect(self) -> imaplib.IMAP4:
        context = self.trusted or ssl.create_default_context()
        if self.security == "imaps":
            connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                self.host, self.port, ssl_context=context, timeout=TIMEOUT_SECONDS
            )
        else:
            connection = imaplib.IMAP4(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            if self.security == "imap+starttls":
                connection.starttls(context)
            connection.login(self.user, self.password)
        except (imaplib.IMAP4.error, OSError):
            connection.shutdown()
            raise
        return connection


@dataclass(frozen=True)
class ImapMailbox:
    """A selected folder; `mark` is the flag that says that a mail was taken in."""

    connection: imaplib.IMAP4
    mark: str

    def waiting(self) -> Iterator[Found]:
        wanted = "UNSEEN" if self.mark == SEEN else f"UNKEYWORD {self.mark}"
        _, (found,) = _checked(self.connection.uid("SEARCH", f"UNDELETED {wanted}"))
        for uid in (found or b"").split():
            if (raw := self._read(uid)) is not None:  # None: somebody else has taken it away meanwhile
                yield Found(uid.decode(), raw)

    def done(self, name: str, *, well: bool) -> None:
        flags = self.mark if well else f"{self.mark} {FLAGGED}"
        _checked(self.connection.uid("STORE", name, "+FLAGS.SILENT", f"({flags})"))

    def _read(self, uid: bytes) -> bytes | None:
        """At most one byte more than a mail may have, so that a larger one is known for what it is."""
        _, parts = _checked(self.connection.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{MOST_BYTES + 1}>)"))
        return next((part[1] for part in parts if isinstance(part, tuple)), None)


def parse_imap(url: str) -> ImapServer:
    """Reads ASCOLTO_INCOMING_MAIL; raises SettingWrong."""
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise SettingWrong(name="ASCOLTO_INCOMING_MAIL", reason=NO_IMAP) from error
    if not parts.hostname or not parts.username:
        raise SettingWrong(name="ASCOLTO_INCOMING_MAIL", reason=NO_IMAP)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    return ImapServer(
        parts.hostname, port, parts.scheme, unquote(parts.username), unquote(parts.password or ""), folder
    )


def _select(connection: imaplib.IMAP4, folder: str) -> str:
    quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
    _checked(connection.select(f'"{quoted}"'))
    _, flags = connection.response("PERMANENTFLAGS")
    allowed = b" ".join(one for one in flags if isinstance(one, bytes)).decode("ascii", "replace")
    return KEYWORD if "\\*" in allowed or KEYWORD in allowed else SEEN


def _checked(answer: tuple[str, list]) -> tuple[str, list]:  # type: ignore[type-arg]
    """The server's answer; raises imaplib's error where it is no OK."""
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(str(answer[1]))
    return answer
