"""Settings that are wrong say which one, why, and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config import Settings, load_settings
from core.errors import SettingMissing, SettingsUnreadable, SettingUnknown, SettingWrong
from core.i18n import translator


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = tmp_path / ".env"
    env.write_text("ASCOLTO_PORT=9000\nASCOLTO_MAIL_FROM=Ufficio <ufficio@example.org>\nOTHER=1\n")
    monkeypatch.setenv("ASCOLTO_PORT", "9001")
    settings = load_settings(env)
    assert (settings.port, settings.mail_from) == (9001, "Ufficio <ufficio@example.org>")


def test_an_unknown_setting_names_the_nearest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASCOLTO_DATABSE_URL", "sqlite:///x")
    with pytest.raises(SettingUnknown) as caught:
        load_settings(tmp_path / "none")
    assert "ASCOLTO_DATABSE_URL" in str(caught.value)
    assert "ASCOLTO_DATABASE_URL" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "eighty"), ("PORT", "70000"), ("SMTP_RATE", "-1"), ("LOG_FORMAT", "xml")]
)
def test_a_wrong_value_is_told(name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(f"ASCOLTO_{name}", value)
    with pytest.raises(SettingWrong) as caught:
        load_settings(tmp_path / "none")
    assert f"ASCOLTO_{name}" in str(caught.value)


def test_nothing_like_it_is_not_guessed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASCOLTO_NONSENSE", "1")
    with pytest.raises(SettingUnknown) as caught:
        load_settings(tmp_path / "none")
    assert "ASCOLTO_NONSENSE" in str(caught.value) and "Did you mean" not in caught.value.say(translator("en"))


def test_a_wrong_value_is_told_in_the_readers_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASCOLTO_PORT", "70000")
    with pytest.raises(SettingWrong) as caught:
        load_settings(tmp_path / "none")
    assert "65535" in caught.value.say(translator("it")) and "must be" not in caught.value.say(translator("it"))


def test_the_password_of_a_new_account_is_no_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASCOLTO_NEW_PASSWORD", "a long enough password")
    load_settings(tmp_path / "none")


def test_what_others_say_of_a_setting_is_shown_as_they_said_it() -> None:
    wrong = SettingWrong(name="ASCOLTO_SMTP_URL", said="no {scheme} here")
    assert "no {scheme} here" in str(wrong) and "no {scheme} here" in wrong.say(translator("it"))


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SettingWrong) as caught:
        Settings(secret_key="too short").need_secret()
    assert "32" in caught.value.say(translator("it"))
    assert Settings(secret_key="x" * 32).need_secret()


def test_a_missing_token_says_where_to_set_it() -> None:
    with pytest.raises(SettingMissing) as caught:
        Settings().need_participant_token()
    assert "ASCOLTO_PARTICIPANT_BOT_TOKEN" in caught.value.say(translator("en"))


def test_the_bots_poll_unless_telegram_can_reach_us() -> None:
    assert not Settings(public_url="http://127.0.0.1:8000").webhook
    assert Settings(public_url="https://ascolto.example.org").webhook


@pytest.mark.parametrize(
    ("public", "server", "opens"),
    [
        ("https://ascolto.example.org", {}, True),
        ("http://127.0.0.1:8000", {}, False),
        ("http://127.0.0.1:8000", {"telegram_api_url": "http://127.0.0.1:8000/telegram"}, True),
        ("http://localhost", {"telegram_api_url": "http://127.0.0.1:8000/telegram"}, True),
        ("http://ascolto.example.org", {"telegram_api_url": "http://bots.example.org"}, False),
        ("http://localhost.example.org", {"telegram_api_url": "http://bots.example.org"}, False),
    ],
)
def test_pages_open_inside_telegram_by_https_alone(public: str, server: dict[str, str], opens: bool) -> None:
    """Any Bot API server refuses other addresses; the sandbox lets its own machine through."""
    assert Settings.model_validate({"public_url": public, **server}).opens_in_telegram is opens


@pytest.mark.parametrize(
    "address", ["ritorni", "Office <ritorni@example.org>", f"{'a' * 30}@example.org", "a b@example.org", "a@localhost"]
)
def test_a_return_address_that_no_signature_fits_into_is_refused(address: str) -> None:
    with pytest.raises(SettingWrong) as caught:
        Settings(return_address=address).checked_return_address()
    assert "at most 29" in caught.value.say(translator("en"))


@pytest.mark.parametrize("address", ["", f"{'a' * 29}@example.org", "psm.ritorni@mail.cmto.example.org"])
def test_a_return_address_leaves_room_for_a_signature(address: str) -> None:
    assert Settings(return_address=address).checked_return_address() == address


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"ASCOLTO_PORT=\xff\xfe")
    with pytest.raises(SettingsUnreadable) as caught:
        load_settings(tmp_path / ".env")
    assert str(tmp_path / ".env") in caught.value.say(translator("it"))


def test_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PORT", "DKIM_KEY", "DATABASE_URL"):
        monkeypatch.setenv(f"ASCOLTO_{name}", "")
    settings = load_settings(tmp_path / "none")
    assert (settings.port, settings.dkim_key, settings.database_url) == (
        8000,
        None,
        Settings.model_fields["database_url"].default,
    )
