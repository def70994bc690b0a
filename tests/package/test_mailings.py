"""What a load may do with a mailing that somebody released, changed or stopped, or that has left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from core.process.package.section import What
from notifications.ledger.tables import Mailing, MailingText, Occurrence
from notifications.planning.writing import Draft, change_draft, texts_of
from tests.conftest import NOW
from tests.package.test_package import bring, change, line_of, told

AUTHOR = 7
INVITATION = "mailing invitation"
FIELDS = ("kind", "purpose", "audience_id", "round_id", "anchor", "missed", "spread")


def edit(database: Database, subject: str) -> None:
    """As the console does it."""

    def work(session: Session) -> None:
        row = session.scalars(select(Mailing)).one()
        texts = {
            one.language: {"subject": subject, "body": one.body, "buttons": one.buttons}
            for one in texts_of(session, row.id)
        }
        draft = Draft(**{name: getattr(row, name) for name in FIELDS}, texts=texts)
        change_draft(session, row.id, draft, AUTHOR, NOW)

    database.write(work)


def set_to(database: Database, **values: Any) -> None:
    database.write(lambda session: session.execute(update(Mailing).values(**values)))


def stands(database: Database) -> tuple[str, int | None]:
    row = database.read(lambda session: session.scalars(select(Mailing)).one())
    return row.state, row.written_by


def test_a_load_releases_nothing_that_was_written_in_the_console(database: Database, folder: Path) -> None:
    bring(database, folder)
    edit(database, "Changed")
    assert told(bring(database, folder))[INVITATION] is What.KEPT
    assert stands(database) == ("draft", AUTHOR)
    edit(database, "Hello")  # word by word what the package says
    assert INVITATION not in told(bring(database, folder))
    assert stands(database) == ("draft", AUTHOR)
    edit(database, "Changed")
    bring(database, folder, force=True)
    assert stands(database) == ("released", None)


def test_a_package_that_lets_it_leave_later_releases_it(database: Database, folder: Path) -> None:
    change(folder, "process.yaml", "    released: true\n", "")
    bring(database, folder)
    assert stands(database) == ("draft", None)
    change(folder, "process.yaml", "    round: first\n", "    round: first\n    released: true\n")
    bring(database, folder)
    assert stands(database) == ("released", None)


@pytest.mark.parametrize("state", ["released", "paused"])
def test_what_a_load_changes_has_to_be_released_again(database: Database, folder: Path, state: str) -> None:
    change(folder, "process.yaml", "    released: true\n", "")
    bring(database, folder)
    set_to(database, state=state, released_at=NOW, written_by=None)
    assert INVITATION not in told(bring(database, folder))
    assert stands(database)[0] == state
    change(folder, "messages/invitation.it.md", "Dear", "Good morning")
    assert told(bring(database, folder))[INVITATION] is What.CHANGED
    assert stands(database) == ("draft", None)
    assert database.read(lambda session: session.scalars(select(Mailing.released_at)).one()) is None


@pytest.mark.parametrize("state", ["released", "paused"])
def test_what_the_package_lets_leave_stays_as_staff_left_it(database: Database, folder: Path, state: str) -> None:
    bring(database, folder)
    set_to(database, state=state)
    change(folder, "messages/invitation.it.md", "Dear", "Good morning")
    assert told(bring(database, folder))[INVITATION] is What.CHANGED
    assert stands(database) == (state, None)


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("how", ["planned", "cancelled"])
def test_what_has_left_or_was_stopped_is_not_rewritten(database: Database, folder: Path, how: str, force: bool) -> None:
    bring(database, folder)
    if how == "planned":
        database.write(lambda session: session.execute(update(Occurrence).values(state="planned")))
    else:
        set_to(database, state=how)
    assert bring(database, folder, force=force).warnings == ()
    change(folder, "messages/invitation.it.md", "Dear", "Good morning")
    loaded = bring(database, folder, force=force)
    assert told(loaded) == {INVITATION: What.KEPT}
    (warning,) = loaded.warnings
    assert warning.place == f"process.yaml:{line_of(folder, 'slug: invitation')}"
    assert "invitation has left or was stopped" in warning.text.format(**warning.values)
    bodies = database.read(lambda session: session.scalars(select(MailingText.body)).all())
    assert all(body.startswith("Dear") for body in bodies)
