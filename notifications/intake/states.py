"""What becomes of a mail that came in."""

from __future__ import annotations

from enum import StrEnum


class MailState(StrEnum):
    ACTED = "acted"
    IGNORED = "ignored"
    FOR_STAFF = "for-staff"
    READ = "read"
