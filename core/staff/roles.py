"""Who may do what: roles hold permissions, and a grant gives a role in one office."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    CLERK = "clerk"  # only in the office of a municipality, a union or a zone, so of its own people only
    REVIEWER = "reviewer"  # releases what others wrote
    READER = "reader"
    DOORKEEPER = "doorkeeper"  # lets people in at events, and sees who is expected
    FACILITATOR = "facilitator"  # leads the talk at a table and writes it down


class Permission(StrEnum):
    SEE_RESULTS = "see-results"
    EXPORT_RESULTS = "export-results"
    SEE_PEOPLE = "see-people"
    ANSWER_PEOPLE = "answer-people"  # what they ask the office
    ENTER_ANSWERS = "enter-answers"  # on behalf of somebody
    IMPORT_PEOPLE = "import-people"
    MANAGE_EVENTS = "manage-events"
    WRITE_MAILINGS = "write-mailings"
    RELEASE_MAILINGS = "release-mailings"
    PAUSE_MAILINGS = "pause-mailings"
    SEE_AUDIT = "see-audit"
    MANAGE_ACCOUNTS = "manage-accounts"
    MANAGE_WEBHOOKS = "manage-webhooks"
    RUN_ROOMS = "run-rooms"  # questions from the audience, thematic tables
    WRITE_TABLE_NOTES = "write-table-notes"
    SHARE_LINKS = "share-links"
    MANAGE_POLLS = "manage-polls"
    CHECK_IN = "check-in"  # at the door of an event: who is expected, who came


_READ = frozenset({Permission.SEE_RESULTS})
_REVIEW = _READ | {Permission.RELEASE_MAILINGS, Permission.PAUSE_MAILINGS, Permission.EXPORT_RESULTS}
_ORGANISE = _READ | {
    Permission.EXPORT_RESULTS,
    Permission.SEE_PEOPLE,
    Permission.ANSWER_PEOPLE,
    Permission.ENTER_ANSWERS,
    Permission.IMPORT_PEOPLE,
    Permission.MANAGE_EVENTS,
    Permission.WRITE_MAILINGS,
    Permission.PAUSE_MAILINGS,
    Permission.RUN_ROOMS,
    Permission.WRITE_TABLE_NOTES,
    Permission.SHARE_LINKS,
    Permission.MANAGE_POLLS,
    Permission.CHECK_IN,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.ORGANISER: _ORGANISE,
    Role.CLERK: _ORGANISE,
    Role.REVIEWER: _REVIEW,
    Role.READER: _READ,
    Role.DOORKEEPER: frozenset({Permission.CHECK_IN}),
    Role.FACILITATOR: frozenset({Permission.WRITE_TABLE_NOTES}),
}


def allows(role: Role, permission: Permission) -> bool:
    return permission in PERMISSIONS[role]
