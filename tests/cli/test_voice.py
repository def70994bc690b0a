"""Who speaks, as the settings say: refused at the start where no relay would know the sender."""

from __future__ import annotations

import pytest

from cli.roles import sender
from cli.voice import voice_of
from cli.world import World
from core.clock import FixedClock
from core.config import Settings
from core.database.database import Database
from core.errors import SettingWrong
from core.i18n import translator
from core.ids import CountedIds
from surveys.responses.shelf import FormShelf

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # none of it is in the database


def world(mail_from: str, database: Database, clock: FixedClock) -> World:
    settings = Settings(mail_from=mail_from, smtp_url="smtp://127.0.0.1:25", secret_key="x" * 32)
    return World(settings, database, clock, CountedIds(), FormShelf())


@pytest.mark.parametrize(
    ("mail_from", "domain"),
    [
        ("Ufficio <piano@example.org>", "example.org"),
        ("piano@città.example", "xn--citt-3na.example"),
        ("", ""),
    ],
)
def test_the_domain_is_written_in_the_letters_of_the_dns(
    database: Database, clock: FixedClock, mail_from: str, domain: str
) -> None:
    assert voice_of(world(mail_from, database, clock), "bot").domain == domain


@pytest.mark.parametrize(
    "mail_from", ["Ufficio", "Ufficio <>", "città@example.org", "a@", "a@b_c.it", "Ufficio, di piano <a@example.org>"]
)
def test_what_cannot_send_is_said_at_the_start(database: Database, clock: FixedClock, mail_from: str) -> None:
    with pytest.raises(SettingWrong) as caught:
        sender.open_channels(world(mail_from, database, clock))
    assert "ASCOLTO_MAIL_FROM" in caught.value.say(translator("it"))
    assert "piano@example.org" in caught.value.say(translator("it"))
