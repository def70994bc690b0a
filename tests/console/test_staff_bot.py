"""Linking the staff's bot from the console: a code that is shown once, and the way back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.database.database import Database
from core.staff.chats import link, linked_chat
from core.staff.tables import AuditEntry, StaffChatCode
from tests.console.conftest import SignIn
from tests.console.test_pages import text_of
from tests.console.test_signing import form_token

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/console/staff-bot"


@IN_SQLITE
def test_a_code_is_shown_once_used_once_and_undone_from_the_console(
    sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    client = sign_in("reader")
    assert 'href="/console/staff-bot"' in client.get("/console").text
    assert "No Telegram account is linked" in text_of(client.get(PAGE))
    answer = client.post(f"{PAGE}/code", data={"token": form_token(client)})
    found = re.search(r'href="https://t.me/ascolto_staff_bot\?start=([\w-]{1,64})"', answer.text)
    assert found is not None and answer.headers["cache-control"] == "no-store" and "<svg" in answer.text
    code = found[1]
    assert f"/start {code}" in text_of(answer)
    assert code not in client.get(PAGE).text
    kept = database.read(lambda session: session.scalars(select(StaffChatCode)).one())
    assert kept.digest not in code and code.partition("-")[2] not in kept.digest
    assert database.write(lambda session: link(session, code, 901, clock.now())) is None
    assert "A Telegram account is linked since" in text_of(client.get(PAGE))
    for _ in range(2):
        answer = client.post(f"{PAGE}/unlink", data={"token": form_token(client)})
        assert "No Telegram account is linked" in text_of(answer)
    assert database.read(lambda session: linked_chat(session, 1)) is None
    acts = select(AuditEntry.act).where(AuditEntry.act.startswith("staff-chat"))
    assert database.read(lambda session: list(session.scalars(acts))) == ["staff-chat.linked", "staff-chat.unlinked"]
    assert client.post(f"{PAGE}/code", data={"token": "forged"}).status_code == 403
