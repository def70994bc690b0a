"""What becomes of a mail that came in."""

from __future__ import annotations

from enum import StrEnum


class MailState(StrEnum):
    ACTED = "acted"
    IGNORED = "ignored"
    NOTED = "noted"  # acted on, and its words are kept for staff: more stands in it than the reply
    FOR_STAFF = "for-staff"
    READ = "read"
    ANSWERED = "answered"
