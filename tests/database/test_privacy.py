"""What people write never reaches a log by way of the database's errors."""

from __future__ import annotations

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from core.clock import FixedClock
from core.database.database import Database
from core.tables import Inbound


def test_an_error_of_the_database_does_not_tell_the_values(database: Database, clock: FixedClock) -> None:
    row = insert(Inbound).values(door="test", key="a private answer", at=clock.now())
    database.write(lambda session: session.execute(row))
    with pytest.raises(IntegrityError) as caught:
        database.write(lambda session: session.execute(row))
    statement = str(caught.value).partition("[SQL:")[2]
    assert "INSERT" in statement
    assert "a private answer" not in statement
